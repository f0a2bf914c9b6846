"""Table 3, measured: four numbers of each method, paired gaps, ensembles, the optimism of a maximum, curves."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from course_lib.analysis.multitune import comparison, curves, opponents, rows
from course_lib.sweeps.ledger import shipped_runs
from course_lib.sweeps.studies.multitune.methods import MULTITUNE, ONE_BLOCK, SP, SPOTTUNE
from fake_multitune import MINI, fake_runs

SEEDS = list(range(MINI.seeds))
FINE, GENERAL = ("mini:beetles", None), ("mini:general", None)


def values(trial):
    return 0.80 - 0.05 * (trial.recipe.name == "SpotTune") - 0.02 * (trial.data.per_class == 5)


def kept(trial):
    return trial.data.per_class in (None, 5)


RUNS = fake_runs("two_networks", values, keep=kept)
BY_ROW = rows.by_row(RUNS)


def test_rows_and_methods_are_found_in_their_order():
    assert list(BY_ROW) == [FINE, ("mini:beetles", 5), GENERAL, ("mini:general", 5)]
    assert rows.row_name(FINE) == "fine-grained, all images"
    assert rows.row_name(("mini:sources", 5)) == "mini:sources, 5 a class"
    assert rows.row_name(("mini:general", 5)) == "general, 5 a class"
    assert rows.methods_in(BY_ROW[FINE]) == list(rows.METHODS)
    assert rows.WIDE not in rows.methods_in(BY_ROW["mini:general", 5])
    assert list(rows.by_kind(RUNS)) == list(rows.KINDS)
    with pytest.raises(ValueError, match="no run of 'MultiPlan': the runs are of full, full, head ×10, L2-SP"):
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
        assert members == [list(pair) for pair in combinations(SEEDS, 2)]


def test_a_best_rate_at_the_end_of_its_grid_is_named():
    runs = fake_runs("two_networks", values, keep=lambda t: t.data.per_class is None, best=0.1)
    assert "best at 0.1, the highest rate tried" in comparison.measure(rows.by_row(runs)[FINE], "full").edge
    assert "edge" in set(comparison.comparison_table(runs)["edge"])
    assert rows.method_gap(rows.by_row(runs)[FINE], "full", "SpotTune").edge


def test_test_accuracies_side_by_side():
    table = comparison.accuracy_table(RUNS)
    assert list(table.columns) == [rows.row_name(row) for row in BY_ROW]
    assert table.loc["full", "fine-grained, all images"].startswith("80.")
    assert table.loc["SpotTune", "general, 5 a class"].startswith("73.")
    assert table.loc[rows.WIDE, "general, 5 a class"] == "–"
    assert not table.map(lambda text: "†" in text).any(axis=None)
    edged = fake_runs("two_networks", values, keep=lambda t: t.data.per_class is None, best=0.1)
    assert comparison.accuracy_table(edged).loc["full", "general, all images"].endswith(" †")


def test_the_table_of_differences_has_a_row_for_each_pair():
    pairs = [(MULTITUNE, SPOTTUNE), (rows.WIDE, "full")]
    table = comparison.gaps_table(RUNS, pairs)
    assert list(table.index) == ["MultiTune − SpotTune", "wider − full"]
    assert list(table.columns) == [rows.row_name(row) for row in BY_ROW]
    gap = rows.method_gap(BY_ROW[FINE], MULTITUNE, SPOTTUNE).interval()
    numbers = [float(word.strip("[],")) for word in table.loc["MultiTune − SpotTune", rows.row_name(FINE)].split()]
    assert numbers == pytest.approx([100 * gap.estimate, 100 * gap.low, 100 * gap.high], abs=0.05)
    assert table.loc["wider − full", "general, 5 a class"] == "–"
    edged = fake_runs("two_networks", values, keep=lambda t: t.data.per_class is None, best=0.1)
    assert comparison.gaps_table(edged, pairs).map(lambda text: text.endswith(" †")).all(axis=None)


def test_methods_are_paired_by_seed_and_image():
    gap = rows.method_gap(BY_ROW[FINE], "MultiTune", "SpotTune")
    assert gap.shares_images
    found = gap.interval()
    assert found.estimate == pytest.approx(0.05, abs=0.003)
    assert found.low > 0
    assert list(gap.by_seed) == SEEDS
    assert set(comparison.gaps(RUNS, "wider", "full")) == {FINE, GENERAL}


def with_test(record, outcomes, **changes):
    text = "".join(map(str, outcomes))
    return record | {"test_outcomes": text, "test_accuracy": float(np.mean(outcomes)), **changes}


def run_at(right, *members):
    """A run, or an ensemble of several, with so many of 200 test images right."""
    record = rows.chosen_of(BY_ROW[FINE], "full")[0] | {"seed": members[0]}
    return with_test(
        record, [1] * right + [0] * (200 - right), **({rows.MEMBERS: list(members)} if members[1:] else {})
    )


def ensembles(levels):
    return [run_at((levels[i] + levels[j]) // 2, i, j) for i, j in combinations(range(len(levels)), 2)]


def singles(levels):
    return [run_at(level, seed) for seed, level in enumerate(levels)]


LEVELS = ((120, 128, 140), (120, 128, 140, 134), (120, 128, 140, 134, 110))
OTHER = (100, 90, 104, 96, 82)


@pytest.mark.parametrize("levels", LEVELS, ids=len)
def test_ensembles_that_share_networks_have_the_jackknifes_interval(levels):
    """In a linear world an ensemble is the mean of its members: its interval must be that of the members."""
    other = OTHER[: len(levels)]
    single = rows.Paired(rows.pair_up(singles(levels), singles(other)))
    ensemble = rows.Paired(rows.pair_up(ensembles(levels), singles(other)))
    assert len(ensemble.pairs) == len(levels) * (len(levels) - 1), "each network of a pair has its opponent"
    for pairs in (ensemble, rows.Paired(rows.pair_up(ensembles(levels), ensembles(other)))):
        assert pairs.by_seed == pytest.approx(single.by_seed)
        assert (pairs.over_seeds().low, pairs.over_seeds().high) == pytest.approx(
            (single.over_seeds().low, single.over_seeds().high)
        )
        assert pairs.over_units().estimate == pytest.approx(single.over_units().estimate)
    turned = rows.Paired(rows.pair_up(singles(other), ensembles(levels)))
    assert turned.by_seed == pytest.approx({seed: -gap for seed, gap in single.by_seed.items()})
    naive = [sum(pair) / 2 for pair in combinations(levels, 2)]
    assert np.std(naive, ddof=1) < 0.8 * np.std(levels, ddof=1), "as they stand they are too much alike"
    own = [set(pair) for pair in combinations(range(len(levels)), 2)]
    assert list(rows.jackknife(naive, own).values()) == pytest.approx(levels)


def test_a_network_without_opponent_is_in_no_pair():
    """Seed 0 is missing on the other side: neither its run nor its ensembles count."""
    levels = LEVELS[1]
    found = rows.pair_up(ensembles(levels), singles(OTHER[:4])[1:])
    assert {seed for run, _ in found for seed in rows.members_of(run)} == {1, 2, 3}
    assert len(found) == 6
    assert rows.pair_up(singles(levels)[:1], singles(levels)[1:]) == ()


def test_an_ensembles_own_interval_is_over_seeds_and_not_over_pairs():
    found, single = (comparison.measure(BY_ROW[FINE], name).test for name in (rows.ENSEMBLE, "full"))
    assert found.seeds == single.seeds == MINI.seeds


def test_two_seeds_make_one_ensemble_whose_interval_is_of_the_images():
    runs = [run for run in BY_ROW[FINE] if run["seed"] < 2]
    gap = rows.method_gap(runs, rows.ENSEMBLE, "MultiTune")
    assert [b["seed"] for _, b in gap.pairs] == [0, 1], "one ensemble beside either run of its seeds"
    assert len(gap.by_seed) == 1
    assert gap.interval().method.startswith("bootstrap")
    with pytest.raises(ValueError, match="1 run makes no ensemble"):
        rows.votes(rows.chosen_of([run for run in runs if run["seed"] == 0], "full"))


def plain_runs(trial_gain, **settings):
    """Runs of both plain recipes and SpotTune on all fine-grained images."""
    names = (*rows.PLAIN_RECIPES, "SpotTune")
    return fake_runs(
        "two_networks",
        lambda t: 0.7 + trial_gain(t),
        keep=lambda t: (t.data.source, t.data.per_class) == FINE and t.recipe.name in names,
        **settings,
    )


def test_each_seed_chooses_the_better_plain_recipe_by_validation():
    runs = plain_runs(lambda t: 0.1 * (t.recipe.name == (rows.PLAIN_RECIPES[t.seed % 2])))
    chosen = rows.chosen_of(runs, rows.PLAIN)
    assert [run["recipe"]["name"] for run in chosen] == [rows.PLAIN_RECIPES[seed % 2] for seed in SEEDS]
    assert rows.method_gap(runs, "SpotTune", rows.PLAIN).interval().estimate == pytest.approx(-0.1, abs=0.01)
    assert rows.method_gap(runs, rows.PLAIN, "full").interval().estimate == pytest.approx(0.05, abs=0.01)


def test_the_edge_of_the_plain_recipe_that_was_chosen_counts():
    def best_at_edge(name):
        def best(trial):
            return max(MINI.rates_of(None)) if trial.recipe.name == name else 0.01

        return plain_runs(lambda t: 0.1 * (t.recipe.name == "full"), best=best)

    assert "full, sgd: best at 0.1" in rows.method_gap(best_at_edge("full"), "SpotTune", rows.PLAIN).edge
    assert rows.method_gap(best_at_edge(rows.FAST_HEAD), "SpotTune", rows.PLAIN).edge == ""


def test_the_rate_in_the_table_is_that_of_the_pretrained_layers():
    runs = plain_runs(lambda t: 0.0)
    assert {run["recipe"]["lr"] for run in rows.chosen_of(runs, rows.FAST_HEAD)} == {0.1}
    assert comparison.measure(runs, rows.FAST_HEAD).rates == (0.01,)


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
    assert curves.is_above(one, other)
    assert not curves.is_above(other, one)
    late = replace(one, mean=np.where(np.arange(16) < 3, 0, one.mean))
    assert curves.is_above(late, other), "the first 20 of 110 epochs do not count"


@pytest.mark.parametrize("value", [0.5, np.nan], ids=["a tie", "a run that diverged"])
def test_a_curve_with_a_tie_or_without_an_end_is_neither_above_nor_below(value):
    one = next(curve for curve in curves.validation_curves(RUNS) if curve.row == FINE)
    other = replace(one, mean=one.mean - 0.1)
    ends = [replace(curve, mean=np.append(curve.mean[:-1], value)) for curve in (one, other)]
    assert not curves.is_above(*ends)
    assert not curves.is_above(*reversed(ends))


def test_the_advice_in_readme_is_what_the_shipped_runs_show():
    """README: which recipes are shown to be better than plain fine-tuning, and which than a vote."""
    every = rows.by_row(list(shipped_runs("multitune", "two_networks").values())).values()

    def better(method, base):
        return sum(rows.method_gap(own, method, base).interval(0.95).low > 0 for own in every)

    assert [better(method, rows.PLAIN) for method in (SP, MULTITUNE, SPOTTUNE)] == [0, 0, 0]
    assert 0 < better(ONE_BLOCK, rows.PLAIN) < len(every)
    assert better(ONE_BLOCK, rows.ENSEMBLE_ANEW) == 0


def test_opponents_are_counted_over_the_rows():
    """SpotTune is five points worse in each of four rows; everything else is equal, so that nothing else is shown."""
    found = opponents.opponents_table(RUNS)
    assert len(found) == len(opponents.PAIRS)
    own = found.loc["MultiTune, one block − SpotTune"]
    assert (own["better"], own["worse"]) == ("4 of 4", "0 of 4")
    assert own["fine-grained"] == str(rows.method_gap(BY_ROW[FINE], "MultiTune, one block", "SpotTune").interval())
    assert found.loc["SpotTune − full", "worse"] == "4 of 4"
    assert found.loc["MultiTune, one block − MultiTune, nothing anew", "better"] == "0 of 2", "on all images alone"
    few = [run for run in RUNS if rows.row_of(run) == ("mini:general", 5)]
    assert list(opponents.opponents_table(few).columns) == ["differ in", "better", "worse"]


def test_opponents_at_the_edge_of_a_grid_show_nothing():
    runs = fake_runs("two_networks", values, keep=lambda t: t.data.per_class is None, best=0.1)
    assert set(opponents.opponents_table(runs)["better"]) <= {"0 of 2"}
