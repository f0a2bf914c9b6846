"""Check of lesson 11 on the bounds of a printed gain."""

import pytest

from course_lib.analysis.rates import printed_gains
from course_lib.teaching.checks.rates import gains


def bounds(low, high, half=0.005):
    worse, better = sorted((low, high))
    return 100 * ((better - half) / (worse + half) - 1), 100 * ((better + half) / (worse - half) - 1)


def second_over_first(low, high):
    return 100 * ((high - 0.005) / (low + 0.005) - 1), 100 * ((high + 0.005) / (low - 0.005) - 1)


def one_rounded(better_half, worse_half):
    def bounds(low, high):
        worse, better = sorted((low, high))
        return (
            100 * ((better - better_half) / (worse + worse_half) - 1),
            100 * ((better + better_half) / (worse - worse_half) - 1),
        )

    return bounds


def by_better(low, high):
    worse, better = sorted((low, high))
    smallest, largest = (better - 0.005, worse + 0.005), (better + 0.005, worse - 0.005)
    return tuple((b - w) / b * 100 for b, w in (smallest, largest))


def same_direction(low, high):
    worse, better = sorted((low, high))
    return 100 * ((better - 0.005) / (worse - 0.005) - 1), 100 * ((better + 0.005) / (worse + 0.005) - 1)


def gain(low, high):
    return 100 * (max(low, high) / min(low, high) - 1)


WRONG = {
    "check_gain_bounds": [
        (lambda low, high: (abs(high - low) - 0.01, abs(high - low) + 0.01), "a difference in points"),
        (lambda low, high: (abs(high - low) - 0.005, abs(high - low) + 0.005), "a difference in points"),
        (by_better, "it divides by the better accuracy"),
        (one_rounded(0.005, 0), "the worse accuracy is rounded, too"),
        (one_rounded(0, 0.005), "the better accuracy is rounded, too"),
        (second_over_first, "it takes the second accuracy for the better one"),
        (lambda low, high: second_over_first(high, low), "it takes the first accuracy for the better one"),
        (lambda low, high: bounds(low, high, 0.05), "is 0.005: yours is 0.05"),
        (lambda low, high: bounds(low, high, 0.01), "is 0.005: yours is 0.01"),
        (lambda low, high: bounds(low, high, 0.0005), "is 0.005: yours is 0.0005"),
        (lambda low, high: bounds(low, high, 0), "both bounds are the gain of the printed numbers"),
        (same_direction, "off in the same direction"),
        (lambda low, high: same_direction(low, high)[::-1], "off in the same direction"),
        (lambda low, high: (gain(low, high) - 0.005, gain(low, high) + 0.005), "it adds half a unit to the gain"),
        (lambda low, high: tuple(b / 100 for b in bounds(low, high)), "a fraction"),
        (lambda low, high: tuple(b + 100 for b in bounds(low, high)), "a gain is the ratio minus 1"),
        (lambda low, high: tuple(1 + b / 100 for b in bounds(low, high)), "a gain is the ratio minus 1"),
        (lambda low, high: bounds(low, high)[::-1], "the order is (smallest, largest)"),
        (lambda low, high: tuple(round(b, 2) for b in bounds(low, high)), "rounded to two decimals"),
        (lambda low, high: tuple(-b for b in by_better(low, high)[::-1]), "the loss of the worse accuracy"),
        (gain, "it should return 2 numbers, not float"),
        (lambda low, high: dict(zip("ab", bounds(low, high), strict=True)), "it should return 2 numbers, not dict"),
        (lambda low, high: bounds(low, high, 0.004), "the answer is"),
        (lambda low, high: bounds(low, high) if low > 2 < high else (0, 1), "not for accuracies below 2 %"),
        (lambda low, high: tuple(min(b, 100) for b in bounds(low, high)), "but not for"),
    ],
}


@pytest.mark.parametrize("row", printed_gains(), ids=lambda row: row.target)
def test_the_check_follows_the_rule_of_the_library(row):
    assert gains._bounds(row.low_percent, row.high_percent) == pytest.approx(row.gain_bounds)
    assert gains._bounds(row.high_percent, row.low_percent) == pytest.approx(row.gain_bounds)
