"""Check of lesson 16 on a schedule that keeps the ratios of the learning rates."""

import copy
from collections.abc import Callable

import numpy as np

from course_lib.teaching.checks.cases import case_generator, draw_until
from course_lib.teaching.checks.common import attempt, fault_of, find_hidden_fault, find_mistake, verdict

_Rates = list[float]
_FACTORS = (1.0, 0.1, 0.01)  # of the schedule, one for each call
_ENTRIES = "it changes the list of groups, or their entries: set group['lr'] alone."


def check_set_rates(set_rates: Callable) -> bool:
    """Check a schedule that multiplies the first rate of each group, so that their ratios stay.

    Args:
        set_rates: ``set_rates(groups, factor)`` sets ``group["lr"]`` of each group of an optimiser (a dict with
            ``"lr"`` and ``"initial_lr"``) to its initial rate times the factor, and returns the groups.

    Returns:
        whether it is right; the message names the likely mistake.
    """
    praise = "each group keeps its own rate, in every epoch."
    return verdict("set_rates", fault_of(_fault, set_rates), praise)


def _fault(set_rates: Callable) -> str | None:
    draw = case_generator()
    functions = [("", _right), *_MISTAKES]

    def is_telling(rates: _Rates) -> bool:
        found = [(words, [_after(function, rates, call) for call in (1, 2, 3)]) for words, function in functions]
        return all(
            words == other or any(not _same(a, b) for a, b in zip(one, two, strict=True))
            for place, (words, one) in enumerate(found)
            for other, two in found[:place]
        )

    rates = draw_until(lambda: _draw(draw, 3), is_telling)
    answers = []
    for calls in (1, 2, 3):
        answer, fault = _ask(set_rates, rates, calls)
        if fault:
            return fault
        answers.append(answer)
    wanted = [_after(_right, rates, calls) for calls in (1, 2, 3)]
    if not all(map(_same, answers, wanted)):
        wrong = [(words, [_after(function, rates, calls) for calls in (1, 2, 3)]) for words, function in _MISTAKES]
        named = find_mistake(answers, wrong, _same)
        return named or f"initial rates {rates}, factors {_FACTORS}: the rates should end at {wanted[-1]}."
    hidden = {
        "a single group": [(_draw(draw, 1),)],
        "many groups": [(_draw(draw, 9),)],
        "a frozen group, of rate 0": [([0.0, *_draw(draw, 2)],)],
        "other factors": [(_draw(draw, 2), factors) for factors in ((0.03, 0.5), (0.5, 2.0))],
    }
    return find_hidden_fault(lambda *given: _hidden_fault(set_rates, *given), hidden)


def _hidden_fault(set_rates: Callable, rates: _Rates, factors: tuple[float, ...] = _FACTORS) -> str | None:
    answer, fault = _ask(set_rates, rates, len(factors), factors)
    return fault or (None if _same(answer, _after(_right, rates, len(factors), factors)) else "other rates")


def _draw(draw: np.random.Generator, count: int) -> _Rates:
    return [round(float(rate), 4) for rate in draw.permutation(np.geomspace(0.008, 0.7, count) * draw.uniform(1, 1.4))]


def _groups(rates: _Rates) -> list[dict]:
    return [{"params": [], "lr": rate, "initial_lr": rate, "momentum": 0.9} for rate in rates]


def _ask(
    set_rates: Callable, rates: _Rates, calls: int, factors: tuple[float, ...] = _FACTORS
) -> tuple[_Rates, str | None]:
    """The rates after so many calls, or a fault."""
    groups = _groups(rates)
    kept = copy.deepcopy(groups)
    answer = None
    for factor in factors[:calls]:
        answer, fault = attempt(set_rates, groups, factor)
        if fault:
            return [], fault
    if len(groups) != len(kept) or any(set(group) != set(own) for group, own in zip(groups, kept, strict=True)):
        return [], _ENTRIES
    if [group["initial_lr"] for group in groups] != rates:
        return [], "it changes initial_lr: the first rates must stay, later epochs need them."
    now = [group["lr"] for group in groups]
    if calls > 1 and now == rates:
        return [], "the groups keep their first rates: set group['lr'] of the groups that it is given."
    if any(group["momentum"] != own["momentum"] for group, own in zip(groups, kept, strict=True)):
        return [], _ENTRIES
    rates = [float(rate) for rate in now]
    return rates, None if _are_groups(answer) else "it should return the groups, not their rates."


def _are_groups(answer: object) -> bool:
    return isinstance(answer, list | tuple) and all(isinstance(group, dict) for group in answer)


def _after(
    function: Callable[[_Rates, _Rates, float], _Rates],
    rates: _Rates,
    calls: int,
    factors: tuple[float, ...] = _FACTORS,
) -> _Rates:
    now = list(rates)
    for factor in factors[:calls]:
        now = function(rates, now, factor)
    return now


def _right(first: _Rates, now: _Rates, factor: float) -> _Rates:
    return [rate * factor for rate in first]


_ONE_RATE = "every group gets one rate: the smaller rates are lost, and the second branch trains like the first."
_MISTAKES: tuple[tuple[str, Callable], ...] = (
    (_ONE_RATE, lambda first, now, factor: [first[0] * factor] * len(first)),
    (_ONE_RATE, lambda first, now, factor: [max(first) * factor] * len(first)),
    (_ONE_RATE, lambda first, now, factor: [min(first) * factor] * len(first)),
    (_ONE_RATE, lambda first, now, factor: [0.1 * factor] * len(first)),
    ("every group gets the factor: multiply its first rate by it.", lambda first, now, factor: [factor] * len(first)),
    (
        "it multiplies the present rate, so the factors pile up: multiply initial_lr.",
        lambda first, now, factor: [rate * factor for rate in now],
    ),
    (
        "only the first group changes: set the rate of each.",
        lambda first, now, factor: [first[0] * factor, *first[1:]],
    ),
    (
        "only the last group changes: set the rate of each.",
        lambda first, now, factor: [*first[:-1], first[-1] * factor],
    ),
    ("it divides by the factor: multiply.", lambda first, now, factor: [rate / factor for rate in first]),
    ("it subtracts: multiply by the factor.", lambda first, now, factor: [rate - factor for rate in first]),
)


def _same(mine: _Rates, other: _Rates) -> bool:
    return len(mine) == len(other) and bool(np.allclose(mine, other, rtol=1e-6, atol=1e-12))
