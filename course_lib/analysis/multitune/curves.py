"""Figure 2, measured: validation accuracy by epoch of every method and row, mean and range over seeds."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from course_lib.analysis.multitune.printed import printed_number
from course_lib.analysis.multitune.rows import ENSEMBLES, Row, by_row, chosen_of, methods_in
from course_lib.analysis.records import history, setting

EARLY = 20  # epochs of the document's 110 after which it compares the curves


@dataclass(frozen=True)
class Curve:
    """Validation accuracy by epoch (E,), of the runs that validation chose; fractions, NaN after a run diverged."""

    row: Row
    method: str
    mean: np.ndarray
    low: np.ndarray  # of the lowest seed
    high: np.ndarray
    epochs: int  # of the recipe
    seeds: int


def validation_curves(records: Sequence[dict]) -> list[Curve]:
    """Curves of all methods and rows but ensembles, which have none.

    Raises:
        ValueError: as `chosen_of`.
    """
    named = [
        (row, own, name) for row, own in by_row(records).items() for name in methods_in(own) if name not in ENSEMBLES
    ]
    return [_curve(row, chosen_of(own, name), name) for row, own, name in named]


def is_above(one: Curve, other: Curve) -> bool:
    """Whether the mean of `one` lies above that of `other` in every epoch after the document's 20 of 110.

    An epoch in which both are equal, or in which a run has diverged, is one in which it does not.
    """
    return bool(np.all(one.mean[first_compared(one) :] > other.mean[first_compared(other) :]))


def first_compared(curve: Curve) -> int:
    """The first epoch (0-based) after 20 of 110, at the length of these runs."""
    return min(round(EARLY / printed_number("epochs") * curve.epochs), curve.epochs - 1)


def _curve(row: Row, runs: Sequence[dict], method: str) -> Curve:
    epochs = max(setting(run, "epochs") for run in runs)
    values = np.full((len(runs), epochs), np.nan)
    for line, run in zip(values, runs, strict=True):
        own = [epoch["val_accuracy"] for epoch in history(run) if epoch["val_loss"] is not None]
        line[: len(own)] = own
    return Curve(row, method, values.mean(axis=0), values.min(axis=0), values.max(axis=0), epochs, len(runs))
