"""A student's guess, a number or a range, made before the experiment and then compared with the measurement."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from course_lib.teaching import guesses, progress

Range = tuple[float, float]
_SPOT_ON = 0.02  # relative error of a number that still counts as right
_MOST_DRAWN = 1e12  # a longer axis has no ticks that can be read
_NUMBER = r"([+\-−]?(?:\d+(?:[.,]\d+)?|[.,]\d+))\s*(?:%|points?)?"
_NUMBER_TEXT = re.compile(_NUMBER)
_RANGE_TEXT = re.compile(rf"{_NUMBER}\s*(?:-|–|—|−|to|\.\.\.?|…)\s*{_NUMBER}", re.I)


@dataclass(eq=False)
class Prediction:
    """A guess, to be compared with the measurement: a number, a range, or None as long as there is none.

    While the guess is missing, `show`, `show_claims`, `show_text` and `compare` hide what was measured. From then on
    until `compare`, figures are shown without their titles, which name the finding.

    >>> guess = Prediction("test accuracy of the last layer, %", (60, 75))
    >>> guess.compare(80.5)
    test accuracy of the last layer, %: you guessed 60 to 75, measured 80.5: it is 5.5 above your range.

    Args:
        quantity: what is guessed, with its unit.
        value: a number, a range such as ``(40, 60)`` or ``"40–60"``, or None.
        reveal: hide nothing, and record nothing; a lesson passes its parameter of this name.
    """

    quantity: str
    value: object = None
    reveal: bool = False

    def __post_init__(self) -> None:
        from course_lib.teaching.display import cover

        guesses.ask(self)
        progress.begin(None if self.reveal else self.quantity)
        if self.is_missing:
            cover()

    @property
    def range(self) -> Range | None:
        """(low, high) of the guess, twice the same for a number; None if there is no guess."""
        return read_range(self.value)

    @property
    def is_missing(self) -> bool:
        """Whether the guess has to be given before anything measured is shown."""
        return not self.reveal and self.range is None

    @property
    def reminder(self) -> str:
        """How to give the missing guess, in one sentence."""
        value = "None" if self.value is None else f"{self.value!r:.40}, which is no number and no range,"
        return (
            f"Your guess comes first: in the cell that asks for “{self.quantity}”, replace {value} by a number or by "
            "a range such as (40, 60), run that cell, and then this one again."
        )

    def compare(self, measured: float) -> None:
        """Print and draw guess and measurement side by side, and print the findings withheld so far.

        Without a guess it prints how to give one instead, and no number; with `reveal`, the number alone. Never raises.
        """
        if self.is_missing:
            print(self.reminder)
            return
        guess, truth = self.range, _number(measured)
        first, findings = (guess, []) if self.reveal else guesses.compared(self)
        if guess is None or truth is None:
            print(f"{self.quantity}: measured {_tidy(measured)}.")
        else:
            self._report(guess, truth)
            if first != guess:
                print(f"Your first guess, {range_text(first)}, is the one that counts.")
        for finding in findings:
            print(f"Finding of a figure above: {finding}")

    def _report(self, guess: Range, truth: float) -> None:
        sentence = f"you guessed {range_text(guess)}, measured {_tidy(truth)}: {judge(guess, truth)}."
        print(f"{self.quantity}: {sentence}")
        if not self.reveal:
            progress.record(guess=self.quantity, value=list(guess), measured=truth)
        if max(abs(end) for end in (*guess, truth)) <= _MOST_DRAWN:
            from course_lib.figures import guess_and_measurement, show

            title = sentence[0].upper() + sentence[1:-1]
            show(guess_and_measurement(guess, truth, title=title, xlabel=self.quantity), f"{self.quantity}: {sentence}")


def read_range(value: object) -> Range | None:
    """(low, high) of a guess: a number, two numbers in either order, or text such as "40", "40-60", "40 to 60".

    Returns:
        None if it is nothing of this kind, or not finite.
    """
    if isinstance(value, str):
        text = value.strip()
        found = _NUMBER_TEXT.fullmatch(text) or _RANGE_TEXT.fullmatch(text)
        ends = [part.replace(",", ".").replace("−", "-") for part in found.groups()] if found else [text]
    elif isinstance(value, range):
        ends = [value.start, value.stop]
    elif isinstance(value, Collection) and getattr(value, "ndim", 1):  # a tensor without dimensions is a number
        ends = list(value) if len(value) <= 2 else []
    else:
        ends = [value]
    numbers = [_number(end) for end in ends]
    if len(numbers) not in (1, 2) or None in numbers:
        return None
    return min(numbers), max(numbers)


def range_text(guess: Range) -> str:
    """``40`` or ``40 to 60``."""
    low, high = guess
    return _tidy(low) if low == high else f"{_tidy(low)} to {_tidy(high)}"


def distance(guess: Range, measured: float) -> float:
    """Guess minus measurement: positive if the guess is too high; 0 if the measurement lies inside the range."""
    low, high = guess
    return low - measured if measured < low else high - measured if measured > high else 0.0


def judge(guess: Range, measured: float) -> str:
    """Whether a guess is right, and otherwise how far off, in words."""
    off = distance(guess, measured)
    low, high = guess
    if low < high:
        if off == 0:
            return f"right, it is inside your range, which is {_tidy(high - low)} wide"
        return f"it is {_tidy(abs(off))} {'below' if off > 0 else 'above'} your range"
    if abs(off) <= _SPOT_ON * abs(measured):
        return "spot on, within 2 % of it"
    return f"you were {_tidy(abs(off))} too {'high' if off > 0 else 'low'}"


def _number(value: object) -> float | None:
    if isinstance(value, bool):
        return None
    try:
        number = float(value)  # also a tensor or NumPy scalar
    except (TypeError, ValueError, OverflowError, RuntimeError):
        return None
    return number if abs(number) < float("inf") else None  # neither infinite nor nan


def _tidy(value: object) -> str:
    number = _number(value)
    return str(value) if number is None else f"{number:.4g}"
