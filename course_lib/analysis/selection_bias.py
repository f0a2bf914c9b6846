"""Selection bias: the best of many runs on few images looks better than it is, in a model and in finished runs.

The model of `best_of_tries`: each image is right in a share ρ by its own nature (the same in every try) and for the
rest by chance. A try is right on an image when √ρ·z + √(1−ρ)·e < t, with normal z of the image, normal e of the try,
and t such that the share `true_accuracy` is right. ρ = 0 are independent tries, ρ = 1 the same outcome again and again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy import optimize, stats

from course_lib.analysis.intervals import Interval, Units
from course_lib.analysis.records import as_units, select, setting, values_of
from course_lib.analysis.selection import best_runs


def best_of_tries(
    true_accuracy: float,
    num_images: int,
    num_tries: int,
    correlation: float = 0.0,
    *,
    repeats: int = 500,
    seed: int = 0,
) -> np.ndarray:
    """Accuracy of the best of `num_tries` equally good tries on the same images: one value for each repeat (R,).

    Args:
        correlation: ρ of the model above, from 0 up to, but not including, 1.

    Raises:
        ValueError: an accuracy or correlation out of range, or no image, try or repeat.
    """
    right = _tries(true_accuracy, num_images, num_tries, correlation, repeats, seed)
    return right.max(axis=1) / num_images


def best_over_last(
    true_accuracy: float,
    num_images: int,
    num_tries: int,
    correlation: float = 0.0,
    *,
    repeats: int = 500,
    seed: int = 0,
) -> np.ndarray:
    """Accuracy of the best of `num_tries` equally good tries minus that of the last of them: one value a repeat (R,).

    The tries may be the epochs of a run whose accuracy no longer changes: its maximum over the epochs minus its end.

    Raises:
        ValueError: as `best_of_tries`.
    """
    right = _tries(true_accuracy, num_images, num_tries, correlation, repeats, seed)
    return (right.max(axis=1) - right[:, -1]) / num_images


def chance_of_best(
    true_accuracy: float,
    num_right: int,
    num_images: int,
    num_tries: int,
    correlation: float = 0.0,
    *,
    repeats: int = 2000,
    seed: int = 0,
) -> float:
    """Probability that the best of `num_tries` equally good tries gets at least `num_right` of `num_images` right.

    By `best_of_tries`: with 2000 repeats a probability of 5 % is known to ± 1 point.

    Raises:
        ValueError: as `best_of_tries`, or `num_right` not between 0 and `num_images`.
    """
    if not 0 <= num_right <= num_images:
        raise ValueError(f"{num_right} of {num_images} images cannot be right: choose between 0 and {num_images}")
    best = best_of_tries(true_accuracy, num_images, num_tries, correlation, repeats=repeats, seed=seed)
    return float(np.mean(np.round(best * num_images) >= num_right))


def correlation_of_tries(accuracies: Sequence[float], num_images: int) -> float:
    """Estimate ρ of equally good tries on the same `num_images` images from the variance of their accuracies.

    Independent tries of accuracy p vary with variance p(1−p)/N. Two tries that share ρ are both right on an image with
    the bivariate normal probability Φ₂(t, t; ρ), and vary with (p − Φ₂)/N: solved for ρ.

    Returns:
        ρ from 0 (they differ as much as independent tries, or more) to 0.999 (hardly at all).

    Raises:
        ValueError: fewer than two accuracies, or a mean of 0 or 1.
    """
    values = np.asarray(accuracies, dtype=float)
    if values.size < 2 or not 0 < values.mean() < 1:
        raise ValueError(
            f"{values.size} accuracies with mean {values.mean() if values.size else 'none'} show no spread"
        )
    return correlation_of_spread(values.mean(), values.std(ddof=1), num_images)


def correlation_of_spread(mean: float, deviation: float, num_images: int) -> float:
    """Estimate ρ of equally good tries from the mean and the standard deviation of their accuracies.

    `correlation_of_tries` has the model.

    Raises:
        ValueError: a mean that is not between 0 and 1, or a negative deviation.
    """
    if not 0 < mean < 1 or deviation < 0:
        raise ValueError(f"mean {mean} and deviation {deviation}: need 0 < mean < 1 and no negative deviation")
    threshold = stats.norm.ppf(mean)

    def excess(rho: float) -> float:
        both = stats.multivariate_normal.cdf([threshold, threshold], cov=[[1, rho], [rho, 1]])
        return (mean - both) / num_images - deviation**2

    if excess(0.0) <= 0:
        return 0.0
    return 0.999 if excess(0.999) >= 0 else float(optimize.brentq(excess, 0.0, 0.999, xtol=1e-4))


@dataclass(frozen=True)
class ChoiceNoise:
    """Results of choosing the best of several runs by `num_images` random images, many times.

    Attributes:
        differ: share of the pairs of choices that took different runs.
        too_good: accuracy of the chosen run on the images that chose it minus that on all others.
        lost: accuracy of the best run on all others minus that of the chosen one.
    """

    num_images: int
    differ: float
    too_good: Interval
    lost: Interval


def choice_noise(outcomes: Sequence[Units], num_images: int, *, draws: int = 2000, seed: int = 0) -> ChoiceNoise:
    """Choose a run by `num_images` of the test images, drawn at random, and score it on all the others.

    Of equal runs the first one is chosen. Intervals hold 90 % of the draws: the range of a single choice.

    Args:
        outcomes: ``"0110…"`` or (N,) zeros and ones of each run on the same N images.

    Raises:
        ValueError: no outcomes, of different lengths, or `num_images` not between 1 and N − 1.
    """
    lengths = {len(text) for text in outcomes}
    if len(lengths) != 1:
        raise ValueError(f"outcome strings have lengths {sorted(lengths)}: give those of runs on the same test images")
    total = lengths.pop()
    if not 1 <= num_images < total:
        raise ValueError(f"num_images = {num_images}: choose between 1 and {total - 1}, some images must be left over")
    right = np.array([as_units(units) for units in outcomes], dtype=np.float32)  # (R, N)
    chosen, inside, outside = compete(right, num_images, draws=draws, seed=seed)
    each = np.arange(draws)
    counts = np.bincount(chosen, minlength=len(right))
    return ChoiceNoise(
        num_images,
        float(1 - (counts * (counts - 1)).sum() / (draws * (draws - 1))),
        _over_draws(inside[chosen, each] - outside[chosen, each]),
        _over_draws(outside.max(axis=0) - outside[chosen, each]),
    )


def compete(
    right: np.ndarray, num_images: int, *, draws: int, seed: int = 0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Let runs compete on random images, many times; of equal runs the first wins.

    Args:
        right: (R, N) zeros and ones of each run on the same N images.

    Returns:
        The winner of each draw, (draws,); accuracy of every run on the drawn images and on all others, (R, draws).
    """
    total = right.shape[1]
    drawn = np.random.default_rng(seed).random((draws, total)).argsort(axis=1) < num_images  # (draws, N)
    inside = right @ drawn.T.astype(np.float32)  # images right among those that choose: whole numbers
    outside = (right.sum(axis=1, keepdims=True) - inside) / (total - num_images)
    return inside.argmax(axis=0), inside / num_images, outside


def disagreement(records: Sequence[dict]) -> tuple[int, int]:
    """How many pairs of seeds chose different rates, and how many pairs there are, over all optimisers of a grid.

    Raises:
        ValueError: the records mix strategies or images.
    """
    chosen = best_runs(records)
    grids = [select(chosen, optimizer=optimizer) for optimizer in values_of(chosen, "optimizer")]
    pairs = [pair for grid in grids for pair in combinations([setting(run, "lr") for run in grid], 2)]
    return sum(a != b for a, b in pairs), len(pairs)


def _tries(
    true_accuracy: float, num_images: int, num_tries: int, correlation: float, repeats: int, seed: int
) -> np.ndarray:
    """How many images each try gets right in each repeat (R, T)."""
    if not 0 < true_accuracy < 1 or not 0 <= correlation < 1:
        raise ValueError(f"accuracy {true_accuracy} and correlation {correlation}: need 0 < accuracy < 1 and 0 ≤ ρ < 1")
    if min(num_images, num_tries, repeats) < 1:
        raise ValueError(f"{num_tries} tries on {num_images} images, {repeats} times: need at least one of each")
    rng = np.random.default_rng(seed)
    nature = rng.normal(size=(repeats, num_images, 1))
    threshold = stats.norm.ppf(true_accuracy)
    chances = stats.norm.cdf((threshold - np.sqrt(correlation) * nature) / np.sqrt(1 - correlation))  # (R, N, 1)
    # How many images a try gets right: drawn image by image, so that memory holds one image's tries at a time.
    right = np.zeros((repeats, num_tries), dtype=np.int32)
    for image in range(num_images):
        right += rng.random((repeats, num_tries)) < chances[:, image]
    return right


def _over_draws(values: np.ndarray) -> Interval:
    low, high = np.quantile(values, [0.05, 0.95])
    return Interval(float(values.mean()), float(low), float(high), f"90 % of {values.size} draws", unit="points")
