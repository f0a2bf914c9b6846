"""Average precision with labels that nobody judged, its mean over concepts, and the usual mistakes."""

from collections.abc import Callable, Iterator

import numpy as np

from course_lib.teaching.checks.extension.rankings import average_precision


def judged(labels: np.ndarray, scores: np.ndarray) -> float:
    """Compute the average precision of the images whose label is not NaN."""
    known = ~np.isnan(labels)
    return average_precision(labels[known], scores[known])


def mean(labels: np.ndarray, scores: np.ndarray) -> float:
    """Compute the mean over the concepts that have a positive image."""
    return float(np.mean(list(_each(labels, scores))))


def _each(labels: np.ndarray, scores: np.ndarray, metric: Callable = judged) -> Iterator[float]:
    """The average precision of each concept that has a positive image."""
    return (metric(y, s) for y, s in zip(labels.T, scores.T, strict=True) if (y == 1).any())


def _filled(value: float) -> Callable:
    """Average precision with `value` in the place of NaN."""
    return lambda labels, scores: average_precision(np.nan_to_num(labels, nan=value), scores)


def _of_all_images(labels: np.ndarray, scores: np.ndarray) -> float:
    """Divided by the positive and the unjudged images."""
    positives = (labels == 1).sum()
    return judged(labels, scores) * positives / (positives + np.isnan(labels).sum())


def _labels_alone(labels: np.ndarray, scores: np.ndarray) -> float:
    """The labels are filtered, the scores cut to the same length."""
    known = labels[~np.isnan(labels)]
    return average_precision(known, scores[: len(known)])


def _weighted(labels: np.ndarray, scores: np.ndarray) -> float:
    positives = (labels == 1).sum(axis=0)
    return float(np.average(list(_each(labels, scores)), weights=positives[positives > 0]))


def _whole_rows(labels: np.ndarray, scores: np.ndarray) -> float:
    whole = ~np.isnan(labels).any(axis=1)
    kept = list(_each(labels[whole], scores[whole]))
    return float(np.mean(kept)) if kept else float("nan")


_NEGATIVE = "an unjudged image counts as negative, or keeps its rank: take it out of the ranking first."
WRONG_JUDGED = (
    (_NEGATIVE, _filled(0)),
    ("an unjudged image counts as positive: take it out of the ranking first.", _filled(1)),
    ("an unjudged image counts as half a positive: take it out of the ranking first.", _filled(0.5)),
    ("NaN spreads: take the images without a label out before anything is added up.", lambda y, s: float("nan")),
    ("it divides by the unjudged images, too: divide by the number of positive ones.", _of_all_images),
    ("labels and scores no longer belong together: take the same images out of both.", _labels_alone),
    ("the order is ascending: the image with the highest score has rank 1.", lambda y, s: judged(y, -s)),
    (
        "it divides by the number of images: divide by the number of positive ones.",
        lambda y, s: judged(y, s) * (y == 1).sum() / len(y),
    ),
    (
        "it divides by the number of judged images: divide by the number of positive ones.",
        lambda y, s: judged(y, s) * np.nanmean(y),
    ),
    ("that is the share of positives among the judged images: the ranking does not count.", lambda y, s: np.nanmean(y)),
    ("100 times too large: return a share, not per cent.", lambda y, s: 100 * judged(y, s)),
)
WRONG_MEAN = (
    (
        "it ranks the concepts of each image: rank the images of each concept, a column, and average over concepts.",
        lambda y, s: mean(y.T, s.T),
    ),
    (
        "it ranks all images and concepts in one list: make a ranking for each concept.",
        lambda y, s: judged(y.ravel(), s.ravel()),
    ),
    ("concepts weigh by their positive images: each concept counts once.", _weighted),
    (
        "a concept without a positive image counts as 0: leave it out of the mean.",
        lambda y, s: sum(_each(y, s)) / y.shape[1],
    ),
    (
        "a concept without a positive image counts as 1: leave it out of the mean.",
        lambda y, s: (sum(_each(y, s)) + (~(y == 1).any(axis=0)).sum()) / y.shape[1],
    ),
    (_NEGATIVE, lambda y, s: np.mean(list(_each(y, s, _filled(0))))),
    (
        "unjudged images count as negative, and a concept without a positive image as 0: leave both out.",
        lambda y, s: sum(_each(y, s, _filled(0))) / y.shape[1],
    ),
    (
        "an unjudged image counts as positive: take it out of the ranking first.",
        lambda y, s: mean(np.nan_to_num(y, nan=1), s),
    ),
    ("it leaves out every image with a NaN: take it out of that concept's ranking alone.", _whole_rows),
    ("NaN spreads: leave out unjudged labels, and concepts without a positive image.", lambda y, s: float("nan")),
    ("that is the sum over the concepts: the mean is asked.", lambda y, s: sum(_each(y, s))),
    ("that is the median over the concepts: the mean is asked.", lambda y, s: np.median(list(_each(y, s)))),
    ("the order is ascending: the image with the highest score has rank 1.", lambda y, s: mean(y, -s)),
    ("100 times too large: return a share, not per cent.", lambda y, s: 100 * mean(y, s)),
)
