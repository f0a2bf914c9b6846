"""Effects over finished grids: differences between the runs that validation chose, each with its interval."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from course_lib.analysis.gaps import mean_accuracy
from course_lib.analysis.intervals import (
    Interval,
    both_errors,
    independent_difference,
    paired_over_seeds,
    seed_interval,
)
from course_lib.analysis.selection import select, setting, values_of
from course_lib.analysis.tables import scored_by_seed, scored_pairs, tested_on

Grid = Sequence[dict]
Measure = Callable[[Mapping[str, Grid], float], dict[str, Interval]]  # records by study, confidence → effects by label
OPTIMIZERS = ("sgd", "adam")


def accuracy_gap(a: Grid, b: Grid, confidence: float = 0.95) -> Interval:
    """Test accuracy of A minus that of B, each seed with its best run: the errors of seeds and of images together.

    Both grids are of one optimiser. Over seeds: t-interval of the differences. Over images: bootstrap over the images
    that both were tested on, or Newcombe's interval where A and B have other test images.

    Raises:
        ValueError: fewer than two seeds that both have.
    """
    pairs = scored_pairs("A", a, "B", b)
    if len({tested_on(run) for pair in pairs for run in pair}) == 1:
        outcomes = ([run["test_outcomes"] for run in side] for side in zip(*pairs, strict=True))
        return paired_over_seeds(*outcomes, confidence=confidence)
    over_seeds = seed_interval([one["test_accuracy"] - other["test_accuracy"] for one, other in pairs], confidence)
    wilson = [mean_accuracy(side, "test", confidence) for side in zip(*pairs, strict=True)]
    return both_errors(over_seeds, independent_difference(*wilson))


def optimism(grid: Grid, confidence: float = 0.95) -> Interval:
    """Validation accuracy minus test accuracy of the runs that validation chose; errors of seeds and of images.

    Raises:
        ValueError: fewer than two seeds.
    """
    runs = list(scored_by_seed("the grid", grid).values())
    over_seeds = seed_interval([r["val_accuracy"] - r["test_accuracy"] for r in runs], confidence)
    parts = (mean_accuracy(runs, part, confidence) for part in ("val", "test"))
    return both_errors(over_seeds, independent_difference(*parts))


def seed_gap(a: Grid, b: Grid, value: Callable[[dict], float], confidence: float = 0.95) -> Interval:
    """``value(best run)`` of A minus that of B over their common seeds; other images are not accounted for.

    Raises:
        ValueError: fewer than two seeds that both have.
    """
    return seed_interval([value(one) - value(other) for one, other in scored_pairs("A", a, "B", b)], confidence)


def seed_mean(grid: Grid, value: Callable[[dict], float], confidence: float = 0.95) -> Interval:
    """``value(best run)`` of a grid over its seeds.

    Raises:
        ValueError: fewer than two seeds.
    """
    return seed_interval([value(run) for run in scored_by_seed("the grid", grid).values()], confidence)


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
    return [epoch["train_loss"] for epoch in run["history"] if epoch["train_loss"] is not None][-1]


def roughness(run: dict) -> float:
    """Mean absolute change of the validation accuracy from one epoch to the next."""
    return float(np.abs(np.diff([epoch["val_accuracy"] for epoch in run["history"]])).mean())


def log_rate(run: dict) -> float:
    """The rate's decade: log10 of lr."""
    return float(np.log10(setting(run, "lr")))


def compare(*pairs: tuple[str, str], by: Callable[..., Interval] | None = None, optimizers=OPTIMIZERS) -> Measure:
    """Measures the first study of each pair against the second, with each optimiser; `by` is `accuracy_gap`."""

    def measure(runs, confidence):
        return {
            f"{a} − {b}, {optimizer}": (by or accuracy_gap)(
                *(select(runs[name], optimizer=optimizer) for name in (a, b)), confidence=confidence
            )
            for a, b in pairs
            for optimizer in optimizers
        }

    return measure


def compare_optimizers(*studies: str, by: Callable[..., Interval] | None = None, order=("adam", "sgd")) -> Measure:
    """Measures the first optimiser of `order` against the second in each study; `by` is `accuracy_gap`."""

    def measure(runs, confidence):
        return {
            name: (by or accuracy_gap)(*(select(runs[name], optimizer=o) for o in order), confidence=confidence)
            for name in studies
        }

    return measure


def each(*studies: str, of: Callable[..., Interval], optimizers=OPTIMIZERS) -> Measure:
    """Measures a grid's own effect for each study and optimiser."""

    def measure(runs, confidence):
        return {
            f"{name}, {o}": of(select(runs[name], optimizer=o), confidence=confidence)
            for name in studies
            for o in optimizers
        }

    return measure


def _pace(grid: Grid, seed: int) -> float:
    """Seconds for an epoch of one training image, everything included that its runs computed."""
    runs = [run for run in grid if run["seed"] == seed]
    return sum(r["seconds"] for r in runs) / sum(len(r["history"]) * r["num_train"] for r in runs)


def _machine(run: dict) -> tuple:
    origin = run["provenance"]
    kind = origin.get("device", "").partition(":")[0]  # a GPU's number is no kind of hardware
    return kind, *(origin.get(name) for name in ("gpu", "cpu", "cores", "threads"))
