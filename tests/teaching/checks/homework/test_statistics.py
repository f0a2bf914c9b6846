"""Lesson 02: mean and deviation from counts, and whose pixels they may be."""

from functools import reduce

import numpy as np
import torch

from course_lib.data import PixelHistogram
from course_lib.teaching.checks import homework as checks


def moments(counts, values=None, dtype=torch.float64):
    """(mean, variance) of values that occur `counts` times."""
    values = torch.arange(256, dtype=dtype) / 255 if values is None else values
    share = counts.to(dtype) / counts.sum().to(dtype)
    mean = (share * values).sum()
    return mean, (share * (values - mean) ** 2).sum()


def up_to_255(counts):
    mean, variance = moments(counts, torch.arange(256, dtype=torch.float64))
    return mean, variance.sqrt()


def by_256(counts):
    mean, variance = moments(counts, torch.arange(256, dtype=torch.float64) / 256)
    return mean, variance.sqrt()


def uncounted(counts):
    values = torch.arange(256)[counts > 0] / 255
    return values.mean(), values.std(correction=0)


def root_mean_square(counts):
    mean, variance = moments(counts)
    return mean, (variance + mean**2).sqrt()


def one_less(counts):
    mean, variance = moments(counts)
    return mean, (variance * counts.sum() / (counts.sum() - 1)).sqrt()


def from_one(counts):
    mean, variance = moments(counts, torch.arange(1, 257, dtype=torch.float64) / 255)
    return mean, variance.sqrt()


def single_precision(counts):
    mean, variance = moments(counts, dtype=torch.float32)
    return mean, variance.sqrt()


def merged(names, histograms):
    total = reduce(PixelHistogram.merge, [histograms[name] for name in names])
    return total.mean, total.std


def averaged(splits, histograms):
    parts = [histograms[name] for name in splits.train.names]
    return torch.stack([p.mean for p in parts]).mean(0), torch.stack([p.std for p in parts]).mean(0)


def in_place(splits, histograms):
    first, *others = (histograms[name] for name in splits.train.names)
    for other in others:
        first.counts += other.counts
    return first.mean, first.std


WRONG = {
    "check_mean_and_std": [
        (up_to_255, "scale from 0 to 255"),
        (moments, "is the variance"),
        (by_256, "255, not 256"),
        (uncounted, "counts are ignored"),
        (lambda counts: (0.5, (torch.arange(256) / 255).std(correction=0)), "counts are ignored"),
        (lambda counts: (counts.double().mean(), counts.double().std(correction=0)), "average the counts themselves"),
        (root_mean_square, "subtract the mean before you square"),
        (single_precision, "float64"),
        (lambda counts: (moments(counts)[1].sqrt(), moments(counts)[0]), "yours is (std, mean)"),
        (lambda counts: moments(counts)[0], "two numbers"),
        (lambda counts: (0.3, 0.3), "yours are 0.3000 and 0.3000"),
        (lambda counts: (counts.sum() / 0, 0), "not finite"),
        (one_less, "count minus 1"),
        (lambda counts: np.quantile(np.repeat(np.arange(256) / 255, counts), [0.5, 0.9]), "yours are"),
        (from_one, "yours are"),
    ],
    "check_training_statistics": [
        (lambda s, h: merged(h, h), "the test images are among them"),
        (lambda s, h: merged(s.train.names + s.test.names, h), "the test images are among them"),
        (lambda s, h: merged(s.train.names + s.val.names, h), "the validation images are among them"),
        (lambda s, h: merged(s.val.names, h), "these are the validation images"),
        (averaged, "a large image has more pixels"),
        (lambda s, h: merged(s.train.names[:1], h), "only one training image"),
        (lambda s, h: merged(s.train.names, h)[::-1], "yours is (std, mean)"),
        (lambda s, h: [merged(s.train.names, h)[0], merged(s.train.names, h)[1] ** 2], "the variance"),
        (in_place, "changes a histogram"),
        (lambda s, h: (torch.full((3,), 0.5), torch.full((3,), 0.25)), "not mean and std of the training images"),
        (lambda s, h: [255 * part for part in merged(s.train.names, h)], "0 to 1"),
        (lambda s, h: merged(list(h)[:3], h), "✘"),
        (lambda s, h: [part[:1] for part in merged(s.train.names, h)], "one value for each channel"),
        (lambda s, h: merged(s.train.names, h)[0], "two tensors"),
        (lambda s, h: merged(s.train.names[:2], h), "merge their histograms"),
        (lambda s, h: merged(s.training.names, h), "stops with AttributeError"),
    ],
}


def test_another_right_way_passes():
    """Mean of squares minus square of the mean, in float64."""

    def mean_and_std(counts):
        mean, variance = moments(counts)
        return float(mean), float((variance + mean**2 - mean**2).sqrt())

    assert checks.check_mean_and_std(mean_and_std) is True


def test_an_array_of_all_pixels_stays_within_megabytes(reference, capsys):
    sums = []

    def counting(counts):
        sums.append(int(counts.sum()))
        return reference(2, "mean_and_std")(counts)

    assert checks.check_mean_and_std(counting)
    assert max(sums) < 1_000_000
