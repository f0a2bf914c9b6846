"""Judgements of a sample: a pool of highly ranked images in strata, of which a share is judged, as in TRECVID."""

from collections.abc import Sequence

import numpy as np


def pool_strata(rankings: Sequence[np.ndarray], depths: Sequence[int]) -> np.ndarray:
    """Divide the pool of several rankings into strata by the best rank that an image has in any of them.

    Stratum 0 holds the images that some ranking has among its first ``depths[0]``, stratum 1 those of the others that
    some ranking has among its first ``depths[1]``, and so on. Of images of equal score the first are ranked higher.

    Args:
        rankings: scores of one classifier each, all (N,) or all (N, K), higher for images more likely positive.
        depths: increasing numbers of ranks.

    Returns:
        Strata like one of the rankings, int64; −1 for images outside the pool.

    Raises:
        ValueError: no ranking, rankings of different shapes or with scores that are not finite, or depths that do not
            rise from 1.
    """
    scores = [np.asarray(ranking, dtype=np.float64) for ranking in rankings]
    if not scores or len({own.shape for own in scores}) > 1 or scores[0].ndim not in (1, 2):
        raise ValueError(
            f"rankings of shapes {[own.shape for own in scores]} make no pool: need all (N,) or all (N, K)"
        )
    if not all(np.isfinite(own).all() for own in scores):
        raise ValueError("a score of a ranking is not finite: leave out classifiers whose training diverged")
    depths = np.asarray(depths)
    if depths.ndim != 1 or not depths.size or (np.diff(depths, prepend=0) <= 0).any():
        raise ValueError(f"depths {depths.tolist()} do not rise from 1: give e.g. (100, 400)")
    ranks = [np.argsort(np.argsort(-own, axis=0, kind="stable"), axis=0) for own in scores]  # counted from 0
    strata = np.searchsorted(depths, np.min(ranks, axis=0), side="right")
    return np.where(strata < len(depths), strata, -1)


def draw_judgements(labels, strata, rates: Sequence[float], *, seed: int) -> np.ndarray:
    """Judge a random share of each stratum: labels in which all other images are NaN (not judged).

    Of a stratum of N_s images, rate · N_s are judged, rounded, and at least one. Concepts are drawn apart; so to draw
    one concept many times, repeat its column.

    Args:
        labels: (N,) or (N, K), the truth: 0 or 1 for all images of the pool.
        strata: (N,) or (N, K) integers, as `pool_strata` gives them; −1 for images that nobody judges.
        rates: the share of each stratum that is judged, above 0 and up to 1.
        seed: of the draw.

    Returns:
        float64, like the labels.

    Raises:
        ValueError: shapes that do not fit, an image of the pool without a label, a stratum without a rate, or a rate
            outside (0, 1].
    """
    columns = _label_columns(labels)
    groups = strata_columns(strata, columns.shape, np.shape(labels))
    rates = np.asarray(rates, dtype=np.float64)
    if rates.ndim != 1 or len(rates) <= groups.max(initial=-1):
        raise ValueError(f"{rates.size} rate(s) for strata up to {groups.max()}: give one rate per stratum, from 0 on")
    if not ((rates > 0) & (rates <= 1)).all():
        raise ValueError(f"rates {rates.tolist()} are no shares: each lies above 0 and not above 1")
    unknown = int((np.isnan(columns) & (groups >= 0)).sum())
    if unknown:
        raise ValueError(f"{unknown} image(s) of the pool have no label: put them outside (stratum −1)")
    keys, judged = np.random.default_rng(seed).random(columns.shape), np.zeros(columns.shape, dtype=bool)
    for s in np.unique(groups[groups >= 0]):
        inside = groups == s
        sizes = inside.sum(axis=0)  # (K,)
        wanted = np.where(sizes, np.maximum(1, np.rint(rates[s] * sizes)), 0)
        ranks = np.argsort(np.argsort(np.where(inside, keys, 1), axis=0), axis=0)  # keys lie below 1
        judged |= ranks < wanted
    return np.where(judged, columns, np.nan).reshape(np.shape(labels))


def strata_columns(strata, columns: tuple[int, int], labels: tuple[int, ...]) -> np.ndarray:
    """Convert strata to an array of the shape `columns`, (N, K), given the shape of the labels.

    Raises:
        ValueError: a shape that does not fit, or strata that are no integers from −1.
    """
    strata = np.asarray(strata)
    if strata.shape not in (labels, labels[:1]):
        raise ValueError(f"strata {strata.shape} do not fit labels {labels}: need one stratum per image")
    if strata.dtype.kind not in "iu" or strata.min(initial=0) < -1:
        raise ValueError(f"strata of type {strata.dtype} from {strata.min(initial=0)}: give integers, −1 is outside")
    return np.broadcast_to(strata if strata.ndim == 2 else strata[:, None], columns)


def _label_columns(labels) -> np.ndarray:
    """Convert labels to float64 (N, K); ValueError for another shape or other values than 0, 1 and NaN."""
    columns = np.asarray(labels, dtype=np.float64)
    if columns.ndim not in (1, 2):
        raise ValueError(f"labels {columns.shape} are no judgements: need (N,) or (N, K)")
    wrong = columns[~((columns == 0) | (columns == 1) | np.isnan(columns))]
    if wrong.size:
        raise ValueError(f"a label is {wrong[0]:g}: give 0, 1 or NaN (not judged)")
    return columns if columns.ndim == 2 else columns[:, None]
