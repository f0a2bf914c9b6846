"""How far a choice by few validation images can be trusted."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from course_lib.analysis.intervals import Interval
from course_lib.analysis.selection import best_runs, select, setting, values_of


@dataclass(frozen=True)
class ChoiceNoise:
    """Choosing the best of several runs by `num_images` images, again and again.

    Attributes:
        differ: share of the pairs of choices that took different runs.
        too_good: accuracy of the chosen run on the images that chose it minus that on all others.
        lost: accuracy of the best run on all others minus that of the chosen one.
    """

    num_images: int
    differ: float
    too_good: Interval
    lost: Interval


def choice_noise(outcomes: Sequence[str], num_images: int, *, draws: int = 2000, seed: int = 0) -> ChoiceNoise:
    """Draw `num_images` of the test images, choose the run that gets most of them right, and look at the other images.

    The first of equal runs is chosen. Intervals hold 90 % of the draws: they say what may happen to one choice.

    Args:
        outcomes: ``"0110…"`` of each run on the same N images.

    Raises:
        ValueError: no outcomes, of different lengths, or `num_images` not between 1 and N − 1.
    """
    lengths = {len(text) for text in outcomes}
    if len(lengths) != 1:
        raise ValueError(f"outcome strings have lengths {sorted(lengths)}: give those of runs on the same test images")
    total = lengths.pop()
    if not 1 <= num_images < total:
        raise ValueError(f"num_images = {num_images}: choose between 1 and {total - 1}, some images must be left over")
    right = np.array([[sign == "1" for sign in text] for text in outcomes], dtype=np.float32)  # (R, N)
    drawn = np.random.default_rng(seed).random((draws, total)).argsort(axis=1) < num_images  # (draws, N)
    inside = right @ drawn.T.astype(np.float32)  # (R, draws), images right among those that choose
    outside = (right.sum(axis=1, keepdims=True) - inside) / (total - num_images)
    chosen, each = inside.argmax(axis=0), np.arange(draws)
    counts = np.bincount(chosen, minlength=len(right))
    return ChoiceNoise(
        num_images,
        float(1 - (counts * (counts - 1)).sum() / (draws * (draws - 1))),
        _over_draws(inside[chosen, each] / num_images - outside[chosen, each]),
        _over_draws(outside.max(axis=0) - outside[chosen, each]),
    )


def disagreement(records: Sequence[dict]) -> tuple[int, int]:
    """How many pairs of seeds chose different rates, and how many pairs there are, over all optimisers of a grid.

    Raises:
        ValueError: the records mix strategies or images.
    """
    chosen = best_runs(records)
    grids = [select(chosen, optimizer=optimizer) for optimizer in values_of(chosen, "optimizer")]
    pairs = [pair for grid in grids for pair in combinations([setting(run, "lr") for run in grid], 2)]
    return sum(a != b for a, b in pairs), len(pairs)


def _over_draws(values: np.ndarray) -> Interval:
    low, high = np.quantile(values, [0.05, 0.95])
    return Interval(float(values.mean()), float(low), float(high), f"90 % of {values.size} draws", unit="points")
