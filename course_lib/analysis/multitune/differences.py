"""The printed differences and training times of MultiTune and SpotTune, and numbers that contradict each other."""

from collections.abc import Callable, Iterable

import pandas as pd

from course_lib.analysis.multitune.printed import (
    PrintedRow,
    printed_accuracies,
    printed_number,
    printed_row,
    printed_table2,
)
from course_lib.analysis.papers import Inconsistency


def printed_differences() -> pd.DataFrame:
    """Table of MultiTune − SpotTune in validation accuracy, a row for each row of Table 3.

    Returns:
        Columns: SpotTune and MultiTune (per cent), ``"difference"`` (points, with its interval as if on different
        images), ``"z"`` (the difference in standard errors), ``"flips"``: of which method the released code flips the
        images. On the whole sets MultiTune's loader flips and SpotTune's does not, so that their difference is one of
        method and augmentation; on the smaller sets both methods have the loader that flips.
    """
    rows = [
        {
            "set": row.name,
            "SpotTune": row.spottune.percent,
            "MultiTune": row.multitune.percent,
            "difference": str(row.difference),
            "z": round(row.z, 1),
            "flips": "MultiTune alone" if row.per_class is None else "both",
        }
        for row in printed_accuracies()
    ]
    return pd.DataFrame(rows).set_index("set")


def printed_times() -> pd.DataFrame:
    """Table of the training times, a row for each row of Table 3.

    Returns:
        Columns: set, SpotTune and MultiTune (minutes), ``"reduction"`` (% of SpotTune's time), and for each method the
        milliseconds for an image and epoch: the time over all images that an epoch trains or validates with. All
        rows have the same networks and, but for CIFAR100, as many training as validation images: where a method takes
        more milliseconds in one row than in another, the network is not the cause.

    In the released code the loss has no gradient for the first eleven of the twelve blocks of MultiTune's second
    network. Training two whole networks, as the document describes it, takes more operations.
    """
    return pd.DataFrame([_time(row) for row in printed_accuracies()])


def inconsistencies() -> list[Inconsistency]:
    """Numbers of the document that contradict each other, each with both numbers and their places.

    A number that the text calls "around" or "roughly" may differ by one unit of its last printed digit.
    """
    return [found for find in _FINDERS for found in find()]


def inconsistencies_table() -> pd.DataFrame:
    """`inconsistencies` as a table, a row for each."""
    return pd.DataFrame(inconsistencies())


def _time(row: PrintedRow) -> dict:
    methods = {"SpotTune": row.spottune, "MultiTune": row.multitune}
    # A smaller set has as many training images as validation images.
    train = printed_table2()[row.dataset].train if row.per_class is None else row.num_images
    passes = printed_number("epochs") * (train + row.num_images)
    return {
        "set": row.name,
        **{name: one.minutes for name, one in methods.items()},
        "reduction": 100 * row.time_reduction,
        **{f"{name}, ms": 60_000 * one.minutes / passes for name, one in methods.items()},
    }


def _sizes() -> Iterable[Inconsistency]:
    whole = printed_number("aircraft_per_class")
    place = f"from about {whole:g} images of a class, Section 5"
    for few in (20, 15, 10, 5):
        what = f"training images of a class that Aircraft-{few} has less than Aircraft"
        yield from _compare(f"size_reduction_{few}", what, 100 * (1 - few / whole), place, "%", tolerance=1)


def _text_differences() -> Iterable[Inconsistency]:
    for name, digit in (("Aircraft", 0.1), ("CIFAR100", 1), ("Aircraft-20", 0.1), ("Aircraft-15", 0.1)):
        value = 100 * printed_row(name).difference.estimate
        what = f"MultiTune − SpotTune on {name}"
        yield from _compare(f"difference_{name.lower()}", what, value, "Table 3", "points", tolerance=digit)


def _times() -> Iterable[Inconsistency]:
    for name in ("Aircraft", "CIFAR100"):
        value, what = 100 * printed_row(name).time_reduction, f"training time saved on {name}"
        yield from _compare(f"time_reduction_{name.lower()}", what, value, "Table 3", "%", tolerance=0.005)


def _compare(
    quantity: str, what: str, value: float, place: str, unit: str, *, tolerance: float
) -> Iterable[Inconsistency]:
    """Compare a number of Section 5 with a recomputed one; nothing if they differ by at most `tolerance`."""
    if abs((printed := printed_number(quantity)) - value) > tolerance:
        yield Inconsistency(what, printed, "Section 5", value, place, unit)


def _most_small() -> Iterable[Inconsistency]:
    """The abstract and Section 6 say that MultiTune is better on most of the smaller sets."""
    small = [row for row in printed_accuracies() if row.per_class is not None]
    better = sum(row.multitune.correct > row.spottune.correct for row in small)
    most = len(small) // 2 + 1
    if better < most:
        what = f"smaller sets on which MultiTune is better; 'most' of {len(small)} are {most} or more"
        yield Inconsistency(what, most, "abstract, Section 6", better, "Table 3", "sets")


_FINDERS: tuple[Callable[[], Iterable[Inconsistency]], ...] = (_sizes, _text_differences, _times, _most_small)
