"""Figures of lesson 13: titles follow from the records, and the layout is clean."""

import numpy as np
import pytest
from matplotlib import pyplot

from course_lib.analysis.ranking import ranking_table, static_scores
from course_lib.analysis.rates import sources
from course_lib.figures.rates import domains, rankings
from course_lib.figures.rates import sources as figures
from course_lib.models import build
from fake_sources import size_grid, source_grid
from layout import assert_texts_stay_inside_and_apart, figures_of, title_of

RUNS = source_grid({"random": 0.4, "plants": 0.7, "tools": 0.2, "people": 0.45, "animals": 0.55, "buildings": 0.6})
MATRIX = sources.source_matrix(RUNS)
LUCKY = source_grid({"random": 0.9}, lr=0.1)  # of the starts only random initialisation is better at this rate
MORE = sources.source_matrix([*RUNS, *(run for run in LUCKY if run["recipe"]["start"] is None)])


def table(gap=0.0):
    """Rankings: the accuracy itself, its opposite, and a static one that is right or, with a gap, wrong."""
    truth = MATRIX.candidates.mean(axis=2)
    scores = {"accuracy at home": static_scores(np.nanmean(truth, axis=0) * (1 - 2 * gap), MATRIX.candidates)}
    return ranking_table(scores | {"right": truth, "wrong": -truth}, MATRIX.candidates, against="accuracy at home")


FIGURES = {
    (figures, "base_models"): lambda: figures.base_models(RUNS, "flowers"),
    (figures, "mean_gains"): lambda: figures.mean_gains({"the same rates": MATRIX, "more": MORE}),
    (figures, "gain_map"): lambda: figures.gain_map(RUNS),
    (rankings, "rankings"): lambda: rankings.rankings(table()),
    (domains, "data_sizes"): lambda: domains.data_sizes(size_grid()),
    (domains, "domain_images"): lambda: domains.domain_images(
        {name: np.full((6, 3, 16, 16), 90, dtype=np.uint8) for name in ("tools", "plants")}
    ),
    (domains, "network"): lambda: domains.network(build("mini_resnet18", 10)),
}


@pytest.mark.parametrize("module", [figures, rankings, domains])
def test_every_figure_is_known(module):
    """A new figure is entered above."""
    known = {name for of, name in FIGURES if of is module} | {"name_of"}
    assert figures_of(module) <= known


@pytest.mark.parametrize("of", FIGURES, ids=lambda of: of[1])
def test_a_figure_has_a_title_and_a_clean_layout(of):
    figure = FIGURES[of]()
    assert title_of(figure)
    assert pyplot.get_fignums() == [], "the figure leaks into pyplot"
    assert_texts_stay_inside_and_apart(figure, of[1])


def test_sources_that_gain_and_lose_are_counted():
    assert "6 sources gain, 1 lose, 1 undecided" in title_of(figures.base_models(RUNS, "flowers"))
    assert "-50 to +75 % against random" in title_of(figures.base_models(RUNS, "flowers"))
    assert "gain, 4 lose" in title_of(figures.gain_map(RUNS))


def test_mean_gains_are_counted_for_each_choice_of_random_initialisation():
    found = title_of(figures.mean_gains({"the same rates": MATRIX, "more": MORE}))
    assert found == ("the same rates: 7 sources gain, 1 lose, 0 undecided; more: 0 sources gain, 8 lose, 0 undecided")


def test_rankings_that_are_better_or_worse_are_named():
    assert "worse: wrong" in title_of(rankings.rankings(table()))
    assert "better: right" in title_of(rankings.rankings(table(gap=1.0)))


def test_ten_times_the_images():
    assert "a gain is shown in 2 of 2 domains" in title_of(domains.data_sizes(size_grid()))
    assert "in 0 of 2" in title_of(domains.data_sizes(size_grid(few=0.5, many=0.5)))


def test_the_network_is_counted_from_the_network():
    model = build("mini_resnet18", 10)
    total = sum(p.numel() for p in model.parameters())
    found = title_of(domains.network(model))
    assert found.startswith(f"mini_resnet18: 18 layers, {total:,} parameters")
    words = " ".join(text.get_text() for text in domains.network(model).axes[0].texts)
    assert "MaxPool2d" in words
    assert "AdaptiveAvgPool2d,\nFlatten" in words


def test_domains_are_shown_with_their_numbers_the_largest_first():
    figure = FIGURES[domains, "domain_images"]()
    assert title_of(figure) == "The largest domain, plants, has 28 times the images of tools"
    labels = [axes.get_ylabel() for axes in figure.axes]
    assert labels[0] == "plants\n56000 images\n7 categories"
    assert labels[1].startswith("tools\n2000 images")


def test_other_numbers_of_images_are_refused():
    with pytest.raises(ValueError, match="the same number"):
        domains.domain_images({"a": np.zeros((2, 3, 8, 8)), "b": np.zeros((3, 3, 8, 8))})
