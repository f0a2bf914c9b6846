"""Telling a student's mistake by its numbers: a mistake is named if it gives the same wrong numbers in every case."""

import copy
import math
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from course_lib.teaching.checks.common import attempt


def number_fault(
    function: Callable,
    cases: Sequence[tuple],
    right: Callable,
    mistakes: Iterable[tuple[str, Callable]],
    *,
    describe: Callable[..., str] | None = None,
    rel: float = 1e-6,
) -> str | None:
    """What is wrong with a student's function that returns a number, or several; None if nothing is.

    Args:
        function: the student's; it gets copies, so it may change what it is given.
        cases: the arguments of each call.
        right: the same function, done right.
        mistakes: (message, the same function with a usual mistake).
        describe: a case in words; its arguments separated by commas if None.
        rel: relative difference that still counts as the same number.
    """
    answers, expected = [], [_flat(right(*case)) for case in cases]
    for case in cases:
        answer, fault = attempt(function, *copy.deepcopy(case))
        if fault:
            return fault
        if (numbers := _flat(answer)) is None:
            return f"it returns {_kind(answer)}, that is no number."
        answers.append(numbers)
    wrong = [index for index, numbers in enumerate(answers) if not _same(numbers, expected[index], rel)]
    if not wrong:
        return None
    for message, mistake in mistakes:
        if all(_same(numbers, _flat(mistake(*case)), rel) for numbers, case in zip(answers, cases, strict=True)):
            return message
    mine, true, case = answers[wrong[0]], expected[wrong[0]], cases[wrong[0]]
    if len(mine) != len(true):
        return f"it returns {len(mine)} numbers, {len(true)} are expected."
    where = describe(*case) if describe else ", ".join(map(str, case))
    return f"with {where} the answer is {_text(true)}, yours is {_text(mine)}."


def _flat(answer: object) -> list[float] | None:
    """The numbers in an answer, one after the other; None if it holds something else."""
    if isinstance(answer, str | bytes):
        return None
    try:
        return np.asarray(answer, dtype=float).ravel().tolist()
    except Exception:  # whatever a student returns
        return None


def _same(mine: list[float], other: list[float], rel: float) -> bool:
    if len(mine) != len(other):
        return False
    pairs = zip(mine, other, strict=True)
    return all(math.isclose(a, b, rel_tol=rel, abs_tol=1e-12) or (math.isnan(a) and math.isnan(b)) for a, b in pairs)


def _text(numbers: list[float]) -> str:
    return ", ".join(f"{number:.5g}" for number in numbers[:6]) + (", …" if len(numbers) > 6 else "")


def _kind(answer: object) -> str:
    name = type(answer).__name__
    return f"an {name}" if name[0] in "aeiouAEIOU" else f"a {name}"
