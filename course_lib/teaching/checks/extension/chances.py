"""Check of lesson 15 on the probability that a method comes out among the best by chance."""

from collections.abc import Callable

import numpy as np

from course_lib.teaching.checks.cases import case_generator
from course_lib.teaching.checks.common import fault_of, verdict
from course_lib.teaching.checks.mistakes import draw_cases, number_fault


def check_chance_in_top(chance_in_top: Callable) -> bool:
    """Check the probability that a given method is among the best in all of several random rankings.

    Args:
        chance_in_top: ``chance_in_top(num_methods, top, trials) -> float``; the rankings are independent.

    Returns:
        whether it is right; the message names the likely mistake.
    """
    praise = "each ranking has the same chance, and independent chances multiply."
    return verdict("chance_in_top", fault_of(_chance_fault, chance_in_top), praise)


def _chance_fault(chance_in_top: Callable) -> str | None:
    draw = case_generator()
    cases = draw_cases(lambda: [_draw(draw) for _ in range(3)], _chance, _WRONG)
    hidden = {
        "a single ranking": [(7, 3, 1), (10, 1, 1)],
        "all methods in the top": [(6, 6, 3)],
        "the first place alone": [(9, 1, 2)],
        "other numbers": [_draw(draw) for _ in range(6)],
    }
    return number_fault(chance_in_top, cases, _chance, _WRONG, hidden=hidden, describe=_in_words)


def _draw(draw: np.random.Generator) -> tuple[int, int, int]:
    methods = int(draw.integers(8, 21))
    return methods, int(draw.integers(2, methods // 2)), int(draw.integers(2, 5))


def _in_words(num_methods: int, top: int, trials: int) -> str:
    return f"num_methods = {num_methods}, top = {top} and trials = {trials}"


def _chance(num_methods: int, top: int, trials: int) -> float:
    return (top / num_methods) ** trials


_OPPOSITE = "that is the probability of the opposite: leave out the 1 minus."
_WRONG = (
    (_OPPOSITE, lambda m, k, t: 1 - _chance(m, k, t)),
    ("it adds the chances of the rankings: independent chances multiply.", lambda m, k, t: k / m * t),
    ("it adds the chances of the rankings: independent chances multiply.", lambda m, k, t: min(1, k / m * t)),
    ("that is the chance in one ranking: it must happen in all of them.", lambda m, k, t: k / m),
    (
        "that is the chance to be in the top at least once: all rankings are asked.",
        lambda m, k, t: 1 - (1 - k / m) ** t,
    ),
    ("that is the chance never to be in the top: being there every time is asked.", lambda m, k, t: (1 - k / m) ** t),
    ("that is the chance of the first place: the top has several places.", lambda m, k, t: m**-t),
    ("that is the chance of one place within the top: divide top by num_methods.", lambda m, k, t: k**-t),
    ("the fraction is upside down: divide top by num_methods.", lambda m, k, t: (m / k) ** t),
    ("it divides by the number of trials: independent chances multiply.", lambda m, k, t: k / m / t),
    ("it takes a root: raise the chance to the power of trials.", lambda m, k, t: (k / m) ** (1 / t)),
    ("one ranking is missing: the power is trials.", lambda m, k, t: (k / m) ** (t - 1)),
    ("one ranking too many: the power is trials.", lambda m, k, t: (k / m) ** (t + 1)),
    ("the top is one place short: it has `top` places.", lambda m, k, t: ((k - 1) / m) ** t),
    ("the top is one place too long: it has `top` places.", lambda m, k, t: ((k + 1) / m) ** t),
    ("one method is missing: divide by num_methods.", lambda m, k, t: (k / (m - 1)) ** t),
    (
        "it takes the places of the rankings as without replacement: each ranking begins anew.",
        lambda m, k, t: np.prod([max(k - i, 0) / (m - i) for i in range(t)]),
    ),
    ("100 times too large: return a share, not per cent.", lambda m, k, t: 100 * _chance(m, k, t)),
)
