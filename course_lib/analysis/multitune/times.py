"""Seconds of finished runs: MultiTune against SpotTune at the same row, rate and seed."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from course_lib.analysis.intervals import Interval, seed_interval
from course_lib.analysis.multitune.printed import printed_accuracies
from course_lib.analysis.multitune.rows import row_of, runs_of
from course_lib.analysis.records import setting


def smallest_saving() -> float:
    """Find the smallest share of SpotTune's time that MultiTune saves in a row of Table 3."""
    return min(row.time_reduction for row in printed_accuracies())


def time_change(records: Sequence[dict], a: str, b: str, confidence: float = 0.95) -> Interval:
    """Seconds of A over those of B, minus 1: negative where A takes less time.

    Runs of the same row, rate and seed are paired. The logarithms of the ratios have a median over rows and rates for
    each seed, since a machine that does other things lengthens some runs; the interval is over seeds. Runs that
    diverged stopped early and are left out.

    Raises:
        ValueError: no runs of either, or pairs of fewer than two seeds.
    """
    sides = [{_place(run): run["seconds"] for run in runs_of(records, name) if _is_timed(run)} for name in (a, b)]
    ratios: dict[int, list[float]] = {}
    for place in sides[0].keys() & sides[1].keys():
        ratios.setdefault(place[-1], []).append(float(np.log(sides[0][place] / sides[1][place])))
    if len(ratios) < 2:
        raise ValueError(f"'{a}' and '{b}' have pairs of {len(ratios)} seeds: run both with two seeds or more")
    medians = [float(np.median(ratios[seed])) for seed in sorted(ratios)]
    found = seed_interval(medians, confidence)
    return _mapped(found, np.expm1)


def _place(run: dict) -> tuple:
    return (*row_of(run), setting(run, "lr"), run["seed"])


def _is_timed(run: dict) -> bool:
    return run.get("status") == "finished" and run["seconds"] > 0


def _mapped(found: Interval, change: Callable[[float], float]) -> Interval:
    """The interval with estimate and ends changed by a rising function."""
    estimate, low, high = (float(change(value)) for value in (found.estimate, found.low, found.high))
    return replace(found, estimate=estimate, low=low, high=high, method=f"{found.method}, medians of paired runs")
