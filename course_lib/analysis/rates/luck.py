"""Luck of the best: how far the best of several networks lies above their mean, by scale, by seed, and by chance."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from course_lib.analysis.intervals import Interval
from course_lib.analysis.rates.scales import gain, grid_of, mean_accuracy, scale_of, task_of
from course_lib.analysis.records import as_units, setting


@dataclass(frozen=True)
class Lead:
    """Accuracy of the best of 2 to K networks minus their mean, on random test images, as many as validate.

    Attributes:
        settings: (K,) scales, rising; the lowest 2, 3, … K of them compete.
        scales: (K − 1, T) lead of the best scale in each task, mean over the draws of images.
        seeds: the same of as many networks at one scale, which differ in their seed only.
        dealt: (K − 1, draws) lead of the scales, mean over tasks, if their outcomes are dealt out at random.
        p_value: share of the draws in which the dealt lead of all K is at least the measured one, which counts as one.
    """

    settings: tuple[float, ...]
    scales: np.ndarray
    seeds: np.ndarray
    dealt: np.ndarray
    p_value: float

    @property
    def is_smallest(self) -> bool:
        """Whether no draw reaches the measured lead: with more draws, the p-value may be smaller."""
        return self.p_value * (1 + self.dealt.shape[1]) < 1.5

    def over_tasks(self, values: np.ndarray) -> list[Interval]:
        """Mean over tasks for each number of networks, from (K − 1, T): percentile bootstrap over tasks."""
        return [mean_accuracy(own) for own in values]

    def gaps(self) -> list[Interval]:
        """Lead of the scales minus that of as many seeds, paired by task, for each number of networks."""
        return [gain(own, other) for own, other in zip(self.scales, self.seeds, strict=True)]


def lead_of_the_best(records: Sequence[dict], seeds: Sequence[dict], *, draws: int = 200, seed: int = 0) -> Lead:
    """Measure how far the best scale lies above the mean of the scales, beside its two controls.

    The permutation deals out the outcomes of the scales on an image to the scales at random, image by image: whether an
    image is easy stays, which scale has it right is chance. That also takes away that one training comes out better
    than another, so the second control are networks that differ in their seed only.

    Args:
        records: runs of the study `scales`; those of the first seed count, on whose images the others are.
        seeds: runs of the study `scale_seeds`, in each task at least as many as there are scales.

    Raises:
        ValueError: a task has fewer runs in `seeds` than scales, or as `grid_of`.
    """
    first = min((setting(run, "seed") for run in records), default=0)
    grid, rng = grid_of([run for run in records if setting(run, "seed") == first]), np.random.default_rng(seed)
    count = len(grid.settings)
    by_scale, by_seed = _outcomes(records, first), _outcomes(seeds)
    measured, dealt = np.zeros((2, count - 1, len(grid.tasks))), np.zeros((count - 1, draws))
    for place, (task, num_val) in enumerate(zip(grid.tasks, grid.num_val, strict=True)):
        both = by_scale[task], by_seed.get(task, ())[:count]
        if len(both[1]) < count:
            raise ValueError(f"'{task}' has {len(both[1])} seeds for {count} scales: give all runs of scale_seeds")
        images = rng.integers(both[0].shape[1], size=(draws, num_val))
        taken = [right.T[images] for right in both]  # (draws, num_val, K)
        measured[:, :, place] = [_leads(own.mean(axis=1)).mean(axis=1) for own in taken]
        for number in range(2, count + 1):
            shuffled = rng.permuted(taken[0][..., :number], axis=2).mean(axis=1)
            dealt[number - 2] += _leads(shuffled)[-1] / len(grid.tasks)
    p_value = (1 + (dealt[-1] >= measured[0, -1].mean()).sum()) / (1 + draws)
    return Lead(grid.settings, *measured, dealt, float(p_value))


def _leads(accuracies: np.ndarray) -> np.ndarray:
    """Best of the first 2 to K accuracies minus their mean, (K − 1, draws), from (draws, K)."""
    means = accuracies.cumsum(axis=1) / np.arange(1, accuracies.shape[1] + 1)
    return (np.maximum.accumulate(accuracies, axis=1) - means)[:, 1:].T


def _outcomes(records: Sequence[dict], seed: int | None = None) -> dict[str, np.ndarray]:
    """Outcomes (R, N) of each task on its test images, by rising scale and seed; of one seed, or of all."""
    found = {}
    for run in sorted(records, key=lambda run: (scale_of(run), setting(run, "seed"))):
        if seed in (None, setting(run, "seed")):
            found.setdefault(task_of(run), []).append(as_units(run["test_outcomes"]))
    return {task: np.array(rows) for task, rows in found.items()}
