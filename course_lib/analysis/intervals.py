"""How far an accuracy can be trusted: intervals for one run, over seeds, and for two models on the same images."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats


@dataclass(frozen=True)
class Interval:
    """An estimate with its confidence interval; accuracies and differences are fractions.

    Attributes:
        seeds: over how many trainings it goes; 0 where it is not an interval over seeds.
        unit: of its hundredths, as it is printed: ``"%"`` of an accuracy, ``"points"`` of a difference of two.
    """

    estimate: float
    low: float
    high: float
    method: str
    seeds: int = 0
    unit: str = "%"

    def __str__(self) -> str:
        return f"{100 * self.estimate:.1f} {self.unit} [{100 * self.low:.1f}, {100 * self.high:.1f}]"


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


def seed_interval(values: Sequence[float], confidence: float = 0.95, unit: str = "%") -> Interval:
    """Mean ± t-interval of one number over seeds: the error that comes from training again with the same images.

    It says nothing about other test images: for that see `accuracy_interval`. Two seeds give a very wide interval.

    Args:
        unit: ``"points"`` if the values are differences of accuracies.

    Raises:
        ValueError: fewer than two values, or one that is not finite.
    """
    values = np.asarray(values, dtype=float)  # (S,)
    if values.size < 2:
        raise ValueError(f"{values.size} value(s) show no spread over seeds: run at least two, better three or more")
    if not np.isfinite(values).all():
        raise ValueError("a value over seeds is not finite: count diverged runs apart, do not average them")
    mean, error = values.mean(), values.std(ddof=1) / np.sqrt(values.size)
    half = stats.t.ppf(0.5 + confidence / 2, values.size - 1) * error
    return Interval(float(mean), float(mean - half), float(mean + half), f"t, {values.size} seeds", values.size, unit)


def paired_difference(
    outcomes_a: str | Sequence[str],
    outcomes_b: str | Sequence[str],
    *,
    confidence: float = 0.95,
    resamples: int = 9999,
    seed: int = 0,
) -> Interval:
    """Accuracy of A minus accuracy of B on the same test images, bootstrap over the images (percentiles).

    Args:
        outcomes_a, outcomes_b: ``"0110…"``, one sign for each test image in the same order; a list of such strings
            (one for each seed) is averaged image by image first.

    Raises:
        ValueError: strings of different length, an empty one, or one with other signs than 0 and 1.
    """
    difference = _mean_outcomes(outcomes_a) - _mean_outcomes(outcomes_b, like=outcomes_a)  # (N,)
    values, counts = np.unique(np.round(difference, 9), return_counts=True)
    # Images with equal differences are interchangeable: drawing how often each value comes is drawing the images.
    drawn = np.random.default_rng(seed).multinomial(difference.size, counts / difference.size, size=resamples)
    means = drawn @ values / difference.size  # (resamples,)
    low, high = np.quantile(means, [0.5 - confidence / 2, 0.5 + confidence / 2])
    method = f"bootstrap, {difference.size} shared images"
    return Interval(float(difference.mean()), float(low), float(high), method, unit="points")


def independent_difference(a: Interval, b: Interval) -> Interval:
    """A minus B, each known from images of its own: both errors enter, as the square root of the sum of their squares.

    For two of Wilson's intervals this is Newcombe's hybrid score interval (1998, method 10). Where A and B saw the same
    images, `paired_difference` is sharper.
    """
    estimate = a.estimate - b.estimate
    low = estimate - float(np.hypot(a.estimate - a.low, b.high - b.estimate))
    high = estimate + float(np.hypot(a.high - a.estimate, b.estimate - b.low))
    return Interval(estimate, low, high, "Newcombe, independent images", unit="points")


def both_errors(over_seeds: Interval, over_images: Interval) -> Interval:
    """One estimate with two independent errors, of training again and of testing on other images, added in squares."""
    parts = (over_seeds, over_images)
    low = over_seeds.estimate - np.hypot(*(part.estimate - part.low for part in parts))
    high = over_seeds.estimate + np.hypot(*(part.high - part.estimate for part in parts))
    method = f"{over_seeds.method} and {over_images.method}"
    return Interval(over_seeds.estimate, float(low), float(high), method, over_seeds.seeds, over_images.unit)


def paired_over_seeds(outcomes_a: Sequence[str], outcomes_b: Sequence[str], *, confidence: float = 0.95) -> Interval:
    """Accuracy of A minus accuracy of B with the same seeds on the same images: `both_errors` of a difference.

    Args:
        outcomes_a, outcomes_b: ``"0110…"`` of each seed, in the same order.

    Raises:
        ValueError: fewer than two seeds, or as `paired_difference`.
    """
    over_images = paired_difference(outcomes_a, outcomes_b, confidence=confidence)
    gaps = [(a.count("1") - b.count("1")) / len(a) for a, b in zip(outcomes_a, outcomes_b, strict=True)]
    return both_errors(seed_interval(gaps, confidence), over_images)


def mcnemar(outcomes_a: str, outcomes_b: str) -> McNemar:
    """Exact McNemar test: are the images that only A got right as many as those that only B got right?

    Raises:
        ValueError: strings of different length, an empty one, or one with other signs than 0 and 1.
    """
    a, b = _mean_outcomes(outcomes_a) > 0.5, _mean_outcomes(outcomes_b, like=outcomes_a) > 0.5
    only_a, only_b = int((a & ~b).sum()), int((b & ~a).sum())
    p_value = stats.binomtest(only_a, only_a + only_b).pvalue if only_a + only_b else 1.0
    return McNemar(only_a, only_b, int((a & b).sum()), int((~a & ~b).sum()), float(p_value))


def _mean_outcomes(outcomes: str | Sequence[str], like: str | Sequence[str] | None = None) -> np.ndarray:
    """Share of seeds (N,) that got each image right."""
    strings = [outcomes] if isinstance(outcomes, str) else list(outcomes)
    expected = strings if like is None else ([like] if isinstance(like, str) else list(like))
    lengths = sorted({len(s) for s in [*strings, *expected]})
    if len(lengths) != 1 or lengths[0] == 0:
        raise ValueError(f"outcome strings have lengths {lengths}: paired comparisons need the same test images")
    if wrong := set("".join(strings)) - {"0", "1"}:
        raise ValueError(f"an outcome string holds {sorted(wrong)[0]!r}: only '0' (wrong) and '1' (right) are allowed")
    return np.mean([[sign == "1" for sign in s] for s in strings], axis=0)
