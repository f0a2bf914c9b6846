"""The homework's studies hold the runs that its tables and questions ask for."""

import math

import pytest

from course_lib.analysis.homework import printed_results
from course_lib.data.augmentation import RandomHorizontalFlip
from course_lib.sweeps import study_trials
from course_lib.sweeps.shipped import find_shipped
from course_lib.sweeps.studies.homework import GRIDS, ORDER_ROWS, STUDIES, SUSPECTS, TABLE_VIII, get_profile


def test_table_viii_has_the_rows_that_were_printed():
    assert list(TABLE_VIII) == [row.augmentation for row in printed_results(table="VIII")]
    assert len(TABLE_VIII) == 28
    assert {row.lr for row in printed_results(table="VIII")} == {
        trial.recipe.lr for trial in study_trials("augmentation")
    }


def identities(trials, **changes):
    return [(trial.recipe.model_copy(update=changes).identity(), trial.data, trial.seed) for trial in trials]


def test_the_row_without_augmentation_is_a_run_of_table_vii():
    """So it is computed once, and its key is the same in both studies."""
    plain = [trial for trial in study_trials("augmentation", seeds=1) if not trial.recipe.augmentation]
    assert len(plain) == 2
    assert set(identities(plain)) <= set(identities(study_trials("few_shot_full", seeds=1)))


@pytest.mark.parametrize("name", GRIDS)
def test_a_grid_has_every_rate_with_both_optimisers(name):
    trials = study_trials(name, "mini", seeds=2)
    assert len(trials) == len(set(identities(trials))) == 2 * 2 * len(get_profile("mini").rates)
    assert {trial.data.few_shot for trial in trials} == {name.startswith("few_shot")}


@pytest.mark.parametrize("profile", ["smoke", "mini", "paper"])
def test_every_study_can_be_built_at_every_profile(profile):
    for name in (name for name, study in STUDIES.items() if profile in study.profiles):
        trials = study_trials(name, profile, seeds=1)
        assert trials
        assert len(trials) == len(set(identities(trials)))


def test_the_mistaken_orders_differ_from_the_right_one_in_the_order_alone():
    wrong = study_trials("augmentation_order", seeds=1)
    assert len(wrong) == len(ORDER_ROWS) * 2 * 2
    assert all(trial.recipe.augmentation_order != "before_normalisation" for trial in wrong)
    right = {
        (names_of(trial), trial.recipe.lr, trial.data, trial.seed) for trial in study_trials("augmentation", seeds=1)
    }
    assert {(names_of(trial), trial.recipe.lr, trial.data, trial.seed) for trial in wrong} <= right


def names_of(trial):
    return tuple(transform.name for transform in trial.recipe.augmentation)


def test_a_turned_image_has_the_same_corners_in_both_orders():
    """Of the mean colour: 0 after normalisation."""
    before, after = (
        next(t.recipe for t in study_trials(name, seeds=1) if "RandomAffine" in names_of(t) and t.recipe.lr == 0.01)
        for name in ("augmentation", "augmentation_order")
    )
    assert before.augmentation[-1].fill == pytest.approx((0.77, 0.76, 0.72), abs=0.01)
    assert after.augmentation[-1].fill == (0, 0, 0)


@pytest.mark.parametrize(("profile", "epochs"), [("smoke", 3), ("mini", 225), ("paper", 440)])
def test_the_long_runs_take_the_fewest_epochs_with_as_many_steps_as_the_large_set(profile, epochs):
    """At mini 50 × 27 = 225 × 6 steps: the last batch of an epoch is smaller, and a step too."""
    few, many = study_trials("few_shot_steps", profile, seeds=1)[0], study_trials("scratch", profile, seeds=1)[0]
    needed = many.recipe.epochs * math.ceil(1687 / many.recipe.batch_size)
    of_an_epoch = math.ceil(189 / few.recipe.batch_size)
    assert few.recipe.epochs == epochs
    assert (epochs - 1) * of_an_epoch < needed <= epochs * of_an_epoch


@pytest.mark.parametrize("profile", ["smoke", "mini", "paper"])
def test_every_long_run_has_its_short_one(profile):
    """So that what more steps bring can be compared run by run."""
    for strategy in ("scratch", "full"):
        short = study_trials(f"few_shot_{strategy}", profile, seeds=1)
        epochs = short[0].recipe.epochs
        long = [t for t in study_trials("few_shot_steps", profile, seeds=1) if t.recipe.name == strategy]
        assert long
        assert set(identities(long, epochs=epochs)) <= set(identities(short))


def test_flips_are_flips():
    assert TABLE_VIII["RandomHorizontalFlip(p=0.5)"] == (RandomHorizontalFlip(p=0.5),)


def test_a_thousand_outputs_are_the_only_difference_to_table_vii():
    mistaken, right = study_trials("thousand_outputs", seeds=1), study_trials("few_shot_full", seeds=1)
    assert {trial.recipe.num_outputs for trial in mistaken} == {1000}
    assert identities(mistaken, num_outputs=None) == identities(right)


def test_every_suspect_meets_both_heads_at_the_rates_that_broke():
    recipes = [trial.recipe for trial in study_trials("divergence", seeds=1)]
    assert {recipe.lr for recipe in recipes} == {0.01, 0.03, 0.08, 0.24}
    for changes in SUSPECTS.values():
        own = [r for r in recipes if all(getattr(r, name) == value for name, value in changes.items())]
        assert sorted((r.lr, r.num_outputs or 7) for r in own) == [
            (lr, outputs) for lr in (0.01, 0.03, 0.08, 0.24) for outputs in (7, 1000)
        ]


REAL_STUDIES = [name for name, study in STUDIES.items() if "real" in study.profiles]


@pytest.mark.parametrize("name", REAL_STUDIES)
def test_a_study_on_real_cartoons_has_three_seeds_and_every_run_ships(name):
    """Records alone, found by their settings: no image and no weights are needed."""
    trials = study_trials(name, "real")
    assert {trial.data.source for trial in trials} == {"pacs:cartoon"}
    assert {trial.recipe.architecture for trial in trials} == {"efficientnet_lite0"}
    assert len({trial.seed for trial in trials}) == 3
    assert len(trials) == len(set(identities(trials)))
    assert None not in find_shipped(STUDIES[name], trials)


def test_another_source_replaces_the_profiles_own():
    assert {trial.data.source for trial in study_trials("full", "real", data="mini:cartoon")} == {"mini:cartoon"}


def test_a_study_that_is_not_trained_on_real_cartoons_says_so():
    with pytest.raises(ValueError, match="no profile 'real' here: choose one of smoke, mini, paper"):
        study_trials("momentum", "real")


def test_the_rows_without_augmentation_on_real_cartoons_are_runs_of_the_grid():
    plain = [trial for trial in study_trials("augmentation", "real", seeds=1) if not trial.recipe.augmentation]
    assert set(identities(plain)) <= set(identities(study_trials("few_shot_full", "real", seeds=1)))
