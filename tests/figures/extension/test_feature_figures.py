"""Figures of features and fusion: titles follow from the records, and the layout is clean."""

import pytest
from matplotlib import pyplot

from course_lib.analysis.extension.features import trained_networks
from course_lib.analysis.extension.inference import cost_ratios, costs_table
from course_lib.analysis.extension.ways import ALL_FUSED, DIRECT, HEAD2TOE, LAST_FUSED, POSITIONS, WITH_AUXILIARY
from course_lib.figures.extension import features, fusion
from course_lib.training.inference import InferenceCost
from fake_features import all_layers, grid_of
from layout import assert_texts_stay_inside_and_apart, figures_of, title_of

NETWORKS = ("ResNet", "GoogLeNet-84")
STRATEGIES = {"FT1-def": (), "FT3-ex1-512": (512,), "FT3-ex2-64": (64, 64), "FT3-ex1-64": (64,), "FT2-re1": (),
              "FT2-re2": (), "FT3-ex1-128": (128,), "FT3-ex1-256": (256,), "FT2-re1-frozen": (), "FT2-re2-frozen": (),
              "FT3-ex1-4096": (4096,)}  # fmt: skip


def world(sign=1, levels=None, rates=None):
    """Each strategy of every network: two of them have all layers."""
    records = []
    for network in NETWORKS:
        for place, (name, hidden) in enumerate(STRATEGIES.items()):
            level = (levels or {}).get(name, 0.001 * place)
            ways = {DIRECT: level, LAST_FUSED: level + sign * 0.02}
            if place < 2:
                ways |= {ALL_FUSED: level + sign * 0.04, HEAD2TOE: level + sign * 0.03}
            if network.startswith("GoogLeNet"):
                ways |= {WITH_AUXILIARY: level + sign * 0.025}
            steps = all_layers(sign * 0.004, network, hidden)
            shown = list(steps) if place < 2 else list(steps)[-3:]
            layers = {layer: level + steps[layer] for layer in shown}
            grid = {"rates": rates or {0.3: 0.3}, "seeds": 2}
            records += grid_of(network, name, ways=ways, layers=layers, hidden=hidden, noise=0.01, **grid)
    return trained_networks(records)


def cost(macs, seconds):
    return InferenceCost("x", macs, 1.0, seconds, 1.0)


def costs(time=1.2):
    ways = {DIRECT: cost(100, 1.0), LAST_FUSED: cost(101, 1.1), ALL_FUSED: cost(103, time)}
    ways |= {POSITIONS[0]: cost(50, 0.5)}
    return {name: ways for name in NETWORKS}


WORLD, REVERSE = world(), world(-1)
FIGURES = {
    "map_by_layer": lambda own: features.map_by_layer(own),
    "ways_beside_direct": lambda own: features.ways_beside_direct(own),
    "concepts_direct_and_features": lambda own: features.concepts_direct_and_features(own),
    "cost_and_gain": lambda own: features.cost_and_gain(own, costs()),
    "fusion_and_layers": lambda own: fusion.fusion_and_layers(own),
    "strategy_ranks": lambda own: fusion.strategy_ranks(own),
}


def test_every_figure_is_known():
    """A new figure is entered above."""
    assert figures_of(features) | figures_of(fusion) == set(FIGURES)


@pytest.mark.parametrize("name", FIGURES)
@pytest.mark.parametrize("own", [WORLD, REVERSE], ids=["better", "worse"])
def test_a_figure_has_a_title_and_a_clean_layout(name, own):
    figure = FIGURES[name](own)
    assert title_of(figure)
    assert pyplot.get_fignums() == [], "the figure leaks into pyplot"
    assert_texts_stay_inside_and_apart(figure, name)


@pytest.mark.parametrize(
    ("name", "better", "worse"),
    [
        ("map_by_layer", "better for 2 of 2 networks, worse for 0", "better for 0 of 2 networks, worse for 2"),
        (
            "ways_beside_direct",
            "“all layers fused” has the highest MAP for 2 of 2 networks: +4.0 points",
            "has the highest MAP for 2 of 2",
        ),
        ("concepts_direct_and_features", "for 20 of 20 concepts, mean 2.0 points", "for 0 of 20 concepts, mean -2.0"),
        ("cost_and_gain", "+4.0 points over direct output for 1.2 times its time, 1.03 times", "−4.0 points"),
        ("fusion_and_layers", "for 2 of 2 networks", "for 0 of 2 networks"),
    ],
)
def test_titles_state_what_the_records_say(name, better, worse):
    assert better in title_of(FIGURES[name](WORLD))
    assert worse in title_of(FIGURES[name](REVERSE))


@pytest.mark.parametrize(
    ("levels", "words"),
    [
        ({"FT3-ex1-512": 0.3, "FT3-ex2-64": -0.1}, "top 5 for 2 of 2 networks, FT3-ex2-64 among the 5 worst for 2"),
        ({"FT3-ex1-512": -0.1, "FT3-ex2-64": 0.3}, "top 5 for 0 of 2 networks, FT3-ex2-64 among the 5 worst for 0"),
    ],
)
def test_ranks_are_counted(levels, words):
    assert words in title_of(fusion.strategy_ranks(world(levels=levels)))


def test_an_edge_is_marked():
    own = world(rates={0.1: 0.1, 0.3: 0.3, 1.0: 0.4})
    assert "†" in features.ways_beside_direct(own).get_supxlabel()
    assert "†" not in features.ways_beside_direct(WORLD).get_supxlabel()
    assert "†" in fusion.strategy_ranks(own).get_supxlabel()


def test_costs_are_ratios():
    table = costs_table(costs()).set_index(["network", "way"])
    assert dict(table.loc["ResNet", ALL_FUSED]) == pytest.approx({"time": 1.2, "operations": 1.03, "memory": 1})
    assert cost_ratios(cost(50, 2.0), cost(100, 1.0)) == {"time": 2, "operations": 0.5, "memory": 1}
