"""What a source is worth: chosen runs, gains with intervals, and targets whose own domain is no candidate."""

import numpy as np
import pytest

from course_lib.analysis.rates import closeness, frozen, sources
from course_lib.analysis.rates.source_choice import choice_gain, excess, merit_elsewhere
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
    of_runs = [sources.relative_gain(sources.by_target(RUNS)["tools"][name], sources.by_target(RUNS)["tools"]["random"])
               for name in ("plants", "people")]  # fmt: skip
    assert sources.relative_range(sources.source_matrix(RUNS), "tools") == pytest.approx(
        (of_runs[1].estimate, of_runs[0].estimate)
    )


def choice_grid(val, accuracies=None, seeds=2):
    """Runs whose validation accuracy is `val(start)`; of the other starts 0.5."""
    accuracies = {"animals": 0.7, "plants": 0.6} | (accuracies or {})
    return [
        source_run(target, start, seed, accuracies.get(start, 0.5), val=val(start))
        for target in TARGETS
        for start in STARTS
        for seed in range(seeds)
    ]


def test_choice_gain_takes_the_source_that_validation_names_whatever_the_test_images_say():
    worth = choice_gain(choice_grid(lambda start: 0.9 if start == "plants" else 0.5))
    assert worth["the source with the most images"].estimate == 0  # that is plants, too
    assert worth["the source best for the other targets"].estimate < 0  # animals: they test best
    assert worth["a source taken at random"].low > 0


def test_of_equal_validation_accuracies_the_mean_counts():
    worth = choice_gain(choice_grid(lambda _start: 0.5))
    assert worth["a source taken at random"].estimate == pytest.approx(0)
    assert worth["a source taken at random"].method == "t, 5 targets"


def test_the_best_source_of_the_other_targets_is_told_apart():
    worth = choice_gain(RUNS)
    assert worth["a source taken at random"].low > 0
    assert worth["the source best for the other targets"].estimate == pytest.approx(0)


def test_merit_elsewhere_leaves_out_the_target_and_what_is_no_candidate():
    means = np.array([[0.9, 0.5, np.nan], [0.2, 0.4, 0.6], [0.1, np.nan, 0.3]])
    found = merit_elsewhere(means)
    assert excess(means)[0].tolist() == pytest.approx([0.2, -0.2, np.nan], nan_ok=True)
    assert found[0].tolist() == pytest.approx([(-0.2 - 0.1) / 2, 0.0, (0.2 + 0.1) / 2])
    assert found[1, 1] == pytest.approx(-0.2)


def test_the_edge_is_that_of_the_mean_over_targets():
    def runs(best, epochs=2):
        found = [run for lr in (0.01, 0.03, 0.1) for run in source_grid({"random": 0.8 if lr == best else 0.4}, lr=lr)]
        for run in found:
            run["recipe"]["epochs"] = epochs
        return found

    assert sources.rate_edge(runs(0.1), ("random",)) == "random: best at 0.1, the highest rate tried"
    assert sources.rate_edge(runs(0.01), ("random",)).endswith("the lowest rate tried")
    assert sources.rate_edge(runs(0.03), ("random",)) == ""
    assert sources.rate_edge(RUNS, ("random",)) == ""
    longer = [run for run in source_grid({"random": 0.9}, lr=0.3) if run["recipe"]["start"] is None]
    for run in longer:
        run["recipe"]["epochs"] = 4
    assert sources.rate_edge([*runs(0.1), *longer], ("random",)).startswith("random: best at 0.3")


def test_closeness_gap_is_what_close_sources_gain():
    matrix = sources.source_matrix(RUNS)
    table = closeness.closeness_table(matrix)
    assert table["pairs"].sum() == (~np.isnan(matrix.over_random)).sum()
    assert table.index.tolist() == ["0, far", "1, one step in common", "2, close", "3, one domain"]
    gap = closeness.closeness_gap(matrix)
    assert gap.unit == "points"
    assert gap.method == "t, 5 targets"
    with pytest.raises(ValueError, match="close and far"):
        closeness.closeness_gap(sources.source_matrix([run for run in RUNS if run["data"]["source"] == "mini:flowers"]))


def test_pairs_of_one_domain_are_close_or_left_out():
    """The flowers and task-49 have a source of their own domain; from it alone they gain."""
    runs = [
        source_run(target, start, seed, 0.9 if (target, start) in own else 0.5)
        for own in [{("flowers", "plants"), ("task-49", "people")}]
        for target in TARGETS
        for start in STARTS
        for seed in range(3)
    ]
    matrix = sources.source_matrix(runs)
    assert closeness.closeness_gap(matrix).estimate > 0.1
    assert closeness.closeness_gap(matrix, same=False).estimate == pytest.approx(0)
    table = closeness.closeness_table(matrix)
    assert table.loc["3, one domain", ["pairs", "targets"]].tolist() == [2, 2]
    assert table.loc["3, one domain", "minus the target's mean"] == "35.0 points [35.0, 35.0]"


def test_size_gains():
    found = sources.size_gains(size_grid())
    assert found["tools"]["gain"].estimate == pytest.approx(0.3)
    assert found["animals"]["few"].estimate == pytest.approx(0.3)
    with pytest.raises(ValueError, match="give runs of two sizes"):
        sources.size_gains([run for run in size_grid() if run["data"]["per_class"] == 4])


def test_frozen_strategies():
    heads = source_grid({"random": 0.2, "plants": 0.6}, svm=0.7)
    found = frozen.strategy_accuracies(RUNS, heads)
    table = frozen.strategy_table(found)
    assert table.index.tolist() == list(STARTS)
    assert table.loc["plants", [frozen.MACHINE, frozen.HEAD]].tolist() == ["70.0 % [70.0, 70.0]", "60.0 % [60.0, 60.0]"]
    assert frozen.strategy_gap(found, frozen.MACHINE, frozen.HEAD).low > 0
    with pytest.raises(ValueError, match="other targets"):
        frozen.strategy_accuracies(RUNS, [run for run in heads if run["data"]["source"] != "mini:flowers"])


def test_of_equal_validation_scores_the_lower_rate_counts_whatever_the_order():
    runs = [source_run("flowers", "plants", 0, 0.5, lr=lr, val=0.6) for lr in (0.03, 0.01)]
    for order in (runs, runs[::-1]):
        (chosen,) = sources.by_target(order)["flowers"]["plants"]
        assert chosen["recipe"]["lr"] == 0.01
