"""Average precision estimated from a sample of judgements (xinfAP).

Images that someone may judge are the pool. The pool is divided into strata, and of each stratum some images are judged,
drawn by chance. Labels and scores are those of `average_precision`; *strata* are integers (N,) or, if they differ by
concept, (N, K): −1 for an image outside the pool, which only uses up a rank, else the number of its stratum. So an
image is positive (1), negative (0), in the pool but not judged (NaN, stratum ≥ 0), or outside (NaN, stratum −1).

Images of equal score all count at the last of their ranks, as in `average_precision`. NIST's program and trec_eval
order them by document name: for their numbers, give scores without ties.
"""

import numpy as np

from course_lib.data.judgements import strata_columns
from course_lib.training.average_precision import as_columns, last_ranks, per_concept

SMOOTHING = {"nist": (1e-5, 3e-5), "trec_eval": (1e-5, 2e-5)}  # added to the positive and to the judged images above
Smoothing = str | tuple[float, float]


def xinfap(labels, scores, strata, *, depth: int | None = None, smoothing: Smoothing = "nist") -> float | np.ndarray:
    """Compute extended inferred average precision (xinfAP), as NIST does for TRECVID.

    For a judged positive image at rank k, let d_s images of stratum s lie above it, of which a_s are judged and b_s
    positive. The expected precision at k is ``(1 + Σ_s d_s · (b_s + ε₁) / (a_s + ε₂)) / k``. A stratum of N_s images,
    of which n_s are judged and r_s positive, adds N_s/n_s times the sum of its expected precisions. The total is
    divided by the estimated number of positive images, ``R = Σ_s N_s · r_s / n_s``, or by `depth` if that is smaller.

    If the whole pool is judged, xinfAP differs from `average_precision` by less than max(ε₁, ε₂ − ε₁), where images
    outside the pool count as negative: 2e-5 for ``"nist"``, 1e-5 for ``"trec_eval"``, and rounding for ``(0, 0)``.
    Otherwise xinfAP is not unbiased. In the tests, a ranking of 600 images in three strata has an AP of 0.42; the mean
    over samples is 0.005 too high at rates 1, 0.2 and 0.05, and 0.03 too low if a tenth of each stratum is judged.

    Source: E. Yilmaz, E. Kanoulas and J. A. Aslam, A simple and efficient sampling method for estimating AP and NDCG,
    2008; NIST, ``sample_eval.pl``.

    Args:
        depth: number of ranks that count (2000 in TRECVID's semantic indexing); None: all.
        smoothing: ``"nist"``, ``"trec_eval"``, or ε₁ and ε₂. With (0, 0) a stratum without judged images above adds 0.

    Returns:
        A number, or (K,). NaN if no judged image is positive, or if a score is not finite.

    Raises:
        ValueError: shapes that do not fit, labels other than 0, 1 and NaN, strata that are no integers from −1, no
            images, a judged image outside the pool, a depth below 1, or an unknown smoothing.
    """
    epsilons = smoothing_constants(smoothing)
    if depth is not None and depth < 1:
        raise ValueError(f"depth {depth}: give the number of ranks that count, at least 1, or None for all")
    columns, ranked, groups = sampled_columns(labels, scores, strata)
    order = np.argsort(-ranked, axis=0, kind="stable")
    columns, ranked, groups = (np.take_along_axis(values, order, axis=0) for values in (columns, ranked, groups))
    ranks = last_ranks(ranked)
    above = sum(_positives_above(columns, groups == s, ranks, epsilons) for s in strata_of(groups))
    expected = np.where(columns == 1, (1 + above) / ranks, 0)  # (N, K)
    weights = _weights(columns, groups)
    total = (weights * (columns == 1)).sum(axis=0)  # (K,), R
    gained = (weights * expected * (ranks <= (depth or len(ranks)))).sum(axis=0)
    known = (total > 0) & np.isfinite(ranked).all(axis=0)
    found = np.divide(gained, np.minimum(total, depth or np.inf), out=np.full_like(total, np.nan), where=known)
    return per_concept(found, labels)


def _positives_above(columns: np.ndarray, inside: np.ndarray, ranks: np.ndarray, epsilons) -> np.ndarray:
    """Estimated number of positive images of one stratum above each place of the ranking, (N, K)."""
    own = (inside, inside & np.isfinite(columns), inside & (columns == 1))
    counts = [np.take_along_axis(part.cumsum(axis=0), ranks - 1, axis=0) - part for part in own]
    return estimate_positives(*counts, epsilons)


def estimate_positives(pooled: np.ndarray, judged: np.ndarray, positive: np.ndarray, epsilons) -> np.ndarray:
    """Estimate the number of positive images among the pooled ones of a stratum."""
    wide = judged + epsilons[1]
    return pooled * np.divide(positive + epsilons[0], wide, out=np.zeros_like(wide, dtype=float), where=wide > 0)


def _weights(columns: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """How many images of its stratum each judged image stands for, N_s/n_s, else 0; (N, K)."""
    weights = np.zeros_like(columns)
    for s in strata_of(groups):
        judged = (groups == s) & np.isfinite(columns)
        weights += judged * ((groups == s).sum(axis=0) / np.maximum(1, judged.sum(axis=0)))
    return weights


def strata_of(groups: np.ndarray) -> np.ndarray:
    """List the numbers of the strata that the pool has."""
    return np.unique(groups[groups >= 0])


def sampled_columns(labels, scores, strata) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Convert labels, scores and strata to columns (N, K).

    Raises:
        ValueError: as `xinfap`.
    """
    columns, ranked = as_columns(labels, scores)
    groups = strata_columns(strata, columns.shape, np.shape(labels))
    outside = int((np.isfinite(columns) & (groups < 0)).sum())
    if outside:
        raise ValueError(f"{outside} judged image(s) lie outside the pool (stratum −1): give each a stratum from 0 on")
    if not len(columns):
        raise ValueError("no images to rank: the labels are empty")
    return columns, ranked, groups


def smoothing_constants(smoothing: Smoothing) -> tuple[float, float]:
    """Find ε₁ and ε₂. Raises ValueError for an unknown name, or numbers that are none."""
    if isinstance(smoothing, str):
        if smoothing not in SMOOTHING:
            raise ValueError(f"unknown smoothing '{smoothing}': choose {' or '.join(SMOOTHING)}, or give two numbers")
        return SMOOTHING[smoothing]
    if np.shape(smoothing) != (2,) or not 0 <= smoothing[0] <= smoothing[1] < np.inf:
        raise ValueError(f"smoothing {smoothing} is not understood: give a name, or two numbers 0 ≤ ε₁ ≤ ε₂")
    return smoothing
