"""What chance alone makes of verdicts: p-values of the rule, claims reproduced though nothing has an effect, Holm, BH.

A verdict's p-value is half of one minus the highest confidence at which the rule of `judge` still gives it, so that a
verdict at 95 % has one of at most 0.025. It tests the claim against the nearest effect outside of the claimed region
(of a contradiction: inside); of k things, a contradiction is widened for k, as the rule does.
"""

import math
from collections.abc import Callable, Sequence

import numpy as np
from scipy import stats

from course_lib.analysis.intervals import Interval
from course_lib.analysis.verdicts import CONFIDENCE, Claim, Verdict

LEAST_P = 1e-4  # a bootstrap of 9999 resamples knows no smaller one
_STEPS = 8  # of the bisection, on the logarithm of p: to 3 %
_MOST_P = 0.5
UNDECIDED = "undecided"


def p_value(judge_at: Callable[[float], Verdict]) -> tuple[str, float | None]:
    """Find the side that a claim's effect is on, and the p-value of this verdict.

    Args:
        judge_at: the verdict at a confidence.

    Returns:
        ``"reproduced"`` or ``"contradicted"`` and the p-value, at least `LEAST_P`; ``"undecided"`` and None if the
        verdict is open at every confidence: a best rate at the edge of a grid, or some things inside and some outside.
    """
    side = judge_at(1 - 2 * _MOST_P * 0.99).verdict
    if side == UNDECIDED:
        return side, None
    low, high = math.log(LEAST_P), math.log(_MOST_P)
    if judge_at(1 - 2 * LEAST_P).verdict == side:
        return side, LEAST_P
    for _ in range(_STEPS):
        middle = (low + high) / 2
        holds = judge_at(1 - 2 * math.exp(middle)).verdict == side
        low, high = (low, middle) if holds else (middle, high)
    return side, float(f"{math.exp(high):.2g}")


def room(claim: Claim, effect: Interval | None) -> tuple[float | None, float | None] | None:
    """How far the bounds of the claimed region are from no effect, in standard errors of the measured effect.

    No effect is zero. A claim whose region holds zero says that there is none: then it is the effect at the nearest
    bound, where the claim just fails. The standard error is that of a normal error with an interval as wide.

    Returns:
        distances of the lower and the upper bound, None for an infinite one; None without an interval of some width,
        or where a best rate at the edge of a grid leaves the claim undecided whatever the interval.
    """
    if effect is None or effect.edge or not 0 < effect.high - effect.low < math.inf:
        return None
    low, high = claim.region.low, claim.region.high
    none = min((low, high), key=abs) if low < 0 < high else 0.0
    error = (effect.high - effect.low) / (2 * _quantile(CONFIDENCE))
    return tuple((bound - none) / error if math.isfinite(bound) else None for bound in (low, high))


def chance_of(bounds: Sequence[float | None], confidence: float = CONFIDENCE) -> float:
    """Probability that an interval lies inside bounds, given as by `room`, if there is no effect.

    0.025 for a claim "above zero"; less for a region away from zero, and 0 for one that is narrower than the interval.
    Of a claim about several things, which all have to hold, it is an upper bound.
    """
    half = _quantile(confidence)
    low, high = (
        infinite if bound is None else bound for bound, infinite in zip(bounds, (-math.inf, math.inf), strict=True)
    )
    return float(max(0.0, stats.norm.cdf(high - half) - stats.norm.cdf(low + half)))


def holm(p_values: Sequence[float], level: float = 0.05) -> np.ndarray:
    """Which tests hold with at most `level` probability of any false one, whatever their dependence (Holm 1979)."""
    p = np.asarray(p_values, dtype=float)
    order = p.argsort(kind="stable")
    passed = p[order] <= level / np.arange(len(p), 0, -1)
    return _in_place(order, np.logical_and.accumulate(passed))


def benjamini_hochberg(p_values: Sequence[float], level: float = 0.05) -> np.ndarray:
    """Which tests hold with an expected share of false ones of at most `level` (Benjamini & Hochberg 1995).

    It is proved for independent tests, and for some that depend on each other positively.
    """
    p = np.asarray(p_values, dtype=float)
    order = p.argsort(kind="stable")
    passed = np.flatnonzero(p[order] <= level * np.arange(1, len(p) + 1) / max(1, len(p)))
    count = passed[-1] + 1 if len(passed) else 0
    return _in_place(order, np.arange(len(p)) < count)


def _in_place(order: np.ndarray, values: np.ndarray) -> np.ndarray:
    found = np.empty(len(order), dtype=bool)
    found[order] = values
    return found


def _quantile(confidence: float) -> float:
    return float(stats.norm.ppf(0.5 + confidence / 2))
