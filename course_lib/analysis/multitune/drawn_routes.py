"""Routes that are drawn at test time against the likelier routes: accuracy, spread over passes, images that change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from course_lib.analysis.intervals import Interval, both_errors, paired_difference, seed_interval
from course_lib.analysis.multitune.routes import PROBE, kept
from course_lib.analysis.records import setting, units_of
from course_lib.training.answers import decode


@dataclass(frozen=True)
class Drawn:
    """One run answered several times with routes drawn anew.

    Attributes:
        likelier: accuracy with the likelier routes.
        passes: accuracy (P,) of each pass.
        right_in: share (N,) of the passes in which an image is right.
    """

    likelier: float
    passes: np.ndarray
    right_in: np.ndarray

    @property
    def mean(self) -> float:
        """Mean accuracy of the passes."""
        return float(self.passes.mean())

    @property
    def cost(self) -> float:
        """Accuracy with the likelier routes minus the mean of the passes."""
        return self.likelier - self.mean

    @property
    def spread(self) -> float:
        """Standard deviation of the passes' accuracies."""
        return float(self.passes.std(ddof=1))

    @property
    def expected_spread(self) -> float:
        """Standard deviation that follows if images change independently, each with its own share of right passes."""
        count = len(self.passes)
        variance = (self.right_in * (1 - self.right_in)).sum() * count / (count - 1)
        return float(np.sqrt(variance) / len(self.right_in))

    @property
    def changing(self) -> float:
        """Share of the images that are right in some passes and wrong in others."""
        return float(((self.right_in > 0) & (self.right_in < 1)).mean())


def drawn(record: Mapping) -> Drawn:
    """Read the passes of a run.

    Raises:
        ValueError: the run was not asked for its routes, or for fewer than two passes.
    """
    right = decode(kept(record, "pass_right"))
    if len(right) < 2:
        raise ValueError(f"{len(right)} pass shows no spread: ask the probe Routes for two or more")
    units = units_of(record, PROBE)
    return Drawn(float(units.mean()), right / len(units), decode(kept(record, "right_in")) / len(right))


def drawing_cost(chosen: Sequence[Mapping], confidence: float = 0.95) -> Interval:
    """Accuracy with the likelier routes minus that with drawn ones, of the same runs on the same images.

    Errors of seeds and of images together; of one run that of the images.

    Args:
        chosen: runs on the same test images; those of one seed are averaged first.
    """
    sides = [units_of(run, PROBE) for run in chosen], [drawn(run).right_in for run in chosen]
    over_images = paired_difference(*sides, confidence=confidence)
    found = by_seed(chosen, [drawn(run).cost for run in chosen])
    return over_images if len(found) == 1 else both_errors(seed_interval(found, confidence, "points"), over_images)


def changing_share(chosen: Sequence[Mapping], confidence: float = 0.95) -> Interval:
    """Share of the test images that are right in some passes and wrong in others, mean over the seeds.

    It grows with the number of passes.

    Raises:
        ValueError: runs of fewer than two seeds.
    """
    passes = len(decode(kept(chosen[0], "pass_right"))) if chosen else 0
    found = seed_interval(by_seed(chosen, [drawn(run).changing for run in chosen]), confidence)
    return replace(found, method=f"{found.method}, {passes} passes")


def by_seed(runs: Sequence[Mapping], values: Sequence[float]) -> list[float]:
    """Average the values of the runs of each seed."""
    found: dict[int, list[float]] = {}
    for run, value in zip(runs, values, strict=True):
        found.setdefault(setting(run, "seed"), []).append(value)
    return [float(np.mean(own)) for own in found.values()]


def flip_chance(gaps: np.ndarray) -> np.ndarray:
    """Probability that a drawn decision is not the likelier one, for gaps between the two logits of a gate.

    The difference of two Gumbel variables is logistic, so it is 1 / (1 + exp |gap|), whatever the temperature.
    """
    return 1 / (1 + np.exp(np.abs(np.asarray(gaps, dtype=float))))


def other_route_chance(gaps: np.ndarray) -> np.ndarray:
    """Probability (N,) that a drawn route differs from the likelier one in a gate or more; gaps (N, G)."""
    return 1 - np.prod(1 - flip_chance(gaps), axis=1)


def drawn_table(chosen: Sequence[Mapping]) -> pd.DataFrame:
    """Tabulate likelier against drawn routes, a row for each run, in per cent of its test images."""
    rows = {}
    for run in chosen:
        own = drawn(run)
        rows[f"seed {setting(run, 'seed')}, lr {setting(run, 'lr'):g}"] = {
            "likelier routes": round(100 * own.likelier, 1),
            "drawn, mean": round(100 * own.mean, 1),
            "lowest to highest pass": f"{100 * own.passes.min():.1f} to {100 * own.passes.max():.1f}",
            "standard deviation": round(100 * own.spread, 2),
            "images that change": round(100 * own.changing, 1),
        }
    return pd.DataFrame.from_dict(rows, orient="index")
