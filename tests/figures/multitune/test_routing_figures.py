"""Figures of SpotTune: titles follow from the records, texts stay apart, the drawn network is the built one."""

import itertools

import numpy as np
import pytest
import torch
from matplotlib.patches import Rectangle

from course_lib.analysis.multitune.routing import chosen_runs
from course_lib.analysis.records import select
from course_lib.data.imageset import ImageSet
from course_lib.figures.multitune import drawn_routes, k_curve, routed_network, routes, routing
from course_lib.models.forms import Routed
from course_lib.models.starting import start_model
from course_lib.sweeps.studies.multitune.comparison import row_data
from course_lib.sweeps.studies.multitune.methods import full, spottune
from fake_routes import (
    BEST,
    CLASSES,
    LABELS,
    PASSES,
    PROFILE,
    SEEDS,
    compared_records,
    global_k_records,
    routing_records,
    routing_run,
)
from layout import all_axes, assert_texts_stay_inside_and_apart, figures_of, title_of

NAMES = tuple(f"a beetle of species {place}" for place in range(CLASSES))
COMPARED = compared_records()
RUNS = {
    source: chosen_runs(select(COMPARED, name="SpotTune", source=f"mini:{source}")) for source in ("beetles", "general")
}
GLOBAL = global_k_records()
RELEASED = {"frozen.weights": 0.0, "policy": 0.1}


def images(labels=LABELS):
    pixels = torch.randint(0, 256, (len(labels), 3, 12, 12), generator=torch.Generator().manual_seed(0))
    names = tuple(f"image {place}" for place in range(len(labels)))
    rows = torch.arange(len(labels))
    return ImageSet(pixels.to(torch.uint8), rows, torch.as_tensor(labels), NAMES, names, "fake")


FIGURES = {
    "route_heat_map": lambda: routes.route_heat_map(RUNS["beetles"][0], images()),
    "route_entropy": lambda: routes.route_entropy(RUNS["beetles"]),
    "drawn_spread": lambda: drawn_routes.drawn_spread(RUNS),
    "main_effect_dots": lambda: routing.main_effect_dots(routing_records()),
    "k_curves": lambda: k_curve.k_curves(GLOBAL, COMPARED),
    "draw_routed": lambda: routed_network.draw_routed(spottune(PROFILE, 0.01)),
}


def test_every_figure_is_known():
    """A new figure is entered above."""
    known = set.union(*map(figures_of, (routes, drawn_routes, routing, k_curve, routed_network)))
    assert known - {"read_boxes", "gap_words", "draw_curve", "draw_opponents"} == set(FIGURES)


@pytest.mark.parametrize("name", FIGURES)
def test_the_layout_is_clean(name):
    assert_texts_stay_inside_and_apart(FIGURES[name](), name)


def test_the_map_has_shares_and_the_extreme_classes():
    own = np.zeros((len(LABELS), 12), dtype=bool)
    own[LABELS == 3, :6] = True
    own[:, 11] = LABELS != 5
    run = routing_run(spottune(PROFILE, 0.01), row_data(PROFILE, "mini:beetles", None), 0, 0.7, routes=own)
    figure = routes.route_heat_map(run, images())
    assert title_of(figure).startswith("5 of 12 gates decide alike for all images; the class explains 100 % of the")
    axes, most, fewest = all_axes(figure)
    assert axes.get_yticklabels()[0].get_text() == NAMES[3]
    assert [text.get_text() for text in axes.texts][:12] == ["100"] * 6 + ["0"] * 5 + ["100"]
    assert NAMES[3] in most.get_title()
    assert "7.0 of 12" in most.get_title()
    assert NAMES[5] in fewest.get_title()
    with pytest.raises(ValueError, match="240 other test images"):
        routes.route_heat_map(run, images(LABELS[::-1].copy()))


def test_entropy_has_a_panel_for_each_seed_and_a_line_for_each_gate():
    figure = routes.route_entropy(RUNS["beetles"])
    panels = all_axes(figure)
    assert [axes.get_title() for axes in panels] == [f"seed {seed}, lr {BEST:g}" for seed in SEEDS]
    assert len(panels[1].lines) == 13
    assert "training moves a gate's share by 9 points" in title_of(figure)
    alike = [run | {"seed": seed} for seed, run in enumerate([RUNS["beetles"][0]] * 2)]
    assert title_of(routes.route_entropy(alike)).endswith("shares of two seeds correlate with r = 1.00")


def test_each_pass_is_a_dot():
    figure = drawn_routes.drawn_spread({"beetles": RUNS["beetles"]})
    (axes,) = all_axes(figure)
    assert [len(line.get_xdata()) for line in axes.lines][: len(SEEDS)] == [PASSES] * len(SEEDS)
    assert title_of(figure).startswith("Likelier minus drawn routes: beetles 3.")
    with pytest.raises(ValueError, match="no runs to draw"):
        drawn_routes.drawn_spread({})


def test_the_title_counts_the_effects_that_are_shown():
    assert title_of(routing.main_effect_dots(routing_records())) == "0 of 6 effects are shown"
    worse = routing_records(lambda source, levels: 0.7 - 0.1 * (levels[1] == "one step") * ("beetles" in source))
    found = title_of(routing.main_effect_dots(worse))
    assert found.startswith("1 of 6 effects is shown (one step − three steps: beetles −")
    edge = routing.main_effect_dots(
        routing_records(lambda source, levels: 0.7 - 0.1 * (levels[1] == "one step"), best=0.03)
    )
    assert title_of(edge) == "0 of 6 effects are shown", "an edge leaves all undecided"
    assert all(text.get_text().endswith("†") for text in edge.axes[0].get_yticklabels())


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (lambda kind, k: 0.7 + 0.08 * (kind == "last"), "(shown to be better)"),
        (lambda kind, k: 0.7 - 0.08 * (kind == "last"), "(shown to be worse)"),
        (lambda kind, k: 0.7, "0.0 points [0.0, 0.0] (no difference is shown)"),
    ],
)
def test_the_title_of_the_k_curve(value, words):
    assert title_of(k_curve.k_curves(global_k_records(value))).endswith(words)
    assert "undecided" in title_of(k_curve.k_curves(global_k_records(value, best=min(PROFILE.k_rates))))


def test_the_k_curve_has_both_kinds_and_the_opponents():
    figure = k_curve.k_curves(GLOBAL, COMPARED)
    labels = figure.axes[0].get_legend_handles_labels()[1]
    assert sorted(labels) == ["SpotTune", "full fine-tuning", "global-k", "last k blocks"]
    at_end = k_curve.k_curves(GLOBAL, compared_records(best=max(PROFILE.k_rates)))
    assert {"SpotTune †", "full fine-tuning †"} < set(at_end.axes[0].get_legend_handles_labels()[1])
    assert at_end.legends[0].get_title().get_text().endswith("† a best rate at the edge of its grid")
    assert_texts_stay_inside_and_apart(at_end, "k_curves with an edge")
    (legend,) = at_end.legends
    assert 0 <= legend.get_window_extent().x0 < legend.get_window_extent().x1 <= at_end.bbox.width
    assert "†" not in figure.legends[0].get_title().get_text()
    alone = k_curve.k_curves(GLOBAL)
    assert sorted(alone.axes[0].get_legend_handles_labels()[1]) == ["global-k", "last k blocks"]


@pytest.mark.parametrize(
    "recipe",
    [
        spottune(PROFILE, 0.01),
        spottune(PROFILE, 0.01, multipliers=RELEASED, network=Routed(gates=("stage2", "stage3"))),
    ],
    ids=["strict, 12 gates", "released, 8 gates"],
)
def test_the_drawn_network_is_the_built_one(recipe):
    model = start_model(recipe.architecture, None, 12, network=recipe.network)
    boxes = routed_network.read_boxes(recipe, model)
    total = sum(value.numel() for value in model.parameters())
    assert sum(box.parameters for box in boxes) == total
    figure = routed_network.draw_routed(recipe, model)
    (axes,) = figure.axes
    drawn = [patch.get_window_extent() for patch in axes.patches if isinstance(patch, Rectangle)]
    assert len(drawn) == len(boxes)
    assert not any(one.overlaps(other) for one, other in itertools.combinations(drawn, 2))
    for text in axes.texts:
        extent = text.get_window_extent()
        (box,) = (own for own in drawn if own.overlaps(extent))
        assert box.x0 < extent.x0 < extent.x1 < box.x1
    gates = [line for line in axes.lines if line.get_marker() == "D"]
    assert len(gates) == len(model.gated)
    learn, kept = (int(part.replace(" ", "")) for part in numbers_of(title_of(figure)))
    assert learn + kept == total


def numbers_of(title):
    """The two numbers of the title, whose thousands are apart."""
    _, _, rest = title.partition(": ")
    learn, _, kept = rest.partition(" parameters learn, ")
    return learn, kept.removesuffix(" are kept")


def test_what_learns_follows_from_the_recipe():
    looks = {}
    for name, multipliers in {"strict": {"frozen": 0.0}, "released": {"frozen.weights": 0.0}, "free": {}}.items():
        recipe = spottune(PROFILE, 0.01, multipliers=multipliers)
        model = start_model(recipe.architecture, None, 12, network=recipe.network)
        boxes = {box.path: box.look for box in routed_network.read_boxes(recipe, model)}
        looks[name] = boxes["frozen.stage2.block3"]
        assert boxes["tuned.stage2.block3"] == routed_network.LEARNS
        assert boxes["policy"] == boxes["head"] == routed_network.NEW
    assert looks == {
        "strict": routed_network.KEPT,
        "released": routed_network.PARTLY,
        "free": routed_network.LEARNS,
    }
    with pytest.raises(ValueError, match="'full' has no routes"):
        routed_network.draw_routed(full(PROFILE, 0.01))
