"""The guesses that a notebook asks for: measured answers stay hidden until they are given, findings until compared."""

from typing import Protocol
from weakref import WeakValueDictionary


class Asked(Protocol):
    """A guess that a notebook asks for."""

    quantity: str  # with its unit
    reveal: bool  # whether nothing is hidden for it
    range: tuple[float, float] | None  # None: not given
    is_missing: bool
    reminder: str  # how to give it


# Of this kernel, by quantity. A prediction that no variable holds any more is asked for no more.
_asked: WeakValueDictionary[str, Asked] = WeakValueDictionary()
_first: dict[str, tuple[float, float]] = {}  # the guess at the first comparison
_findings: list[str] = []  # withheld so far, e.g. titles of figures


def ask(prediction: Asked) -> None:
    """Register a prediction; one of the same quantity takes the place of the former."""
    _asked[prediction.quantity] = prediction


def hidden_sentence() -> str | None:
    """Sentence to show in place of a measured answer; None if no guess is missing."""
    missing = next((each for each in _asked.values() if each.is_missing), None)
    return missing and missing.reminder


def is_finding_withheld() -> bool:
    """Whether some guess was given and not compared yet, so that figures are shown without their finding."""
    return any(not each.reveal and each.quantity not in _first for each in _asked.values())


def withhold(finding: str) -> None:
    """Keep a finding until all guesses are compared."""
    if finding not in _findings:
        _findings.append(finding)


def compared(prediction: Asked) -> tuple[tuple[float, float], list[str]]:
    """Note that a guess was compared.

    Returns:
        the guess (low, high) of the first comparison of this quantity, and the findings that may be shown now.
    """
    first = _first.setdefault(prediction.quantity, prediction.range)
    if is_finding_withheld():
        return first, []
    findings, _findings[:] = _findings[:], []
    return first, findings
