"""What is known of a small task before its first training: its size, and how well the frozen features sort its images.

The nearest-neighbour accuracies of all tasks ship in ``data/results/rates/task_neighbours.csv``;
``python -m course_lib.analysis.rates.task_features FILE`` writes them again.
"""

import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from course_lib.analysis.metrics import neighbour_agreement
from course_lib.analysis.rates.frozen_outputs import outputs_of
from course_lib.analysis.rates.scales import Grid
from course_lib.data.mini.tasks import task_named, task_names
from course_lib.data.spec import prepare
from course_lib.paths import shipped_dir
from course_lib.sweeps.studies.rates.profiles import PROFILES
from course_lib.sweeps.studies.rates.scales import task_data
from course_lib.training.graduated import BASELINE_HEAD

NEIGHBOURS = 5
_FILE = "task_neighbours.csv"
FEATURES = ("images per class", "classes", "k-NN accuracy", "head-only accuracy")


def neighbours_table(tasks: Sequence[str], seeds: int, profile: str = "mini") -> pd.DataFrame:
    """Compute the leave-one-out accuracy of 5 nearest neighbours on each task's training images: task, seed, value.

    The features are those of the pretrained network, which saw nothing of the task.
    """
    numbers = PROFILES[profile]
    rows = []
    for task in tasks:
        for seed in range(seeds):
            splits = prepare(task_data(task, numbers, seed))
            features, _ = outputs_of(numbers.weights, splits)
            rows.append((task, seed, round(neighbour_agreement(features, splits.train.labels.numpy(), NEIGHBOURS), 4)))
    return pd.DataFrame(rows, columns=["task", "seed", "value"])


def neighbours_for(grid: Grid, profile: str = "mini") -> np.ndarray:
    """Nearest-neighbour accuracy of a grid's tasks with each seed, (T, S): shipped, or computed at smoke."""
    seeds = grid.val.shape[2]
    table = _shipped() if profile != "smoke" else _computed(grid.tasks, seeds)
    return table.pivot(index="task", columns="seed", values="value").loc[list(grid.tasks), range(seeds)].to_numpy()


def task_features(grid: Grid, heads: Grid, neighbours: np.ndarray) -> np.ndarray:
    """Facts of each task with each seed as columns of `FEATURES`, (T, S, 4); no test image takes part.

    Numbers are logarithms: that of all training images would be the sum of the first two, and nothing new.

    Args:
        heads: the last layer alone, whose validation accuracy is a fact.
        neighbours: see `neighbours_for`.
    """
    facts = [task_named(task).facts() for task in grid.tasks]
    sizes = np.log2([[own["per_class"], own["classes"]] for own in facts])  # (T, 2)
    sizes = np.broadcast_to(sizes[:, None], (*neighbours.shape, 2))
    return np.concatenate([sizes, neighbours[..., None], heads.at(BASELINE_HEAD, "val")[..., None]], axis=2)


@cache
def _shipped() -> pd.DataFrame:
    return pd.read_csv(shipped_dir("data/results") / "rates" / _FILE)


@cache
def _computed(tasks: tuple[str, ...], seeds: int) -> pd.DataFrame:
    return neighbours_table(tasks, seeds, "smoke")


if __name__ == "__main__":
    neighbours_table(task_names(), PROFILES["mini"].seeds).to_csv(Path(sys.argv[1]), index=False)
