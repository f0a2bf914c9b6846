"""The studies on real images: every task with the same grid, and each seed with images of its own."""

from collections import Counter

import pytest

from course_lib.data.real_tasks import REAL_TASKS
from course_lib.models import build
from course_lib.sweeps.shipped import find_shipped
from course_lib.sweeps.studies import find_study
from course_lib.sweeps.studies.rates.real import REAL
from course_lib.training.graduated import HEAD_MULTIPLIER, MULTIPLIERS, SCALES, STAGES
from course_lib.training.heads import shared_settings
from extras import LITE0, needs_imagenet

SCALE_TRIALS = find_study("real_scales").trials("real")
SOURCE_TRIALS = find_study("real_sources").trials("real")


def graduated(trials):
    return [trial for trial in trials if trial.recipe.name == "graduated"]


def test_every_task_and_seed_has_the_same_grid():
    for trials in (SCALE_TRIALS, SOURCE_TRIALS):
        counts = Counter((trial.data.source, trial.data.classes, trial.data.per_class, trial.seed) for trial in trials)
        assert len(counts) == REAL.seeds * len(REAL_TASKS)
        assert len(set(counts.values())) == 1
        assert all(trial.data.seed == trial.seed for trial in trials)
        assert {trial.recipe.epochs for trial in trials} == {REAL.epochs}


def test_the_scales_are_the_documents_from_end_to_end():
    assert len(REAL.scales) >= 6
    assert set(REAL.scales) <= set(SCALES)
    assert {min(SCALES), 1.0, max(SCALES)} <= set(REAL.scales)
    assert set(REAL.source_scales) <= set(REAL.scales)
    for trial in graduated(SCALE_TRIALS):
        rates = [trial.recipe.rate_of(stage) for stage in (*STAGES, "head")]
        unit = rates[-1] / HEAD_MULTIPLIER
        assert rates == pytest.approx([unit * multiplier for multiplier in (*MULTIPLIERS, HEAD_MULTIPLIER)])


def test_heads_alone_train_together():
    heads = [trial.recipe for trial in SCALE_TRIALS if trial.recipe.name == "last_layer"]
    assert len({recipe.lr for recipe in heads}) == len(REAL.scales) + 1
    assert len({shared_settings(recipe) for recipe in heads}) == 1
    assert shared_settings(heads[0]) is not None


def test_both_networks_are_tried_from_random_weights():
    scratch = [trial.recipe for trial in SOURCE_TRIALS if trial.recipe.start is None]
    assert {recipe.architecture for recipe in scratch} == {"mini_resnet18", REAL.architecture}
    assert {(recipe.multiplier_of("stem"), recipe.lr) for recipe in scratch} == {(1, lr) for lr in REAL.scratch_rates}


@pytest.mark.parametrize("name", ["real_scales", "real_sources", "real_running"])
def test_every_run_of_every_seed_ships(name):
    """Records alone, found by their settings: no image and no weights are needed."""
    study = find_study(name)
    assert None not in find_shipped(study, study.trials("real"))


def test_other_images_are_refused():
    with pytest.raises(ValueError, match="real_scales trains on tasks of its own, not on 'mini:cartoon'"):
        find_study("real_scales").trials("real", data="mini:cartoon")


@needs_imagenet
def test_the_network_has_the_stages_of_the_graduated_rates():
    assert build(LITE0).stage_names == (*STAGES, "pool", "head")
