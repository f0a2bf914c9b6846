"""Average precision of a ranking, and what all measures of a ranking share: shapes of labels and scores, ranks."""

import numpy as np


def average_precision(labels, scores) -> float | np.ndarray:
    """Compute the average precision (AP) of a concept: the mean precision at the ranks of its positive, judged images.

    Images of equal score all count at the last of their ranks, as in scikit-learn's ``average_precision_score``, which
    gives the same number; here all concepts are computed at once. The order of the images never matters.

    Args:
        labels: (N,), or (N, K) for K concepts, of 0, 1 and NaN (not judged: the image is left out of the ranking).
        scores: higher for images that are more likely positive; shaped like the labels, or (N,), one ranking for all.

    Returns:
        A number, or (K,). NaN if no judged image is positive, or if the score of a judged image is not finite, as after
        a training that diverged.

    Raises:
        ValueError: shapes that do not fit, or labels other than 0, 1 and NaN.
    """
    columns, ranked = as_columns(labels, scores)
    judged = np.isfinite(columns)
    keys = np.where(judged, -ranked, np.inf)  # the highest first; what is not judged comes last and counts nowhere
    order = keys.argsort(axis=0)
    ranks = last_ranks(np.take_along_axis(keys, order, axis=0))
    positive = np.take_along_axis(columns == 1, order, axis=0)
    precisions = np.take_along_axis(positive.cumsum(axis=0), ranks - 1, axis=0) / ranks
    finite = (np.isfinite(ranked) | ~judged).all(axis=0)
    with np.errstate(invalid="ignore"):  # 0 / 0: no positive image
        values = (positive * precisions).cumsum(axis=0)[-1:].sum(axis=0) / positive.sum(axis=0)
    return per_concept(np.where(finite, values, np.nan), labels)


def as_columns(labels, scores) -> tuple[np.ndarray, np.ndarray]:
    """Convert labels and scores to two arrays (N, K) of float64, one column per concept; K = 1 for labels (N,).

    Raises:
        ValueError: as `average_precision`.
    """
    labels, scores = np.asarray(labels, dtype=np.float64), np.asarray(scores, dtype=np.float64)
    if labels.ndim not in (1, 2) or scores.shape not in (labels.shape, labels.shape[:1]):
        raise ValueError(
            f"labels {labels.shape} and scores {scores.shape} do not fit: need (N,) or (N, K), and as many scores"
        )
    wrong = labels[~((labels == 0) | (labels == 1) | np.isnan(labels))]
    if wrong.size:
        raise ValueError(f"a label is {wrong[0]:g}: give 0, 1 or NaN (not judged)")
    columns = labels if labels.ndim == 2 else labels[:, None]
    return columns, np.broadcast_to(scores if scores.ndim == 2 else scores[:, None], columns.shape)


def per_concept(values: np.ndarray, labels) -> float | np.ndarray:
    """Shape the values (K,) of concepts like their labels: a number for labels (N,), else (K,)."""
    return float(values[0]) if np.ndim(labels) == 1 else values


def last_ranks(scores: np.ndarray) -> np.ndarray:
    """Compute for each place of a ranking the last rank of its score, counted from 1; (N, K).

    Args:
        scores: (N, K), each column sorted, so that equal scores stand together.
    """
    places = np.arange(1, len(scores) + 1)[:, None]
    ends = np.vstack([scores[:-1] != scores[1:], np.ones_like(scores[:1], dtype=bool)])  # (N, K)
    ranks = np.where(ends, places, len(scores))
    return np.minimum.accumulate(ranks[::-1], axis=0)[::-1]
