"""Estimates from a sample of judgements beside xinfAP: infAP, mean xinfAP, precision at a depth.

Labels, scores and strata are those of `xinfap`.
"""

import numpy as np

from course_lib.analysis.precision import mean_over_concepts, shares_within
from course_lib.training.average_precision import per_concept
from course_lib.training.inferred_precision import (
    Smoothing,
    estimate_positives,
    sampled_columns,
    smoothing_constants,
    strata_of,
    xinfap,
)


def infap(labels, scores, pooled=None, *, smoothing: Smoothing = "trec_eval") -> float | np.ndarray:
    """Compute inferred average precision (infAP): `xinfap` of a pool with a single stratum.

    Source: E. Yilmaz and J. A. Aslam, Estimating average precision with incomplete and imperfect judgments, 2006;
    trec_eval, ``m_infap.c``.

    Args:
        pooled: true for the images of the pool, (N,) or (N, K); None: all.
        smoothing: see `xinfap`.

    Raises:
        ValueError: as `xinfap`.
    """
    pooled = np.ones(len(labels), dtype=bool) if pooled is None else np.asarray(pooled)
    if pooled.dtype != bool:
        raise ValueError(f"pooled has values of type {pooled.dtype}: give true or false for each image")
    return xinfap(labels, scores, pooled.astype(int) - 1, smoothing=smoothing)


def mean_xinfap(labels, scores, strata, *, depth: int | None = None, smoothing: Smoothing = "nist") -> float:
    """Average `xinfap` over concepts (mean xinfAP, MXinfAP).

    Concepts without a judged positive image have no xinfAP and do not count. NIST's program counts them as 0 instead.

    Returns:
        NaN if no concept has one.

    Raises:
        ValueError: as `xinfap`.

    Warns:
        UserWarning: a concept with a judged positive image has no finite scores; as in NIST's program, its xinfAP does
            not count as 0.
    """
    return mean_over_concepts(xinfap(labels, scores, strata, depth=depth, smoothing=smoothing), labels)


def estimated_precision(labels, scores, strata, n: int, *, smoothing: Smoothing = "nist") -> float | np.ndarray:
    """Estimate the precision at depth `n` from judgements of a sample: ``Σ_s d_s · (b_s + ε₁) / (a_s + ε₂) / n``.

    Of the n images of highest score d_s are of stratum s, a_s of these are judged and b_s positive. Images outside the
    pool count as negative. Of images of equal score across depth n each counts in part, as in `precision_at`.

    Args:
        smoothing: as for `xinfap`.

    Returns:
        A number, or (K,). NaN if no image is judged, or if a score is not finite.

    Raises:
        ValueError: as `xinfap`, or `n` is not between 1 and N.
    """
    epsilons = smoothing_constants(smoothing)
    columns, ranked, groups = sampled_columns(labels, scores, strata)
    known = np.isfinite(columns).any(axis=0) & np.isfinite(ranked).all(axis=0)
    shares = shares_within(np.where(known, ranked, 0), n)
    found = sum(estimate_positives(*_counts(columns, shares * (groups == s)), epsilons) for s in strata_of(groups))
    return per_concept(np.where(known, found / n, np.nan), labels)


def _counts(columns: np.ndarray, shares: np.ndarray) -> list[np.ndarray]:
    """How many images, judged images and positive images there are, each (K,)."""
    return [shares.sum(axis=0), (shares * np.isfinite(columns)).sum(axis=0), (shares * (columns == 1)).sum(axis=0)]
