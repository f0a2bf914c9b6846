"""Right answers to the exercise of lesson 11 on the bounds of a printed gain, in many styles."""

from decimal import Decimal
from itertools import product

import numpy as np
import pandas as pd
import torch

from course_lib.analysis.rates import PrintedGain


def bounds_by_library(low, high):
    return PrintedGain("fabric", "garment", low, high, 0.0).gain_bounds


def bounds_by_sorting(low, high):
    worse, better = sorted((low, high))
    half = 0.005
    smallest = 100 * ((better - half) / (worse + half) - 1)
    return max(smallest, 0.0), 100 * ((better + half) / (worse - half) - 1)


def bounds_by_differences(low, high):
    better, worse = max(low, high), min(low, high)
    difference = better - worse
    return [(difference - 0.01) / (worse + 0.005) * 100, (difference + 0.01) / (worse - 0.005) * 100]


def bounds_by_corners(low, high):
    corners = [(low + a, high + b) for a, b in product((-0.005, 0.005), repeat=2)]
    gains = [(max(pair) - min(pair)) / min(pair) * 100 for pair in corners]
    return min(gains), max(gains)


def bounds_by_swap(low, high):
    if low > high:
        low, high = high, low
    return tuple(100 * (high + sign * 0.005) / (low - sign * 0.005) - 100 for sign in (-1, 1))


def bounds_by_array(low, high):
    worse, better = np.sort([low, high])
    half = np.array([-0.005, 0.005])
    return 100 * ((better + half) / (worse - half) - 1)


def bounds_by_tensor(low, high):
    pair = torch.tensor([low, high])
    half = torch.tensor([-0.005, 0.005])
    return 100 * ((pair.max() + half) / (pair.min() - half) - 1)


def bounds_by_series(low, high):
    better, worse = pd.Series([low, high]).nlargest(2)
    bounds = {"smallest": (better - 0.005) / (worse + 0.005), "largest": (better + 0.005) / (worse - 0.005)}
    return (pd.Series(bounds) - 1) * 100


def bounds_by_decimals(low, high):
    worse, better = sorted(Decimal(f"{value:.2f}") for value in (low, high))
    half = Decimal("0.005")
    return [100 * ((better + sign * half) / (worse - sign * half) - 1) for sign in (-1, 1)]


def bounds_by_grid(low, high):
    off = np.linspace(-0.005, 0.005, 11)
    ratios = (max(low, high) + off[:, None]) / (min(low, high) + off)
    return np.array(100 * (ratios.min() - 1)), np.float32(100 * (ratios.max() - 1))


def bounds_by_thousandths(low, high):
    worse, better = sorted(round(1000 * value) for value in (low, high))
    return (better - 5) / (worse + 5) * 100 - 100, (better + 5) / (worse - 5) * 100 - 100


RIGHT = {
    "check_gain_bounds": [
        bounds_by_library,
        bounds_by_sorting,
        bounds_by_differences,
        bounds_by_corners,
        bounds_by_swap,
        bounds_by_array,
        bounds_by_tensor,
        bounds_by_series,
        bounds_by_decimals,
        bounds_by_grid,
        bounds_by_thousandths,
    ],
}
