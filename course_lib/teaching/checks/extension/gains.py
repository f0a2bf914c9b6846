"""Check of lesson 15 on the mean gain over concepts with its paired t-interval."""

from collections.abc import Callable

import numpy as np
from numpy import ndarray
from scipy import stats

from course_lib.teaching.checks.cases import case_generator
from course_lib.teaching.checks.common import fault_of, verdict
from course_lib.teaching.checks.mistakes import draw_cases, number_fault

Numbers = tuple[float, float, float]


def check_mean_gain(mean_gain: Callable) -> bool:
    """Check the mean over concepts of A minus B with its paired 95 % t-interval (no bootstrap).

    Args:
        mean_gain: ``mean_gain(aps_a, aps_b) -> (gain, low, high)`` from two arrays (K,), the average precision of the
            same K concepts by two methods.

    Returns:
        whether it is right; the message names the likely mistake.
    """
    praise = "each concept is compared with itself, and the interval is that of the mean."
    return verdict("mean_gain", fault_of(_gain_fault, mean_gain), praise)


def _gain_fault(mean_gain: Callable) -> str | None:
    draw = case_generator()
    cases = draw_cases(lambda: [_draw(draw, count) for count in (6, 9)], _right, _WRONG)
    hidden = {
        "two concepts": [_draw(draw, 2)],
        "many concepts": [_draw(draw, 60)],
        "a method A that is worse": [_draw(draw, 8)[::-1]],
        "other concepts": [_draw(draw, int(draw.integers(4, 20))) for _ in range(5)],
    }
    return number_fault(mean_gain, cases, _right, _WRONG, hidden=hidden, describe=_in_words)


def _draw(draw: np.random.Generator, count: int) -> tuple[ndarray, ndarray]:
    """Average precision of two methods: concepts differ much more than methods, and the mean gain of A is positive."""
    worse = draw.permutation(np.linspace(0.1, 0.8, count)) + draw.uniform(-0.03, 0.03, count)
    gains = draw.permutation(np.linspace(-0.02, 0.1, count)) + draw.uniform(-0.01, 0.01, count)
    return worse + gains, worse


def _in_words(aps_a: ndarray, aps_b: ndarray) -> str:
    return f"aps_a = {aps_a.round(3).tolist()} and aps_b = {aps_b.round(3).tolist()}"


def _around(centre: float, half: float) -> Numbers:
    return float(centre), float(centre - half), float(centre + half)


def _half(gains: ndarray, confidence: float = 0.95) -> float:
    """Half the t-interval of the mean."""
    return stats.t.ppf((1 + confidence) / 2, len(gains) - 1) * stats.sem(gains)


def _right(a: ndarray, b: ndarray) -> Numbers:
    return _around((a - b).mean(), _half(a - b))


def _with_half(half: Callable[[ndarray], float]) -> Callable:
    """The right mean with another half width, from the gains."""
    return lambda a, b: _around((a - b).mean(), half(a - b))


def _unpaired(equal_variances: bool) -> Callable:
    def interval(a: ndarray, b: ndarray) -> Numbers:
        found = stats.ttest_ind(a, b, equal_var=equal_variances).confidence_interval()
        return float((a - b).mean()), float(found.low), float(found.high)

    return interval


def _quantile(gains: ndarray, probability: float = 0.975) -> float:
    return stats.t.ppf(probability, len(gains) - 1)


def _error(gains: ndarray) -> float:
    return stats.sem(gains)


_UNPAIRED = "that is an unpaired interval: take the differences concept by concept first."
_DEVIATION = "that is the spread of the concepts: divide the standard deviation by the root of their number."
_LEVEL = "that is the 90 % interval: 95 % leaves 2.5 % at each end, so take the quantile of 0.975."
_DDOF = "the standard deviation divides by n: use ddof=1, which divides by n - 1."
_NORMAL = "it takes the normal quantile, 1.96: with few concepts take that of t with n - 1 degrees of freedom."
_HALF = "it returns the half width: low and high are the ends, gain minus and plus the half width."
_RELATIVE = "that is a gain relative to B: take the difference A minus B."
_WRONG = (
    (_UNPAIRED, _unpaired(True)),
    (_UNPAIRED, _unpaired(False)),
    (_UNPAIRED, lambda a, b: _around((a - b).mean(), _quantile(a) * np.hypot(_error(a), _error(b)))),
    ("it adds the half widths of A and of B: take the differences first.", lambda a, b: _added(a, b)),
    ("its interval is that of A alone: take that of the differences.", lambda a, b: _around(a.mean(), _half(a))),
    ("its interval is that of B alone: take that of the differences.", lambda a, b: _around(b.mean(), _half(b))),
    (
        "the width is that of A alone: take the standard error of the differences.",
        lambda a, b: _around((a - b).mean(), _half(a)),
    ),
    (
        "the width is that of B alone: take the standard error of the differences.",
        lambda a, b: _around((a - b).mean(), _half(b)),
    ),
    (_DEVIATION, _with_half(lambda d: _quantile(d) * d.std(ddof=1))),
    (_DEVIATION, _with_half(lambda d: 1.96 * d.std(ddof=1))),
    (_DEVIATION, _with_half(lambda d: d.std(ddof=1))),
    (_DDOF, _with_half(lambda d: _quantile(d) * d.std() / len(d) ** 0.5)),
    (
        "it divides by the root of n - 1 after ddof=1: divide by the root of n.",
        _with_half(lambda d: _quantile(d) * d.std(ddof=1) / (len(d) - 1) ** 0.5),
    ),
    ("it divides by n: divide by the root of n.", _with_half(lambda d: _quantile(d) * d.std(ddof=1) / len(d))),
    (_NORMAL, _with_half(lambda d: 1.96 * _error(d))),
    (_NORMAL, _with_half(lambda d: stats.norm.ppf(0.975) * _error(d))),
    (
        "it takes the normal quantile, 1.96, and ddof=0: take that of t, and ddof=1.",
        _with_half(lambda d: 1.96 * d.std() / len(d) ** 0.5),
    ),
    ("that is one standard error: multiply it by the quantile of t.", _with_half(_error)),
    ("it takes 2 standard errors: take the quantile of t.", _with_half(lambda d: 2 * _error(d))),
    ("n degrees of freedom: t has n - 1 here.", _with_half(lambda d: stats.t.ppf(0.975, len(d)) * _error(d))),
    (
        "2n - 2 degrees of freedom belong to an unpaired interval: t has n - 1 here.",
        _with_half(lambda d: stats.t.ppf(0.975, 2 * len(d) - 2) * _error(d)),
    ),
    (_LEVEL, _with_half(lambda d: _half(d, 0.9))),
    ("that is the 99 % interval: 95 % is asked.", _with_half(lambda d: _half(d, 0.99))),
    ("100 times too large: return shares, not per cent.", lambda a, b: tuple(100 * x for x in _right(a, b))),
    ("that is B minus A: a gain of A is positive.", lambda a, b: _right(b, a)),
    (_HALF, lambda a, b: ((a - b).mean(), _half(a - b), _half(a - b))),
    (_HALF, lambda a, b: ((a - b).mean(), -_half(a - b), _half(a - b))),
    ("low and high are swapped: return gain, low, high.", lambda a, b: tuple(_right(a, b)[i] for i in (0, 2, 1))),
    ("the order is wrong: return gain, low, high.", lambda a, b: tuple(_right(a, b)[i] for i in (1, 0, 2))),
    ("the order is wrong: return gain, low, high.", lambda a, b: tuple(_right(a, b)[i] for i in (1, 2, 0))),
    (_RELATIVE, lambda a, b: _right(a / b, np.ones(len(b)))),
    (_RELATIVE, lambda a, b: tuple(x / b.mean() for x in _right(a, b))),
    (
        "gain is the median over concepts: the mean is asked.",
        lambda a, b: (np.median(a - b), *_right(a, b)[1:]),
    ),
    ("low and high are the extreme concepts: an interval of the mean is asked.", lambda a, b: _extremes(a - b)),
)


def _added(a: ndarray, b: ndarray) -> Numbers:
    return _around((a - b).mean(), _half(a) + _half(b))


def _extremes(gains: ndarray) -> Numbers:
    return gains.mean(), gains.min(), gains.max()
