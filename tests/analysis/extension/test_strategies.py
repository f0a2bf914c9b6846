"""Strategies of each network: choices by validation, paired gaps, heads, widths."""

import pytest

from course_lib.analysis.extension import strategies as st
from course_lib.analysis.extension import widths
from course_lib.analysis.extension.concepts import on_evaluated
from course_lib.analysis.extension.num_concepts import by_number, mean_gain, more_concepts
from course_lib.analysis.records import score_of
from fake_extension import concept_grid, strategy_grid

BASE = {"FT1": 0.30, "FT2": 0.28, "FT3": 0.29}


def families(network, name):
    return BASE[name[:3]] + 0.03 * (name == "FT3-ex1-512") + 0.04 * (name == "FT3-ex1-64") * (network != "ResNet")


def grid(value=families, **settings):
    return on_evaluated(strategy_grid(value, **settings))


RUNS = grid(heads=-0.02, fusion=0.01, features=0.4)
NETWORKS = st.by_network(RUNS)


def test_runs_are_found_by_network_strategy_and_width():
    assert list(NETWORKS) == ["ResNet", "GoogLeNet-84"]
    names = list(st.by_strategy(NETWORKS["ResNet"]))
    assert len(names) == 15
    assert names[:2] == ["FT1-def", "FT2-re1"]
    assert list(widths.by_width(RUNS)) == [64, 128, 256, 512, 1024, 2048, 4096]
    assert list(widths.by_width(RUNS, layers=2)) == [64, 256, 1024]
    with pytest.raises(ValueError, match="no run of FT9"):
        st.of_kind(RUNS, "FT9")


def test_validation_chooses_the_rate_and_the_edge_is_named():
    runs = st.by_strategy(NETWORKS["ResNet"])["FT3-ex1-512"]
    assert {run["recipe"]["lr"] for run in st.chosen_runs(runs)} == {0.3}
    score = st.strategy_score(runs)
    assert score.estimate == pytest.approx(0.32)
    assert score.edge == ""
    assert "FT3-ex1-512, sgd: best at 1, the highest rate tried" in st.edge_of(
        st.by_strategy(grid(best=1.0))["FT3-ex1-512"][:9]
    )


def test_strategies_are_placed_beside_the_default():
    placed = st.place_strategies(NETWORKS["ResNet"])
    assert placed["FT1-def"].gap is None
    gap = placed["FT3-ex1-512"].gap
    assert (gap.estimate, gap.low, gap.high) == pytest.approx((0.02, 0.02, 0.02)), "one seed's luck is common to both"
    assert placed["FT2-re2"].rates == (0.3,)


def test_the_best_of_each_kind_by_validation_is_compared():
    own = NETWORKS["ResNet"]
    found = st.compare_kinds(st.of_kind(own, st.FT3), st.of_kind(own, st.FT1))
    assert found.interval().estimate == pytest.approx(0.02)
    untuned = st.untuned_gain(own, st.ONE_LAYER, st.FT1)
    assert untuned.interval().estimate == pytest.approx(-0.01 + 0.03 / 7)
    every = [run for runs in NETWORKS.values() for run in runs]
    both = st.kind_gain(every, st.FT3, st.FT1)
    assert both.interval().estimate == pytest.approx((0.02 + 0.03) / 2)


def test_a_rate_at_the_end_of_its_grid_counts_only_of_the_side_behind():
    edge, inside = (grid(networks=("ResNet",), best=best) for best in (1.0, 0.3))
    ahead, behind = st.by_strategy(edge)["FT3-ex1-512"], st.by_strategy(inside)["FT1-def"]
    assert st.compare_kinds(ahead, behind).edge == ""
    assert "highest rate tried" in st.compare_kinds(st.by_strategy(edge)["FT2-re1"], behind).edge
    assert "highest rate tried" in st.compare_kinds(behind, st.by_strategy(edge)["FT2-re1"]).edge


def test_the_choice_is_not_by_the_test_images():
    runs = [run | {"val_score": 0.9 if run["recipe"]["name"] == "FT3-ex1-128" else 0.1} for run in NETWORKS["ResNet"]]
    found = st.compare_kinds(st.of_kind(runs, st.ONE_LAYER), st.of_kind(runs, st.FT1))
    assert {run["recipe"]["name"] for run in found.sides[0]} == {"FT3-ex1-128"}


def test_heads_are_compared_with_the_main_one():
    runs = st.by_strategy(NETWORKS["GoogLeNet-84"])["FT1-def"]
    gaps = {name: found.interval().estimate for name, found in st.compare_heads(runs).items()}
    assert gaps == pytest.approx({"auxiliary head 1": -0.02, "auxiliary head 2": -0.02, st.HEAD_FUSION: 0.01})
    assert st.compare_heads(st.by_strategy(NETWORKS["ResNet"])["FT1-def"]) == {}


def test_features_take_the_place_of_the_direct_output():
    found = st.features(RUNS)
    assert len(found) == len(RUNS)
    assert score_of(next(run for run in found if run["seed"] == 1)) == pytest.approx(0.4)


def test_the_best_width_and_those_that_are_not_worse():
    found = widths.best_width(NETWORKS["ResNet"])
    assert (found.width, found.edge, found.alike) == (512, "", ())
    assert found.gaps[64].estimate == pytest.approx(0.03)
    lowest = widths.best_width(NETWORKS["GoogLeNet-84"])
    assert (lowest.width, lowest.edge) == (64, "lowest")
    flat = widths.best_width(grid(lambda *_: 0.3, networks=("ResNet",)))
    assert len(flat.alike) == 6
    with pytest.raises(ValueError, match=r"no run with 1 extension layer"):
        widths.best_width(st.of_kind(RUNS, st.FT1))


def test_the_width_depends_on_the_network_if_its_own_choice_gains():
    own = widths.own_width_gain(NETWORKS)
    assert own.interval().estimate == pytest.approx((0.03 + 0.01) / 2)
    same = widths.own_width_gain(st.by_network(grid(lambda n, name: BASE[name[:3]] + 0.03 * (name == "FT3-ex1-512"))))
    assert same.interval().estimate == 0
    with pytest.raises(ValueError, match="1 network cannot show"):
        widths.own_width_gain({"ResNet": NETWORKS["ResNet"]})


def test_many_concepts_minus_few():
    runs = on_evaluated(concept_grid(lambda n, s: 0.3, lambda n, s: 0.32 + 0.02 * (n == "ResNet") * (s == "FT1-def")))
    assert list(by_number(runs)) == [40, 128]
    found = more_concepts(runs)
    assert found["ResNet", "FT1-def"].interval().estimate == pytest.approx(0.04)
    assert mean_gain(runs)["FT1-def"].interval().estimate == pytest.approx(0.03)
    assert mean_gain(runs)["FT3-ex1-512"].interval().estimate == pytest.approx(0.02)
    with pytest.raises(ValueError, match="give runs of two numbers"):
        more_concepts(by_number(runs)[40])
    with pytest.raises(ValueError, match="no network has runs for few and for many"):
        more_concepts([run for run in runs if (run["seed"] == 0) == (len(run["data"]["classes"] or ()) == 40)])


def test_the_control_separates_new_weights_from_their_rate():
    def value(_, name):
        return 0.3 + 0.02 * (name == "full") + 0.03 * (name == "FT2-re1")

    table = st.control_table(grid(value, control=True))
    assert list(table.index) == ["ResNet", "GoogLeNet-84"]
    assert [cell.split()[0] for cell in table.loc["ResNet"]] == ["3.0", "2.0", "1.0"]


def test_tables_have_the_chosen_width_and_the_gain_of_all_heads():
    table = widths.widths_table(RUNS)
    assert table["width"].tolist() == [512, 64]
    assert table["edge"].tolist() == ["", "lowest"]
    assert table["others shown to differ"].tolist() == ["6 of 6", "6 of 6"]
    heads = st.heads_table(RUNS)
    assert list(heads.index) == ["GoogLeNet-84"]
    assert heads.loc["GoogLeNet-84", "fusion of all heads"].startswith("1.0 points [1.0, 1.0]")
    with pytest.raises(ValueError, match="no network has auxiliary heads"):
        st.heads_table(NETWORKS["ResNet"])
