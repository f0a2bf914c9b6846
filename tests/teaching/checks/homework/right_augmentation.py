"""Right answers to the exercises of lesson 07 in many styles."""

import math
from functools import partial

import numpy as np
import torch
from scipy.stats import binom
from torchvision import transforms
from torchvision.transforms import v2

FLOAT = v2.ToDtype(torch.float32, scale=True)
FLIP, JITTER = v2.RandomHorizontalFlip(), v2.ColorJitter(brightness=0.01)
MEAN, STD = torch.tensor([0.8, 0.8, 0.8]), torch.tensor([0.3, 0.3, 0.3])


def flip_where(chosen, images):
    return torch.where(chosen.view(-1, 1, 1, 1), images.flip(-1), images)


def flip_a_copy(images, p, generator):
    flipped = images.clone()
    chosen = torch.rand(len(images), generator=generator) < p
    flipped[chosen] = flipped[chosen].flip(-1)
    return flipped


def flip_one_by_one(images, p, generator):
    return torch.stack([i.flip(2) if torch.rand(1, generator=generator).item() < p else i for i in images])


def flip_by_bernoulli(images, p, generator):
    return flip_where(torch.bernoulli(torch.full((len(images),), p), generator=generator).bool(), images)


def flip_by_arithmetic(images, p, generator):
    chosen = (torch.rand(images.shape[0], 1, 1, 1, generator=generator) <= p).to(images.dtype)
    return chosen * images.flip(3) + (1 - chosen) * images


def flip_by_numpy(images, p, generator):
    draw = np.random.default_rng(int(torch.randint(2**31, (1,), generator=generator)))
    return flip_where(torch.from_numpy(draw.random(len(images)) < p), images)


def flip_by_index(images, p, generator):
    width = images.shape[-1]
    columns = torch.arange(width)
    return torch.stack([i[..., columns if coin >= p else width - 1 - columns] for i, coin in coins(images, generator)])


def coins(images, generator):
    return zip(images, torch.empty(len(images)).uniform_(generator=generator).tolist(), strict=True)


class Flip:
    """A callable object."""

    def __call__(self, images, p, generator):
        chosen = 1 - torch.rand(len(images), generator=generator) <= p
        return flip_where(chosen, images)


def composed(*steps, kind=v2.Compose):
    return lambda compose: kind(list(steps))


def moved(compose):
    steps = list(compose.transforms)
    steps.append(steps.pop(1))
    return v2.Compose(steps)


def in_place(compose):
    compose.transforms.sort(key=lambda step: isinstance(step, v2.Normalize))
    return compose


def partitioned(compose):
    last = [step for step in compose.transforms if type(step).__name__ == "Normalize"]
    return v2.Compose([step for step in compose.transforms if step not in last] + last)


def one_by_one(p, k, n, tries):
    fail = 1.0
    below = sum(math.comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(k))
    for _ in range(tries):
        fail *= below
    return 1 - fail


def by_survival(p, k, n, tries):
    return 1 - (1 - binom.sf(k - 1, n, p)) ** tries


def by_logarithm(p, k, n, tries):
    return -np.expm1(tries * binom.logcdf(k - 1, n, p))


def by_torch(p, k, n, tries):
    return 1 - torch.tensor(binom.pmf(np.arange(k), n, p)).sum() ** tries


def by_expectation(p, k, n, tries):
    lucky = sum(binom.pmf(range(k, n + 1), n, p))
    return sum(lucky * (1 - lucky) ** first for first in range(tries))


class Luck:
    """A callable object."""

    def __call__(self, accuracy, num_right, num_images, num_tries):
        return 1 - binom(num_images, accuracy).cdf(num_right - 1) ** num_tries


RIGHT = {
    "check_flip": [
        flip_a_copy,
        flip_one_by_one,
        flip_by_bernoulli,
        flip_by_arithmetic,
        flip_by_numpy,
        flip_by_index,
        Flip(),
        lambda images, p, generator: flip_where(torch.rand(len(images), generator=generator) < p, images),
        lambda images, p, generator: flip_where(torch.rand(len(images), generator=generator) > 1 - p, images),
        partial(
            lambda size, images, p, g: flip_where(torch.randint(size, (len(images),), generator=g) < p * size, images),
            10**6,
        ),
    ],
    "check_order": [
        composed(FLOAT, JITTER, FLIP, v2.Normalize([0.8, 0.8, 0.8], [0.3, 0.3, 0.3])),
        composed(FLOAT, FLIP, JITTER, v2.Normalize(MEAN, STD)),
        composed(FLOAT, FLIP, JITTER, v2.Normalize(MEAN.numpy(), tuple(STD.tolist()))),
        composed(FLOAT, FLIP, JITTER, v2.Normalize(MEAN, STD), kind=transforms.Compose),
        composed(FLIP, FLOAT, JITTER, v2.Normalize([0.8] * 3, [0.3] * 3)),
        moved,
        in_place,
        partitioned,
        lambda compose: v2.Compose([compose.transforms[n] for n in (0, 2, 3, 1)]),
        lambda compose: transforms.Compose(sorted(compose.transforms, key=lambda s: type(s).__name__ == "Normalize")),
    ],
    "check_luck": [
        one_by_one,
        by_survival,
        by_logarithm,
        by_torch,
        by_expectation,
        Luck(),
        lambda p, k, n, tries: 1 - torch.tensor(binom.cdf(k - 1, n, p), dtype=torch.float32) ** tries,
        lambda p, k, n, tries: 1 - np.prod([binom.cdf(k - 1, n, p)] * tries),
        lambda p, k, n, tries: 1 - (1 - sum(binom.pmf(i, n, p) for i in range(k, n + 1))) ** tries,
        partial(lambda one, p, k, n, tries: one - math.pow(binom.cdf(k - 1, n, p), tries), 1),
    ],
}
