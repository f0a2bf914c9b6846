"""Average precision of one ranking, and the usual mistakes."""

import numpy as np


def average_precision(labels: np.ndarray, scores: np.ndarray) -> float:
    """Compute the mean of the precision at the ranks of the positive images."""
    hits = _hits(labels, scores)
    return float((_precision(hits) * hits).sum() / hits.sum())


def _hits(labels: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """The labels from the highest score to the lowest."""
    return labels[np.argsort(-scores)].astype(float)


def _precision(hits: np.ndarray) -> np.ndarray:
    return hits.cumsum() / np.arange(1, len(hits) + 1)


def _ranks(labels: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """The ranks of the positive images, from 1."""
    return np.flatnonzero(_hits(labels, scores) == 1) + 1


def _auc(labels: np.ndarray, scores: np.ndarray) -> float:
    return float((scores[labels == 1][:, None] > scores[labels == 0]).mean())


def _trapezoid(labels: np.ndarray, scores: np.ndarray) -> float:
    hits = _hits(labels, scores)
    precision = np.concatenate([[1.0], _precision(hits)])
    return float(((precision[1:] + precision[:-1]) / 2 * hits).sum() / hits.sum())


def _interpolated(labels: np.ndarray, scores: np.ndarray) -> float:
    hits = _hits(labels, scores)
    best = np.maximum.accumulate(_precision(hits)[::-1])[::-1]
    return float((best * hits).sum() / hits.sum())


def _eleven_points(labels: np.ndarray, scores: np.ndarray) -> float:
    hits = _hits(labels, scores)
    recall, precision = hits.cumsum() / hits.sum(), _precision(hits)
    return float(np.mean([precision[recall >= level - 1e-9].max() for level in np.linspace(0, 1, 11)]))


def _ranks_from_zero(labels: np.ndarray, scores: np.ndarray) -> float:
    ranks = _ranks(labels, scores)
    with np.errstate(divide="ignore"):
        return float((np.arange(1, len(ranks) + 1) / (ranks - 1)).mean())


def _argsort_as_ranks(labels: np.ndarray, scores: np.ndarray) -> float:
    ranks = np.sort(np.argsort(-scores)[labels == 1] + 1)
    return float((np.arange(1, len(ranks) + 1) / ranks).mean())


_SORT = "it takes the images in the order given: sort them by score first, the highest first."
WRONG = (
    ("the order is ascending: the image with the highest score has rank 1.", lambda y, s: average_precision(y, -s)),
    (_SORT, lambda y, s: average_precision(y, -np.arange(len(y)))),
    ("that is the area under the ROC curve: take the precision at the ranks of the positives.", _auc),
    (
        "that is the precision at rank R, the number of positives: take the mean over the ranks of all positives.",
        lambda y, s: _hits(y, s)[: y.sum()].mean(),
    ),
    (
        "it divides by the number of images: divide by the number of positive ones.",
        lambda y, s: average_precision(y, s) * y.mean(),
    ),
    ("it takes trapezoids under the curve: the mean of the precision at the positives' ranks is asked.", _trapezoid),
    ("the ranks begin at 0: the first rank is 1.", _ranks_from_zero),
    (
        "the positives are counted from 0: the first one found counts as 1.",
        lambda y, s: np.mean(np.arange(y.sum()) / _ranks(y, s)),
    ),
    ("it is interpolated, as VOC's: take the precision at each rank as it is.", _interpolated),
    ("that is VOC 2007's mean over 11 levels of recall: take the ranks of the positives.", _eleven_points),
    (
        "that is the mean precision over all ranks: take the ranks of the positives alone.",
        lambda y, s: _precision(_hits(y, s)).mean(),
    ),
    (
        "it counts one positive at every rank: at the second positive's rank two are found.",
        lambda y, s: np.mean(1 / _ranks(y, s)),
    ),
    ("that is the reciprocal rank of the first positive: take all positives.", lambda y, s: 1 / _ranks(y, s)[0]),
    ("that is the sum over the positives: divide by their number.", lambda y, s: average_precision(y, s) * y.sum()),
    ("argsort gives the images by rank, not the ranks of the images: apply it to the labels.", _argsort_as_ranks),
    ("that is the share of positive images: the ranking does not count.", lambda y, s: y.mean()),
    ("it averages over the negative images: the positive ones count.", lambda y, s: average_precision(1 - y, s)),
    ("100 times too large: return a share, not per cent.", lambda y, s: 100 * average_precision(y, s)),
)
