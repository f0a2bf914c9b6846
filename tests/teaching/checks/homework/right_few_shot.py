"""Right answers to the exercises of lesson 06 in many styles."""

import math
import statistics
from fractions import Fraction
from functools import partial
from itertools import count

import numpy as np
import torch
from scipy import stats


def paired_by_torch(a, b):
    difference = torch.from_numpy(a - b).double()
    return difference.mean(), 1.96 * difference.std() / len(difference) ** 0.5


def paired_by_lists(a, b):
    difference = [int(x) - int(y) for x, y in zip(a, b, strict=True)]
    return statistics.mean(difference), 1.96 * statistics.pstdev(difference) / math.sqrt(len(difference))


def paired_by_t(a, b):
    difference = a - b
    low, high = stats.t.interval(0.95, len(a) - 1, loc=difference.mean(), scale=stats.sem(difference))
    return (low + high) / 2, (high - low) / 2


def paired_by_counts(a, b):
    only_a, only_b, n = np.sum(a > b), np.sum(b > a), len(a)
    d = (only_a - only_b) / n
    return d, 1.96 * np.sqrt(((only_a + only_b) / n - d**2) / n)


def paired_by_covariance(a, b):
    cov = np.cov(a, b)
    return a.mean() - b.mean(), 1.96 * ((cov[0, 0] + cov[1, 1] - 2 * cov[0, 1]) / len(a)) ** 0.5


class Paired:
    """A callable object."""

    z = stats.norm.ppf(0.975)

    def __call__(self, a, b):
        return np.array([np.mean(a - b), self.z * np.std(a - b, ddof=1) / np.sqrt(a.size)])


def paired_with_z(a, b, z=1.96):
    difference = np.subtract(a, b, dtype=float)
    return [difference.mean(), z * np.sqrt(difference.var() / difference.size)]


def paired_in_place(a, b):
    a -= b
    return a.sum() / len(a), 1.96 * a.std() / np.sqrt(len(a))


def epochs_by_loop(steps, num_images, batch_size):
    per_epoch = len(range(0, num_images, batch_size))
    epochs = done = 0
    while done < steps:
        done += per_epoch
        epochs += 1
    return epochs


def epochs_by_divmod(steps, num_images, batch_size):
    full, rest = divmod(num_images, batch_size)
    epochs, left = divmod(steps, full + (rest > 0))
    return epochs + bool(left)


def epochs_by_torch(steps, num_images, batch_size):
    per_epoch = len(torch.arange(num_images).split(batch_size))
    return torch.tensor(steps / per_epoch).ceil()


def epochs_by_loader(steps, num_images, batch_size):
    loader = torch.utils.data.DataLoader(range(num_images), batch_size)
    return math.ceil(steps / len(loader))


def needed(p, h, z=1.96):
    return p * (1 - p) * (z / h) ** 2


def needed_by_search(accuracy, half_width):
    return next(n for n in count(1) if 1.96 * math.sqrt(accuracy * (1 - accuracy) / n) <= half_width)


def needed_by_deviation(accuracy, half_width):
    deviation = np.sqrt(accuracy * (1 - accuracy))
    return np.ceil((1.96 * deviation / half_width) ** 2).astype(int)


class Needed:
    """A callable object."""

    def __call__(self, accuracy, half_width):
        return int(-(-needed(accuracy, half_width) // 1))


RIGHT = {
    "check_paired": [
        paired_by_torch,
        paired_by_lists,
        paired_by_t,
        paired_by_counts,
        paired_by_covariance,
        Paired(),
        partial(paired_with_z, z=1.959964),
        paired_in_place,
        lambda a, b: (np.mean(a) - np.mean(b), 1.96 * stats.sem(a - b)),
    ],
    "check_epochs": [
        epochs_by_loop,
        epochs_by_divmod,
        epochs_by_torch,
        epochs_by_loader,
        lambda steps, n, b: math.ceil(steps / math.ceil(n / b)),
        lambda steps, n, b: float(np.ceil(steps / np.ceil(n / b))),
        lambda steps, n, b: 1 + (steps - 1) // (1 + (n - 1) // b),
        lambda steps, n, b: math.ceil(Fraction(steps, -(-n // b))),
        lambda steps, n, b: next(e for e in count(1) if e * math.ceil(n / b) >= steps),
    ],
    "check_images_needed": [
        needed_by_search,
        needed_by_deviation,
        Needed(),
        partial(lambda z, p, h: math.ceil(needed(p, h, z)), stats.norm.ppf(0.975)),
        lambda p, h: math.ceil(needed(p, h)),
        lambda p, h: np.ceil(1.959964**2 * p * (1 - p) / h**2),
        lambda p, h: torch.ceil(torch.tensor(needed(p, h), dtype=torch.float64)),
        lambda p, h: int(needed(p, h)) + 1,
    ],
}
