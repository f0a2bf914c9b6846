"""Figures of lesson 14: titles follow from the records, and the layout is clean."""

import numpy as np
import pytest

from course_lib.analysis.extension.concepts import on_evaluated
from course_lib.data.imageset import ImageSet
from course_lib.figures.extension import keyframes, multipliers, num_concepts, strategies
from fake_extension import concept_grid, multiplier_grid, strategy_grid
from layout import assert_texts_stay_inside_and_apart, figures_of, title_of

NETWORKS = ("ResNet", "SqueezeNet", "GoogLeNet-84", "GoogLeNet-21")
MODULES = (keyframes, multipliers, num_concepts, strategies)


def lead(network, name):
    return 0.3 + 0.02 * (name == "FT3-ex1-512") - 0.02 * name.startswith("FT2")


GRID = on_evaluated(multiplier_grid(lambda k, e, lr: 0.3 + 0.01 * k + 0.01 * e + 0.1 * lr))
RUNS = on_evaluated(strategy_grid(lead, networks=NETWORKS, heads=-0.03, fusion=0.01, inferred=-0.01))
COUNTS = on_evaluated(concept_grid(lambda *_: 0.3, lambda n, s: 0.3 + 0.02 * (s == "FT1-def"), networks=NETWORKS))
LABELS = np.array([[1, 0, np.nan], [1, 1, 1], [0, np.nan, np.nan]] * 4, dtype=np.float32)
NAMES = ("two or more objects", "a concept with a long name", "night")
IMAGES = ImageSet.from_arrays(np.full((12, 3, 16, 16), 90, dtype=np.uint8), LABELS, NAMES)
FIGURES = {
    "keyframes": lambda: keyframes.keyframes(IMAGES),
    "multiplier_maps": lambda: multipliers.multiplier_maps(GRID),
    "rate_curves": lambda: multipliers.rate_curves(GRID),
    "smaller_gaps": lambda: multipliers.smaller_gaps(GRID),
    "strategy_dots": lambda: strategies.strategy_dots(RUNS),
    "more_concepts": lambda: num_concepts.more_concepts(COUNTS),
}


def test_every_figure_is_known():
    """A new figure is entered above."""
    assert {name for module in MODULES for name in figures_of(module)} == set(FIGURES)


@pytest.mark.parametrize("name", FIGURES)
def test_the_layout_is_clean(name):
    figure = FIGURES[name]()
    assert_texts_stay_inside_and_apart(figure, name)
    for legend in figure.legends:
        box = legend.get_window_extent()
        assert 0 <= box.x0 < box.x1 <= figure.bbox.width, name


def test_what_nobody_judged_is_counted():
    figure = FIGURES["keyframes"]()
    assert title_of(figure) == "At least 1.3 of 3 concepts a keyframe; nobody judged 33 % of labels"
    words = [axes.texts[0].get_text() for axes in figure.axes]
    assert len(words) == 10
    assert words[0] == "two or more objects\nnot judged: 1"
    assert words[2] == "none judged\nnot judged: 2"


def test_the_best_of_all_is_in_the_title_bold_and_underlined():
    figure = FIGURES["multiplier_maps"]()
    assert title_of(figure) == ("Best of all: printed: k 0.1, e 32; lr 0.1: k 1, e 2; lr 0.3: k 1, e 2")
    panels = [axes for axes in figure.axes if axes.texts]
    assert [len(axes.texts) for axes in panels] == [56, 9, 9]
    bold = [[text.get_text() for text in axes.texts if text.get_fontweight() == "bold"] for axes in panels]
    assert bold == [["47.0"], ["34.0"], ["36.0"]]
    assert [len(axes.collections) for axes in panels] == [8, 3, 3], "a line under the best k of each e"


def test_the_share_of_either_rate_is_in_the_title():
    by_head = on_evaluated(multiplier_grid(lambda k, e, lr: 0.3 + 0.1 * lr))
    assert title_of(multipliers.rate_curves(by_head)).startswith(
        "lr explains 100 % of the variance of MAP after 0.5 epochs and 100 % after 2; k · lr"
    )


def test_comparisons_of_k_are_counted():
    assert "better than k = 1 in 0 of 6 comparisons, worse in 6 (by chance at most 0.2" in title_of(
        FIGURES["smaller_gaps"]()
    )


def test_strategies_that_differ_from_the_default_are_counted():
    title = title_of(FIGURES["strategy_dots"]())
    assert title.startswith("Shown to be better, and worse, than FT1-def of 14: ")
    assert title.count(" 1, 4") == len(NETWORKS)
    equal = on_evaluated(strategy_grid(lambda *_: 0.3, networks=("ResNet",)))
    assert "of 14: ResNet 0, 0" in title_of(strategies.strategy_dots(equal))


def test_a_rate_at_the_edge_has_a_mark():
    edge = on_evaluated(strategy_grid(lead, networks=("ResNet",), best=1.0))
    panel = strategies.strategy_dots(edge).axes[0]
    names = [text.get_text() for text in panel.get_yticklabels()]
    marked = {names[round(text.xy[1])] for text in panel.texts if text.get_text() == "†"}
    assert "FT3-ex1-512" in marked
    inside = strategies.strategy_dots(on_evaluated(strategy_grid(lead, networks=("ResNet",)))).axes[0]
    assert not inside.texts


def test_means_over_networks_are_in_the_title():
    title = title_of(FIGURES["more_concepts"]())
    assert "Fine-tuned for 128 concepts minus 40" in title
    assert "FT1-def 2.0 points [2.0, 2.0]" in title
    assert title.endswith("points [0.0, 0.0], not shown") or title.endswith("[-0.0, 0.0], not shown")


def test_one_seed_is_drawn_with_the_interval_over_concepts():
    one = on_evaluated(strategy_grid(lead, networks=("ResNet",), seeds=(0,)))
    assert "ResNet" in title_of(strategies.strategy_dots(one))
    assert "bootstrap, 30 shared concepts" in strategies.strategy_dots(one).get_supxlabel()
