"""The studies of choosing a source: every start has the same choice, and the same images of a target."""

from collections import Counter

import pytest

from course_lib.data import prepare, target_names
from course_lib.data.mini.domains import DOMAINS
from course_lib.sweeps.studies import find_study
from course_lib.sweeps.studies.rates.sources import STARTS, SVM

TRIALS = {name: find_study(name).trials("mini") for name in ("sources", "source_heads", "source_random", "data_sizes")}


def test_every_start_has_the_same_choice_for_every_target_and_seed():
    for name, rates in (("sources", 3), ("source_heads", 3)):
        counts = Counter((trial.data, trial.recipe.start, trial.seed) for trial in TRIALS[name])
        assert len(counts) == len(target_names()) * len(STARTS) * 3
        assert set(counts.values()) == {rates}
    settings = {trial.recipe.replace(start=None, lr=1).identity() for trial in TRIALS["sources"]}
    assert len(settings) == 1


def test_each_seed_draws_its_own_training_images():
    assert all(trial.data.seed == trial.seed for trials in TRIALS.values() for trial in trials)
    assert {trial.data.source for trial in TRIALS["sources"]} == {f"mini:{name}" for name in target_names()}


def test_the_support_vector_machine_is_asked_once_for_each_pair_and_seed():
    asked = Counter((t.data, t.recipe.start) for t in TRIALS["source_heads"] if t.probes == (SVM,))
    assert set(asked.values()) == {1}
    assert len(asked) == len(target_names()) * len(STARTS) * 3
    assert all(trial.recipe.multiplier_of("stage4") == 0 for trial in TRIALS["source_heads"])


def test_random_initialisation_gets_a_higher_rate_and_more_epochs():
    tried = {(trial.recipe.lr, trial.recipe.epochs) for trial in TRIALS["source_random"]}
    known = {(trial.recipe.lr, trial.recipe.epochs) for trial in TRIALS["sources"]}
    assert all(trial.recipe.start is None for trial in TRIALS["source_random"])
    assert tried & known == {max(known)}, "the grids meet at the highest rate of all starts"
    assert max(rate for rate, _ in tried) > max(rate for rate, _ in known)
    assert {epochs for _, epochs in tried} == {epochs * times for _, epochs in known for times in (1, 2)}


def test_ten_times_the_images_train_for_as_many_steps():
    for domain in DOMAINS:
        own = [trial for trial in TRIALS["data_sizes"] if trial.data.source == f"mini:{domain}"]
        few, many = sorted({trial.data.per_class for trial in own})
        assert many == 10 * few
        for trial in own:
            batches = -(-trial.data.per_class * len(DOMAINS[domain].categories) // trial.recipe.batch_size)
            assert 300 <= batches * trial.recipe.epochs < 300 + batches


def test_few_images_are_among_the_many_and_the_other_parts_test_alike():
    own = [t for t in TRIALS["data_sizes"] if t.data.source == "mini:tools" and t.seed == 1]
    few, many = (prepare(min(own, key=lambda t: sign * t.data.per_class).data) for sign in (1, -1))
    assert set(few.train.names) < set(many.train.names)
    assert few.test.names == many.test.names


def test_another_source_is_refused():
    for name in TRIALS:
        with pytest.raises(ValueError, match="not on 'mini:cartoon': name no source"):
            find_study(name).trials("smoke", data="mini:cartoon")
