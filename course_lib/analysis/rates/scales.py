"""Graduated rates on many small tasks (Dube et al. 2018, section 4.3): accuracies by scale, and what a choice is worth.

Validation images choose, a large test part judges. The document had no such test part: its accuracies are of the images
that chose the scale.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from course_lib.analysis.costs import image_steps
from course_lib.analysis.intervals import Interval, bootstrap_interval, paired_difference
from course_lib.analysis.records import as_units, num_images, score_of, setting
from course_lib.training.graduated import BASE_RATE, BASELINE_HEAD, HEAD_MULTIPLIER

PRINTED_SCALE = 0.25  # the document's single scale
Part = Literal["val", "test"]


def scale_of(record: dict) -> float:
    """Scale of a run with graduated rates: the rate of its last layer over that at scale 1, 16 × 0.001."""
    return _rounded(setting(record, "lr") / (HEAD_MULTIPLIER * BASE_RATE))


def head_of(record: dict) -> float:
    """LL of a run: the rate of its last layer over the base rate 0.001."""
    return _rounded(setting(record, "lr") / BASE_RATE)


def task_of(record: dict) -> str:
    """Name of a run's small task."""
    return setting(record, "source").removeprefix("mini:")


@dataclass(frozen=True)
class Grid:
    """Accuracies of T tasks at K settings with S seeds.

    Attributes:
        tasks: names.
        settings: of the K columns, rising: scales, or LL of the last layer alone.
        val, test: (T, K, S); of a run that diverged at once 0.
        num_val: (T,) validation images.
        cost: (T,) image-steps of one run, mean over settings and seeds.
    """

    tasks: tuple[str, ...]
    settings: tuple[float, ...]
    val: np.ndarray
    test: np.ndarray
    num_val: np.ndarray
    cost: np.ndarray

    def of(self, part: Part) -> np.ndarray:
        """Accuracies on the validation or the test images, (T, K, S)."""
        return self.val if part == "val" else self.test

    def column(self, value: float) -> int:
        """Place of a setting.

        Raises:
            ValueError: no run has it.
        """
        if value not in self.settings:
            raise ValueError(f"no run at {value:g}: choose one of {', '.join(f'{s:g}' for s in self.settings)}")
        return self.settings.index(value)

    def at(self, value: float, part: Part = "test") -> np.ndarray:
        """Accuracy of each task at one setting for every seed, (T, S)."""
        return self.of(part)[:, self.column(value)]

    def taken(self, columns: np.ndarray, part: Part = "test") -> np.ndarray:
        """Accuracy at the columns that were chosen, (T, S), from columns (T, S) or (T,)."""
        columns = np.broadcast_to(columns.reshape(len(columns), -1), (len(self.tasks), self.val.shape[2]))
        return np.take_along_axis(self.of(part), columns[:, None], axis=1)[:, 0]

    def by_validation(self) -> np.ndarray:
        """Column of the highest validation accuracy for each task and seed, (T, S); of equal ones the lowest."""
        return self.val.argmax(axis=1)


def grid_of(records: Sequence[dict], column: Callable[[dict], float] = scale_of) -> Grid:
    """Arrange the runs of a study on the small tasks, one for each task, rate and seed.

    Args:
        column: what the columns are: `scale_of` of graduated rates, `head_of` of the last layer alone.

    Raises:
        ValueError: no run, or one is missing or there twice.
    """
    if not records:
        raise ValueError("no runs of the small tasks: let the study finish")
    tasks, settings, seeds = (
        sorted({name(run) for run in records}) for name in (task_of, column, lambda run: setting(run, "seed"))
    )
    shape = len(tasks), len(settings), len(seeds)
    val, test, cost = np.full(shape, np.nan), np.full(shape, np.nan), np.zeros(shape)
    for run in records:
        place = tasks.index(task_of(run)), settings.index(column(run)), seeds.index(setting(run, "seed"))
        val[place], test[place] = (score_of(run, part) or 0.0 for part in ("val", "test"))
        cost[place] = image_steps(run)
    if np.isnan(test).any() or len(records) != test.size:
        raise ValueError(f"{len(records)} runs for {test.size} places of a grid: give each task, rate and seed once")
    num_val = {task_of(run): num_images(run, "val") for run in records}
    return Grid(
        tuple(tasks),
        tuple(settings),
        val,
        test,
        np.array([num_val[task] for task in tasks]),
        cost.mean(axis=(1, 2)),
    )


def mean_accuracy(values: np.ndarray) -> Interval:
    """Mean over tasks of accuracies (T, S) or (T,): percentile bootstrap over tasks."""
    return bootstrap_interval(_over_seeds(values), things="tasks")


def gain(values: np.ndarray, other: np.ndarray, confidence: float = 0.95) -> Interval:
    """Mean over tasks of a difference, paired by task: percentile bootstrap over tasks."""
    return paired_difference(_over_seeds(values), _over_seeds(other), confidence=confidence, things="tasks")


def curve(grid: Grid, part: Part) -> dict[float, Interval]:
    """Mean accuracy over tasks at each setting."""
    return {value: mean_accuracy(grid.at(value, part)) for value in grid.settings}


def best_scale(grid: Grid, part: Part = "test") -> float:
    """The setting with the highest mean accuracy over tasks."""
    return grid.settings[int(grid.of(part).mean(axis=(0, 2)).argmax())]


def best_counts(grid: Grid, ties: Literal["first", "shared"] = "first", part: Part = "val") -> dict[float, float]:
    """Count for each setting in how many tasks it is the best, mean over seeds.

    Args:
        ties: of equally good settings the lowest counts, or each counts its share.
    """
    shares = best_shares(grid, ties, part)
    return dict(zip(grid.settings, shares.sum(axis=0).mean(axis=1).tolist(), strict=True))


def best_shares(grid: Grid, ties: Literal["first", "shared"], part: Part = "val") -> np.ndarray:
    """Share of each setting in being the best of its task and seed, (T, K, S); see `best_counts`."""
    accuracies = grid.of(part)
    best = accuracies == accuracies.max(axis=1, keepdims=True)
    if ties == "first":
        best = best & (best.cumsum(axis=1) == 1)
    return best / best.sum(axis=1, keepdims=True)


def most_frequent(grid: Grid, part: Part = "val") -> float:
    """The setting that is best in most tasks, of equal ones in a task the lowest."""
    counts = best_counts(grid, part=part)
    return max(counts, key=counts.get)


@dataclass(frozen=True)
class Null:
    """Permutation test of whether the scales differ at all.

    Attributes:
        observed: mean over tasks and seeds of the winner's accuracy minus the mean over the scales, on random test
            images, as many as the task has validation images.
        drawn: the same number if no scale is better than another, one for each draw.
        p_value: share of the draws in which that is at least as large, the observation counted as one of them.
    """

    observed: float
    drawn: np.ndarray
    p_value: float


def permutation_null(records: Sequence[dict], *, draws: int = 200, seed: int = 0) -> Null:
    """Draw how far the best of the scales lies above their mean if all scales were equally good.

    For each task, test images stand for the validation images, as many as there are. The outcomes of the scales on an
    image are dealt out to the scales at random, image by image: whether an image is easy stays, which scale has it
    right is chance.

    Args:
        records: runs of the study `scales`.
    """
    grid, rng = grid_of(records), np.random.default_rng(seed)
    outcomes = _outcomes(records, grid)
    leads = np.zeros((2, draws))  # as measured, and dealt out
    for task, num_val in zip(grid.tasks, grid.num_val, strict=True):
        for right in outcomes[task]:  # (K, N), a seed each
            taken = right.T[rng.integers(right.shape[1], size=(draws, num_val))]  # (draws, num_val, K)
            leads += [_lead(taken), _lead(rng.permuted(taken, axis=2))]
    measured, drawn = leads / (len(grid.tasks) * grid.val.shape[2])
    observed = float(measured.mean())
    return Null(observed, drawn, float((1 + (drawn >= observed).sum()) / (1 + draws)))


def _lead(right: np.ndarray) -> np.ndarray:
    """Accuracy of the best of K scales minus their mean, (draws,), from outcomes (draws, N, K)."""
    accuracies = right.mean(axis=1)
    return accuracies.max(axis=1) - accuracies.mean(axis=1)


def _outcomes(records: Sequence[dict], grid: Grid) -> dict[str, list[np.ndarray]]:
    """For each task its outcomes (K, N) on the test images, an array for each seed."""
    found: dict[str, dict[int, list]] = {task: {} for task in grid.tasks}
    for run in sorted(records, key=scale_of):
        found[task_of(run)].setdefault(setting(run, "seed"), []).append(as_units(run["test_outcomes"]))
    return {task: [np.array(rows) for rows in seeds.values()] for task, seeds in found.items()}


def headline_table(grid: Grid, heads: Grid) -> pd.DataFrame:
    """The document's three means, on the images that choose and on the test images, with two fair baselines.

    Args:
        heads: the last layer alone, at the document's LL 10 and at LL 16 × each scale.
    """
    fixed = best_scale(grid)
    same_head = np.array([heads.column(HEAD_MULTIPLIER * scale) for scale in grid.settings])
    rows = {
        f"last layer alone, LL {BASELINE_HEAD:g}": lambda part: heads.at(BASELINE_HEAD, part),
        "last layer alone, best LL by validation": lambda part: heads.taken(heads.by_validation(), part),
        "last layer alone, LL of the chosen scale": lambda part: heads.taken(same_head[grid.by_validation()], part),
        f"scale {PRINTED_SCALE:g}": lambda part: grid.at(PRINTED_SCALE, part),
        f"scale {fixed:g} (best mean)": lambda part: grid.at(fixed, part),
        "best of the scales by validation": lambda part: grid.taken(grid.by_validation(), part),
    }
    base = heads.at(BASELINE_HEAD)
    lines = {}
    for name, accuracy in rows.items():
        val, test = accuracy("val"), accuracy("test")
        lines[name] = {
            "validation": str(mean_accuracy(val)),
            "test": str(mean_accuracy(test)),
            "validation − test": str(gain(val, test)),
            "test − baseline": str(gain(test, base)),
        }
    return pd.DataFrame.from_dict(lines, orient="index")


def _over_seeds(values: np.ndarray) -> np.ndarray:
    return values.mean(axis=1) if values.ndim == 2 else values


def _rounded(number: float) -> float:
    return float(f"{number:.6g}")
