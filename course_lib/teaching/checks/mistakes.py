"""Diagnosis of a student's mistake: a usual mistake is named if it gives the same wrong numbers in every case."""

import copy
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from course_lib.teaching.checks.cases import are_told_apart, draw_until
from course_lib.teaching.checks.common import answers_to, as_numbers, attempt, find_hidden_fault, find_mistake

Mistakes = Iterable[tuple[str, Callable]]
_REL = 1e-6


def number_fault(
    function: Callable,
    cases: Sequence[tuple],
    right: Callable,
    mistakes: Mistakes,
    *,
    hidden: Mapping[str, Sequence[tuple]] | None = None,
    describe: Callable[..., str] | None = None,
    rel: float | tuple[float, ...] = _REL,
) -> str | None:
    """Find the fault of a student's function that returns one or several numbers; None if it is right.

    Args:
        function: the student's; it gets copies of the arguments, so it may change them.
        cases: the arguments of each call; a fault may print them.
        right: the correct function.
        mistakes: (message, the function with a usual mistake).
        hidden: more cases by what is special about them; a fault names that alone.
        describe: returns a case in words; if None, its arguments separated by commas.
        rel: relative difference that still counts as the same number; a tuple has one for each number.
    """
    expected = [_numbers(right(*case)) for case in cases]
    asked = zip(cases, map(len, expected), strict=True)
    answers, fault = answers_to(lambda pair: _ask(function, *pair), asked)
    if fault:
        return fault
    same = partial(_same, rel=rel)
    wrong = [index for index, numbers in enumerate(answers) if not same(numbers, expected[index])]
    if not wrong:
        return find_hidden_fault(partial(_is_wrong, function, right, same), hidden or {})
    results = ((message, [_numbers(mistake(*case)) for case in cases]) for message, mistake in mistakes)
    if named := find_mistake(answers, results, same):
        return named
    mine, true, case = answers[wrong[0]], expected[wrong[0]], cases[wrong[0]]
    where = describe(*case) if describe else ", ".join(map(str, case))
    return f"with {where} the answer is {_text(true)}, yours is {_text(mine)}."


def draw_cases(
    draw_some: Callable[[], list[tuple]],
    right: Callable,
    mistakes: Mistakes,
    rel: float | tuple[float, ...] = _REL,
) -> list[tuple]:
    """Draw cases until the right answers and those of all usual mistakes can be told apart.

    Args:
        draw_some: returns the arguments of a few calls.
        right, mistakes, rel: as in `number_fault`.
    """

    def is_telling(cases: list[tuple]) -> bool:
        functions = [("", right), *mistakes]
        answers = [(message, [_numbers(function(*case)) for case in cases]) for message, function in functions]
        return are_told_apart(answers, partial(_same, rel=rel))

    return draw_until(draw_some, is_telling)


def _ask(function: Callable, case: tuple, count: int) -> tuple[tuple[float, ...] | None, str | None]:
    """(the numbers that the student's function returns, None), or (None, fault)."""
    answer, fault = attempt(function, *copy.deepcopy(case))
    if fault:
        return None, fault
    if (numbers := as_numbers(answer, count)) is None:
        what = "one number" if count == 1 else f"{count} numbers"
        shape = f" of shape {tuple(answer.shape)}" if getattr(answer, "shape", None) else ""
        return None, f"it should return {what}, not {type(answer).__name__}{shape}."
    return numbers, None


def _is_wrong(function: Callable, right: Callable, same: Callable, *case) -> bool:
    wanted = _numbers(right(*case))
    numbers, fault = _ask(function, case, len(wanted))
    return fault is not None or not same(numbers, wanted)


def _numbers(answer: float | Sequence[float]) -> tuple[float, ...]:
    return tuple(map(float, answer)) if isinstance(answer, tuple | list) else (float(answer),)


def _same(mine: tuple[float, ...], other: tuple[float, ...], rel: float | tuple[float, ...]) -> bool:
    rels = rel if isinstance(rel, tuple) else (rel,) * len(mine)
    pairs = zip(mine, other, rels, strict=True)
    return all(math.isclose(a, b, rel_tol=r, abs_tol=1e-12) or (math.isnan(a) and math.isnan(b)) for a, b, r in pairs)


def _text(numbers: tuple[float, ...]) -> str:
    return ", ".join(f"{number:.5g}" for number in numbers[:6]) + (", …" if len(numbers) > 6 else "")
