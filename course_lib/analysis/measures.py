"""What claims measure over finished grids: effects of the runs that validation chose, each with its interval."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from course_lib.analysis.comparisons import compare_runs, edges_of, score_gap, scored_by_seed
from course_lib.analysis.intervals import Interval, seed_interval
from course_lib.analysis.records import history, num_images, origin_of, select, setting, values_of
from course_lib.sweeps.study import VARY

Grid = Sequence[dict]
Measure = Callable[[Mapping[str, Grid], float], dict[str, Interval]]  # records by study, confidence → effects by label


def seed_gap(
    a: Grid, b: Grid, value: Callable[[dict], float], confidence: float = 0.95, *, vary: Sequence[str] = VARY
) -> Interval:
    """``value(best run)`` of A minus that of B over their common seeds; the error of few images is not included.

    Raises:
        ValueError: fewer than two seeds that both have, or as `compare_runs`.
    """
    found = compare_runs(a, b, vary=vary)
    gaps = [value(one) - value(other) for one, other in found.pairs]
    return replace(seed_interval(gaps, confidence), edge=found.edge)


def seed_mean(
    grid: Grid, value: Callable[[dict], float], confidence: float = 0.95, *, vary: Sequence[str] = VARY
) -> Interval:
    """``value(best run)`` of a grid over its seeds.

    Raises:
        ValueError: fewer than two seeds.
    """
    runs = scored_by_seed("the grid", grid, vary=vary).values()
    return replace(seed_interval([value(run) for run in runs], confidence), edge=edges_of(grid, vary=vary))


def slowdown(a: Grid, b: Grid, confidence: float = 0.95) -> Interval:
    """Time of an epoch of A relative to one of B, minus 1: 0.34 means 34 % slower. Over seeds, all rates together.

    Only runs of one kind of hardware are compared, the one that timed the most of both.

    Raises:
        ValueError: fewer than two seeds that both have on that hardware.
    """
    counts = [Counter(_machine(run) for run in grid) for grid in (a, b)]
    machine = max(counts[0] | counts[1], key=lambda each: min(count[each] for count in counts))
    a, b = ([run for run in grid if _machine(run) == machine] for grid in (a, b))
    seeds = [seed for seed in values_of(a, "seed") if seed in values_of(b, "seed")]
    if len(seeds) < 2:
        raise ValueError(f"{len(seeds)} seeds of both were timed on one kind of hardware: compute at least two there")
    return seed_interval([_pace(a, seed) / _pace(b, seed) - 1 for seed in seeds], confidence)


def final_loss(run: dict) -> float:
    """Training loss of the last epoch that has one (before a run diverged), in nats per image."""
    return [epoch["train_loss"] for epoch in history(run) if epoch["train_loss"] is not None][-1]


def roughness(run: dict) -> float:
    """Mean absolute change of the validation accuracy from one epoch to the next.

    Raises:
        ValueError: the run has a single epoch.
    """
    accuracies = [epoch["val_accuracy"] for epoch in history(run)]
    if len(accuracies) < 2:
        raise ValueError("a run of a single epoch has no change from one epoch to the next: train for more")
    return float(np.abs(np.diff(accuracies)).mean())


def log_rate(run: dict) -> float:
    """Base-10 logarithm of the learning rate."""
    return float(np.log10(setting(run, "lr")))


def compare(
    *pairs: tuple[str, str], by: Callable[..., Interval] = score_gap, optimizers: Sequence[str] | None = None
) -> Measure:
    """Measure the first study of each pair against the second, with each of the optimisers (default: all there are)."""

    def measure(runs, confidence):
        return {
            f"{a} − {b}, {optimizer}": by(
                *(select(runs[name], optimizer=optimizer) for name in (a, b)), confidence=confidence
            )
            for a, b in pairs
            for optimizer in optimizers or values_of(runs[a], "optimizer")
        }

    return measure


def compare_optimizers(
    *studies: str, by: Callable[..., Interval] = score_gap, order: tuple[str, str] = ("adam", "sgd")
) -> Measure:
    """Measure the first optimiser of `order` against the second in each study."""

    def measure(runs, confidence):
        return {name: by(*(select(runs[name], optimizer=o) for o in order), confidence=confidence) for name in studies}

    return measure


def each(*studies: str, of: Callable[..., Interval], optimizers: Sequence[str] | None = None) -> Measure:
    """Measure an effect of one grid for each study and each of the optimisers (default: all there are)."""

    def measure(runs, confidence):
        return {
            f"{name}, {optimizer}": of(select(runs[name], optimizer=optimizer), confidence=confidence)
            for name in studies
            for optimizer in optimizers or values_of(runs[name], "optimizer")
        }

    return measure


def _pace(grid: Grid, seed: int) -> float:
    """Seconds of an epoch for each training image; the time of all that a run computed counts."""
    runs = [run for run in grid if run["seed"] == seed]
    return sum(r["seconds"] for r in runs) / sum(len(history(r)) * num_images(r, "train") for r in runs)


def _machine(run: dict) -> tuple:
    origin = origin_of(run)
    kind = origin.get("device", "").partition(":")[0]  # a GPU's number is no kind of hardware
    return kind, *(origin.get(name) for name in ("gpu", "cpu", "cores", "threads"))
