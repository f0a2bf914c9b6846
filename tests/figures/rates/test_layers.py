"""Figures of lesson 11: titles follow from the records, and the layout is clean."""

import pytest
from matplotlib import pyplot

from course_lib.data import TRANSFERS
from course_lib.figures.rates import layers
from fake_rates import INNER, grid_of
from layout import assert_texts_stay_inside_and_apart, figures_of, title_of

HEADS = (0.01, 0.1)


def runs_of(gain):
    """Runs of all pairs; the inner rate 0.001 is better than 0 by `gain`."""
    accuracies = {0.0: 0.5, 0.001: 0.5 + gain, 0.01: 0.4}
    return [run for pair in TRANSFERS for head in HEADS for run in grid_of(pair, accuracies, head=head, noise=0.005)]


RUNS = runs_of(0.3)
MOVED = {
    name: {"stem": 0.0, "stage1": 0.02, "stage4": far, "head": 3.0} for name, far in (("slow", 0.1), ("fast", 0.4))
}
FIGURES = {
    "accuracies": lambda: layers.accuracies(RUNS),
    "sensitivities": lambda: layers.sensitivities(RUNS),
    "best_rates": lambda: layers.best_rates(RUNS),
    "distances": lambda: layers.distances(MOVED),
}


def test_every_figure_is_known():
    """A new figure is entered above."""
    assert figures_of(layers) == set(FIGURES)


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_has_a_title_and_a_clean_layout(name):
    figure = FIGURES[name]()
    assert title_of(figure)
    assert pyplot.get_fignums() == [], "the figure leaks into pyplot"
    assert_texts_stay_inside_and_apart(figure, name)


@pytest.mark.parametrize(
    ("gain", "words"),
    [(0.3, "gains in 8 of 8 pairs, loses in 0"), (-0.3, "gains in 0 of 8 pairs, loses in 8")],
)
def test_pairs_that_gain_and_lose_are_counted(gain, words):
    assert words in title_of(layers.accuracies(runs_of(gain)))


def test_the_farthest_inner_stage_is_named_and_the_head_is_none():
    found = title_of(layers.distances(MOVED))
    assert found == "At one rate for all inner stages, stage4 moves farthest: 5 to 20 times as far as stage1"
    alone = title_of(layers.distances({"fast": {"stem": 0.6, "stage1": 0.2, "stage4": 0.2, "head": 3.0}}))
    assert alone.endswith("stem moves farthest: 3 times as far as stage1")


def test_every_inner_rate_is_on_the_axis():
    figure = layers.accuracies(RUNS)
    labels = [label.get_text() for label in figure.axes[4].get_xticklabels()]
    assert labels == ["0", "1e-3", "0.01"]
    assert len(labels) == len(INNER)
