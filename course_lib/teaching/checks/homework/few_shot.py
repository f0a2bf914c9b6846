"""Checks of lesson 06: epochs for equal steps, number of images needed, paired comparison."""

import math
from collections.abc import Callable

import numpy as np

from course_lib.teaching.checks.cases import case_generator, draw_until
from course_lib.teaching.checks.common import fault_of, verdict
from course_lib.teaching.checks.mistakes import draw_cases, number_fault

_Z = 1.96  # standard deviations on either side of the mean that hold 95 %
_EXACT_Z = 1.959964
# Of the difference, and of half the width: n or n − 1, 1.96 or 1.959964 or Student's t are all right.
_PAIRED_REL = (1e-6, 0.008)


def check_epochs(epochs_for: Callable) -> bool:
    """Check the number of epochs that gives at least `steps` optimiser steps.

    Args:
        epochs_for: ``epochs_for(steps, num_images, batch_size) -> int``.

    Returns:
        whether it is right; the message names the likely mistake.
    """
    praise = "225 epochs of 6 steps each for the 189 images, the smaller last batch included."
    return verdict("epochs_for", fault_of(_epochs_fault, epochs_for), praise)


def _epochs_fault(epochs_for: Callable) -> str | None:
    draw = case_generator()
    cases = draw_cases(lambda: _draw_epochs(draw), _epochs, _WRONG_EPOCHS)
    n, b = int(draw.integers(50, 2000)), int(draw.integers(2, 50))
    hidden = {
        "a single step": [(1, n, b)],
        "batches of one image": [(int(draw.integers(100, 1000)), int(draw.integers(20, 90)), 1)],
        "all images in one batch": [(int(draw.integers(10, 100)), n, n)],
        "other numbers": _draw_epochs(draw) + _draw_epochs(draw),
    }
    return number_fault(epochs_for, cases, _epochs, _WRONG_EPOCHS, hidden=hidden, describe=_epochs_in_words)


def _draw_epochs(draw: np.random.Generator) -> list[tuple[int, int, int]]:
    """(steps, images, batch size) with and without a smaller last batch, with and without a rest of steps."""
    batch, full, epochs = (int(draw.integers(*bounds)) for bounds in ((8, 64), (3, 9), (5, 60)))
    uneven = full * batch + int(draw.integers(1, batch // 2))
    return [
        (epochs * (full + 1) + int(draw.integers(1, full + 1)), uneven, batch),
        (epochs * full, full * batch, batch),
        (epochs * full + 1, full * batch, batch),
        (epochs * (full + 1), uneven, batch),
        (epochs, int(draw.integers(2, batch)), batch),
    ]


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
    fault = fault_of(_images_fault, images_needed)
    return verdict("images_needed", fault, "the least number that is enough; 1537 to know 80 % within two points.")


def _images_fault(images_needed: Callable) -> str | None:
    draw = case_generator()
    cases = draw_cases(lambda: [_draw_accuracy(draw, 0.6, 0.97) for _ in range(3)], _least, _WRONG_NEEDS)
    hidden = {
        "an accuracy below one half": [_draw_accuracy(draw, 0.03, 0.4)],
        "an accuracy close to 1": [_draw_accuracy(draw, 0.985, 0.995)],
        "other accuracies and widths": [_draw_accuracy(draw, 0.1, 0.97) for _ in range(5)],
    }
    words = "accuracy {} and ± {}".format
    return number_fault(images_needed, cases, _least, _WRONG_NEEDS, hidden=hidden, describe=words)


def _draw_accuracy(draw: np.random.Generator, low: float, high: float) -> tuple[float, float]:
    """(accuracy, half width) whose number of images is no matter of the digits of 1.96."""

    def is_clear(case: tuple[float, float]) -> bool:
        least, most = _needed(*case, _EXACT_Z), _needed(*case)
        return math.floor(least) == math.floor(most) and least % 1 > 0.1 and most % 1 < 0.9

    return draw_until(lambda: (round(draw.uniform(low, high), 3), round(draw.uniform(0.01, 0.06), 3)), is_clear)


def _least(p: float, half_width: float) -> int:
    return math.ceil(_needed(p, half_width))


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
    ("2 is a rule of thumb: 95 % are within 1.96 standard deviations.", lambda p, h: math.ceil(_needed(p, h, 2))),
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
    fault = fault_of(_paired_fault, paired_interval)
    return verdict("paired_interval", fault, "the differences are taken image by image, and the interval is narrow.")


def _paired_fault(paired_interval: Callable) -> str | None:
    draw = case_generator()
    cases = draw_cases(lambda: [draw_outcomes(draw) for _ in range(3)], _paired, _WRONG_PAIRS, _PAIRED_REL)
    hidden = {
        "two networks of equal accuracy": [draw_outcomes(draw, only_a=40, only_b=40)],
        "other outcomes": [draw_outcomes(draw) for _ in range(4)],
    }
    return number_fault(
        paired_interval, cases, _paired, _WRONG_PAIRS, hidden=hidden, describe=_pair_in_words, rel=_PAIRED_REL
    )


def draw_outcomes(
    draw: np.random.Generator, only_a: int | None = None, only_b: int | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Two arrays (N,) of 0 and 1, N from 400: which images A, and B, got right; how many one alone did may be given."""
    only_a, only_b = (int(draw.integers(15, 70)) if given is None else given for given in (only_a, only_b))
    both, neither = int(draw.integers(240, 400)), int(draw.integers(160, 240))
    return outcomes(both, only_a, only_b, neither, draw)


def outcomes(
    both: int, only_a: int, only_b: int, neither: int, draw: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Two arrays (N,) of 0 and 1 in mixed order: which images A, and B, got right."""
    a = np.repeat([1, 1, 0, 0], [both, only_a, only_b, neither])
    b = np.repeat([1, 0, 1, 0], [both, only_a, only_b, neither])
    order = draw.permutation(a.size)
    return a[order], b[order]


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
