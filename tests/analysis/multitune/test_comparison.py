"""Table 3, measured: four numbers of each method, paired gaps, ensembles, the optimism of a maximum, curves."""

from dataclasses import replace

import numpy as np
import pytest

from course_lib.analysis.multitune import comparison, curves, rows
from fake_multitune import fake_runs

FINE, GENERAL = ("mini:beetles", None), ("mini:general", None)


def values(trial):
    return 0.80 - 0.05 * (trial.recipe.name == "SpotTune") - 0.02 * (trial.data.per_class == 5)


def kept(trial):
    return trial.data.per_class in (None, 5)


RUNS = fake_runs("two_networks", values, keep=kept)
BY_ROW = rows.by_row(RUNS)


def test_rows_and_methods_are_found_in_their_order():
    assert list(BY_ROW) == [FINE, ("mini:beetles", 5), GENERAL, ("mini:general", 5)]
    assert rows.row_name(FINE) == "fine-grained, all"
    assert rows.row_name(("mini:general", 5)) == "general, 5 a class"
    assert rows.methods_in(BY_ROW[FINE]) == list(rows.METHODS)
    assert rows.WIDE not in rows.methods_in(BY_ROW["mini:general", 5])
    assert list(rows.by_kind(RUNS)) == list(rows.KINDS)
    with pytest.raises(ValueError, match="no run of 'MultiPlan': the runs are of full, L2-SP"):
        rows.runs_of(RUNS, "MultiPlan")


def test_four_numbers_of_a_method():
    found = comparison.measure(BY_ROW[FINE], "full")
    assert found.maximum.estimate - found.final.estimate == pytest.approx(0.017, abs=0.003)
    assert found.test.estimate == pytest.approx(0.80, abs=0.002)
    assert found.test.estimate - found.last.estimate == pytest.approx(0.005, abs=0.002)
    best = found.maximum.estimate
    assert found.half_width == pytest.approx(1.96 * (best * (1 - best) / 396) ** 0.5)
    assert found.maximum.low < best - found.half_width, "the seeds' error is added"
    assert (found.rates, found.edge) == ((0.01,), "")


def test_an_ensemble_has_a_test_score_alone():
    found = comparison.measure(BY_ROW[FINE], rows.ENSEMBLE)
    assert (found.maximum, found.final, found.last) == (None, None, None)
    assert found.test.low <= found.test.estimate <= found.test.high
    assert np.isnan(found.half_width)
    for name in rows.ENSEMBLES:
        members = [run[rows.MEMBERS] for run in rows.chosen_of(BY_ROW[FINE], name)]
        assert members == [[0, 1], [1, 2], [2, 0]]


def test_a_best_rate_at_the_end_of_its_grid_is_named():
    runs = fake_runs("two_networks", values, keep=lambda t: t.data.per_class is None, best=0.1)
    assert "best at 0.1, the highest rate tried" in comparison.measure(rows.by_row(runs)[FINE], "full").edge
    assert "edge" in set(comparison.comparison_table(runs)["edge"])
    assert rows.method_gap(rows.by_row(runs)[FINE], "full", "SpotTune").edge


def test_methods_are_paired_by_seed_and_image():
    gap = rows.method_gap(BY_ROW[FINE], "MultiTune", "SpotTune")
    assert gap.shares_images
    found = gap.interval()
    assert found.estimate == pytest.approx(0.05, abs=0.003)
    assert found.low > 0
    assert list(gap.by_seed) == [0, 1, 2]
    assert set(comparison.gaps(RUNS, "wider", "full")) == {FINE, GENERAL}
    table = comparison.gap_table(RUNS, "SpotTune")
    assert table.loc["fine-grained, 5 a class", "wider"] == "–"
    assert table.loc["fine-grained, all", "MultiTune"] == str(found)


def with_test(record, outcomes, **changes):
    text = "".join(map(str, outcomes))
    return record | {"test_outcomes": text, "test_accuracy": float(np.mean(outcomes)), **changes}


def test_ensembles_that_share_networks_have_the_jackknifes_interval():
    """In a linear world an ensemble is the mean of its members: its interval must be that of the three members."""
    runs = [run for run in rows.chosen_of(BY_ROW[FINE], "full")]
    base = [with_test(run, [1] * 50 + [0] * 50) for run in runs]
    level = {0: 60, 1: 64, 2: 70}
    alone = [with_test(run, [1] * level[run["seed"]] + [0] * (100 - level[run["seed"]])) for run in runs]
    members = [(0, 1), (1, 2), (2, 0)]
    means = [sum(level[m] for m in pair) // 2 for pair in members]
    joined = [
        with_test(run, [1] * mean + [0] * (100 - mean), members=list(pair))
        for run, mean, pair in zip(runs, means, members, strict=True)
    ]
    single = rows.Paired(tuple(zip(alone, base, strict=True))).over_seeds()
    ensemble = rows.Paired(tuple(zip(joined, base, strict=True))).over_seeds()
    assert ensemble.estimate == pytest.approx(single.estimate, abs=0.005)
    assert ensemble.high - ensemble.low == pytest.approx(single.high - single.low, rel=0.02)
    naive = [mean / 100 - 0.5 for mean in means]
    assert np.ptp(naive) < 0.6 * np.ptp(list(level.values())) / 100, "as they stand they are too much alike"


def test_two_seeds_make_one_ensemble_whose_interval_is_of_the_images():
    runs = [run for run in BY_ROW[FINE] if run["seed"] < 2]
    gap = rows.method_gap(runs, rows.ENSEMBLE, "MultiTune")
    assert len(gap.pairs) == 1
    assert gap.interval().method.startswith("bootstrap")
    with pytest.raises(ValueError, match="nobody to vote with"):
        rows.votes(rows.chosen_of([run for run in runs if run["seed"] == 0], "full"))


def test_a_run_that_diverged_has_no_last_number():
    runs = [dict(run) for run in BY_ROW[FINE] if run["recipe"]["name"] == "full"]
    for run in runs:
        run |= {"status": "diverged"} if run["seed"] == 1 else {}
    found = comparison.measure(runs, "full")
    assert found.final is None
    assert found.test.estimate == pytest.approx(0.80, abs=0.002)


def test_the_optimism_of_a_maximum_is_found_and_its_control_is_none():
    found = comparison.optimism_of_maximum(RUNS)
    assert list(found) == list(rows.KINDS)
    own = found["fine-grained"]
    assert own["maximum − last epoch"].estimate == pytest.approx(0.017, abs=0.002)
    assert own["last epoch − test"].low < 0 < own["last epoch − test"].high
    assert own["by the choice"].low > 0
    assert own["by the choice"].estimate == pytest.approx(
        own["maximum − test"].estimate - own["last epoch − test"].estimate
    )
    flat = comparison.optimism_of_maximum(fake_runs("two_networks", values, keep=kept, maximum=0.0))["general"]
    assert flat["by the choice"].estimate < own["by the choice"].estimate / 2


def test_curves_are_means_with_the_range_of_the_seeds():
    found = {(curve.row, curve.method): curve for curve in curves.validation_curves(RUNS)}
    assert not any(method in rows.ENSEMBLES for _, method in found)
    one, other = found[FINE, "MultiTune"], found[FINE, "SpotTune"]
    assert one.mean.shape == (16,)
    assert np.all(one.low <= one.mean)
    assert np.all(one.mean <= one.high)
    assert curves.share_above(one, other) == 1
    assert curves.share_above(other, one) == 0
    late = replace(one, mean=np.where(np.arange(16) < 3, 0, one.mean))
    assert curves.share_above(late, other) == 1, "the first 20 of 110 epochs do not count"
