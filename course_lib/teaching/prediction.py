"""A student's guess, made before running the experiment."""

from dataclasses import dataclass


@dataclass
class Prediction:
    """A guess, to be compared with the measurement.

    >>> guess = Prediction("test accuracy of the last layer, %", 50)
    >>> guess.compare(80.5)
    test accuracy of the last layer, %: you guessed 50, measured 80.5: you were 30.5 too low.
    """

    quantity: str  # what is guessed, with its unit
    value: float | None = None  # None: not guessed yet

    def compare(self, measured: float) -> None:
        """Print guess and measurement side by side, or a reminder if there is no guess; never raises."""
        measured_text = _tidy(measured)
        guess, truth = _number(self.value), _number(measured)
        if guess is None or truth is None:
            print(f"{self.quantity}: measured {measured_text}. (No guess yet: commit to a number and run this again.)")
            return
        gap = guess - truth
        if abs(gap) <= 0.02 * max(abs(truth), 1e-12):
            verdict = "spot on, within 2 % of it"
        else:
            verdict = f"you were {_tidy(abs(gap))} too {'high' if gap > 0 else 'low'}"
        print(f"{self.quantity}: you guessed {_tidy(guess)}, measured {measured_text}: {verdict}.")


def _number(value: object) -> float | None:
    try:
        number = float(value)  # also a tensor or NumPy scalar
    except (TypeError, ValueError):
        return None
    return number if abs(number) < float("inf") else None  # neither infinite nor nan


def _tidy(value: object) -> str:
    number = _number(value)
    return str(value) if number is None else f"{number:.4g}"
