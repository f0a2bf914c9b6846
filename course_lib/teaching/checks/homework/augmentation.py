"""Checks of lesson 07: normalisation last, the best of many tries; the flip has its own module."""

import math
from collections.abc import Callable

import numpy as np
import torch
from scipy import stats
from torchvision import transforms
from torchvision.transforms import v2

from course_lib.teaching.checks.cases import case_generator, torch_generator
from course_lib.teaching.checks.common import attempt, fault_of, verdict
from course_lib.teaching.checks.mistakes import draw_cases, number_fault

_REL = 1e-4  # of a probability: single precision will do
_MOVES_PIXELS = ("RandomHorizontalFlip", "RandomVerticalFlip", "RandomCrop")  # the same for uint8 and for floats


def check_order(repair: Callable, given: v2.Compose) -> bool:
    """Check a function that puts the steps of a `Compose` into an order that is right for images in uint8.

    Args:
        repair: ``repair(compose) -> Compose`` with the same steps, of torchvision's first or second kind.
        given: a Compose of ToDtype, Normalize and transforms after it; the function gets copies.

    Returns:
        whether the images become floats first and are normalised last; the message names the step that is misplaced.
    """
    praise = "floats in [0, 1] first, then the transforms, and Normalize last."
    return verdict("repaired", fault_of(_order_fault, repair, given), praise)


def _order_fault(repair: Callable, given: v2.Compose) -> str | None:
    fixed, fault = attempt(repair, v2.Compose(list(given.transforms)))
    if fault:
        return fault
    if not isinstance(fixed, v2.Compose | transforms.Compose):
        return f"it returns {type(fixed).__name__}: return a v2.Compose of the steps."
    if fault := _step_fault(fixed.transforms, given.transforms):
        return fault
    names = [type(step).__name__ for step in fixed.transforms]
    if late := names[names.index("Normalize") + 1 :]:
        return f"{late[0]} still follows Normalize: it would cut off or move values that are no longer in [0, 1]."
    early = [name for name in names[: names.index("ToDtype")] if name not in _MOVES_PIXELS]
    if early:
        return f"{early[0]} comes before ToDtype: the images must become floats in [0, 1] first."
    return _result_fault(fixed)


def _step_fault(steps: list, wanted: list) -> str | None:
    """A step that is lost, or too many of them, or None."""
    for step in wanted:
        if not any(_same_step(step, other) for other in steps):
            return f"{step} is lost: keep all steps, with their parameters."
    if len(steps) != len(wanted):
        return f"{len(steps)} steps where {len(wanted)} were given: use each once."
    return None


def _same_step(step: object, other: object) -> bool:
    """Whether two transforms are of one kind and have the same parameters, be these lists, arrays or tensors."""
    if type(step).__name__ != type(other).__name__:
        return False
    mine, others = _parameters(step), _parameters(other)
    return all(_same_value(mine[name], others[name]) for name in mine.keys() & others.keys())


def _parameters(step: object) -> dict[str, object]:
    return {name: value for name, value in vars(step).items() if not name.startswith("_")}


def _same_value(mine: object, other: object) -> bool:
    try:
        a, b = np.asarray(mine, dtype=float), np.asarray(other, dtype=float)  # None becomes nan
    except (TypeError, ValueError):  # no numbers
        return mine == other
    return a.shape == b.shape and np.allclose(a, b, rtol=1e-5, equal_nan=True)


def _result_fault(fixed: Callable) -> str | None:
    """What is wrong with images that went through the steps, or None."""
    draw = case_generator()
    images = torch.randint(0, 256, (2, 3, 8, 8), generator=torch_generator(draw), dtype=torch.uint8)
    result, fault = attempt(fixed, images)
    if fault:
        return fault
    if not isinstance(result, torch.Tensor) or not result.is_floating_point() or result.shape != images.shape:
        return "uint8 images do not come out as floats of the same shape: keep the steps as they are."
    return None


def check_luck(chance_of_luck: Callable) -> bool:
    """Check the probability that the best of independent tries gets at least `num_right` images right.

    Args:
        chance_of_luck: ``chance_of_luck(accuracy, num_right, num_images, num_tries) -> float``.

    Returns:
        whether it is right; the message names the likely mistake.
    """
    return verdict("chance_of_luck", fault_of(_luck_fault, chance_of_luck), "right for one try and for many of them.")


def _luck_fault(chance_of_luck: Callable) -> str | None:
    draw = case_generator()
    cases = draw_cases(lambda: [_draw_luck(draw) for _ in range(4)], _luck, _WRONG_LUCK, _REL)
    p, k, n, tries = _draw_luck(draw)
    hidden = {
        "a single try": [(p, k, n, 1)],
        "num_right = num_images": [(0.9, n, n, tries)],
        "num_right = 0": [(p, 0, n, tries)],
        "other accuracies and other numbers of images": [_draw_luck(draw) for _ in range(4)],
    }
    return number_fault(chance_of_luck, cases, _luck, _WRONG_LUCK, hidden=hidden, describe=_luck_in_words, rel=_REL)


def _draw_luck(draw: np.random.Generator) -> tuple[float, int, int, int]:
    """An accuracy, and as many right as one try of a few reaches by chance."""
    p, n = round(draw.uniform(0.55, 0.95), 2), int(draw.integers(20, 60))
    k = math.floor(stats.binom.ppf(draw.uniform(0.6, 0.97), n, p))
    return p, min(k, n), n, int(draw.integers(2, 25))


def _luck(p: float, k: int, n: int, tries: int) -> float:
    return 1 - stats.binom.cdf(k - 1, n, p) ** tries


def _luck_in_words(p: float, k: int, n: int, tries: int) -> str:
    return f"accuracy {p}, {k} of {n} images and {tries} tries"


_WRONG_LUCK = (
    (
        "“at least” includes `num_right` itself: one try fails with num_right − 1 or fewer.",
        lambda p, k, n, tries: 1 - stats.binom.cdf(k, n, p) ** tries,
    ),
    (
        "that is the chance of one try: the best of many has `num_tries` chances.",
        lambda p, k, n, tries: _luck(p, k, n, 1),
    ),
    (
        "that is the chance that *all* tries are so lucky: the best needs one, so ask first that all fail.",
        lambda p, k, n, tries: _luck(p, k, n, 1) ** tries,
    ),
    (
        "chances do not add up, the sum passes 1: multiply the chances that each try fails.",
        lambda p, k, n, tries: _luck(p, k, n, 1) * tries,
    ),
    ("that is the chance that no try is so lucky: take 1 minus it.", lambda p, k, n, tries: 1 - _luck(p, k, n, tries)),
    (
        "it asks for exactly `num_right`, and forgets more: use the cumulative cdf.",
        lambda p, k, n, tries: 1 - (1 - stats.binom.pmf(k, n, p)) ** tries,
    ),
)
