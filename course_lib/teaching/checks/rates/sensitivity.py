"""Check of lesson 11 on β, the relative range of the accuracies over the rates (Dube et al. 2018, Eq. 1)."""

from collections.abc import Callable

import numpy as np

from course_lib.teaching.checks.cases import case_generator
from course_lib.teaching.checks.common import fault_of, verdict
from course_lib.teaching.checks.mistakes import draw_cases, number_fault

_REL = 1e-5  # the quotient may have been computed in single precision


def check_relative_range(relative_range: Callable) -> bool:
    """Check the largest accuracy minus the smallest one, relative to the smallest, in per cent.

    Args:
        relative_range: ``relative_range(accuracies) -> float`` from an array (R,) of accuracies in per cent, one
            for each rate.

    Returns:
        whether it is right; the message names the likely mistake.
    """
    praise = "the largest minus the smallest, in per cent of the smallest."
    return verdict("relative_range", fault_of(_range_fault, relative_range), praise)


def _range_fault(relative_range: Callable) -> str | None:
    draw = case_generator()
    cases = draw_cases(lambda: [_draw(draw, int(n)) for n in draw.integers(4, 7, 3)], _range, _WRONG_RANGES, _REL)
    (falling,) = _draw(draw, 5)
    hidden = {
        "accuracies that are all equal": [(np.full(4, float(draw.integers(20, 80))),)],
        "two rates": [_draw(draw, 2) for _ in range(3)],
        "accuracies that fall from rate to rate": [(np.sort(falling)[::-1].copy(),)],
        "accuracies that rise from rate to rate": [(np.sort(falling),)],
        "accuracies below 1 %": [(falling / 100,)],
        "other accuracies": [_draw(draw, int(n)) for n in draw.integers(3, 9, 4)],
    }
    return number_fault(relative_range, cases, _range, _WRONG_RANGES, hidden=hidden, describe=_in_words, rel=_REL)


def _draw(draw: np.random.Generator, count: int) -> tuple[np.ndarray]:
    """Accuracies in per cent, no two of them equal."""
    return (draw.choice(np.arange(500, 9000), count, replace=False) / 100,)


def _in_words(accuracies: np.ndarray) -> str:
    return f"the accuracies {', '.join(f'{value:g}' for value in accuracies)}"


def _range(accuracies: np.ndarray) -> float:
    return _relative(accuracies, accuracies.min())


def _relative(accuracies: np.ndarray, to: float) -> float:
    """Largest minus smallest accuracy, in per cent of `to`."""
    return float(100 * (accuracies.max() - accuracies.min()) / to)


def _change(start: float, end: float, to: float) -> float:
    return float(100 * (end - start) / to)


_ENDS = "it compares the first rate with the last one: the extremes may lie at any rate, use max and min."
_DEVIATION = "that is a standard deviation: the range is the largest minus the smallest."
_WRONG_RANGES = (
    ("it divides by the largest accuracy: Eq. 1 divides by the smallest.", lambda a: _relative(a, a.max())),
    ("it divides by the mean: Eq. 1 divides by the smallest accuracy.", lambda a: _relative(a, a.mean())),
    ("it divides by the median: Eq. 1 divides by the smallest accuracy.", lambda a: _relative(a, np.median(a))),
    ("it divides by the first accuracy: Eq. 1 divides by the smallest.", lambda a: _relative(a, a[0])),
    ("it divides by the last accuracy: Eq. 1 divides by the smallest.", lambda a: _relative(a, a[-1])),
    ("a fraction: β is in per cent, 100 times that.", lambda a: _range(a) / 100),
    ("10000 times the fraction: per cent is 100 times.", lambda a: _range(a) * 100),
    ("the difference in points: divide it by the smallest accuracy, and give per cent.", lambda a: np.ptp(a)),
    ("that is 100 times the difference: divide it by the smallest accuracy.", lambda a: 100 * np.ptp(a)),
    ("the ratio of the largest to the smallest: subtract the smallest first.", lambda a: 100 * a.max() / a.min()),
    ("the ratio of the largest to the smallest: subtract the smallest first.", lambda a: a.max() / a.min()),
    ("the sign: the largest minus the smallest is never negative.", lambda a: -_range(a)),
    ("the sign: the largest minus the smallest is never negative.", lambda a: -_relative(a, a.max())),
    (_ENDS, lambda a: _change(a[0], a[-1], a[0])),
    (_ENDS, lambda a: abs(_change(a[0], a[-1], a[0]))),
    (_ENDS, lambda a: _change(a[0], a[-1], a.min())),
    (_ENDS, lambda a: abs(_change(a[0], a[-1], a.min()))),
    (_ENDS, lambda a: abs(_change(a[0], a[-1], min(a[0], a[-1])))),
    ("it starts from the first accuracy: start from the smallest.", lambda a: _change(a[0], a.max(), a[0])),
    ("it ends at the last accuracy: end at the largest.", lambda a: _change(a.min(), a[-1], a.min())),
    ("it leaves out the first rate: all of them count.", lambda a: _range(a[1:])),
    ("it leaves out the last rate: all of them count.", lambda a: _range(a[:-1])),
    ("it starts from the mean: start from the smallest accuracy.", lambda a: _change(a.mean(), a.max(), a.mean())),
    ("it starts from the mean: start from the smallest accuracy.", lambda a: _change(a.mean(), a.max(), a.min())),
    *(
        (_DEVIATION, lambda a, ddof=ddof, to=to: 100 * a.std(ddof=ddof) / to(a))
        for ddof in (0, 1)
        for to in (np.mean, np.min)
    ),
    *((_DEVIATION, lambda a, ddof=ddof: a.std(ddof=ddof)) for ddof in (0, 1)),
    ("that is rounded to two decimals: leave rounding to the print.", lambda a: round(_range(a), 2)),
    ("that is rounded to one decimal: leave rounding to the print.", lambda a: round(_range(a), 1)),
)
