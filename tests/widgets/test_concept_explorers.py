"""Explorers of concepts: titles hold what a few images, given by hand, must give."""

import numpy as np
import pytest

from course_lib.figures import explorers
from course_lib.figures.explorers.concept_ranking import precision_recall
from course_lib.figures.extension.multiplier_map import OF_EPOCHS, multiplier_map
from fake_features import multiplier_grid
from layout import title_of

IMAGES = np.random.default_rng(0).integers(0, 256, (5, 3, 16, 16), dtype=np.uint8)
LABELS = np.array([[1, 0], [np.nan, 1], [0, 1], [1, 0], [0, 0]], dtype=float)
SCORES = np.array([[0.9, 0.1], [0.8, 0.9], [0.7, 0.8], [0.6, 0.2], [0.1, 0.3]])
NAMES = ("dog", "night")


@pytest.mark.parametrize(
    ("threshold", "words"),
    [
        (0.95, "0 images, nothing found, recall 0.00 (AP 0.83)"),
        (0.75, "2 images, precision 1.00, recall 0.50 (AP 0.83)"),
        (0.65, "3 images, precision 0.50, recall 0.50 (AP 0.83)"),
        (0.0, "5 images, precision 0.50, recall 1.00 (AP 0.83)"),
    ],
)
def test_precision_and_recall_are_of_the_judged_images(threshold, words):
    figure = explorers.concept_ranking(IMAGES, LABELS, SCORES, NAMES, threshold=threshold)
    assert words in title_of(figure)


def test_the_sign_below_a_picture_is_its_label():
    pictures = explorers.concept_ranking(IMAGES, LABELS, SCORES, NAMES, threshold=0.75).axes[0]
    signs = [text.get_text() for text in pictures.texts if len(text.get_text()) == 1]
    assert signs == ["✓", "?", "✓", "?", "✗", "✓", "✗"]


def test_a_ranking_that_cannot_be_shown_is_refused():
    with pytest.raises(ValueError, match="unknown concept 'cat'"):
        explorers.concept_ranking(IMAGES, LABELS, SCORES, NAMES, concept="cat")
    with pytest.raises(ValueError, match="do not fit 2 concepts"):
        explorers.concept_ranking(IMAGES, LABELS[:4], SCORES, NAMES)
    with pytest.raises(ValueError, match="no judged image shows 'dog'"):
        explorers.concept_ranking(IMAGES, np.zeros_like(LABELS), SCORES, NAMES)


def test_precision_of_nothing_is_unknown():
    assert precision_recall(np.array([np.nan, 1.0]), np.array([0.9, 0.1]), 0.5) == (None, 0.0)


def test_one_cell_of_both_tables():
    records = multiplier_grid()
    title = title_of(multiplier_map(records, k=0.1, epochs=8, lr=0.3))
    assert title.startswith("k 0.1, e 8, lr 0.3 (pretrained layers 0.03): 54.0 [")
    assert title.endswith("printed 45.5")
    same = title_of(multiplier_map(records, k=0.1, epochs=8, lr=0.3, shown=OF_EPOCHS))
    assert same == title, "what the cells show does not change the title"
    with pytest.raises(ValueError, match="no run at k = 0.3"):
        multiplier_map(records, k=0.3)


BETTER = {"low": np.array([[0.9, 0.1], [0.2, 0.9], [0.8, 0.2], [0.3, 0.4], [0.1, 0.3]])}
FULL = np.array([[1, 0], [0, 1], [0, 1], [1, 0], [0, 0]], dtype=float)


def test_a_fusion_is_compared_with_the_best_layer():
    scores = BETTER | {"high": SCORES}
    alone = title_of(explorers.layer_fusion(scores, FULL, low=0, high=1))
    assert alone == "high, mean of scores: not shown to differ from the best layer, high: 0.0 points [0.0, 0.0]"
    worse = title_of(explorers.layer_fusion({"high": FULL, "low": 1 - FULL}, FULL, high=0, low=1))
    assert "worse than the best layer, high" in worse
    halves = np.repeat(FULL[:, :1], 2, axis=1), np.array([[1, 0, 0.0, 0, 1], [0, 1, 0, 0, 1]]).T
    found = title_of(explorers.layer_fusion(dict(zip("ab", halves, strict=True)), FULL[:, [0, 0]], a=1, b=0))
    assert "the best layer, a: 0.0 points" in found


def test_ranks_forget_how_far_apart_scores_are():
    scores = {"far": np.array([[9.0, 9], [0, 0], [1, 1]]), "near": np.array([[0.1, 0.1], [0.3, 0.3], [0.2, 0.2]])}
    labels = np.array([[0, 0], [1, 1], [0, 0.0]])
    by_score, by_rank = (
        explorers.layer_fusion(scores, labels, rule=rule, far=1, near=2) for rule in ("mean of scores", "mean of ranks")
    )
    dots = [figure.axes[0].lines[2].get_xdata()[0] for figure in (by_score, by_rank)]
    assert dots == pytest.approx([100 / 3, 100])


def test_without_weights_the_last_three_are_fused():
    scores = {name: SCORES for name in ("stage1", "stage2", "pool", "head")}
    assert explorers.last_three_weights(scores) == {"stage1": 0, "stage2": 1, "pool": 1, "head": 1}
    assert title_of(explorers.layer_fusion(scores, FULL)).startswith("stage2+pool+head, mean of scores")


@pytest.mark.parametrize(
    ("weights", "words"),
    [({"low": 0}, "nothing to fuse"), ({"low": -1}, "nothing to fuse"), ({"top": 1}, "no scores of the layer 'top'")],
)
def test_a_fusion_that_cannot_be_made_is_refused(weights, words):
    with pytest.raises(ValueError, match=words):
        explorers.layer_fusion(BETTER, FULL, **weights)


def test_a_control_begins_at_what_its_function_was_given():
    scores = {name: SCORES for name in ("stage1", "stage2", "pool", "head")}
    from functools import partial

    draw = partial(explorers.layer_fusion, scores, FULL, **explorers.last_three_weights(scores))
    shown = explorers.explore(draw, **explorers.fusion_controls(scores))
    assert shown.values == {"stage1": 0, "stage2": 1, "pool": 1, "head": 1, "rule": "mean of scores"}
