"""Graduated rates on the small tasks: choices, ties, luck, and ways to predict the scale."""

import numpy as np
import pytest

from course_lib.analysis.rates import predictors, scales
from course_lib.analysis.rates.scale_claims import SCALE_CLAIMS
from fake_scales import SCALES, TASKS, head_grid, scale_grid, seed_runs

FLAT = scale_grid(lambda t, k: 0.6)
# Validation takes the last scale, the test images like the first: what was chosen looks better than it is.
MISLED = scale_grid(lambda t, k: 0.7 - 0.1 * k, lambda t, k: 0.6 + 0.1 * k)


def test_a_grid_holds_each_task_scale_and_seed():
    grid = scales.grid_of(MISLED)
    assert (grid.tasks, grid.settings, grid.val.shape) == (TASKS, SCALES, (6, 3, 2))
    assert grid.at(4.0).mean() == pytest.approx(0.5)
    assert grid.taken(grid.by_validation()).mean() == pytest.approx(0.5)
    assert grid.taken(grid.by_validation(), "val").mean() == pytest.approx(0.8)
    assert grid.cost == pytest.approx(np.full(6, 160))  # two epochs of eighty images


def test_a_missing_run_is_told():
    with pytest.raises(ValueError, match="35 runs for 36 places"):
        scales.grid_of(FLAT[1:])
    with pytest.raises(ValueError, match="no run at 3"):
        scales.grid_of(FLAT).at(3.0)


def test_ties_decide_which_scale_is_most_frequently_the_best():
    grid = scales.grid_of(FLAT)
    assert scales.best_counts(grid) == {0.25: 6, 1.0: 0, 4.0: 0}
    assert scales.best_counts(grid, "shared") == pytest.approx({0.25: 2, 1.0: 2, 4.0: 2})
    assert scales.most_frequent(grid) == 0.25


def test_the_winner_of_validation_is_compared_on_both_parts():
    table = scales.headline_table(scales.grid_of(MISLED), scales.grid_of(head_grid(), scales.head_of))
    best = table.loc["best of the scales by validation"]
    assert best["validation"].startswith("80.0 %")
    assert best["test"].startswith("50.0 %")
    assert best["validation − test"].startswith("30.0 points")


def test_equal_scales_lie_within_luck_and_different_ones_do_not():
    assert scales.permutation_null(FLAT, draws=60).p_value > 0.05
    clear = scales.permutation_null(scale_grid(lambda t, k: 0.3 + 0.3 * k), draws=60)
    assert clear.p_value < 0.05
    assert clear.observed > clear.drawn.max()


def test_the_others_never_see_the_task_itself():
    """One task alone makes the last scale the best of all; for itself it must not count."""
    test = np.full((5, 3, 1), 0.5)
    test[:, 1] = 0.6
    test[0, 2] = 1.0  # mean of scale 2 over all tasks: 0.6, over the others 0.5
    assert predictors.columns_of_others(test)[0] == 1
    assert predictors.columns_of_others(test)[1] == 2


@pytest.mark.parametrize("learner", [predictors.ridge_columns, predictors.nearest_columns])
def test_a_learner_finds_a_rule_that_there_is(learner):
    rng = np.random.default_rng(0)
    facts = rng.normal(size=(40, 2))
    accuracies = np.stack([0.5 - 0.1 * facts[:, 0], np.full(40, 0.5), 0.5 + 0.1 * facts[:, 0]], axis=1)
    found = learner(facts, accuracies)
    assert (found == accuracies.argmax(axis=1)).mean() > 0.8


def test_the_oracle_takes_the_best_scale_of_the_other_seeds():
    grid = scales.grid_of(MISLED)
    assert predictors.oracle(grid) == pytest.approx(np.full((6, 2), 0.7))


def test_ways_are_compared_on_what_both_have_tried():
    full = predictors.Predictor("a", np.array([[0.5, 0.6], [0.7, 0.8]]), np.ones(2), 1)
    part = predictors.Predictor("b", np.array([[0.4, np.nan], [np.nan, np.nan]]), np.array([2.0, np.nan]), 2)
    assert full.gain_over(part).estimate == pytest.approx(0.1)
    assert (part.num_tasks, part.mean_cost) == (1, 2.0)
    with pytest.raises(ValueError, match="no run in common"):
        part.gain_over(predictors.Predictor("c", np.array([[np.nan, 0.4], [0.1, 0.1]]), np.ones(2), 1))


def test_every_way_has_a_row_and_the_cheapest_comes_first():
    grid, heads = scales.grid_of(MISLED), scales.grid_of(head_grid(), scales.head_of)
    ways = predictors.scale_predictors(grid, heads, np.arange(12.0).reshape(6, 2))
    ways += [predictors.racer(grid, MISLED), *predictors.voters(grid, MISLED, seed_runs())]
    table = predictors.predictors_table(ways)
    assert set(table.index) == {way.name for way in ways}
    assert table["cost"].is_monotonic_increasing
    assert table.loc[predictors.BEST, "test accuracy"].startswith("50.0 %")
    assert table.loc[predictors.BEST, f"minus {predictors.FIXED}"].startswith("-20.0 points")
    assert table.loc[predictors.SEEDS_VOTE, "test accuracy"].startswith("60.0 %")


def test_the_claims_about_choosing_follow_the_runs():
    claims = {claim.id: claim for claim in SCALE_CLAIMS}
    runs = {"scales": MISLED, "scale_heads": head_grid(0.5)}
    assert claims["scales-best-of-11"].measure(runs, 0.95)["best − baseline"].estimate == pytest.approx(0.3)
    assert claims["scales-best-of-11-test"].measure(runs, 0.95)["best − baseline"].estimate == pytest.approx(0)
    first = claims["scales-most-frequent"].measure({"scales": FLAT}, 0.95)["share"].estimate
    shared = claims["scales-most-frequent-shared"].measure({"scales": FLAT}, 0.95)["share"].estimate
    assert (first, shared) == (pytest.approx(1), pytest.approx(0))
