"""Helpers of all exercise checks: call a student's code safely, compare answers, print the verdict."""

from collections.abc import Callable, Iterable, Sequence


def report_check(passed: bool, messages: str | Iterable[str]) -> bool:
    """Print "✔ …" or "✘ …", one line per message; returns `passed`."""
    mark = "✔" if passed else "✘"
    for message in [messages] if isinstance(messages, str) else messages:
        print(mark, message)
    return bool(passed)


def verdict(name: str, fault: str | None, praise: str) -> bool:
    """Print the fault of the exercise called `name`, or the praise; return whether it is right."""
    return report_check(fault is None, f"{name}: {fault or praise}")


def attempt(function: Callable, *arguments) -> tuple[object, str | None]:
    """Call a student's function: return (answer, None), or (None, fault) if it raises or returns nothing yet."""
    try:
        answer = function(*arguments)
    except Exception as error:  # the student's code may do anything
        return None, f"it stops with {type(error).__name__}: {error}"
    if answer is None or answer is ...:
        return None, "it returns nothing yet: replace the dots by your lines, and end with return."
    return answer, None


def fault_of(find_fault: Callable, *arguments) -> str | None:
    """Call `find_fault`; if a student's answer makes it raise (a deleted head, 10**400), return the error in words."""
    try:
        return find_fault(*arguments)
    except Exception as error:
        return f"the check cannot use its result: {type(error).__name__}: {error}"


def find_mistake(answers: Sequence, mistakes: Iterable[tuple[str, Sequence]], same: Callable) -> str | None:
    """The message of the first (message, its answers) that explains every one of the student's answers, or None.

    A mistake must explain all answers: `same(answer, wrong)` must hold for each pair.
    """
    for message, wrong in mistakes:
        if all(same(answer, other) for answer, other in zip(answers, wrong, strict=True)):
            return message
    return None


def as_numbers(answer: object, count: int) -> tuple[float, ...] | None:
    """Convert an answer (numbers, tensors of one value, or a sequence of them) to `count` floats, or None."""
    try:
        parts = (answer,) if count == 1 else tuple(answer)
        numbers = tuple(float(part.item() if hasattr(part, "item") else part) for part in parts)
    except Exception:  # whatever a student returns
        return None
    return numbers if len(numbers) == count else None
