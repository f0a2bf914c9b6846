"""Features beside the direct output: every number follows from records whose average precisions are given."""

import numpy as np
import pytest

from course_lib.analysis.extension import features, fusion, ways
from course_lib.analysis.extension.ways import ALL_FUSED, DIRECT, LAST_FUSED, POSITIONS, WITH_AUXILIARY
from course_lib.data.mini.several import VOC_CONCEPTS
from course_lib.sweeps.studies.extension.questions import fused
from course_lib.training.readouts import last_layers
from fake_features import NETWORKS, all_layers, grid_of, run_of

WAYS = {DIRECT: 0.0, LAST_FUSED: 0.05, ALL_FUSED: 0.08}


def trained(records):
    return features.trained_networks(records)


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("hidden", [(), (64,), (64, 64)])
def test_layers_are_those_of_the_network(network, hidden):
    run = run_of(network, "any", ways=WAYS, hidden=hidden)
    assert ways.layers_of(run)[-3:] == last_layers(ways.recipe_of(run), 3)
    assert ways.probe_of(run, LAST_FUSED) == fused(ways.recipe_of(run)).name
    assert len(ways.auxiliary_of(run)) == (2 if network.startswith("GoogLeNet") else 0)


def test_names_of_probes_are_those_of_the_studies():
    run = run_of("GoogLeNet-84", "FT3-ex1-512", ways=WAYS, hidden=(512,))
    assert ways.probe_of(run, LAST_FUSED) == "logistic pool+hidden1+head, mean, c=validation"
    assert ways.probe_of(run, ways.HEADS_FUSED) == "direct head+head.aux1+head.aux2"
    assert ways.probe_of(run, POSITIONS[1]) == "logistic hidden1, c=validation"
    assert ways.probe_of(run, WITH_AUXILIARY) == "logistic pool+hidden1+head+head.aux1+head.aux2, mean, c=validation"
    assert ways.probe_of(run, ways.HEAD2TOE) == "logistic stage1+stage2+stage3+pool+hidden1+head, head2toe"


def test_an_unknown_way_and_auxiliary_heads_that_are_not_there_are_refused():
    run = run_of("ResNet", "FT1-def", ways=WAYS)
    with pytest.raises(ValueError, match="unknown way 'guess'"):
        ways.probe_of(run, "guess")
    with pytest.raises(ValueError, match="mini_resnet18 has none"):
        ways.probe_of(run, WITH_AUXILIARY)
    assert not ways.is_asked(run, WITH_AUXILIARY)


def test_the_learning_rate_is_the_one_of_the_direct_output():
    (own,) = trained(grid_of(ways=WAYS))
    assert [run["recipe"]["lr"] for run in own.runs] == [0.3] * 3
    assert (own.network, own.strategy, own.edge) == ("ResNet", "FT1-def", "")
    (edge,) = trained(grid_of(ways=WAYS, rates={0.1: 0.1, 0.3: 0.3, 1.0: 0.4}))
    assert "best at 1, the highest rate tried" in edge.edge


def test_a_gap_is_paired_so_that_what_both_ways_share_is_no_error():
    found = features.way_gap(trained(grid_of(ways=WAYS, noise=0.1)), LAST_FUSED, DIRECT)
    assert found.estimate == pytest.approx(0.05)
    assert (found.low, found.high) == pytest.approx((0.05, 0.05), abs=1e-6)
    assert "3 seeds" in found.method
    assert f"{len(VOC_CONCEPTS)} shared concepts" in found.method


def test_strategies_are_averaged():
    records = grid_of(ways=WAYS) + grid_of(strategy="FT3-ex1-64", hidden=(64,), ways={DIRECT: 0.0, LAST_FUSED: 0.01})
    assert features.way_gap(trained(records), LAST_FUSED, DIRECT).estimate == pytest.approx(0.03)
    with pytest.raises(ValueError, match="no run was asked for both"):
        features.way_gap(trained(records), LAST_FUSED, ways.LAST_SVM)


HIGHEST = {0.1: 0.1, 0.3: 0.3, 1.0: 0.4}


@pytest.mark.parametrize(
    ("fused", "c", "rates", "named"),
    [
        (0.05, "no no no", HIGHEST, "learning rates"),
        (0.05, "yes yes yes", None, ""),  # a better C would only add to the gain
        (-0.05, "yes yes no", None, "values of C"),
        (-0.05, "yes no no", None, ""),
        (-0.05, "no no no", HIGHEST, ""),
    ],
)
def test_the_edge_of_the_worse_way_is_named(fused, c, rates, named):
    grid = grid_of(ways={DIRECT: 0.0, LAST_FUSED: fused}, edge=c, **({"rates": rates} if rates else {}))
    edge = features.way_gap(trained(grid), LAST_FUSED, DIRECT).edge
    assert named in edge
    assert bool(edge) == bool(named)


def test_tables_hold_what_the_records_say():
    records = grid_of(ways=WAYS, layers=all_layers(0.01), edge="yes")
    own = trained(records)
    layers = features.layers_table(own)
    assert list(layers["layer"]) == ["stage1", "stage2", "stage3", "pool", "head"]
    assert np.diff(layers["MAP"]) == pytest.approx([1.0] * 4)
    assert set(layers["C at edge"]) == {"3/3"}
    found = features.ways_table(own).set_index("way")
    assert found.loc[ALL_FUSED, f"minus {DIRECT}"].startswith("8.0 points")
    assert (found.loc[DIRECT, "lr or C at edge"], found.loc[LAST_FUSED, "lr or C at edge"]) == ("0%", "100%")
    (row,) = features.strategies_table(own).to_dict("records")
    assert row[LAST_FUSED] - row[DIRECT] == pytest.approx(5)
    assert row["lr at edge"] == "no"


def test_concepts_are_named_and_sorted_by_gain():
    grid = grid_of(ways=WAYS)
    for run in grid:
        run["scores"]["direct"]["units"][3] -= 0.1
    table = features.concept_table(trained(grid))
    assert table.index[0] == VOC_CONCEPTS[3]
    assert table["gain"].iloc[0] == pytest.approx(0.15)
    assert len(table) == len(VOC_CONCEPTS)


def test_fusion_is_compared_with_each_layer_and_with_the_best_on_test():
    layers = {"stage3": 0.01, "pool": 0.04, "head": 0.02}
    own = trained(grid_of(ways={DIRECT: 0.0, LAST_FUSED: 0.05}, layers=layers))
    gaps = fusion.fusion_gaps(own)
    assert [gap.estimate for gap in gaps.values()] == pytest.approx([0.04, 0.01, 0.03, 0.01])
    (row,) = fusion.fusion_table(own).to_dict("records")
    assert row["best on test"] == "pool"


def test_upper_layers_against_lower():
    own = trained(grid_of(ways=WAYS, layers=all_layers(0.01)))
    assert fusion.upper_gap(own).estimate == pytest.approx(0.03 - 0.005)
    assert fusion.upper_gap(trained(grid_of(ways=WAYS, layers=all_layers(-0.01)))).estimate == pytest.approx(-0.025)
    with pytest.raises(ValueError, match="no run was asked for every layer"):
        fusion.upper_gap(trained(grid_of(ways=WAYS)))


def ranked(additions, **settings):
    return trained(
        [run for name, value in additions.items()
         for run in grid_of(strategy=name, ways={DIRECT: 0.0, LAST_FUSED: value}, **settings)]
    )  # fmt: skip


def test_ranks_with_their_intervals():
    own = ranked({"a": 0.1, "b": 0.3, "c": 0.2, "d": 0.2})
    assert dict(fusion.rank_table(own)["rank"]) == {"b": 1, "c": 2.5, "d": 2.5, "a": 4}
    found = fusion.rank_interval(own, "a")
    assert (found.estimate, found.low, found.high, found.edge) == (4, 4, 4, "")
    assert fusion.rank_table(own).loc["b", "MAP"] == pytest.approx(70)
    assert fusion.rank_interval(ranked({"a": 0.1, "b": 0.3}, rates=HIGHEST), "a").edge.endswith("end of the grid")
    with pytest.raises(ValueError, match="choose one of a, b, c, d"):
        fusion.rank_interval(own, "e")


def test_an_uncertain_rank_has_a_wide_interval():
    own = ranked({"a": 0.0, "b": 0.0})
    for each, sign in zip(own, (1, -1), strict=True):
        for run in each.runs:
            score = run["scores"][ways.probe_of(run, LAST_FUSED)]
            score["units"] = [unit + sign * 0.1 * (-1) ** place for place, unit in enumerate(score["units"])]
    found = fusion.rank_interval(own, "a")
    assert (found.low, found.high) == (1, 2)


def test_families_are_compared_by_their_means():
    own = ranked({"FT1-def": 0.1, "FT3-ex1-64": 0.1, "FT3-ex1-128": 0.2})
    assert fusion.family_gap(own, "FT3-ex", "FT1").estimate == pytest.approx(0.05)
    with pytest.raises(ValueError, match="no run of 'FT2-re'"):
        fusion.family_gap(own, "FT3-ex", "FT2-re")


def test_seeds_must_be_the_same():
    own = ranked({"FT1-def": 0.1}) + ranked({"FT3-ex1-64": 0.1}, seeds=2)
    with pytest.raises(ValueError, match="give the same seeds"):
        fusion.rank_interval(own, "FT1-def")
