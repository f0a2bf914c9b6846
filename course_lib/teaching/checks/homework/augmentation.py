"""Checks of lesson 07: a flip for each image, normalisation last, the best of many tries."""

from collections.abc import Callable

import torch
from scipy import stats
from torchvision.transforms import v2

from course_lib.teaching.checks.common import attempt, fault_of, verdict
from course_lib.teaching.checks.mistakes import number_fault

_LUCK_CASES = ((0.85, 46, 47, 250), (0.9, 44, 47, 3), (0.78, 40, 47, 10), (0.95, 47, 47, 1))


def check_flip(flip: Callable) -> bool:
    """Check a flip that tosses a coin for each image.

    Args:
        flip: ``flip(images, p, generator) -> images``, both (N, 3, H, W).

    Returns:
        whether it is right; the message names the likely mistake.
    """
    return verdict("flip_some", fault_of(_flip_fault, flip), "each image has its own coin, and the input is untouched.")


def _flip_fault(flip: Callable) -> str | None:
    kept = torch.rand(400, 3, 4, 6, generator=torch.Generator().manual_seed(1))
    batch = kept.clone()
    flipped, fault = attempt(flip, batch, 0.25, torch.Generator().manual_seed(0))
    if fault:
        return fault
    if not isinstance(flipped, torch.Tensor) or flipped.shape != kept.shape:
        return f"it returns {_shape(flipped)} where images of shape {tuple(kept.shape)} are expected."
    if not torch.equal(batch, kept):
        return "it changes its input, and the next epoch would start from flipped images: make new ones (torch.where)."
    as_was, mirrored = ((flipped == each).flatten(1).all(1) for each in (kept, kept.flip(-1)))
    if not (as_was | mirrored).all():
        if (flipped == kept.flip(-2)).flatten(1).all(1).any():
            return "images are upside down: left and right is the last dimension, flip(-1)."
        return "some image is neither itself nor mirrored from left to right: flip(-1), and whole images only."
    if mirrored.all() or as_was.all():
        return "all images got the same coin: draw one number for each image, torch.rand(len(images), …)."
    share = mirrored.float().mean().item()
    if 0.65 < share < 0.85:
        return f"with p = 0.25 it mirrors {share:.0%}, so the comparison is reversed: mirror where the coin is below p."
    if not 0.15 < share < 0.35:
        return f"with p = 0.25 it mirrors {share:.0%} of the images: compare each coin with p."
    again, fault = attempt(flip, kept.clone(), 0.25, torch.Generator().manual_seed(0))
    if fault or not torch.equal(again, flipped):
        return "the same seed gives other flips: draw the coins from `generator`."
    return None


def _shape(answer: object) -> str:
    return f"a tensor of shape {tuple(answer.shape)}" if isinstance(answer, torch.Tensor) else type(answer).__name__


def check_order(repair: Callable, given: v2.Compose) -> bool:
    """Check a function that puts the steps of a `Compose` into an order that is right for images in uint8.

    Args:
        repair: ``repair(compose) -> v2.Compose`` with the same steps.
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
    if not isinstance(fixed, v2.Compose):
        return f"it returns {type(fixed).__name__}: return a v2.Compose of the steps."
    steps, wanted = list(map(repr, fixed.transforms)), list(map(repr, given.transforms))
    names = [type(step).__name__ for step in fixed.transforms]
    if lost := [step for step in wanted if step not in steps]:
        return f"{lost[0]} is lost: keep all steps, with their parameters."
    if len(steps) != len(wanted):
        return f"{len(steps)} steps where {len(wanted)} were given: use each once."
    last = names.index("Normalize")
    if late := names[last + 1 :]:
        return f"{late[0]} still follows Normalize: it would cut off or move values that are no longer in [0, 1]."
    if names[0] != "ToDtype":
        return f"{names[0]} comes before ToDtype: the images must become floats in [0, 1] first."
    return None


def check_luck(chance_of_luck: Callable) -> bool:
    """Check the probability that the best of independent tries gets at least `num_right` images right.

    Args:
        chance_of_luck: ``chance_of_luck(accuracy, num_right, num_images, num_tries) -> float``.

    Returns:
        whether it is right; the message names the likely mistake.
    """
    fault = number_fault(chance_of_luck, _LUCK_CASES, _luck, _WRONG_LUCK, describe=_luck_in_words)
    return verdict("chance_of_luck", fault, "right for one try and for 250 of them.")


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
