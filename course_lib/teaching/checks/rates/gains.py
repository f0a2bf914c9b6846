"""Check of lesson 11 on the gains that accuracies printed with two decimals allow (Dube et al. 2018, Table 1)."""

from collections.abc import Callable
from functools import partial

import numpy as np

from course_lib.teaching.checks.cases import case_generator
from course_lib.teaching.checks.common import fault_of, verdict
from course_lib.teaching.checks.mistakes import draw_cases, number_fault

Bounds = tuple[float, float]
_HALF = 0.005  # per cent: half a unit of the last decimal
_REL = 3e-5  # the quotient may have been computed in single precision


def check_gain_bounds(gain_bounds: Callable) -> bool:
    """Check the smallest and the largest relative gain that two printed accuracies can come from.

    Args:
        gain_bounds: ``gain_bounds(low, high) -> (smallest, largest)``, in per cent, of the better over the worse of
            two accuracies in per cent, printed with two decimals; either of them may be the better.

    Returns:
        whether it is right; the message names the likely mistake.
    """
    praise = "each accuracy half a unit of its last decimal off, in opposite directions."
    return verdict("gain_bounds", fault_of(_bounds_fault, gain_bounds), praise)


def _bounds_fault(gain_bounds: Callable) -> str | None:
    draw = case_generator()
    cases = draw_cases(lambda: _draw_some(draw, 3, 90), _bounds, _WRONG_BOUNDS, _REL)
    whole = float(draw.integers(10, 40))
    hidden = {
        "accuracies of the size of Table 1, in both orders": [(5.8, 13.12), (13.12, 5.8), (91.06, 73.17)],
        "accuracies below 2 %": _draw_some(draw, 0.3, 1.8),
        "whole numbers": [(whole, whole + 5), (whole + 7, whole)],
        "a better accuracy of more than twice the worse one": [(round(whole * 2.4, 2), whole), (5.0, whole)],
        "other accuracies": _draw_some(draw, 10, 98),
    }
    return number_fault(gain_bounds, cases, _bounds, _WRONG_BOUNDS, hidden=hidden, describe=_in_words, rel=(_REL, _REL))


def _draw_some(draw: np.random.Generator, least: float, most: float) -> list[tuple[float, float]]:
    """Pairs of accuracies with two decimals, the better one first in two of them, 5 to 60 % better."""
    worse = np.exp(draw.uniform(np.log(least), np.log(most / 1.6), 4))
    better = worse * draw.uniform(1.05, 1.6, 4)
    pairs = [(round(float(a), 2), round(float(b), 2)) for a, b in zip(worse, better, strict=True)]
    return [pair[::-1] if place % 2 else pair for place, pair in enumerate(pairs)]


def _in_words(low: float, high: float) -> str:
    return f"accuracies of {low:.2f} and {high:.2f} %"


def _bounds(low: float, high: float, half_better: float = _HALF, half_worse: float = _HALF) -> Bounds:
    worse, better = sorted((low, high))
    return (
        _gain(better - half_better, worse + half_worse),
        _gain(better + half_better, worse - half_worse),
    )


def _gain(better: float, worse: float) -> float:
    return 100 * (better / worse - 1)


def _ordered(low: float, high: float, *, second_is_better: bool) -> Bounds:
    """Take always the same argument for the better accuracy."""
    worse, better = (low, high) if second_is_better else (high, low)
    return _gain(better - _HALF, worse + _HALF), _gain(better + _HALF, worse - _HALF)


def _points(low: float, high: float) -> Bounds:
    difference = abs(high - low)
    return difference - 2 * _HALF, difference + 2 * _HALF


def _by_better(low: float, high: float) -> Bounds:
    worse, better = sorted((low, high))
    return 100 * (1 - (worse + _HALF) / (better - _HALF)), 100 * (1 - (worse - _HALF) / (better + _HALF))


def _same_direction(low: float, high: float) -> Bounds:
    worse, better = sorted((low, high))
    return _gain(better + _HALF, worse + _HALF), _gain(better - _HALF, worse - _HALF)


def _exact_divisor(low: float, high: float) -> Bounds:
    """The difference at its extremes, the divisor as printed."""
    return tuple(100 * points / min(low, high) for points in _points(low, high))


def _about_gain(low: float, high: float, half: float) -> Bounds:
    gain = _gain(max(low, high), min(low, high))
    return gain - half, gain + half


def _ratios(low: float, high: float) -> Bounds:
    smallest, largest = _bounds(low, high)
    return smallest + 100, largest + 100


def _losses(low: float, high: float) -> Bounds:
    """Change from the better accuracy to the worse one."""
    smallest, largest = _by_better(low, high)
    return -largest, -smallest


def _changed(change: Callable[[float], float], low: float, high: float) -> Bounds:
    smallest, largest = _bounds(low, high)
    return change(smallest), change(largest)


_POINTS = "that is a difference in points: the gain is relative to the worse accuracy, in per cent."
_BETTER = "it divides by the better accuracy: the gain is relative to the worse one."
_NO_HALF = "half a unit of the second decimal is 0.005: yours is {}."
_DIRECTION = "both accuracies are off in the same direction: the gain is smallest where the better one is lower, "
_DIRECTION += "and the worse one higher."
_ABOUT = "it adds half a unit to the gain: the accuracies are rounded, compute the gain of what they can have been."
_WRONG_BOUNDS = (
    (_POINTS, _points),
    (_POINTS, lambda low, high: (abs(high - low) - _HALF, abs(high - low) + _HALF)),
    (_POINTS, lambda low, high: (abs(high - low),) * 2),
    (_BETTER, _by_better),
    (_BETTER, lambda low, high: (100 * (1 - min(low, high) / max(low, high)),) * 2),
    ("it takes the second accuracy for the better one: either may be.", partial(_ordered, second_is_better=True)),
    ("it takes the first accuracy for the better one: either may be.", partial(_ordered, second_is_better=False)),
    ("the worse accuracy is rounded, too: it moves the gain as well.", partial(_bounds, half_worse=0)),
    ("the better accuracy is rounded, too: it moves the gain as well.", partial(_bounds, half_better=0)),
    ("both bounds are the gain of the printed numbers: each stands for an interval.", partial(_about_gain, half=0)),
    *(
        (_NO_HALF.format(f"{half:g}"), partial(_bounds, half_better=half, half_worse=half))
        for half in (0.05, 0.01, 0.0005, 0.5, 0.001)
    ),
    (_DIRECTION, _same_direction),
    (_DIRECTION, lambda low, high: _same_direction(low, high)[::-1]),
    ("the accuracy it divides by is rounded, too: the divisor moves with the difference.", _exact_divisor),
    (_ABOUT, partial(_about_gain, half=_HALF)),
    (_ABOUT, partial(_about_gain, half=2 * _HALF)),
    ("a fraction: the gain is in per cent, 100 times that.", partial(_changed, lambda gain: gain / 100)),
    ("the ratio of the two: a gain is the ratio minus 1.", _ratios),
    (
        "the ratio of the two: a gain is the ratio minus 1.",
        lambda low, high: tuple(r / 100 for r in _ratios(low, high)),
    ),
    ("that is the loss of the worse accuracy: the gain of the better one is positive.", _losses),
    ("the order is (smallest, largest), yours is (largest, smallest).", lambda low, high: _bounds(low, high)[::-1]),
    ("rounded to two decimals: leave the bounds as they are.", partial(_changed, lambda gain: round(gain, 2))),
    ("rounded to one decimal: leave the bounds as they are.", partial(_changed, lambda gain: round(gain, 1))),
)
