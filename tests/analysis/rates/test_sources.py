"""What a source is worth: chosen runs, gains with intervals, and targets whose own domain is no candidate."""

import numpy as np
import pytest

from course_lib.analysis.rates import closeness, frozen, sources
from course_lib.data import prepare, small_target
from course_lib.sweeps.studies.rates.sources import STARTS
from fake_sources import TARGETS, size_grid, source_grid, source_run

RUNS = source_grid({"random": 0.4, "plants": 0.7, "tools": 0.2})


def test_matrix_has_every_start_of_every_target():
    matrix = sources.source_matrix(RUNS)
    assert matrix.targets == TARGETS
    assert matrix.starts == tuple(STARTS)
    assert matrix.accuracies.shape == (5, 9, 3)
    assert matrix.accuracies[0, matrix.starts.index("plants")] == pytest.approx([0.69, 0.7, 0.71])


def test_own_domain_is_no_candidate():
    candidates = sources.source_matrix(RUNS).candidates
    empty = np.isnan(candidates).all(axis=2)
    assert empty.sum() == 2  # animals and tools are sources, too
    assert empty[0, 0]
    assert ("animals", "animals") not in sources.gains(RUNS)


def test_validation_chooses_the_rate_of_each_seed():
    runs = [source_run("flowers", "plants", seed, 0.5, lr=0.01, val=0.6) for seed in range(2)]
    runs += [source_run("flowers", "plants", seed, 0.9, lr=0.03, val=0.5 + 0.2 * seed) for seed in range(2)]
    chosen = sources.by_target(runs)["flowers"]["plants"]
    assert [run["recipe"]["lr"] for run in chosen] == [0.01, 0.03]
    counts = sources.chosen_rates(runs)
    assert counts.loc["plants"].tolist() == [1, 1]


def test_gain_counts_signs():
    found = sources.gains(RUNS)
    assert found["flowers", "plants"].estimate == pytest.approx(0.3)
    assert found["flowers", "plants"].low > 0
    assert found["flowers", "tools"].high < 0
    signs = sources.count_signs(found)
    assert signs == {"better": len(found) - 4, "worse": 4, "undecided": 0}


def test_missing_seed_is_named():
    with pytest.raises(ValueError, match="let the study finish"):
        sources.source_matrix(RUNS[:-1])
    with pytest.raises(ValueError, match="seeds .0, 1, 2. and .0, 1."):
        sources.gain(RUNS[:3], RUNS[:2])


def test_units_of_a_domain_are_brought_into_one_order():
    splits = [prepare(small_target("tools", size=16, seed=seed)) for seed in (0, 3)]
    assert splits[0].test.names != splits[1].test.names
    right = {name: number % 3 == 0 for number, name in enumerate(splits[0].test.names)}
    aligned = []
    for seed, own in zip((0, 3), splits, strict=True):
        outcomes = "".join("01"[right[name]] for name in own.test.names)
        run = {"test_outcomes": outcomes, "data": small_target("tools", seed=seed).model_dump(mode="json")}
        aligned.append(sources.aligned_units(run))
    assert aligned[0].tolist() == aligned[1].tolist()


def test_units_of_a_small_task_have_one_order():
    first, other = (prepare(small_target("task-49", size=16, seed=seed)) for seed in (0, 3))
    assert first.test.names == other.test.names


def test_relative_range_is_of_the_random_accuracy():
    low, high = sources.relative_range(sources.source_matrix(RUNS))
    assert low == pytest.approx(-0.5, abs=0.01)
    assert high == pytest.approx(0.75, abs=0.01)


def test_choice_gain_measures_with_a_seed_that_took_no_part_in_the_choice():
    draw = np.random.default_rng(1)
    noisy = [
        source_run(target, start, seed, 0.5 + draw.uniform(-0.1, 0.1))
        for target in (*TARGETS, "household", "people", "task-14", "task-42", "task-07")
        for start in STARTS
        for seed in range(3)
    ]
    worth = sources.choice_gain(sources.source_matrix(noisy))["the mean source"]
    assert worth.low < 0 < worth.high  # nothing but noise: no source is better
    best = np.nanmax(sources.source_matrix(noisy).candidates.mean(axis=2), axis=1)
    assert best.mean() - 0.5 > 2 * worth.estimate


def test_the_best_source_of_the_other_targets_is_told_apart():
    worth = sources.choice_gain(sources.source_matrix(RUNS))
    assert worth["the mean source"].low > 0
    assert worth["the source best for the other targets"].estimate == pytest.approx(0)


def test_closeness_gap_is_what_close_sources_gain():
    matrix = sources.source_matrix(RUNS)
    groups = closeness.closeness_gains(matrix)
    assert set(groups) <= {0, 1, 2, 3}
    assert sum(len(values) for values, _ in groups.values()) == (~np.isnan(matrix.over_random)).sum()
    gap = closeness.closeness_gap(matrix)
    assert gap.unit == "points"
    with pytest.raises(ValueError, match="close and far"):
        closeness.closeness_gap(sources.source_matrix([run for run in RUNS if run["data"]["source"] == "mini:flowers"]))


def test_size_gains():
    found = sources.size_gains(size_grid())
    assert found["tools"]["gain"].estimate == pytest.approx(0.3)
    assert found["animals"]["few"].estimate == pytest.approx(0.3)
    with pytest.raises(ValueError, match="give runs of two sizes"):
        sources.size_gains([run for run in size_grid() if run["data"]["per_class"] == 4])


def test_frozen_strategies():
    heads = source_grid({"random": 0.2, "plants": 0.6}, svm=0.7)
    found = frozen.strategy_accuracies(RUNS, heads)
    means = frozen.strategy_means(found)
    assert means[frozen.MACHINE]["plants"].estimate == pytest.approx(0.7)
    assert means[frozen.HEAD]["plants"].estimate == pytest.approx(0.6)
    assert frozen.strategy_gap(found, frozen.MACHINE, frozen.HEAD).low > 0
    with pytest.raises(ValueError, match="other targets"):
        frozen.strategy_accuracies(RUNS, [run for run in heads if run["data"]["source"] != "mini:flowers"])


def test_of_equal_validation_scores_the_lower_rate_counts_whatever_the_order():
    runs = [source_run("flowers", "plants", 0, 0.5, lr=lr, val=0.6) for lr in (0.03, 0.01)]
    for order in (runs, runs[::-1]):
        (chosen,) = sources.by_target(order)["flowers"]["plants"]
        assert chosen["recipe"]["lr"] == 0.01
