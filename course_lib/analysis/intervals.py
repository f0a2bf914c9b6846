"""Confidence intervals of a score: of one run, over seeds, and of the difference of two runs on the same images.

A score is the mean of its units: 0 or 1 for each image (accuracy), or one number for each concept (MAP). Units are
given as ``"0110…"`` or as an array (U,); a list of such things, one for each seed, is averaged unit by unit first.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from course_lib.analysis.records import as_units

Units = str | Sequence[float] | np.ndarray


@dataclass(frozen=True)
class Interval:
    """An estimate with its confidence interval; scores and differences are fractions.

    Attributes:
        seeds: number of seeds of an interval over seeds; 0 for any other interval.
        unit: printed after the estimate, which is multiplied by 100: ``"%"`` for a score, ``"points"`` for a difference
            of two scores. Empty: a number that is no percentage, such as a correlation, printed as it is.
        edge: which of the chosen rates is the lowest or highest of its grid, see `rate_at_edge`; empty: none.
    """

    estimate: float
    low: float
    high: float
    method: str
    seeds: int = 0
    unit: str = "%"
    edge: str = ""

    def __str__(self) -> str:
        if not self.unit:
            return f"{self.estimate:.2f} [{self.low:.2f}, {self.high:.2f}]"
        return f"{100 * self.estimate:.1f} {self.unit} [{100 * self.low:.1f}, {100 * self.high:.1f}]"


def count_shown(found: Iterable[Interval]) -> tuple[int, int]:
    """Count the intervals above zero and those below it.

    One with an edge is in neither number: a better rate may lie beyond the grid, and change it.
    """
    decided = [interval for interval in found if not interval.edge]
    return sum(interval.low > 0 for interval in decided), sum(interval.high < 0 for interval in decided)


@dataclass(frozen=True)
class McNemar:
    """Two models on the same images: how many only one of them got right, and the exact two-sided p-value."""

    only_a: int
    only_b: int
    both: int
    neither: int
    p_value: float


def accuracy_interval(correct: int, total: int, confidence: float = 0.95, things: str = "images") -> Interval:
    """Wilson's interval for `correct` of `total` images: the error that comes from testing on few images.

    Args:
        things: what is counted, if it is not images.

    Raises:
        ValueError: `total` is not positive or `correct` lies outside 0 … `total`.
    """
    if total <= 0 or not 0 <= correct <= total:
        raise ValueError(f"{correct} of {total} {things} is no accuracy: give 0 ≤ correct ≤ total and total ≥ 1")
    found = stats.binomtest(int(correct), int(total)).proportion_ci(confidence, method="wilson")
    return Interval(correct / total, float(found.low), float(found.high), f"Wilson, {total} {things}")


def seed_interval(
    values: Sequence[float], confidence: float = 0.95, unit: str = "%", things: str = "seeds"
) -> Interval:
    """Mean of one number over seeds with its t-interval: the error that comes from training again.

    The error that comes from few test images is `accuracy_interval`'s. Two seeds give a very wide interval.

    Args:
        unit: ``"points"`` if the values are differences of accuracies.
        things: what the values are of, if not of seeds, for `Interval.method`.

    Raises:
        ValueError: fewer than two values, or one that is not finite.
    """
    values = np.asarray(values, dtype=float)  # (S,)
    if values.size < 2:
        raise ValueError(f"{values.size} value(s) show no spread over {things}: run at least two, better three or more")
    if not np.isfinite(values).all():
        raise ValueError(f"a value over {things} is not finite: count diverged runs apart, do not average them")
    mean, error = values.mean(), values.std(ddof=1) / np.sqrt(values.size)
    half = stats.t.ppf(0.5 + confidence / 2, values.size - 1) * error
    ends, seeds = (float(mean - half), float(mean + half)), values.size if things == "seeds" else 0
    return Interval(float(mean), *ends, f"t, {values.size} {things}", seeds, unit)


def bootstrap_interval(
    units: Units | Sequence[Units],
    *,
    confidence: float = 0.95,
    resamples: int = 9999,
    seed: int = 0,
    things: str = "images",
) -> Interval:
    """Mean of the units with a percentile bootstrap over them: the error that comes from few images or concepts.

    Args:
        things: what a unit is, for `Interval.method`.

    Raises:
        ValueError: as `paired_difference`.
    """
    values = mean_units(units)
    low, high = _bootstrap(values, confidence, resamples, seed)
    return Interval(float(values.mean()), low, high, f"bootstrap, {values.size} {things}")


def paired_difference(
    units_a: Units | Sequence[Units],
    units_b: Units | Sequence[Units],
    *,
    confidence: float = 0.95,
    resamples: int = 9999,
    seed: int = 0,
    things: str = "images",
) -> Interval:
    """Score of A minus score of B on the same test images: percentile bootstrap over the shared units.

    Args:
        units_a, units_b: units in the same order; a list (one for each seed) is averaged unit by unit first.
        things: what a unit is, for `Interval.method`.

    Raises:
        ValueError: different numbers of units, none, one that is not finite, or a text with other signs than 0 and 1.
    """
    difference = mean_units(units_a) - mean_units(units_b, like=units_a)  # (U,)
    low, high = _bootstrap(difference, confidence, resamples, seed)
    method = f"bootstrap, {difference.size} shared {things}"
    return Interval(float(difference.mean()), low, high, method, unit="points")


def independent_difference(a: Interval, b: Interval) -> Interval:
    """A minus B, two scores on different images: the errors of both are added in squares.

    For two of Wilson's intervals this is Newcombe's hybrid score interval (1998, method 10). For scores on the same
    images use `paired_difference`, whose interval is narrower.
    """
    estimate = a.estimate - b.estimate
    low = estimate - float(np.hypot(a.estimate - a.low, b.high - b.estimate))
    high = estimate + float(np.hypot(a.high - a.estimate, b.estimate - b.low))
    return Interval(estimate, low, high, "Newcombe, independent images", unit="points")


def both_errors(over_seeds: Interval, over_images: Interval) -> Interval:
    """The estimate over seeds with both errors, of training again and of testing on other images, added in squares.

    The edge is that of the interval over seeds.
    """
    parts = (over_seeds, over_images)
    low = over_seeds.estimate - np.hypot(*(part.estimate - part.low for part in parts))
    high = over_seeds.estimate + np.hypot(*(part.high - part.estimate for part in parts))
    method = f"{over_seeds.method} and {over_images.method}"
    ends = float(low), float(high)
    return Interval(over_seeds.estimate, *ends, method, over_seeds.seeds, over_images.unit, over_seeds.edge)


def mcnemar(outcomes_a: Units, outcomes_b: Units) -> McNemar:
    """Exact McNemar test: are the images that only A got right as many as those that only B got right?

    Raises:
        ValueError: as `paired_difference`, or units that are not 0 or 1.
    """
    a, b = mean_units(outcomes_a), mean_units(outcomes_b, like=outcomes_a)
    if not np.isin([a, b], (0, 1)).all():
        raise ValueError("McNemar's test counts images right and wrong: give units of 0 and 1, not average precisions")
    a, b = a > 0.5, b > 0.5
    only_a, only_b = int((a & ~b).sum()), int((b & ~a).sum())
    p_value = stats.binomtest(only_a, only_a + only_b).pvalue if only_a + only_b else 1.0
    return McNemar(only_a, only_b, int((a & b).sum()), int((~a & ~b).sum()), float(p_value))


def mean_units(units: Units | Sequence[Units], like: Units | Sequence[Units] | None = None) -> np.ndarray:
    """Units averaged over seeds (U,).

    Args:
        like: other units, which must be as many.

    Raises:
        ValueError: as `paired_difference`.
    """
    rows, others = _rows(units), [] if like is None else _rows(like)
    lengths = sorted({row.size for row in [*rows, *others]})
    if len(lengths) != 1 or lengths[0] == 0:
        raise ValueError(f"scores have units of lengths {lengths}: paired comparisons need the same test images")
    if not np.isfinite(rows).all():
        raise ValueError("a unit of a score is not finite: leave out concepts that no test image shows")
    return np.mean(rows, axis=0)


def _rows(units: Units | Sequence[Units]) -> list[np.ndarray]:
    """One array (U,) for each seed."""
    single = isinstance(units, str) or not len(units) or (np.isscalar(units[0]) and not isinstance(units[0], str))
    return [as_units(row) for row in ([units] if single else units)]


def _bootstrap(values: np.ndarray, confidence: float, resamples: int, seed: int) -> tuple[float, float]:
    """Quantiles of the mean of resampled values (U,)."""
    values, counts = np.unique(np.round(values, 9), return_counts=True)
    total = counts.sum()
    # Units with equal values are interchangeable: drawing how often each value comes is drawing the units.
    drawn = np.random.default_rng(seed).multinomial(total, counts / total, size=resamples)
    means = drawn @ values / total  # (resamples,)
    low, high = np.quantile(means, [0.5 - confidence / 2, 0.5 + confidence / 2])
    return float(low), float(high)
