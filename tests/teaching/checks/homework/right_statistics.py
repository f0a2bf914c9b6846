"""Right answers to the exercises of lesson 02 in many styles."""

from fractions import Fraction
from functools import partial, reduce

import numpy as np
import torch

from course_lib.data import PixelHistogram


def merge_by_shift(n, mu_n, var_n, m, mu_m, var_m):
    share = m / (n + m)
    gap = mu_m - mu_n
    return mu_n + share * gap, (1 - share) * var_n + share * var_m + share * (1 - share) * gap**2


def merge_by_squares(n, mu_n, var_n, m, mu_m, var_m):
    mu = (n * mu_n + m * mu_m) / (n + m)
    return mu, (n * (var_n + mu_n**2) + m * (var_m + mu_m**2)) / (n + m) - mu**2


def merge_by_sums(n, mu_n, var_n, m, mu_m, var_m):
    mu = (n * mu_n + m * mu_m) / (n + m)
    spread = n * (var_n + (mu_n - mu) ** 2) + m * (var_m + (mu_m - mu) ** 2)
    return [mu, spread / (n + m)]


def merge_with_special_case(n, mu_n, var_n, m, mu_m, var_m):
    if n == 0:
        return mu_m, var_m
    if m == 0:
        return mu_n, var_n
    return merge_by_shift(n, mu_n, var_n, m, mu_m, var_m)


def merge_by_numpy(n, mu_n, var_n, m, mu_m, var_m):
    counts, means, variances = np.array([n, m]), np.array([mu_n, mu_m]).T, np.array([var_n, var_m]).T
    mu = np.average(means, axis=-1, weights=counts)
    return mu, np.average(variances + (means - mu[..., None]) ** 2, axis=-1, weights=counts)


class Merge:
    """A callable object that keeps nothing."""

    def __call__(self, n, mu_n, var_n, m, mu_m, var_m):
        total = n + m
        return {"mu": (mu := (n * mu_n + m * mu_m) / total)}["mu"], (
            n * var_n + m * var_m + n * m * (mu_n - mu_m) ** 2 / total
        ) / total + 0 * mu


def merge_by_m2(n, mu_n, var_n, m, mu_m, var_m):
    delta, total = mu_m - mu_n, n + m
    m2 = var_n * n + var_m * m + delta**2 * n * m / total
    return mu_n + delta * m / total, m2 / total


def merge_by_loop(n, mu_n, var_n, m, mu_m, var_m):
    mu, square = 0, 0
    for count, mean, var in ((n, mu_n, var_n), (m, mu_m, var_m)):
        mu = mu + count / (n + m) * mean
        square = square + count / (n + m) * (var + mean**2)
    return mu, square - mu * mu


def by_repeat(counts):
    pixels = np.repeat(np.arange(256), counts) / 255
    return pixels.mean(), pixels.std()


def by_torch_repeat(counts):
    pixels = torch.arange(256, dtype=torch.float64).repeat_interleave(counts) / 255
    return pixels.mean().item(), pixels.std(correction=0).item()


def by_average(counts):
    values = np.arange(256) / 255
    mean = np.average(values, weights=counts.numpy())
    return mean, np.sqrt(np.average((values - mean) ** 2, weights=counts.numpy()))


def by_whole_numbers(counts):
    counts = counts.tolist()
    total, first = sum(counts), sum(v * c for v, c in enumerate(counts))
    second = sum(v * v * c for v, c in enumerate(counts))
    return Fraction(first, 255 * total), Fraction(total * second - first**2, total**2) ** 0.5 / 255


def by_loop(counts):
    total = float(counts.sum())
    mean = sum(float(c) * v / 255 for v, c in enumerate(counts)) / total
    return mean, (sum(float(c) * (v / 255 - mean) ** 2 for v, c in enumerate(counts)) / total) ** 0.5


def by_square_of_mean(counts):
    values, p = torch.linspace(0, 1, 256, dtype=torch.float64), counts.double() / counts.sum()
    mean = p @ values
    return torch.stack([mean, (p @ values**2 - mean**2).sqrt()])


def by_library(counts):
    histogram = PixelHistogram(counts.expand(3, 256))
    return histogram.mean[0], histogram.std[0]


def by_covariance(counts):
    values = torch.arange(256, dtype=torch.float64) / 255
    mean = (values * counts).sum() / counts.sum()
    return mean, torch.cov(values, fweights=counts, correction=0).sqrt()


def merged(names, histograms):
    total = reduce(PixelHistogram.merge, [histograms[name] for name in names])
    return total.mean, total.std


def by_for_loop(splits, histograms):
    total = PixelHistogram()
    for name in splits.train.names:
        total = total.merge(histograms[name])
    return total.mean, total.std


def by_counts(splits, histograms):
    total = PixelHistogram(sum(histograms[name].counts for name in splits.train.names))
    return [total.mean, total.std]


def by_stack(splits, histograms):
    counts = torch.stack([histograms[name].counts for name in splits.train.names]).sum(0)
    values = torch.arange(256, dtype=torch.float64) / 255
    share = counts.double() / counts.sum(1, keepdim=True)
    mean = share @ values
    return mean, (share * (values - mean[:, None]) ** 2).sum(1).sqrt()


def by_filter(splits, histograms):
    train = set(splits.train.names)
    chosen = [h.counts.numpy() for name, h in histograms.items() if name in train]
    total = PixelHistogram(torch.as_tensor(np.sum(chosen, axis=0)))
    return total.mean.numpy(), total.std.numpy()


def by_while(splits, histograms):
    names = list(splits.train.names)
    total = histograms[names.pop()]
    while names:
        total = histograms[names.pop()].merge(total)
    return total.mean, total.std


def by_recursion(splits, histograms):
    def merge(names):
        return histograms[names[0]] if len(names) == 1 else merge(names[:1]).merge(merge(names[1:]))

    total = merge(splits.train.names)
    return total.mean.tolist(), total.std.tolist()


def by_taking_away(splits, histograms):
    unseen = {*splits.val.names, *splits.test.names}
    return merged([name for name in histograms if name not in unseen], histograms)


RIGHT = {
    "check_merge": [
        merge_by_shift,
        merge_by_squares,
        merge_by_sums,
        merge_with_special_case,
        merge_by_numpy,
        Merge(),
        merge_by_m2,
        merge_by_loop,
        lambda *parts: torch.stack([torch.as_tensor(part) for part in merge_by_sums(*parts)]),
    ],
    "check_mean_and_std": [
        by_repeat,
        by_torch_repeat,
        by_average,
        by_whole_numbers,
        by_loop,
        by_square_of_mean,
        by_library,
        by_covariance,
    ],
    "check_training_statistics": [
        by_for_loop,
        by_counts,
        by_stack,
        by_filter,
        by_while,
        by_recursion,
        by_taking_away,
        lambda splits, histograms: merged(sorted(splits.train.names), histograms),
        partial(lambda part, splits, histograms: merged(getattr(splits, part).names, histograms), "train"),
    ],
}
