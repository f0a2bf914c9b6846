"""Checks of lesson 09: the verdict on a claim, and whether a grid of rates ends too early."""

import copy
import math
from collections.abc import Callable, Sequence
from operator import eq

import numpy as np

from course_lib.teaching.checks.cases import are_told_apart, case_generator, draw_until
from course_lib.teaching.checks.common import (
    answers_to,
    as_truth,
    attempt,
    fault_of,
    find_hidden_fault,
    find_mistake,
    verdict,
)

REPRODUCED, CONTRADICTED, UNDECIDED = WORDS = ("reproduced", "contradicted", "undecided")
_INF = math.inf


def check_judge(judge: Callable) -> bool:
    """Check the verdict on a claim from the interval of its effect and the range that the claim allows.

    Args:
        judge: ``judge(low, high, claimed_low, claimed_high) -> "reproduced", "contradicted" or "undecided"``.

    Returns:
        whether it is right; the message names the likely mistake.
    """
    praise = "inside, outside on either side, and undecided wherever the interval crosses a bound."
    return verdict("judge", fault_of(_judge_fault, judge), praise)


def check_edge(at_edge: Callable) -> bool:
    """Check whether the best rate of a grid is its lowest or highest one.

    Args:
        at_edge: ``at_edge(rates, scores) -> bool``; rates in any order, and the score of each.

    Returns:
        whether it is right; the message names the likely mistake.
    """
    praise = "the rate counts, not its place in the list, and both ends of the grid are edges."
    return verdict("at_edge", fault_of(_edge_fault, at_edge), praise)


def _judge_fault(judge: Callable) -> str | None:
    draw = case_generator()
    ranges = [(0.0, _INF), (-_INF, 0.0), tuple(sorted(draw.uniform(-20, 20, 2).round(1).tolist()))]
    cases = [case for claimed in ranges for case in _around(draw, *claimed)]
    hidden = {
        "a range around zero": _around(draw, -3.0, 3.0),
        "an interval that holds the whole range": [(-9.0, 12.0, 1.0, 4.0), (-30.0, 5.5, -12.0, -2.0)],
        "an interval outside that is wider than the range": [(-30.0, -10.0, 2.4, 9.6), (8.0, 31.0, -3.0, 3.0)],
        "other numbers": [case for case in _around(draw, 2.4, 9.6) + _around(draw, -_INF, -7.0)],
    }
    return _fault(judge, cases, _judge, _WRONG_VERDICTS, hidden, _as_word, "one of the words " + ", ".join(WORDS))


def _around(draw: np.random.Generator, low: float, high: float) -> list[tuple[float, float, float, float]]:
    """Make intervals below, across the lower bound, inside, across the upper bound and above a range."""
    bounds = [bound for bound in (low, high) if math.isfinite(bound)]
    middle = (low + high) / 2 if len(bounds) == 2 else bounds[0] + (30 if high == _INF else -30)
    half = min(9.0, abs(middle - bounds[0]))
    small, large = half * draw.uniform(0.1, 0.3), half * draw.uniform(0.5, 0.9)
    cases = [(middle - small, middle + large)]
    if math.isfinite(low):
        cases += [(low - large, low - small), (low - small, low + large), (low - large, low + small)]
    if math.isfinite(high):
        cases += [(high + small, high + large), (high - large, high + small), (high - small, high + large)]
    return [(round(float(a), 3), round(float(b), 3), low, high) for a, b in cases]


def _judge(low: float, high: float, claimed_low: float, claimed_high: float) -> str:
    if claimed_low < low and high < claimed_high:
        return REPRODUCED
    return CONTRADICTED if high <= claimed_low or low >= claimed_high else UNDECIDED


def _by_estimate(low, high, claimed_low, claimed_high):
    return REPRODUCED if claimed_low < (low + high) / 2 < claimed_high else CONTRADICTED


def _overlap(low, high, claimed_low, claimed_high):
    return REPRODUCED if low < claimed_high and high > claimed_low else CONTRADICTED


def _never_undecided(*case):
    return REPRODUCED if _judge(*case) == REPRODUCED else CONTRADICTED


def _never_contradicted(*case):
    return REPRODUCED if _judge(*case) == REPRODUCED else UNDECIDED


def _one_side(below: bool):
    def judged(low, high, claimed_low, claimed_high):
        if claimed_low < low and high < claimed_high:
            return REPRODUCED
        return CONTRADICTED if (high <= claimed_low if below else low >= claimed_high) else UNDECIDED

    return judged


def _reversed(low, high, claimed_low, claimed_high):
    return _judge(claimed_low, claimed_high, low, high)


def _only_lower(low, high, claimed_low, claimed_high):
    return REPRODUCED if low > claimed_low else CONTRADICTED if high <= claimed_low else UNDECIDED


def _only_upper(low, high, claimed_low, claimed_high):
    return REPRODUCED if high < claimed_high else CONTRADICTED if low >= claimed_high else UNDECIDED


def _about_zero(low, high, *_):
    return UNDECIDED if low <= 0 <= high else REPRODUCED


def _swapped(*case):
    return {REPRODUCED: CONTRADICTED, CONTRADICTED: REPRODUCED}.get(_judge(*case), UNDECIDED)


_WRONG_VERDICTS = (
    ("it looks at the middle of the interval alone: the whole interval has to lie inside.", _by_estimate),
    ("an overlap is not enough: the whole interval has to lie inside.", _overlap),
    ("it never says 'undecided': an interval that crosses a bound is neither inside nor outside.", _never_undecided),
    ("it never says 'contradicted': an interval can lie wholly outside.", _never_contradicted),
    ("an interval above the range contradicts the claim, too.", _one_side(below=True)),
    ("an interval below the range contradicts the claim, too.", _one_side(below=False)),
    ("it asks whether the range lies inside the interval: it is the other way round.", _reversed),
    ("it looks at the lower bound of the range alone: there are two.", _only_lower),
    ("it looks at the upper bound of the range alone: there are two.", _only_upper),
    ("it asks whether the interval holds zero: the range of the claim counts.", _about_zero),
    ("'reproduced' and 'contradicted' are swapped.", _swapped),
)


def _edge_fault(at_edge: Callable) -> str | None:
    draw = case_generator()

    def is_telling(cases):
        answers = [(m, [f(*case) for case in cases]) for m, f in (("", _edge), *_WRONG_EDGES)]
        return are_told_apart(answers, eq)

    cases = draw_until(lambda: [_draw_grid(draw, int(n)) for n in draw.integers(4, 8, 10)], is_telling)
    homework = [0.01, 0.03, 0.001, 0.003, 0.0001]
    hidden = {
        "two rates, which are both an edge": [_draw_grid(draw, 2) for _ in range(2)],
        "the homework's rates in its order": [(homework, _peak(draw, homework, rate)) for rate in homework],
        "scores that differ by a thousandth": [([0.03, 0.001, 0.01], [0.904, 0.903, best]) for best in (0.905, 0.902)],
        "other grids": [_draw_grid(draw, int(n)) for n in draw.integers(3, 9, 6)],
    }
    return _fault(at_edge, cases, _edge, _WRONG_EDGES, hidden, as_truth, "True or False")


def _draw_grid(draw: np.random.Generator, count: int) -> tuple[list[float], list[float]]:
    """Rates in mixed order, all different, and scores with a single best one."""
    rates = [float(f"{rate:.1g}") for rate in np.logspace(-4, 0.5, 10)[draw.permutation(10)[:count]]]
    return rates, _peak(draw, rates, rates[int(draw.integers(count))])


def _peak(draw: np.random.Generator, rates: Sequence[float], best: float) -> list[float]:
    scores = draw.permutation(np.linspace(0.3, 0.8, len(rates)))
    return [0.9 if rate == best else round(float(score), 3) for rate, score in zip(rates, scores, strict=True)]


def _best(rates: Sequence[float], scores: Sequence[float], pick: Callable = np.argmax) -> float:
    return rates[int(pick(scores))]


def _edge(rates, scores) -> bool:
    return bool(_best(rates, scores) in (min(rates), max(rates)))


_PLACE = "the place in the list says nothing, the rates come in any order: compare the rate with the others."
_WRONG_EDGES = (
    (_PLACE, lambda rates, scores: int(np.argmax(scores)) in (0, len(rates) - 1)),
    ("the lowest rate is an edge, too.", lambda rates, scores: bool(_best(rates, scores) == max(rates))),
    ("the highest rate is an edge, too.", lambda rates, scores: bool(_best(rates, scores) == min(rates))),
    (
        "that is the worst rate: the best has the highest score.",
        lambda rates, scores: bool(_best(rates, scores, np.argmin) in (min(rates), max(rates))),
    ),
    ("it says the opposite: True means that the best rate is at the edge.", lambda *grid: not _edge(*grid)),
    ("it always gives the same answer.", lambda *_: True),
    ("it always gives the same answer.", lambda *_: False),
)


def _fault(function, cases, right, mistakes, hidden, convert, wanted) -> str | None:
    """Find the fault of a function that returns a word or a truth value; `convert` makes None of all else."""
    answers, fault = answers_to(lambda case: _ask(function, case, convert, wanted), cases)
    if fault:
        return fault
    expected = [right(*case) for case in cases]
    if answers == expected:
        return find_hidden_fault(lambda *case: _ask(function, case, convert, wanted)[0] != right(*case), hidden)
    results = ((message, [mistake(*case) for case in cases]) for message, mistake in mistakes)
    if named := find_mistake(answers, results, eq):
        return named
    place = next(n for n, answer in enumerate(answers) if answer != expected[n])
    case = ", ".join(str(part) for part in cases[place])
    return f"with {case} the answer is {expected[place]}, yours is {answers[place]}."


def _ask(function: Callable, case: tuple, convert: Callable, wanted: str) -> tuple:
    answer, fault = attempt(function, *copy.deepcopy(case))
    if fault:
        return None, fault
    found = convert(answer)
    return (None, f"it should return {wanted}, not {str(answer)[:40]!r}.") if found is None else (found, None)


def _as_word(answer: object) -> str | None:
    answer = answer.item() if isinstance(answer, np.ndarray) and answer.ndim == 0 else answer
    word = answer.strip().lower() if isinstance(answer, str) else None
    return word if word in WORDS else None
