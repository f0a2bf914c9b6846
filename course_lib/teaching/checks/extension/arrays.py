"""Diagnosis of a student's function from the arrays of several layers to one array."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy import ndarray

from course_lib.teaching.checks.cases import are_told_apart, draw_until
from course_lib.teaching.checks.common import answers_to, attempt, find_hidden_fault, find_mistake
from course_lib.teaching.checks.mistakes import Mistakes

Layers = list[ndarray]


def draw_layers(draw_some: Callable[[], list[Layers]], right: Callable, mistakes: Mistakes) -> list[Layers]:
    """Draw cases until the right answers and those of all usual mistakes can be told apart."""
    functions = [("", right), *mistakes]

    def is_telling(cases: list[Layers]) -> bool:
        return are_told_apart([(words, list(map(function, cases))) for words, function in functions], same)

    return draw_until(draw_some, is_telling)


def array_fault(
    function: Callable,
    cases: Sequence[Layers],
    right: Callable,
    mistakes: Mistakes,
    *,
    otherwise: str,
    hidden: Mapping[str, Sequence[Layers]],
) -> str | None:
    """Find the fault of a student's function that returns an array; None if it is right.

    Args:
        function: the student's; it gets copies of the layers, so it may change them.
        cases: the layers of each call.
        right: the correct function.
        mistakes: (message, the function with a usual mistake).
        otherwise: what is said of other numbers.
        hidden: more cases by what is special about them; a fault names that alone.
    """
    answers, fault = answers_to(lambda case: _ask(function, case), cases)
    if fault:
        return fault
    expected = list(map(right, cases))
    if not all(map(same, answers, expected)):
        named = find_mistake(answers, [(words, list(map(wrong, cases))) for words, wrong in mistakes], same)
        return named or _shape_fault(answers, expected) or otherwise
    tried = {kind: [(case,) for case in some] for kind, some in hidden.items()}
    return find_hidden_fault(lambda case: _is_wrong(function, right, case), tried)


def same(mine: ndarray, other: ndarray) -> bool:
    """Tell whether two arrays are equal up to single precision."""
    return mine.shape == other.shape and np.allclose(mine, other, rtol=1e-5, atol=1e-6)


def _ask(function: Callable, case: Layers) -> tuple[ndarray | None, str | None]:
    """(the array that the student's function returns, None), or (None, fault)."""
    answer, fault = attempt(function, [layer.copy() for layer in case])
    if fault:
        return None, fault
    try:
        return np.asarray(answer, dtype=float), None
    except Exception:  # whatever a student returns
        return None, f"it should return an array, not {type(answer).__name__}."


def _is_wrong(function: Callable, right: Callable, case: Layers) -> bool:
    answer, fault = _ask(function, case)
    return fault is not None or not same(answer, right(case))


def _shape_fault(answers: Sequence[ndarray], expected: Sequence[ndarray]) -> str | None:
    for mine, wanted in zip(answers, expected, strict=True):
        if mine.shape != wanted.shape:
            return f"the answer has shape {mine.shape}: return an array of shape {wanted.shape}."
    return None
