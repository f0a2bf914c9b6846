"""The studies of graduated rates: the document's numbers, and that no way to choose has more training than another."""

from collections import Counter

import pytest

from course_lib.analysis.rates import printed_number, printed_series
from course_lib.analysis.rates.scales import scale_of
from course_lib.data.mini.tasks import task_names
from course_lib.sweeps.studies import find_study
from course_lib.sweeps.studies.rates.scales import FLOWER_MULTIPLIERS

TRIALS = {name: find_study(name).trials("mini") for name in ("scales", "scale_heads", "scale_rules", "scale_seeds")}


def rates_of(trial):
    return trial.recipe.rates(("stem", "stage1", "stage2", "stage3", "stage4", "head"))


def test_every_task_has_the_documents_scales_with_every_seed():
    jobs = Counter((trial.data.source, trial.seed) for trial in TRIALS["scales"])
    assert jobs == {(f"mini:{name}", seed): 11 for name in task_names() for seed in range(3)}
    assert len(TRIALS["scales"]) == 3 * printed_number("jobs")
    scales = {scale_of({"recipe": trial.recipe.model_dump(mode="json")}) for trial in TRIALS["scales"]}
    assert sorted(scales) == printed_series("scales")


def test_the_rates_are_the_documents():
    half = next(t for t in TRIALS["scales"] if scale_of({"recipe": t.recipe.model_dump(mode="json")}) == 0.5)
    assert rates_of(half)["stage2"] == pytest.approx(0.5 * 2 * 0.001)  # its own example, conv3
    assert rates_of(half)["stem"] == 0
    assert half.recipe.epochs == printed_number("task_epochs")


def test_the_last_layer_alone_has_the_baseline_and_the_rate_of_each_scale():
    own = [t for t in TRIALS["scale_heads"] if (t.data.source, t.seed) == ("mini:task-00", 0)]
    graduated = [t for t in TRIALS["scales"] if (t.data.source, t.seed) == ("mini:task-00", 0)]
    heads = {round(rates_of(trial)["head"], 6) for trial in own}
    assert heads == {round(rates_of(trial)["head"], 6) for trial in graduated} | {0.01}
    assert all(set(list(rates_of(trial).values())[:-1]) == {0} for trial in own)
    assert all(trial.group() is not None for trial in own)  # they train together


def test_rules_and_scales_train_on_the_same_images():
    images = {(trial.data, trial.seed) for trial in TRIALS["scales"]}
    for trial in TRIALS["scale_rules"]:
        assert (trial.data, trial.seed) in images
        assert trial.recipe.epochs == 20


def test_the_voting_seeds_differ_in_nothing_else():
    by_task = {}
    for trial in TRIALS["scale_seeds"]:
        by_task.setdefault(trial.data, []).append(trial)
    assert by_task.keys() == {trial.data for trial in TRIALS["scales"] if trial.seed == 0}
    for trials in by_task.values():
        assert {trial.seed for trial in trials} == set(range(11))
        assert len({trial.recipe for trial in trials}) == 1


def test_the_flowers_have_the_documents_multipliers():
    for number in printed_series("uniform_multipliers"):
        assert FLOWER_MULTIPLIERS[f"uniform {number:g}"] == (number,) * 5
    graduated = printed_series("graduated_flowers")
    assert FLOWER_MULTIPLIERS["graduated 0, 0, 1, 2, 5"] == tuple(graduated)
    assert FLOWER_MULTIPLIERS["reversed 5, 2, 1, 0, 0"] == tuple(reversed(graduated))
    assert FLOWER_MULTIPLIERS["uniform 1.6"] == (sum(graduated) / 5,) * 5


@pytest.mark.parametrize("name", ["scales", "flower_rates"])
def test_another_source_is_refused(name):
    with pytest.raises(ValueError, match="not on 'mini:cartoon': name no source"):
        find_study(name).trials("smoke", data="mini:cartoon")
