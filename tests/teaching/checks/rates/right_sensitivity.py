"""Right answers to the exercise of lesson 11 on β, in many styles."""

import math
from functools import reduce

import numpy as np
import pandas as pd
import torch


def range_by_builtins(accuracies):
    lowest, highest = min(accuracies), max(accuracies)
    return 100 * (highest - lowest) / lowest


def range_by_methods(accuracies):
    return (accuracies.max() - accuracies.min()) / accuracies.min() * 100


def range_by_ptp(accuracies):
    return np.ptp(accuracies) / np.amin(accuracies) * 100


def range_by_ratio(accuracies):
    return 100 * (max(accuracies) / min(accuracies) - 1)


def range_by_sorting(accuracies):
    ordered = sorted(accuracies.tolist())
    return (ordered[-1] - ordered[0]) / ordered[0] * 100


def range_by_sorting_in_place(accuracies):
    accuracies.sort()
    return np.array(accuracies[-1] / accuracies[0] * 100 - 100)


def range_by_tensor(accuracies):
    low, high = torch.aminmax(torch.tensor(accuracies, dtype=torch.float32))
    return (high - low) / low * 100


def range_by_series(accuracies):
    series = pd.Series(accuracies)
    return series.agg(["min", "max"]).pct_change().iloc[-1] * 100


def range_by_pairs(accuracies):
    return max(100 * (a - b) / b for a in accuracies for b in accuracies)


def range_by_reduce(accuracies):
    low = reduce(lambda a, b: a if a < b else b, accuracies)
    return [100 * float(max(a - low for a in accuracies)) / float(low)][0]


def range_by_logarithms(accuracies):
    return 100 * math.expm1(float(np.ptp(np.log(accuracies))))


def range_of_one_element(accuracies):
    return np.array([100 * np.ptp(accuracies) / accuracies.min()])


RIGHT = {
    "check_relative_range": [
        range_by_builtins,
        range_by_methods,
        range_by_ptp,
        range_by_ratio,
        range_by_sorting,
        range_by_sorting_in_place,
        range_by_tensor,
        range_by_series,
        range_by_pairs,
        range_by_reduce,
        range_by_logarithms,
        range_of_one_element,
    ],
}
