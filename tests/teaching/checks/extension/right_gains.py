"""Right answers of lesson 15 on the mean gain, in many styles."""

import math
import statistics

import numpy as np
import pandas as pd
import torch
from scipy import stats


def by_formula(a, b):
    d = a - b
    half = stats.t.ppf(0.975, len(d) - 1) * d.std(ddof=1) / np.sqrt(len(d))
    return d.mean(), d.mean() - half, d.mean() + half


def by_interval(a, b):
    d = a - b
    low, high = stats.t.interval(0.95, len(d) - 1, loc=d.mean(), scale=stats.sem(d))
    return d.mean(), low, high


def by_paired_test(a, b):
    found = stats.ttest_rel(a, b).confidence_interval(0.95)
    return np.mean(a - b), found.low, found.high


def by_one_sample_test(a, b):
    found = stats.ttest_1samp(a - b, 0).confidence_interval()
    return [(a - b).mean(), found.low, found.high]


def in_plain_python(a, b):
    d = [float(x - y) for x, y in zip(a, b, strict=True)]
    mean = sum(d) / len(d)
    error = math.sqrt(sum((x - mean) ** 2 for x in d) / (len(d) - 1) / len(d))
    t = float(stats.t(len(d) - 1).isf(0.025))
    return mean, mean - t * error, mean + t * error


def by_statistics(a, b):
    d = (a - b).tolist()
    half = stats.t.ppf(0.975, len(d) - 1) * statistics.stdev(d) / len(d) ** 0.5
    return statistics.mean(d), statistics.mean(d) - half, statistics.mean(d) + half


def in_torch(a, b):
    d = torch.from_numpy(a) - torch.from_numpy(b)
    half = stats.t.ppf(0.975, len(d) - 1) * d.std() / len(d) ** 0.5
    return torch.stack([d.mean(), d.mean() - half, d.mean() + half])


def in_pandas(a, b):
    d = pd.Series(a) - pd.Series(b)
    half = abs(stats.t.ppf(0.025, d.count() - 1)) * d.sem()
    return d.mean(), d.mean() - half, d.mean() + half


def by_covariance(a, b):
    cov = np.cov(a, b)
    half = stats.t.ppf(0.975, len(a) - 1) * np.sqrt((cov[0, 0] + cov[1, 1] - 2 * cov[0, 1]) / len(a))
    gain = a.mean() - b.mean()
    return gain, gain - half, gain + half


def as_array(a, b):
    d = a - b
    return d.mean() + np.array([0, -1, 1]) * stats.t.ppf(0.975, d.size - 1) * stats.sem(d)


def in_place(a, b):
    a -= b
    gain = np.average(a)
    a -= gain
    half = np.sqrt((a**2).sum() / len(a) / (len(a) - 1)) * stats.t.ppf(0.975, len(a) - 1)
    return np.array([gain, gain - half, gain + half]).tolist()


def ddof_zero_corrected(a, b):
    d = a - b
    half = stats.t.ppf(0.975, len(d) - 1) * np.std(d) / np.sqrt(len(d) - 1)
    return d.mean(), d.mean() - half, d.mean() + half


RIGHT = {
    "check_mean_gain": [
        by_formula,
        by_interval,
        by_paired_test,
        by_one_sample_test,
        in_plain_python,
        by_statistics,
        in_torch,
        in_pandas,
        by_covariance,
        as_array,
        in_place,
        ddof_zero_corrected,
    ]
}
