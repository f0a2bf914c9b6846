"""Right answers of lesson 26 on many claims, in many styles."""

from fractions import Fraction
from itertools import takewhile

import numpy as np
import torch
from scipy import stats


def by_loop(num_claims, confidence):
    total = 0.0
    for _ in range(num_claims):
        total += (1 - confidence) / 2
    return total


def by_quantile(num_claims, confidence):
    return num_claims * stats.norm.sf(stats.norm.ppf(0.5 + confidence / 2))


def while_loop(p_values, level):
    p, held = sorted(p_values), 0
    while held < len(p) and p[held] <= level / (len(p) - held):
        held += 1
    return held


def arrays(p_values, level):
    p = np.sort(np.asarray(p_values, dtype=float))
    return np.logical_and.accumulate(p * np.arange(len(p), 0, -1) <= level).sum()


def adjusted(p_values, level):
    p = np.sort(np.asarray(p_values, dtype=float))
    if not len(p):
        return 0
    return int((np.maximum.accumulate(p * (len(p) - np.arange(len(p)))) <= level).sum())


def recursive(p_values, level):
    if not len(p_values) or min(p_values) > level / len(p_values):
        return 0
    rest = sorted(p_values)[1:]
    return 1 + recursive(rest, level)


def takes(p_values, level):
    n = len(p_values)
    return len(list(takewhile(lambda pair: pair[1] <= level / (n - pair[0]), enumerate(sorted(p_values)))))


def popped(p_values, level):
    count = 0
    while p_values and min(p_values) <= level / len(p_values):
        p_values.remove(min(p_values))
        count += 1
    return count


def tensors(p_values, level):
    p = torch.tensor(p_values, dtype=torch.float64).sort().values
    bounds = level / torch.arange(len(p), 0, -1, dtype=torch.float64)
    return (p <= bounds).long().cumprod(0).sum()


def early_return(p_values, level):
    for rank, p in enumerate(sorted(p_values)):
        if p > level / (len(p_values) - rank):
            return rank
    return len(p_values)


RIGHT = {
    "check_expected_by_chance": [
        lambda num_claims, confidence: num_claims * (1 - confidence) / 2,
        by_loop,
        by_quantile,
        lambda n, c: n * (0.5 - c / 2),
        lambda n, c: float(stats.binom.mean(n, (1 - c) / 2)) if n else 0,
        lambda n, c: np.full(n, (1 - c) / 2).sum(),
        lambda n, c: torch.full((n,), (1 - c) / 2, dtype=torch.float64).sum(),
        lambda n, c: Fraction(n) * (1 - Fraction(c)) / 2,
        lambda n, c: n * (1 - (0.5 + c / 2)),
    ],
    "check_holm": [while_loop, arrays, adjusted, recursive, takes, popped, tensors, early_return],
}
