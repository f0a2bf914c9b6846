"""Precision of a ranking whose unjudged images are left out: at a depth, averaged over ranks, and as in PASCAL VOC.

Labels are (N,), or (N, K) for K concepts, of 0, 1 and NaN (not judged), as in an `ImageSet` with concepts. Scores are
higher for images that are more likely positive; they are shaped like the labels, or (N,), one ranking for all concepts.
A measure is a number for labels (N,) and an array (K,) for labels (N, K); NaN says that a concept has no such value.

To leave out what is not judged assumes that it was left unjudged by chance. If rather the images at the top of some
rankings were judged, use `xinfap`.
"""

import warnings

import numpy as np

from course_lib.training.average_precision import as_columns, average_precision, last_ranks, per_concept
from course_lib.training.target import CONCEPTS

_ALL_POINTS_SINCE = 2010  # the year in which PASCAL VOC replaced the 11 points


def mean_average_precision(labels, scores) -> float:
    """Average the average precision over concepts (MAP).

    Concepts without a judged positive image have no average precision and do not count.

    Returns:
        NaN if no concept has one.

    Raises:
        ValueError: as `average_precision`.

    Warns:
        UserWarning: as `mean_over_concepts`.
    """
    return mean_over_concepts(average_precision(labels, scores), labels)


def mean_over_concepts(values: float | np.ndarray, labels) -> float:
    """Average a measure over the concepts that have it, as the score of a run does.

    Args:
        values: a number or (K,), NaN where a concept has no value.
        labels: (N,) or (N, K), from which the values were computed.

    Returns:
        NaN if no concept has a value.

    Warns:
        UserWarning: a concept with a judged positive image has no value, e.g. for want of finite scores.
    """
    values, rows = np.atleast_1d(values), np.atleast_2d(np.asarray(labels).T)  # (K,), (K, N)
    missing = int((np.isnan(values) & (rows == 1).any(axis=1)).sum())
    if missing:
        warnings.warn(
            f"{missing} of {len(values)} concepts have positive images but no value, and do not count as 0: "
            "compare the mean only with means over the same concepts",
            stacklevel=3,
        )
    return CONCEPTS.score(values)


def voc_average_precision(labels, scores, *, year: int = 2012) -> float | np.ndarray:
    """Compute the average precision of PASCAL VOC from interpolated precision: the largest at a recall or above it.

    From 2010 on it is the area under interpolated precision over recall (``VOCap.m``). Before 2010 it was the mean of
    interpolated precision at the recalls 0, 0.1, …, 1. An image that shows only *difficult* objects of a concept has
    the label NaN. VOC ranks images without a prediction last: give these a score below all others. Images of equal
    score all count at the last of their ranks; VOC's own code takes them in the order of its list.

    Args:
        year: of the challenge.

    Returns:
        NaN as `average_precision`. The area is never below `average_precision`.

    Raises:
        ValueError: as `average_precision`, or a year before the challenge.
    """
    if year < 2005:
        raise ValueError(f"year {year}: PASCAL VOC began in 2005, give the year of a challenge")
    columns, ranked = as_columns(labels, scores)
    measure = _area if year >= _ALL_POINTS_SINCE else _eleven_points
    values = np.full(columns.shape[1], np.nan)
    for k, (own, score) in enumerate(zip(columns.T, ranked.T, strict=True)):
        judged = np.isfinite(own)
        if (own == 1).any() and np.isfinite(score[judged]).all():
            values[k] = measure(*_curve(own[judged], score[judged]))
    return per_concept(values, labels)


def precision_at(labels, scores, n: int) -> float | np.ndarray:
    """Compute the precision at depth `n`: the share of positive images among the `n` judged images of highest score.

    Of images of equal score across depth n each counts in part, so that n images count: the mean over all their orders.

    Returns:
        NaN if fewer than `n` images are judged, or a judged image's score is not finite.

    Raises:
        ValueError: as `average_precision`, or `n` is not between 1 and N.
    """
    columns, ranked = as_columns(labels, scores)
    judged = np.isfinite(columns)
    fits = (judged.sum(axis=0) >= n) & (np.isfinite(ranked) | ~judged).all(axis=0)
    weights = shares_within(np.where(judged & fits, ranked, -np.inf), n)
    found = (weights * np.where(judged, columns, 0)).sum(axis=0) / n
    return per_concept(np.where(fits, found, np.nan), labels)


def shares_within(scores: np.ndarray, n: int) -> np.ndarray:
    """Compute how far each image belongs to the `n` highest scores of its column, 0 to 1; (N, K).

    Images of equal score across depth n share the places that are left.

    Args:
        scores: (N, K), −∞ for an image that comes last.

    Raises:
        ValueError: `n` is not between 1 and N.
    """
    if not 1 <= n <= len(scores):
        raise ValueError(f"depth n = {n} does not fit {len(scores)} images: choose 1 to {len(scores)}")
    edge = np.sort(scores, axis=0)[len(scores) - n]  # (K,), the n-th highest
    above, equal = scores > edge, scores == edge
    return above + equal * ((n - above.sum(axis=0)) / equal.sum(axis=0))


def _curve(labels: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Number of positives down to each score, and the largest precision there or further down; both (S,)."""
    order = np.argsort(-scores, kind="stable")
    ranks = np.unique(last_ranks(scores[order, None]))  # (S,), one for each score
    found = labels[order].cumsum()[ranks - 1]
    return found, np.maximum.accumulate((found / ranks)[::-1])[::-1]


def _area(found: np.ndarray, precision: np.ndarray) -> float:
    """Area under the precision over recall (S,)."""
    return float((np.diff(found, prepend=0) * precision).sum() / found[-1])


def _eleven_points(found: np.ndarray, precision: np.ndarray) -> float:
    """Mean precision at the recalls 0, 0.1, …, 1, which are compared without rounding."""
    at = [np.argmax(10 * found >= tenths * found[-1]) for tenths in range(11)]
    return float(precision[at].mean())
