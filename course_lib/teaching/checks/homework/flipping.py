"""Check of lesson 07 on flipping: each image has a coin of its own, with the right share, from the given generator."""

from collections.abc import Callable

import torch
from torch import Tensor

from course_lib.teaching.checks.cases import case_generator, torch_generator
from course_lib.teaching.checks.common import attempt, fault_of, find_hidden_fault, quiet, verdict

_NUM_CALLS = 64
# With 64 calls of 24 to 36 images and p from 0.3 to 0.7, a right flip fails each of the tests below with a probability
# under 1e-7: the mean of 1536 coins or more misses p by 0.07 (5.4 standard deviations), two images agree 64 times
# (0.58^64, 1e-15), one image gets 64 equal coins (0.7^64, 1e-10), the number of flips varies by less than a quarter of
# the binomial variance (chi-square with 63 degrees of freedom, 2e-10).
_TOLERANCE = 0.07


def check_flip(flip: Callable) -> bool:
    """Check a flip that tosses a coin for each image.

    Args:
        flip: ``flip(images, p, generator) -> images``, both (N, 3, H, W).

    Returns:
        whether it is right; the message names the likely mistake. A right flip fails with a probability below 1e-6.
    """
    return verdict("flip_some", fault_of(_flip_fault, flip), "each image has its own coin, and the input is untouched.")


def _flip_fault(flip: Callable) -> str | None:
    draw = case_generator()
    images = torch.rand(int(draw.integers(24, 37)), 3, 4, 6, generator=torch_generator(draw))
    shares = [round(draw.uniform(*bounds), 2) for bounds in ((0.3, 0.36), (0.64, 0.7))]
    _, fault = _mirrored(flip, images, shares[0], torch_generator(draw))
    if fault:
        return fault
    with quiet():
        for p in shares:
            if fault := _coin_fault(flip, images, p, torch_generator(draw)):
                return fault
    others = torch.rand(int(draw.integers(37, 45)), 3, 3, 5, generator=torch_generator(draw))
    return find_hidden_fault(
        lambda *case: _coin_fault(flip, *case),
        {"other images and another p": [(others, round(draw.uniform(0.42, 0.58), 2), torch_generator(draw))]},
    )


def _coin_fault(flip: Callable, images: Tensor, p: float, seeds: torch.Generator) -> str | None:
    """What is wrong with the flips of many calls, a generator each, or None."""
    rows = []
    for _ in range(_NUM_CALLS):
        generator = torch.Generator().manual_seed(int(torch.randint(2**62, (1,), generator=seeds)))
        mirrored, fault = _mirrored(flip, images, p, generator)
        if fault:
            return fault
        rows.append(mirrored)
    coins = torch.stack(rows)  # (calls, N)
    return _generator_fault(flip, images, p, coins) or _share_fault(coins, p) or _pattern_fault(coins, p)


def _mirrored(flip: Callable, kept: Tensor, p: float, generator: torch.Generator) -> tuple[Tensor | None, str | None]:
    """((N,) which images are mirrored, None), or (None, fault)."""
    batch = kept.clone()
    flipped, fault = attempt(flip, batch, p, generator)
    if fault:
        return None, fault
    if not isinstance(flipped, Tensor) or flipped.shape != kept.shape:
        return None, f"it returns {_shape(flipped)} where images of shape {tuple(kept.shape)} are expected."
    if not torch.equal(batch, kept):
        return None, (
            "it changes its input, and the next epoch would start from flipped images: make new ones (torch.where)."
        )
    as_was, mirrored = ((flipped == each).flatten(1).all(1) for each in (kept, kept.flip(-1)))
    if (as_was | mirrored).all():
        return mirrored, None
    if (flipped == kept.flip(-2)).flatten(1).all(1).any():
        return None, "images are upside down: left and right is the last dimension, flip(-1)."
    return None, "some image is neither itself nor mirrored from left to right: flip(-1), and whole images only."


def _shape(answer: object) -> str:
    return f"a tensor of shape {tuple(answer.shape)}" if isinstance(answer, Tensor) else type(answer).__name__


def _generator_fault(flip: Callable, images: Tensor, p: float, coins: Tensor) -> str | None:
    """Whether the coins come from the generator: equal for equal seeds, new at each call, no global seed touched."""
    if (coins == coins[:, :1]).all():
        return "all images got the same coin: draw one number for each image, torch.rand(len(images), …)."
    if (coins == coins[0]).all():
        return "the same images are mirrored at each call, whatever the generator: that is a rule, and not a coin."
    before = torch.get_rng_state()
    generators = [torch.Generator().manual_seed(1) for _ in range(2)]
    (first, again), (repeated, _) = ([_mirrored(flip, images, p, each)[0] for _ in range(2)] for each in generators)
    if not torch.equal(first, repeated):
        return "the same seed gives other flips: draw the coins from `generator`."
    if torch.equal(first, again):
        return "a second call with the same generator mirrors the same images: draw the coins from `generator` itself."
    if not torch.equal(before, torch.get_rng_state()):
        return "it sets or uses the global random numbers, which other code needs: draw the coins from `generator`."
    return None


def _share_fault(coins: Tensor, p: float) -> str | None:
    """Whether a share p is mirrored."""
    share = coins.double().mean().item()
    if abs(share - p) < _TOLERANCE:
        return None
    if abs(share - (1 - p)) < _TOLERANCE:
        return f"with p = {p:g} it mirrors {share:.0%}: the comparison is reversed, mirror where the coin is below p."
    return f"with p = {p:g} it mirrors {share:.0%} of the images: compare each coin with p."


def _pattern_fault(coins: Tensor, p: float) -> str | None:
    """Whether the images' coins are independent of place, number and one another."""
    if (coins.all(0) | (~coins).all(0)).any():
        return "some image gets the same side at each call: its place in the batch decides, and not a coin."
    counts = coins.double().sum(1)
    if counts.var() < 0.25 * coins.shape[1] * p * (1 - p):
        return f"each call mirrors about {counts.mean():.0f} images: with a coin for each, the number would vary more."
    signs = coins.double() * 2 - 1
    agreement = (signs.T @ signs).abs() - torch.eye(coins.shape[1]) * len(coins)
    if (agreement >= len(coins) - 0.5).any():
        return "some images always share a coin: draw as many numbers as there are images."
    return None
