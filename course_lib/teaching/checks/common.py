"""Helpers of all exercise checks: call a student's code safely, compare answers, print the verdict."""

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import redirect_stdout

from course_lib.teaching import progress
from course_lib.teaching.checks.cases import kept_random_state


def report_check(passed: bool, messages: str | Iterable[str]) -> bool:
    """Print "✔ …" or "✘ …", one line per message; returns `passed`."""
    mark = "✔" if passed else "✘"
    for message in [messages] if isinstance(messages, str) else messages:
        print(mark, message)
    return bool(passed)


def verdict(name: str, fault: str | None, praise: str) -> bool:
    """Print the fault of the exercise called `name`, or the praise; return whether it is right. Notebooks record it."""
    progress.record(exercise=name, passed=fault is None)
    return report_check(fault is None, f"{name}: {fault or praise}")


def attempt(function: Callable, *arguments) -> tuple[object, str | None]:
    """Call a student's function: return (answer, None), or (None, fault) if it raises or returns nothing yet.

    Raises:
        KeyboardInterrupt: somebody interrupts the notebook; nothing else that the function raises gets out.
    """
    try:
        answer = function(*arguments)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # the student's code may do anything
        return None, _stop(error)
    if answer is None or answer is ...:
        return None, "it returns nothing yet: replace the dots by your lines, and end with return."
    return answer, None


def answers_to(call: Callable, cases: Iterable) -> tuple[list, str | None]:
    """Call `call(case)`, which returns (answer, fault), for each case: return (answers, None), or ([], first fault)."""
    answers = []
    for case in cases:
        answer, fault = call(case)
        if fault:
            return [], fault
        answers.append(answer)
    return answers, None


def _stop(error: BaseException) -> str:
    if isinstance(error, SystemExit):
        return "it ends the program (exit, quit or SystemExit), and the notebook with it: return the answer instead."
    if isinstance(error, MemoryError):
        return "it asks for more memory than there is: no answer needs an array that large."
    return f"it stops with {type(error).__name__}: {error}"


def fault_of(find_fault: Callable, *arguments) -> str | None:
    """Call `find_fault`; if a student's answer makes it raise (a deleted head, 10**400), return the error in words.

    The global random numbers are afterwards as they were, so a check changes no result of a lesson.
    """
    with kept_random_state():
        try:
            return find_fault(*arguments)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            return f"the check cannot use its result: {type(error).__name__}: {error}"


def quiet() -> redirect_stdout:
    """Drop what is printed inside the block: a function that is called many times prints as often."""
    return redirect_stdout(io.StringIO())


def find_hidden_fault(find_fault: Callable, cases: Mapping[str, Sequence[tuple]]) -> str | None:
    """Try cases that are not shown: what the student's function prints is dropped, and a fault names the kind alone.

    Args:
        find_fault: from the arguments of a case to a fault or None.
        cases: the arguments of each case, by what is special about it.
    """
    with quiet():
        for kind, arguments_of_kind in cases.items():
            if any(find_fault(*arguments) for arguments in arguments_of_kind):
                return f"right for what was tried first, but not for {kind}."
    return None


def find_mistake(answers: Sequence, mistakes: Iterable[tuple[str, Sequence]], same: Callable) -> str | None:
    """The message of the first (message, its answers) that explains every one of the student's answers, or None.

    A mistake must explain all answers: `same(answer, wrong)` must hold for each pair.
    """
    for message, wrong in mistakes:
        if all(same(answer, other) for answer, other in zip(answers, wrong, strict=True)):
            return message
    return None


def as_numbers(answer: object, count: int) -> tuple[float, ...] | None:
    """Convert an answer (numbers, arrays or tensors of one value, or a sequence of them) to `count` floats, or None."""
    if isinstance(answer, str):
        return None
    try:
        parts = (answer,) if count == 1 else tuple(answer)
        numbers = tuple(float(part.item() if hasattr(part, "item") else part) for part in parts)
    except Exception:  # whatever a student returns
        return None
    return numbers if len(numbers) == count else None


def as_truth(answer: object) -> bool | None:
    """Convert True or False of Python, NumPy or PyTorch, or 1 or 0, to a bool, or None."""
    number = as_numbers(answer, 1)
    return bool(number[0]) if number in ((0.0,), (1.0,)) else None
