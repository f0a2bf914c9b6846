"""A minus B: two grids paired by seed and by test image, and validation minus test of the same runs.

A difference has two errors. Training again with another seed changes it: t-interval over the seeds' differences. Other
test images (or concepts) change it: bootstrap over the units that both runs share.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from course_lib.analysis.intervals import (
    Interval,
    McNemar,
    both_errors,
    independent_difference,
    mcnemar,
    paired_difference,
    seed_interval,
)
from course_lib.analysis.records import (
    ACCURACY,
    MAIN_PROBE,
    images_behind,
    is_scored,
    metric_of,
    score_of,
    setting,
    things_of,
    units_of,
    values_of,
)
from course_lib.analysis.scores import mean_score
from course_lib.analysis.selection import best_runs, check_one_optimizer, rate_at_edge
from course_lib.sweeps.study import VARY

Pair = tuple[dict, dict]


@dataclass(frozen=True)
class Comparison:
    """Score of A minus score of B on the test images.

    Attributes:
        pairs: runs of A and B with a common seed; a seed may have several pairs, which are averaged.
        probe: which test score is compared.
        edge: which side's best rate is the lowest or highest of its grid, see `rate_at_edge`.
    """

    pairs: tuple[Pair, ...]
    probe: str = MAIN_PROBE
    edge: str = ""

    @property
    def sides(self) -> tuple[list[dict], list[dict]]:
        """The runs of A and the runs of B, pair by pair."""
        return [a for a, _ in self.pairs], [b for _, b in self.pairs]

    @property
    def shares_images(self) -> bool:
        """Whether all runs were tested on the same images."""
        return len({images_behind(run, self.probe) for pair in self.pairs for run in pair}) == 1

    @property
    def by_seed(self) -> dict[int, float]:
        """A minus B of each seed."""
        shared, found = self.shares_images, {}
        for a, b in self.pairs:
            found.setdefault(a["seed"], []).append(self._difference(a, b, shared))
        return {seed: float(np.mean(differences)) for seed, differences in found.items()}

    def over_seeds(self, confidence: float = 0.95) -> Interval:
        """t-interval of the seeds' differences: what training again changes.

        Raises:
            ValueError: fewer than two seeds.
        """
        return replace(seed_interval(list(self.by_seed.values()), confidence, unit="points"), edge=self.edge)

    def over_units(self, confidence: float = 0.95) -> Interval:
        """Bootstrap over the shared units: what other test images change. Newcombe's interval if none are shared."""
        if self.shares_images:
            things = things_of(self.pairs[0][0], self.probe)
            found = paired_difference(*self._units(), confidence=confidence, things=things)
        else:
            scores = [mean_score(side, "test", confidence, self.probe) for side in self.sides]
            found = independent_difference(*scores)
        return replace(found, edge=self.edge)

    def interval(self, confidence: float = 0.95) -> Interval:
        """Both errors added in squares; for a single seed that of the units alone."""
        over_units = self.over_units(confidence)
        return over_units if len(self.by_seed) == 1 else both_errors(self.over_seeds(confidence), over_units)

    def tests(self) -> list[McNemar]:
        """McNemar's test of each pair. Accuracies only.

        Raises:
            ValueError: other test images, or units that are not 0 or 1.
        """
        return [mcnemar(a, b) for a, b in zip(*self._units(), strict=True)]

    def _units(self) -> list[list[np.ndarray]]:
        return [[units_of(run, self.probe) for run in side] for side in self.sides]

    def _difference(self, a: dict, b: dict, shared: bool) -> float:
        if not shared:
            return score_of(a, probe=self.probe) - score_of(b, probe=self.probe)
        one, other = units_of(a, self.probe), units_of(b, self.probe)
        return float((one.sum() - other.sum()) / one.size)


def compare_runs(
    a: Sequence[dict],
    b: Sequence[dict],
    *,
    labels: tuple[str, str] = ("A", "B"),
    vary: Sequence[str] = VARY,
    probe: str = MAIN_PROBE,
) -> Comparison:
    """Pair the run that validation chose for each seed of A with that of the same seed of B.

    Args:
        a, b: two grids, each of one optimiser.
        labels: what a message calls them.
        vary: settings that validation chose among, in each grid.

    Raises:
        ValueError: no seed that both have, several optimisers in a grid, or runs that cannot be compared.
    """
    grids = zip(labels, (a, b), strict=True)
    one, other = (scored_by_seed(label, grid, vary=vary, probe=probe) for label, grid in grids)
    pairs = tuple((run, other[seed]) for seed, run in one.items() if seed in other)
    if not pairs:
        names = " and ".join(f"'{label}'" for label in labels)
        raise ValueError(f"{names} have no scored run with a common seed: run both with the same seeds")
    return Comparison(pairs, probe, edges_of(a, b, vary=vary))


def scored_by_seed(
    label: str, records: Sequence[dict], *, vary: Sequence[str] = VARY, probe: str = MAIN_PROBE
) -> dict[int, dict]:
    """The run that validation chose for each seed, if it was scored on the test images.

    Raises:
        ValueError: several optimisers (`label` names them), or as `best_runs`.
    """
    check_one_optimizer(label, records)
    return {r["seed"]: r for r in best_runs(records, vary) if is_scored(r, probe)}


def score_gap(a: Sequence[dict], b: Sequence[dict], confidence: float = 0.95, **settings) -> Interval:
    """Test score of A minus that of B, each seed with its best run: the errors of seeds and of images together.

    Args:
        settings: of `compare_runs`.

    Raises:
        ValueError: fewer than two seeds that both have, or as `compare_runs`.
    """
    found = compare_runs(a, b, **settings)
    return both_errors(found.over_seeds(confidence), found.over_units(confidence))


def validation_gap(chosen: Sequence[dict], confidence: float = 0.95) -> Interval:
    """Validation minus test score, mean over the chosen runs; the interval is of the images of both parts.

    Raises:
        ValueError: as `mean_score`.
    """
    return independent_difference(*(mean_score(chosen, part, confidence) for part in ("val", "test")))


def gaps_by_seed(chosen: Sequence[dict]) -> list[float]:
    """Validation minus test score of each run."""
    return [score_of(r, "val") - score_of(r) for r in chosen]


def optimism(grid: Sequence[dict], confidence: float = 0.95, *, vary: Sequence[str] = VARY) -> Interval:
    """Validation minus test score of the runs that validation chose; errors of seeds and of images together.

    Of MAP the errors of seeds only: a record keeps no average precisions of the validation images.

    Raises:
        ValueError: fewer than two seeds.
    """
    runs = list(scored_by_seed("the grid", grid, vary=vary).values())
    over_seeds = replace(seed_interval(gaps_by_seed(runs), confidence), edge=edges_of(grid, vary=vary))
    if metric_of(runs[0]) != ACCURACY:
        return over_seeds
    return both_errors(over_seeds, validation_gap(runs, confidence))


def edges_of(*grids: Sequence[dict], vary: Sequence[str] = VARY) -> str:
    """Which of the grids, each of one optimiser, are best at their lowest or highest rate; see `rate_at_edge`.

    A single rate beside a grid of several is named, too: that side was not tuned. Single rates on both sides are not.
    """
    tuned = any(len(values_of(grid, "lr")) > 1 for grid in grids)
    found = (rate_at_edge(grid, vary) or (tuned and _alone(grid)) for grid in grids)
    return "; ".join(dict.fromkeys(filter(None, found)))


def _alone(grid: Sequence[dict]) -> str:
    """Say that a grid is a single rate; empty if it has several."""
    if len(rates := values_of(grid, "lr")) != 1:
        return ""
    name, optimizer = (setting(grid[0], each) for each in ("name", "optimizer"))
    return f"{name}, {optimizer}: {rates[0]:g} alone was tried, the other side chose among several rates"
