"""Whether runs of SpotTune agree about the blocks that are tuned: over epochs, seeds and sets of images."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from course_lib.analysis.multitune.routes import shares_over_epochs
from course_lib.analysis.records import setting


@dataclass(frozen=True)
class Learned:
    """How far training moved the decisions, and whether seeds agree about the blocks.

    Attributes:
        moved: mean change of a gate's share from the first to the last epoch, a fraction of the validation images.
        agreement: correlation over the gates of the shares of two seeds after the last epoch, mean over pairs of seeds;
            NaN where shares do not vary. If which blocks are tuned were learned from the images, seeds would agree.
        pairs: number of pairs of seeds.
    """

    moved: float
    agreement: float
    pairs: int


def what_was_learned(chosen: Sequence[Mapping]) -> Learned:
    """Compute how far training moved the decisions of these runs, one of each seed, and how far the seeds agree.

    Raises:
        ValueError: fewer than two runs.
    """
    if len(chosen) < 2:
        raise ValueError(f"{len(chosen)} run shows no agreement of seeds: give runs of two seeds or more")
    shares = [shares_over_epochs(run) for run in chosen]
    found = _correlations(combinations([own[-1] for own in shares], 2))
    moved = float(np.mean([np.abs(own[-1] - own[0]).mean() for own in shares]))
    return Learned(moved, float(np.mean(found)) if found else float("nan"), len(found))


@dataclass(frozen=True)
class Agreement:
    """How alike the shares of the gates are in pairs of runs, beside what gates in random order give.

    Attributes:
        mean: correlation over the gates, mean over the pairs; NaN without a pair of shares that vary.
        low, high: of the pair that agrees least, and most.
        pairs: number of pairs.
        chance: 95 % of the means that remain if each run's gates are put in random order: few gates correlate by
            chance.
    """

    mean: float
    low: float
    high: float
    pairs: int
    chance: tuple[float, float]

    def __str__(self) -> str:
        if not self.pairs:
            return "no shares that vary"
        words = f"r = {self.mean:.2f} ({self.low:.2f} to {self.high:.2f} in {self.pairs} pairs; "
        return f"{words}gates in random order: {self.chance[0]:.2f} to {self.chance[1]:.2f})".replace("-", "−")


def seed_or_images(one: Sequence[Mapping], other: Sequence[Mapping]) -> tuple[Agreement, Agreement]:
    """Correlate the shares of the gates after the last epoch: of equal seeds on two sets, and of two seeds on one set.

    A policy begins with weights that its seed decides. If the seed decides the blocks, too, and not the images, then
    the first number is high and the second about 0; if the images do, the second is high. It is high, too, where a
    block's place in the network decides.

    Args:
        one, other: runs of one method on two sets, one of each seed.

    Returns:
        (equal seeds, two sets), (two seeds, one set).
    """
    sides = enumerate((one, other))
    ends = {(side, setting(run, "seed")): shares_over_epochs(run)[-1] for side, runs in sides for run in runs}
    pairs = list(combinations(ends, 2))
    same_seed = [(a, b) for a, b in pairs if a[1] == b[1]]
    same_images = [(a, b) for a, b in pairs if a[0] == b[0]]
    return _agreement(ends, same_seed), _agreement(ends, same_images)


def _agreement(runs: Mapping[tuple, np.ndarray], pairs: Sequence[tuple], repeats: int = 1000) -> Agreement:
    """Correlate pairs of runs, given by their keys, and repeat it with each run's gates in random order."""
    found = _correlations((runs[a], runs[b]) for a, b in pairs)
    if not found:
        return Agreement(*[float("nan")] * 3, 0, (float("nan"),) * 2)
    draw, means = np.random.default_rng(0), []
    for _ in range(repeats):
        mixed = {key: draw.permutation(own) for key, own in runs.items()}
        means.append(np.mean(_correlations((mixed[a], mixed[b]) for a, b in pairs)))
    chance = tuple(float(value) for value in np.quantile(means, [0.025, 0.975]))
    return Agreement(float(np.mean(found)), min(found), max(found), len(found), chance)


def _correlations(pairs: Iterable[tuple[np.ndarray, np.ndarray]]) -> list[float]:
    """Correlation of each pair of shares that both vary over the gates."""
    return [float(np.corrcoef(one, other)[0, 1]) for one, other in pairs if np.ptp(one) and np.ptp(other)]
