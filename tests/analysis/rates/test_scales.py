"""Graduated rates on the small tasks: choices, ties, luck, and ways to predict the scale."""

import numpy as np
import pytest

import fakes
from course_lib.analysis import rates
from course_lib.analysis.rates import flowers, luck, predictors, scales, table_learners
from course_lib.analysis.rates.scale_claims import SCALE_CLAIMS
from fake_scales import SCALES, TASKS, head_grid, scale_grid, scale_run, seed_runs

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
    assert scales.share_of_ties(grid) == 1
    assert scales.share_of_ties(scales.grid_of(MISLED)) == 0
    assert (grid.by_validation() == 0).all()
    assert (grid.by_validation(ties="highest") == 2).all()


def test_the_last_epoch_counts_where_the_document_is_repeated():
    """Scale 4 has the best epoch and the worst last one."""
    runs = scale_grid(lambda t, k: 0.6, lambda t, k: 0.6 + 0.1 * k)
    for run in runs:
        run["history"][-1]["val_accuracy"] = 0.9 - run["val_accuracy"] / 2
    grid = scales.grid_of(runs)
    assert (grid.by_validation() == 2).all()
    assert (grid.by_validation("last") == 0).all()
    assert grid.taken(grid.by_validation("last"), "last").mean() == pytest.approx(0.6)
    runs[0]["history"][-1]["val_loss"] = None
    assert scales.grid_of(runs).last.min() == 0, "a run that diverged has no last epoch"


def test_the_winner_of_validation_is_compared_on_both_parts():
    table = scales.headline_table(scales.grid_of(MISLED), scales.grid_of(head_grid(), scales.head_of))
    best = table.loc["best of the scales by validation"]
    assert best["validation, chosen epoch"].startswith("80.0 %")
    assert best["test"].startswith("50.0 %")
    assert best["validation − test"].startswith("30.0 points")


def lead_of(accuracy, seeds=None):
    return luck.lead_of_the_best(scale_grid(accuracy), seeds or seed_runs(), draws=60)


def test_equal_scales_lie_within_luck_and_different_ones_do_not():
    assert lead_of(lambda t, k: 0.6).p_value > 0.05
    clear = lead_of(lambda t, k: 0.3 + 0.3 * k)
    assert clear.p_value == pytest.approx(1 / 61)
    assert clear.is_smallest
    assert clear.scales[-1].mean() > clear.dealt[-1].max()


def test_a_lead_is_compared_with_that_of_as_many_seeds():
    """Seeds that differ as much as the scales leave no lead over them; a bad scale lowers the mean, which is a lead."""
    flat, steep = (scale_grid(own, seeds=1) for own in (lambda t, k: 0.6, lambda t, k: 0.3 + 0.3 * k))
    assert [gap.estimate for gap in lead_of(lambda t, k: 0.3 + 0.3 * k, steep).gaps()] == [0, 0]
    lead = lead_of(lambda t, k: (0.6, 0.6, 0.1)[k], flat)
    first, last = lead.gaps()
    assert first.estimate == 0
    assert last.low > 0.05
    assert lead.scales.shape == (2, len(TASKS))


def test_too_few_seeds_are_told():
    with pytest.raises(ValueError, match="'task-00' has 2 seeds for 3 scales"):
        lead_of(lambda t, k: 0.6, seed_runs(count=2))


def test_the_others_never_see_the_task_itself():
    """One task alone makes the last scale the best of all; for itself it must not count."""
    test = np.full((5, 3, 1), 0.5)
    test[:, 1] = 0.6
    test[0, 2] = 1.0  # mean of scale 2 over all tasks: 0.6, over the others 0.5
    assert predictors.columns_of_others(test)[0] == 1
    assert predictors.columns_of_others(test)[1] == 2


@pytest.mark.parametrize("learner", [table_learners.ridge_columns, table_learners.nearest_columns])
def test_a_learner_finds_a_rule_that_there_is(learner):
    rng = np.random.default_rng(0)
    facts = rng.normal(size=(40, 2))
    accuracies = np.stack([0.5 - 0.1 * facts[:, 0], np.full(40, 0.5), 0.5 + 0.1 * facts[:, 0]], axis=1)
    found = learner(facts, accuracies)
    assert (found == accuracies.argmax(axis=1)).mean() > 0.8


def test_the_number_of_near_tasks_is_chosen_without_the_task_itself():
    """Whatever the task itself reaches, its column stays; which number is chosen depends on the others alone."""
    rng = np.random.default_rng(1)
    facts, accuracies = rng.normal(size=(12, 2)), rng.uniform(0.4, 0.8, size=(12, 3))
    found = table_learners.nearest_columns(facts, accuracies, (1, 3, 9))
    for task in range(12):
        changed = accuracies.copy()
        changed[task] = changed[task][::-1] + 0.1
        assert table_learners.nearest_columns(facts, changed, (1, 3, 9))[task] == found[task]
    noise = np.concatenate([np.full((12, 1), 0.6), accuracies[:, 1:] - 0.15], axis=1)  # column 0 is best on average
    assert (table_learners.nearest_columns(facts, noise, (11,)) == 0).all()


def test_each_seed_predicts_from_its_own_facts():
    facts = np.stack([np.zeros((6, 1)), np.arange(6.0)[:, None]], axis=1)  # (T, S, F)
    seen = []
    columns = table_learners.by_seed(lambda own, _: seen.append(own) or np.arange(6), facts, np.zeros((6, 3)))
    assert columns.shape == (6, 2)
    assert [own.tolist() for own in seen] == [facts[:, 0].tolist(), facts[:, 1].tolist()]


def test_the_pair_of_scales_is_that_of_the_other_tasks():
    """Validation is right between scales 1 and 4; a task that alone prefers 0.25 does not get it."""
    accuracy = lambda t, k: 0.8 if t == k == 0 else (0.3, 0.3 + 0.3 * (t % 2), 0.6 - 0.3 * (t % 2))[k]  # noqa: E731
    found = predictors.pair_of_others(scales.grid_of(scale_grid(accuracy)))
    assert found == pytest.approx(np.full((6, 2), 0.6))


def test_the_oracle_takes_the_best_scale_of_the_other_seeds():
    grid = scales.grid_of(MISLED)
    assert predictors.oracle(grid) == pytest.approx(np.full((6, 2), 0.7))


def test_ways_are_compared_on_the_seeds_that_both_have_tried():
    full = predictors.Predictor("a", np.array([[0.5, 0.6], [0.7, 0.8]]), np.ones(2), 1)
    part = predictors.Predictor("b", np.array([[0.4, np.nan], [0.5, np.nan]]), np.full(2, 2.0), 2)
    assert full.gain_over(part).estimate == pytest.approx(0.15)
    assert part.accuracy.estimate == pytest.approx(0.45)
    with pytest.raises(ValueError, match="no seed in common"):
        part.gain_over(predictors.Predictor("c", np.array([[np.nan, 0.4], [np.nan, 0.1]]), np.ones(2), 1))


def test_every_way_has_a_row_and_the_cheapest_comes_first():
    grid, heads = scales.grid_of(MISLED), scales.grid_of(head_grid(), scales.head_of)
    ways = predictors.scale_predictors(grid, heads, np.arange(24.0).reshape(6, 2, 2))
    ways += [predictors.racer(grid, MISLED), *predictors.voters(grid, MISLED, seed_runs())]
    table = predictors.predictors_table(ways)
    assert set(table.index) == {way.name for way in ways}
    assert table["cost"].is_monotonic_increasing
    assert table.loc[predictors.BEST, "test accuracy"].startswith("50.0 %")
    assert table.loc[predictors.BEST, f"minus {predictors.FIXED}"].startswith("-20.0 points")
    for name in (predictors.SEEDS_VOTE, predictors.SEEDS_BEST, predictors.FEW_VOTE):
        assert table.loc[name, "test accuracy"].startswith("60.0 %")
    assert table.loc[[predictors.SEEDS_BEST, predictors.BEST], "seeds"].tolist() == [1, 2]


def test_validation_takes_the_best_of_the_seeds():
    lucky = [
        scale_run(task, 0.048, 0, 0.5 + 0.1 * seed, 0.9 if seed == 1 else 0.2, training_seed=seed)
        for task in TASKS
        for seed in range(3)
    ]
    found = {way.name: way for way in predictors.voters(scales.grid_of(MISLED), MISLED, lucky)}
    assert found[predictors.SEEDS_BEST].accuracy.estimate == pytest.approx(0.6)
    assert found[predictors.SEEDS_BEST].mean_cost == 3 * 160
    assert found[predictors.PAIR_SEEDS].mean_cost == 2 * 160


def test_the_claims_about_choosing_follow_the_runs():
    claims = {claim.id: claim for claim in SCALE_CLAIMS}
    runs = {"scales": MISLED, "scale_heads": head_grid(0.5)}
    assert claims["scales-best-of-11"].measure(runs, 0.95)["best − baseline"].estimate == pytest.approx(0.3)
    assert claims["scales-best-of-11-test"].measure(runs, 0.95)["best − baseline"].estimate == pytest.approx(0)
    first = claims["scales-most-frequent"].measure({"scales": FLAT}, 0.95)
    shared = claims["scales-most-frequent-shared"].measure({"scales": FLAT}, 0.95)
    assert list(first) == list(shared) == ["minus scale 1", "minus scale 4"], "one interval for each rival"
    assert [gap.estimate for gap in first.values()] == pytest.approx([1, 1])
    assert [gap.estimate for gap in shared.values()] == pytest.approx([0, 0])


def test_scales_are_judged_beside_seeds():
    claim = next(claim for claim in SCALE_CLAIMS if claim.id == "scales-beat-seeds")
    runs = {"scales": MISLED, "scale_heads": head_grid(0.5), "scale_seeds": seed_runs(0.6)}
    (gap,) = claim.measure(runs, 0.95).values()
    assert gap.estimate == pytest.approx(-0.1)


def flower_run(name, seed, outcomes, val=0.5):
    run = fakes.fake_run("full", "sgd", 0.01, seed, epochs=2)
    run |= {"num_test": len(outcomes), "test_outcomes": outcomes, "test_correct": outcomes.count("1"), "num_val": 100}
    run |= {"test_accuracy": outcomes.count("1") / len(outcomes), "val_accuracy": val, "key": f"{name}{seed}"}
    run["provenance"] = {"split_hash": f"of seed {seed}"}
    run["recipe"] |= {"name": name, "start": "mini_resnet18_plants"}
    run["data"] = {"source": "mini:flowers", "size": 48, "split": "official", "seed": seed}
    for epoch in run["history"]:
        epoch["val_accuracy"] = val
    return run


def test_flowers_are_paired_within_each_seed():
    """B is right wherever A is, and on five images more: images that both have right add no error."""
    runs = []
    for seed in range(3):
        runs += [flower_run("a", seed, "1" * 50 + "0" * 50), flower_run("b", seed, "1" * 55 + "0" * 45)]
    gap = rates.flower_gap(runs, 10, ("b",), ("a",))
    assert gap.estimate == pytest.approx(0.05)
    assert gap.low > 0, "the interval of two independent scores would reach below zero"
    assert "shared images" in gap.method


def test_a_choice_of_the_highest_multipliers_is_told():
    runs = [flower_run(name, seed, "10", val) for seed in range(3) for name, val in (("a", 0.5), ("b", 0.7))]
    assert flowers.highest_chosen(runs, 10, ("a", "b"))
    assert not flowers.highest_chosen(runs, 10, ("b", "a"))
