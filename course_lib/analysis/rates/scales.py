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
from course_lib.analysis.records import history, num_images, score_of, setting
from course_lib.data.real_tasks import task_of as real_task_of
from course_lib.training.graduated import BASE_RATE, BASELINE_HEAD, HEAD_MULTIPLIER

PRINTED_SCALE = 0.25  # the document's single scale
Part = Literal["last", "val", "test"]
Ties = Literal["lowest", "highest"]


def scale_of(record: dict) -> float:
    """Scale of a run with graduated rates: the rate of its last layer over that at scale 1, 16 × 0.001."""
    return _rounded(setting(record, "lr") / (HEAD_MULTIPLIER * BASE_RATE))


def head_of(record: dict) -> float:
    """LL of a run: the rate of its last layer over the base rate 0.001."""
    return _rounded(setting(record, "lr") / BASE_RATE)


def task_of(record: dict) -> str:
    """Name of a run's small task, drawn or cut from real images."""
    source = setting(record, "source")
    if source.startswith("mini:"):
        return source.removeprefix("mini:")
    return real_task_of(source, setting(record, "classes") or (), setting(record, "per_class")).name


@dataclass(frozen=True)
class Grid:
    """Accuracies of T tasks at K settings with S seeds.

    Attributes:
        tasks: names.
        settings: of the K columns, rising: scales, or LL of the last layer alone.
        last: (T, K, S) validation accuracy after the last epoch, as in the document; of a run that diverged 0.
        val, test: (T, K, S) of the epoch that validation chose; of a run that diverged at once 0.
        num_val: (T,) validation images.
        cost: (T,) image-steps of one run, mean over settings and seeds.
    """

    tasks: tuple[str, ...]
    settings: tuple[float, ...]
    last: np.ndarray
    val: np.ndarray
    test: np.ndarray
    num_val: np.ndarray
    cost: np.ndarray

    def of(self, part: Part) -> np.ndarray:
        """Accuracies on the validation images, at the last or the chosen epoch, or on the test images, (T, K, S)."""
        return {"last": self.last, "val": self.val, "test": self.test}[part]

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

    def by_validation(self, part: Part = "val", ties: Ties = "lowest") -> np.ndarray:
        """Column of the highest validation accuracy for each task and seed, (T, S); of equal ones the lowest."""
        values = self.of(part)
        if ties == "lowest":
            return values.argmax(axis=1)
        return values.shape[1] - 1 - values[:, ::-1].argmax(axis=1)


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
    last, val, test, cost = np.zeros(shape), np.full(shape, np.nan), np.full(shape, np.nan), np.zeros(shape)
    for run in records:
        place = tasks.index(task_of(run)), settings.index(column(run)), seeds.index(setting(run, "seed"))
        val[place], test[place] = (score_of(run, part) or 0.0 for part in ("val", "test"))
        last[place], cost[place] = _last_val(run), image_steps(run)
    if np.isnan(test).any() or len(records) != test.size:
        raise ValueError(f"{len(records)} runs for {test.size} places of a grid: give each task, rate and seed once")
    num_val = {task_of(run): num_images(run, "val") for run in records}
    return Grid(
        tuple(tasks),
        tuple(settings),
        last,
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


def share_of_ties(grid: Grid, part: Part = "last") -> float:
    """Share of the tasks and seeds in which several settings have the highest accuracy."""
    accuracies = grid.of(part)
    return float(((accuracies == accuracies.max(axis=1, keepdims=True)).sum(axis=1) > 1).mean())


def headline_table(grid: Grid, heads: Grid) -> pd.DataFrame:
    """The document's three means, on the images that choose and on the test images, with two fair baselines.

    Args:
        heads: the last layer alone, at the document's LL 10 and at LL 16 × each scale.
    """
    fixed, chosen, tuned = best_scale(grid), grid.by_validation(), heads.by_validation()
    same_head = np.array([heads.column(HEAD_MULTIPLIER * scale) for scale in grid.settings])
    rows = {
        f"last layer alone, LL {BASELINE_HEAD:g}": (heads, np.array(heads.column(BASELINE_HEAD))),
        "last layer alone, best LL by validation": (heads, tuned),
        "last layer alone, LL of the chosen scale": (heads, same_head[chosen]),
        f"scale {PRINTED_SCALE:g}": (grid, np.array(grid.column(PRINTED_SCALE))),
        f"scale {fixed:g}, best mean on the test images": (grid, np.array(grid.column(fixed))),
        "best of the scales by validation": (grid, chosen),
        "the same, the highest of equally good scales": (grid, grid.by_validation(ties="highest")),
    }
    base, best_head = heads.at(BASELINE_HEAD), heads.taken(tuned)
    lines = {}
    for name, (own, columns) in rows.items():
        taken = np.broadcast_to(columns, chosen.shape)
        last, val, test = (own.taken(taken, part) for part in ("last", "val", "test"))
        lines[name] = {
            "validation, last epoch": str(mean_accuracy(last)),
            "validation, chosen epoch": str(mean_accuracy(val)),
            "test": str(mean_accuracy(test)),
            "validation − test": str(gain(val, test)),
            "test − baseline": str(gain(test, base)),
            "test − best LL": str(gain(test, best_head)),
            "lowest / highest chosen": _ends(own, columns) if columns.ndim else "–",
        }
    return pd.DataFrame.from_dict(lines, orient="index")


def _ends(grid: Grid, columns: np.ndarray) -> str:
    """How often the lowest and the highest setting were chosen: beyond them a better one may lie."""
    return f"{(columns == 0).sum()} / {(columns == len(grid.settings) - 1).sum()} of {columns.size}"


def _last_val(record: dict) -> float:
    """Validation accuracy after the last epoch; 0 of a run that diverged before."""
    epochs = history(record)
    ended = len(epochs) == setting(record, "epochs") and epochs[-1]["val_loss"] is not None
    return epochs[-1]["val_accuracy"] if ended else 0.0


def _over_seeds(values: np.ndarray) -> np.ndarray:
    return values.mean(axis=1) if values.ndim == 2 else values


def _rounded(number: float) -> float:
    return float(f"{number:.6g}")
