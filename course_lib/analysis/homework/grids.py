"""Grids of rates: how the comparison of two optimisers depends on the rates that both may choose among."""

from collections.abc import Collection, Sequence

from course_lib.analysis.comparisons import score_gap
from course_lib.analysis.intervals import Interval
from course_lib.analysis.records import select, setting


def gap_in_grid(records: Sequence[dict], rates: Collection[float]) -> Interval:
    """Compute test accuracy with Adam minus with SGD, when validation chooses among these rates for each.

    Args:
        records: runs of both optimisers that differ in rate, optimiser and seed alone.
        rates: a rate that an optimiser was not tried at is left out for it.

    Raises:
        ValueError: no run of an optimiser at these rates, or as `course_lib.analysis.score_gap`.
    """
    sides = []
    for optimizer in ("adam", "sgd"):
        tried = select(records, optimizer=optimizer)
        found = [run for run in tried if setting(run, "lr") in rates]
        if not found:
            known = ", ".join(f"{rate:g}" for rate in sorted({setting(run, "lr") for run in tried})) or "none"
            wanted = ", ".join(f"{rate:g}" for rate in rates) or "none"
            raise ValueError(f"no run with {optimizer} at a rate of {wanted}: choose among its rates, {known}")
        sides.append(found)
    return score_gap(*sides, labels=("adam", "sgd"))
