"""Diagnosis of a student's mistake: a usual mistake is named if it gives the same wrong numbers in every case."""

import copy
import math
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from course_lib.teaching.checks.common import as_numbers, attempt, find_mistake


def number_fault(
    function: Callable,
    cases: Sequence[tuple],
    right: Callable,
    mistakes: Iterable[tuple[str, Callable]],
    *,
    describe: Callable[..., str] | None = None,
    rel: float = 1e-6,
) -> str | None:
    """Find the fault of a student's function that returns one or several numbers; None if it is right.

    Args:
        function: the student's; it gets copies of the arguments, so it may change them.
        cases: the arguments of each call.
        right: the correct function.
        mistakes: (message, the function with a usual mistake).
        describe: returns a case in words; if None, its arguments separated by commas.
        rel: relative difference that still counts as the same number.
    """
    answers, expected = [], [_numbers(right(*case)) for case in cases]
    for case, wanted in zip(cases, expected, strict=True):
        answer, fault = attempt(function, *copy.deepcopy(case))
        if fault:
            return fault
        if (numbers := as_numbers(answer, len(wanted))) is None:
            what = "one number" if len(wanted) == 1 else f"{len(wanted)} numbers"
            return f"it should return {what}, not {type(answer).__name__}."
        answers.append(numbers)
    same = partial(_same, rel=rel)
    wrong = [index for index, numbers in enumerate(answers) if not same(numbers, expected[index])]
    if not wrong:
        return None
    results = ((message, [_numbers(mistake(*case)) for case in cases]) for message, mistake in mistakes)
    if named := find_mistake(answers, results, same):
        return named
    mine, true, case = answers[wrong[0]], expected[wrong[0]], cases[wrong[0]]
    where = describe(*case) if describe else ", ".join(map(str, case))
    return f"with {where} the answer is {_text(true)}, yours is {_text(mine)}."


def _numbers(answer: float | Sequence[float]) -> tuple[float, ...]:
    return tuple(map(float, answer)) if isinstance(answer, tuple | list) else (float(answer),)


def _same(mine: tuple[float, ...], other: tuple[float, ...], rel: float) -> bool:
    pairs = zip(mine, other, strict=True)
    return all(math.isclose(a, b, rel_tol=rel, abs_tol=1e-12) or (math.isnan(a) and math.isnan(b)) for a, b in pairs)


def _text(numbers: tuple[float, ...]) -> str:
    return ", ".join(f"{number:.5g}" for number in numbers[:6]) + (", …" if len(numbers) > 6 else "")
