"""The studies of learning rates: the document's grid for every pair of target and source."""

from collections import Counter

import pytest

from course_lib.analysis.rates import inner_rate, printed_series
from course_lib.data import TRANSFERS
from course_lib.sweeps.studies import find_study

STUDY = find_study("layer_rates")
TRIALS = STUDY.trials("mini")


def inner_of(trial):
    return inner_rate({"recipe": trial.recipe.model_dump(mode="json")})


def test_every_pair_has_the_documents_grid_with_every_seed():
    counts = Counter((trial.data.source, trial.recipe.start, trial.seed) for trial in TRIALS)
    assert counts == {(f"mini:{p.target}", p.weights, seed): 9 for p in TRANSFERS for seed in range(3)}
    for head in (0.01, 0.1):
        inner = {inner_of(trial) for trial in TRIALS if trial.recipe.lr == head}
        assert inner == set(printed_series(f"inner_rates_{head:g}"))


def test_each_seed_draws_its_own_training_images():
    assert all(trial.data.seed == trial.seed for trial in TRIALS)
    assert "seed" in STUDY.vary


def test_every_run_takes_about_as_many_steps_and_the_rate_falls_twice():
    num_train = {f"mini:{pair.target}": pair.num_train for pair in TRANSFERS}
    for trial in TRIALS:
        steps = trial.recipe.epochs * -(-num_train[trial.data.source] // trial.recipe.batch_size)
        assert 400 <= steps < 400 + -(-num_train[trial.data.source] // 32)
        third = trial.recipe.epochs / 3
        assert trial.recipe.milestones == pytest.approx((third, 2 * third), abs=0.5)


def test_the_numbers_of_training_images_are_those_of_the_splits():
    from course_lib.data import prepare

    for pair in TRANSFERS[:3]:
        splits = prepare(pair.target_data(size=16))
        assert len(splits.train) == pair.num_train
        assert len(splits.train) == pair.images_per_label * splits.num_classes


def test_another_source_is_refused():
    with pytest.raises(ValueError, match="not on 'mini:cartoon': name no source"):
        STUDY.trials("smoke", data="mini:cartoon")
