"""Checks of lesson 26: how many claims chance reproduces, and which of many tests still hold (Holm)."""

from collections.abc import Callable, Sequence

import numpy as np

from course_lib.teaching.checks.cases import case_generator
from course_lib.teaching.checks.common import fault_of, verdict
from course_lib.teaching.checks.mistakes import draw_cases, number_fault


def check_expected_by_chance(expected_by_chance: Callable) -> bool:
    """Check how many claims "above zero" are reproduced on average if nothing has an effect.

    Args:
        expected_by_chance: ``expected_by_chance(num_claims, confidence) -> float``; two-sided intervals.

    Returns:
        whether it is right; the message names the likely mistake.
    """
    praise = "one of the two tails counts, and expectations add, whether or not the claims depend on each other."
    return verdict("expected_by_chance", fault_of(_expected_fault, expected_by_chance), praise)


def check_holm(holm: Callable) -> bool:
    """Check how many of several tests hold by Holm's rule.

    Args:
        holm: ``holm(p_values, level) -> int``; p-values in any order.

    Returns:
        whether it is right; the message names the likely mistake.
    """
    praise = "the smallest p-value pays for all tests, the next one for all but one, and the first that fails ends it."
    return verdict("holm", fault_of(_holm_fault, holm), praise)


def _expected_fault(expected_by_chance: Callable) -> str | None:
    draw = case_generator()
    cases = draw_cases(lambda: [_draw_claims(draw) for _ in range(3)], _expected, _WRONG_EXPECTED)
    hidden = {
        "a single claim": [(1, 0.95), (1, 0.8)],
        "no claim at all": [(0, 0.95)],
        "a confidence of 0": [(12, 0.0)],
        "other numbers": [_draw_claims(draw) for _ in range(6)],
    }
    describe = "num_claims = {} and confidence = {}".format
    return number_fault(expected_by_chance, cases, _expected, _WRONG_EXPECTED, hidden=hidden, describe=describe)


def _draw_claims(draw: np.random.Generator) -> tuple[int, float]:
    return int(draw.integers(20, 200)), float(draw.choice([0.68, 0.8, 0.9, 0.95, 0.98, 0.99]))


def _expected(num_claims: int, confidence: float) -> float:
    return num_claims * (1 - confidence) / 2


_WRONG_EXPECTED = (
    ("both tails are counted: an interval wholly below zero reproduces nothing.", lambda n, c: n * (1 - c)),
    ("that is the number that is *not* reproduced: count one tail alone.", lambda n, c: n * (1 + c) / 2),
    ("that counts the intervals that hold the truth: ask for those on one side of it.", lambda n, c: n * c),
    ("that counts the intervals that hold the truth: ask for those on one side of it.", lambda n, c: n * c / 2),
    ("that is the chance of one claim: there are num_claims of them.", lambda n, c: (1 - c) / 2),
    ("that is the chance of at least one, not the number expected.", lambda n, c: 1 - (1 - (1 - c) / 2) ** n),
    ("that is the chance of at least one, not the number expected.", lambda n, c: 1 - c**n),
    ("that is the chance that all come out so, not the number expected.", lambda n, c: ((1 - c) / 2) ** n),
    ("it divides by the number of claims: the expectation grows with it.", lambda n, c: (1 - c) / 2 / n),
    ("a tail is half of 1 − confidence, not a quarter.", lambda n, c: n * (1 - c) / 4),
    ("an expectation need not be a whole number: do not round it.", lambda n, c: round(n * (1 - c) / 2)),
    ("an expectation need not be a whole number: do not round it.", lambda n, c: int(n * (1 - c) / 2)),
    ("100 times too large: return a number of claims, not per cent.", lambda n, c: 50 * n * (1 - c)),
)


def _holm_fault(holm: Callable) -> str | None:
    draw = case_generator()
    cases = draw_cases(lambda: [_draw_tests(draw) for _ in range(10)], _holm, _WRONG_HOLM)
    hidden = {
        "a single test": [([0.04], 0.05), ([0.06], 0.05)],
        "no test at all": [([], 0.05)],
        "tests that all hold": [([0.001, 0.0002, 0.0009], 0.05)],
        "tests of which none holds": [([0.3, 0.04, 0.9], 0.05)],
        "several tests with the same p-value": [([0.02, 0.02, 0.02], 0.05), ([0.01, 0.01, 0.01, 0.6], 0.05)],
        "a small p-value that comes after one that fails": [([0.001, 0.03, 0.04], 0.05)],
        "another level": [_draw_tests(draw, 0.1) for _ in range(4)],
        "other p-values": [_draw_tests(draw) for _ in range(6)],
    }
    describe = "p_values = {} and level = {}".format
    return number_fault(holm, cases, _holm, _WRONG_HOLM, hidden=hidden, describe=describe)


def _draw_tests(draw: np.random.Generator, level: float = 0.05) -> tuple[list[float], float]:
    """P-values around the bounds of the rule, in mixed order: about half of them below."""
    count = int(draw.integers(4, 9))
    bounds = level / np.arange(count, 0, -1)
    p = bounds * draw.choice([0.5, 0.8, 0.9, 1.3, 2.0], count, p=[0.3, 0.25, 0.2, 0.15, 0.1])
    return [float(f"{value:.3g}") for value in p[draw.permutation(count)]], level


def _holm(p_values: Sequence[float], level: float) -> int:
    return _steps_down(sorted(p_values), [level / (len(p_values) - place) for place in range(len(p_values))])


def _steps_down(p: Sequence[float], bounds: Sequence[float]) -> int:
    """Number of tests before the first that is above its bound."""
    return next((place for place, (own, bound) in enumerate(zip(p, bounds, strict=True)) if own > bound), len(p))


def _steps_up(p: Sequence[float], bounds: Sequence[float]) -> int:
    """Number of tests up to the last that is not above its bound."""
    return max((place + 1 for place, (own, bound) in enumerate(zip(p, bounds, strict=True)) if own <= bound), default=0)


def _benjamini_hochberg(p, level):
    return _steps_up(sorted(p), [level * (place + 1) / len(p) for place in range(len(p))])


def _hochberg(p, level):
    return _steps_up(sorted(p), [level / (len(p) - place) for place in range(len(p))])


def _unsorted(p, level):
    return _steps_down(p, [level / (len(p) - place) for place in range(len(p))])


def _every_bound(p, level):
    return sum(own <= level / (len(p) - place) for place, own in enumerate(sorted(p)))


def _one_off(p, level):
    return _steps_down(sorted(p), [level / (len(p) - place + 1) for place in range(len(p))])


def _too_easy(p, level):
    return _steps_down(sorted(p), [level / max(1, len(p) - place - 1) for place in range(len(p))])


def _largest_first(p, level):
    return _steps_down(sorted(p, reverse=True), [level / (len(p) - place) for place in range(len(p))])


def _growing(p, level):
    return _steps_down(sorted(p), [level / (place + 1) for place in range(len(p))])


_STOP = "it goes on after a test that fails: the first one ends it."
_WRONG_HOLM = (
    ("no test pays for the others: that is every p-value up to the level.", lambda p, a: sum(x <= a for x in p)),
    ("that is Bonferroni: only the smallest p-value pays for all tests.", lambda p, a: sum(x <= a / len(p) for x in p)),
    ("that is Benjamini and Hochberg's rule, which bounds the share of false ones.", _benjamini_hochberg),
    (_STOP, _hochberg),
    (_STOP, _every_bound),
    ("the p-values come in any order: sort them first.", _unsorted),
    ("the first bound is level / number of tests: yours is one test too strict.", _one_off),
    ("the first bound is level / number of tests: yours is one test too lenient.", _too_easy),
    ("the smallest p-value comes first.", _largest_first),
    ("the bounds rise: level / n, level / (n − 1), … down to the level itself.", _growing),
    ("that is the number of tests that do *not* hold.", lambda p, a: len(p) - _holm(p, a)),
)
