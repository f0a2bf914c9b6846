"""What every check of an exercise shares: calling a student's code without being stopped by it, and the verdict."""

from collections.abc import Callable, Iterable, Sequence


def report_check(passed: bool, messages: str | Iterable[str]) -> bool:
    """Print "✔ …" or "✘ …", one line per message; returns `passed`."""
    mark = "✔" if passed else "✘"
    for message in [messages] if isinstance(messages, str) else messages:
        print(mark, message)
    return bool(passed)


def verdict(name: str, fault: str | None, praise: str) -> bool:
    """Print what is wrong with the exercise called `name`, or the praise; returns whether it is right."""
    return report_check(fault is None, f"{name}: {fault or praise}")


def attempt(function: Callable, *arguments) -> tuple[object, str | None]:
    """What a student's function returns, and None; or None, and what to say: it stopped, or returns nothing yet."""
    try:
        answer = function(*arguments)
    except Exception as error:  # the student's code may do anything
        return None, f"it stops with {type(error).__name__}: {error}"
    if answer is None or answer is ...:
        return None, "it returns nothing yet: replace the dots by your lines, and end with return."
    return answer, None


def fault_of(find_fault: Callable, *arguments) -> str | None:
    """What `find_fault` finds; if a student's answer stops even that (a deleted head, 10**400), the error in words."""
    try:
        return find_fault(*arguments)
    except Exception as error:
        return f"the check cannot use what it leaves behind: {type(error).__name__}: {error}"


def find_mistake(answers: Sequence, mistakes: Iterable[tuple[str, Sequence]], same: Callable) -> str | None:
    """The message of the first (message, its answers) that explains every one of the student's answers, or None.

    A mistake that explains only some of them is not the one: `same(answer, wrong)` must hold for each pair.
    """
    for message, wrong in mistakes:
        if all(same(answer, other) for answer, other in zip(answers, wrong, strict=True)):
            return message
    return None


def as_numbers(answer: object, count: int) -> tuple[float, ...] | None:
    """An answer as that many floats, from numbers, tensors of one value or a sequence of them; None if it is not."""
    try:
        parts = (answer,) if count == 1 else tuple(answer)
        numbers = tuple(float(part.item() if hasattr(part, "item") else part) for part in parts)
    except Exception:  # whatever a student returns
        return None
    return numbers if len(numbers) == count else None
