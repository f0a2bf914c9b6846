"""Checks of lesson 06: epochs for equal steps, number of images needed, paired comparison."""

import math
from collections.abc import Callable

import numpy as np

from course_lib.teaching.checks.common import verdict
from course_lib.teaching.checks.mistakes import number_fault

_EPOCH_CASES = ((1350, 189, 32), (6, 192, 32), (7, 192, 32), (100, 20, 32), (2650, 1687, 64))
_IMAGE_CASES = ((0.8, 0.02), (0.5, 0.05), (0.95, 0.01))
_Z = 1.96  # standard deviations on either side of the mean that hold 95 %


def check_epochs(epochs_for: Callable) -> bool:
    """Check the number of epochs that gives at least `steps` optimiser steps.

    Args:
        epochs_for: ``epochs_for(steps, num_images, batch_size) -> int``.

    Returns:
        whether it is right; the message names the likely mistake.
    """
    fault = number_fault(epochs_for, _EPOCH_CASES, _epochs, _WRONG_EPOCHS, describe=_epochs_in_words)
    return verdict(
        "epochs_for", fault, "225 epochs of 6 steps each for the 189 images, the smaller last batch included."
    )


def _epochs(steps: int, num_images: int, batch_size: int) -> int:
    return math.ceil(steps / math.ceil(num_images / batch_size))


def _epochs_in_words(steps: int, num_images: int, batch_size: int) -> str:
    return f"{steps} steps, {num_images} images and batches of {batch_size}"


_LAST_BATCH = "the last batch of an epoch is smaller, and it is a step too: round the steps of an epoch up."
_WRONG_EPOCHS = (
    (_LAST_BATCH, lambda s, n, b: math.ceil(s / max(n // b, 1))),
    (_LAST_BATCH, lambda s, n, b: math.ceil(s * b / n)),
    (_LAST_BATCH, lambda s, n, b: s * b / n),
    (_LAST_BATCH, lambda s, n, b: s * b // n),
    ("the steps are not reached: round the epochs up.", lambda s, n, b: s // math.ceil(n / b)),
    ("the steps are not reached: round the epochs up.", lambda s, n, b: round(s / math.ceil(n / b))),
    ("epochs are whole numbers: round up.", lambda s, n, b: s / math.ceil(n / b)),
    (
        "one epoch too many when the steps fit exactly: round up, do not add 1.",
        lambda s, n, b: s // math.ceil(n / b) + 1,
    ),
    ("those are the steps of an epoch: how many epochs do `steps` take?", lambda s, n, b: math.ceil(n / b)),
)


def check_images_needed(images_needed: Callable) -> bool:
    """Check the number of images that give an accuracy to within ± `half_width` (95 %).

    Args:
        images_needed: ``images_needed(accuracy, half_width) -> int``, both fractions.

    Returns:
        whether it is right; the message names the likely mistake.
    """
    fault = number_fault(
        images_needed,
        _IMAGE_CASES,
        lambda p, h: math.ceil(_needed(p, h)),
        _WRONG_NEEDS,
        describe=lambda p, h: f"accuracy {p} and ± {h}",
    )
    return verdict("images_needed", fault, "1537 images to know 80 % within two points.")


def _needed(p: float, half_width: float, z: float = _Z) -> float:
    """Images before rounding."""
    return z**2 * p * (1 - p) / half_width**2


_WRONG_NEEDS = (
    ("a little too few: round up.", lambda p, h: math.floor(_needed(p, h))),
    ("a little too few: round up.", lambda p, h: round(_needed(p, h))),
    ("images are whole numbers: round up.", _needed),
    ("the width falls with √n, so square `half_width`.", lambda p, h: math.ceil(_needed(p, h) * h)),
    ("the width falls with √n, so square 1.96, too.", lambda p, h: math.ceil(_needed(p, h) / _Z)),
    ("1.96 is missing: ± one standard deviation holds 68 %, not 95 %.", lambda p, h: math.ceil(_needed(p, h, 1))),
    ("1.645 holds 90 %: for 95 % it is 1.96.", lambda p, h: math.ceil(_needed(p, h, 1.645))),
    (
        "`half_width` is one half already, ± on either side: do not halve it again.",
        lambda p, h: math.ceil(_needed(p, h / 2)),
    ),
    (
        "that is the deviation √(p(1 − p)) where the variance p(1 − p) belongs: square it.",
        lambda p, h: math.ceil(_Z**2 * math.sqrt(p * (1 - p)) / h**2),
    ),
    (
        "it ignores `accuracy`: p(1 − p) is 0.25 only at one half, and less elsewhere.",
        lambda p, h: math.ceil(_needed(0.5, h)),
    ),
)


def check_paired(paired_interval: Callable) -> bool:
    """Check the difference of two models on the *same* images, with half the width of its 95 % interval.

    Args:
        paired_interval: ``paired_interval(right_a, right_b) -> (difference, half_width)`` from two arrays (N,) of 0 and
            1 in the same order of images; A minus B.

    Returns:
        whether it is right; the message names the likely mistake, as taking the images for independent ones.
    """
    fault = number_fault(paired_interval, _paired_cases(), _paired, _WRONG_PAIRS, describe=_pair_in_words, rel=0.004)
    return verdict("paired_interval", fault, "the differences are taken image by image, and the interval is narrow.")


def outcomes(both: int, only_a: int, only_b: int, neither: int) -> tuple[np.ndarray, np.ndarray]:
    """Two arrays (N,) of 0 and 1: which images A, and B, got right; mixed, the same each time."""
    a = np.repeat([1, 1, 0, 0], [both, only_a, only_b, neither])
    b = np.repeat([1, 0, 1, 0], [both, only_a, only_b, neither])
    order = np.random.default_rng(0).permutation(a.size)
    return a[order], b[order]


def _paired_cases() -> list[tuple[np.ndarray, np.ndarray]]:
    return [outcomes(330, 40, 12, 118), outcomes(210, 9, 31, 150), outcomes(700, 60, 55, 40)]


def _paired(a: np.ndarray, b: np.ndarray) -> tuple[float, float]:
    difference = a - b
    return difference.mean(), _Z * difference.std(ddof=1) / math.sqrt(difference.size)


def _pair_in_words(a: np.ndarray, b: np.ndarray) -> str:
    return f"{a.size} images, {np.sum(a > b)} right by A alone and {np.sum(b > a)} by B alone"


def _independent(a: np.ndarray, b: np.ndarray) -> tuple[float, float]:
    return a.mean() - b.mean(), _Z * math.sqrt((a.var() + b.var()) / a.size)


def _flipped(a: np.ndarray, b: np.ndarray) -> tuple[float, float]:
    return _paired(b, a)


def _scaled(factor: Callable[[int], float]) -> Callable:
    """The right answer with its half width times `factor(number of images)`."""
    return lambda a, b: (_paired(a, b)[0], _paired(a, b)[1] * factor(a.size))


def _summed(a: np.ndarray, b: np.ndarray) -> tuple[float, float]:
    return a.mean() - b.mean(), _Z * (a.std() + b.std()) / math.sqrt(a.size)


def _absolute(a: np.ndarray, b: np.ndarray) -> tuple[float, float]:
    difference = np.abs(a - b)
    return difference.mean(), _Z * difference.std() / math.sqrt(difference.size)


def _disagreeing(a: np.ndarray, b: np.ndarray) -> tuple[float, float]:
    difference = (a - b)[a != b]
    return difference.mean(), _Z * difference.std() / math.sqrt(difference.size)


_INDEPENDENT = (
    "it treats the images as independent, two sets of them, and the interval is too wide: A and B saw the same ones, "
    "take the differences image by image first."
)
_WRONG_PAIRS = (
    (_INDEPENDENT, _independent),
    (_INDEPENDENT, _summed),
    ("the sign is turned: A minus B.", _flipped),
    ("divide by √n: that is the spread of single images, not of their mean.", _scaled(math.sqrt)),
    ("divide by √n, not by n.", _scaled(lambda n: 1 / math.sqrt(n))),
    ("1.96 is missing: ± one standard deviation holds 68 %, not 95 %.", _scaled(lambda n: 1 / _Z)),
    ("that is the whole width: half of it on either side.", _scaled(lambda n: 2)),
    ("a difference has a sign: abs() makes A's and B's successes the same.", _absolute),
    ("images on which both agree count, too: their difference is 0.", _disagreeing),
)
