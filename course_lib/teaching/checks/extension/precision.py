"""Checks of lesson 14 on average precision: of one concept, of judged images alone, and its mean over concepts."""

from collections.abc import Callable

import numpy as np

from course_lib.teaching.checks.cases import case_generator
from course_lib.teaching.checks.common import fault_of, verdict
from course_lib.teaching.checks.extension import averages, rankings
from course_lib.teaching.checks.mistakes import draw_cases, number_fault

Case = tuple[np.ndarray, np.ndarray]


def check_average_precision(average_precision: Callable) -> bool:
    """Check average precision, the mean of the precision at the ranks of the positive images.

    Args:
        average_precision: ``average_precision(labels, scores) -> float`` from labels (N,) of 1 and 0, with at least
            one 1, and scores (N,) that are all different.

    Returns:
        whether it is right; the message names the likely mistake.
    """
    praise = "the precision counts at the rank of each positive image."
    return verdict("average_precision", fault_of(_ap_fault, average_precision), praise)


def check_judged_average_precision(judged_average_precision: Callable) -> bool:
    """Check average precision of the judged images alone.

    Args:
        judged_average_precision: ``judged_average_precision(labels, scores) -> float``; a label is NaN where nobody
            judged the image.

    Returns:
        whether it is right; the message names the likely mistake.
    """
    praise = "an image that nobody judged has no place in the ranking."
    return verdict("judged_average_precision", fault_of(_judged_fault, judged_average_precision), praise)


def check_mean_average_precision(mean_average_precision: Callable) -> bool:
    """Check mean average precision, the mean over concepts of their average precision.

    Args:
        mean_average_precision: ``mean_average_precision(labels, scores) -> float`` from two arrays (N, K); a label is
            NaN where nobody judged the image, and a concept without a positive image is left out.

    Returns:
        whether it is right; the message names the likely mistake.
    """
    praise = "a ranking for each concept, and each concept counts once."
    return verdict("mean_average_precision", fault_of(_mean_fault, mean_average_precision), praise)


def _ap_fault(function: Callable) -> str | None:
    draw, right, wrong = case_generator(), rankings.average_precision, rankings.WRONG
    cases = draw_cases(lambda: [_draw(draw, *sizes) for sizes in ((9, 4), (10, 3), (12, 5))], right, wrong)
    hidden = {
        "a single positive image": [_draw(draw, 8, 1)],
        "positive images alone": [_draw(draw, 5, 5)],
        "one image": [_draw(draw, 1, 1)],
        "scores that are all negative": [(labels, scores - 50) for labels, scores in [_draw(draw, 9, 3)]],
        "scores that are all large": [(labels, 100 + scores) for labels, scores in [_draw(draw, 9, 3)]],
        "many images": [_draw(draw, 400, 60)],
        "other images": [_draw(draw, 15, int(draw.integers(2, 12))) for _ in range(6)],
    }
    return number_fault(function, cases, right, wrong, hidden=hidden, describe=_in_words)


def _judged_fault(function: Callable) -> str | None:
    draw, right, wrong = case_generator(), averages.judged, averages.WRONG_JUDGED
    cases = draw_cases(lambda: [_draw(draw, *sizes) for sizes in ((11, 4, 3), (12, 3, 4), (14, 5, 4))], right, wrong)
    hidden = {
        "images that are all judged": [_draw(draw, 9, 4)],
        "a single positive image": [_draw(draw, 9, 1, 3)],
        "no negative image": [_draw(draw, 8, 5, 3)],
        "hardly a judged image": [_draw(draw, 40, 2, 35)],
        "scores that are all negative": [(labels, scores - 50) for labels, scores in [_draw(draw, 12, 3, 4)]],
        "other images": [_draw(draw, 20, int(draw.integers(2, 8)), 6) for _ in range(6)],
    }
    return number_fault(function, cases, right, wrong, hidden=hidden, describe=_in_words)


def _mean_fault(function: Callable) -> str | None:
    draw, right, wrong = case_generator(), averages.mean, averages.WRONG_MEAN
    cases = draw_cases(lambda: [_draw_table(draw, *sizes) for sizes in ((10, 4), (12, 5), (9, 3))], right, wrong)
    whole = [_draw_table(draw, 12, 4, empty=0) for _ in range(2)]
    hidden = {
        "concepts that all have a positive image": whole,
        "images that are all judged": [(np.nan_to_num(labels), scores) for labels, scores in whole],
        "a single concept": [_draw_table(draw, 10, 1, empty=0)],
        "many concepts": [_draw_table(draw, 30, 20, empty=4)],
        "scores that are all negative": [(labels, scores - 50) for labels, scores in [_draw_table(draw, 12, 4)]],
        "other images": [_draw_table(draw, 15, int(draw.integers(3, 8))) for _ in range(6)],
    }
    return number_fault(function, cases, right, wrong, hidden=hidden, describe=_in_words)


def _draw(draw: np.random.Generator, images: int, positives: int, unjudged: int = 0) -> Case:
    """Labels with so many ones and so many NaN, integers where all are judged, and scores that are all different."""
    labels = np.zeros(images, float if unjudged else int)
    labels[:positives] = 1
    if unjudged:
        labels[positives : positives + unjudged] = np.nan
    return draw.permutation(labels), _scores(draw, images)


def _scores(draw: np.random.Generator, count: int) -> np.ndarray:
    """Scores of both signs and larger than 1, in steps so wide that single precision keeps their order."""
    return draw.permutation(np.linspace(-2, 2, count) if count > 1 else np.ones(1))


def _draw_table(draw: np.random.Generator, images: int, concepts: int, empty: int = 1) -> Case:
    """Columns with different numbers of positive images, of which `empty` have none."""
    counts = draw.permutation([0] * empty + [1 + i % (images // 2) for i in range(concepts - empty)])
    columns = [_draw(draw, images, int(count), int(draw.integers(2, 4))) for count in counts]
    labels = np.stack([labels for labels, _ in columns], axis=1)
    return labels, _scores(draw, labels.size).reshape(labels.shape)


def _in_words(labels: np.ndarray, scores: np.ndarray) -> str:
    return f"labels = {labels.tolist()} and scores = {scores.round(2).tolist()}"
