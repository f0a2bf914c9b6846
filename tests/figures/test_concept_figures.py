"""The figure of concepts: what its title counts, its order, and that nothing overlaps."""

import numpy as np
import pytest

from course_lib.analysis.concepts import score_concepts
from course_lib.figures.concepts import MOST, concept_precisions
from layout import assert_texts_stay_inside_and_apart, title_of


def found(num, seed=0, strength=2.0, count=120, share=0.3):
    random = np.random.default_rng(seed)
    labels = (random.random((count, num)) < share).astype(float)
    scores = strength * labels * np.linspace(0, 1, num) + random.normal(0, 1, (count, num))
    return score_concepts(labels, scores, [f"concept {k}" for k in range(num)], resamples=200)


def ticks(figure):
    return [text.get_text() for text in figure.axes[0].get_yticklabels()]


@pytest.mark.parametrize("num", [1, 2, 14, MOST, MOST + 30])
def test_layout(num):
    figure = concept_precisions(*found(num))
    assert_texts_stay_inside_and_apart(figure, f"{num} concepts")
    assert len(ticks(figure)) == min(num, MOST)


def test_the_title_counts_intervals_above_chance():
    mean, scores = found(8)
    above = sum(score.above_chance for score in scores)
    assert 0 < above < 8
    figure = concept_precisions(mean, scores)
    assert title_of(figure) == f"{above} of 8 concepts are ranked above chance"
    best = max(scores, key=lambda score: score.precision)
    assert ticks(figure)[0] == f"{best.name} ({best.num_positive})"
    bars = figure.axes[0].collections
    assert len(bars) == 8
    assert bars[0].get_segments()[0][:, 0].tolist() == pytest.approx([best.interval.low, best.interval.high])


def test_few_images_tell_nothing():
    mean, scores = found(3, count=30, share=0.1)
    few = sum(score.interval is None for score in scores if score.precision is not None)
    assert few
    assert f"; {few} have too few images to tell" in title_of(concept_precisions(mean, scores))
    with pytest.raises(ValueError, match="no concept has a positive image"):
        concept_precisions(mean, [])
