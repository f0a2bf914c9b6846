"""Right answers of lesson 15 on the chance to be in the top, in many styles."""

import math
from fractions import Fraction
from itertools import repeat

import numpy as np
import torch


def by_loop(num_methods, top, trials):
    chance = 1.0
    for _ in range(trials):
        chance *= top / num_methods
    return chance


def recursive(num_methods, top, trials):
    return 1 if trials == 0 else top / num_methods * recursive(num_methods, top, trials - 1)


RIGHT = {
    "check_chance_in_top": [
        lambda num_methods, top, trials: (top / num_methods) ** trials,
        by_loop,
        recursive,
        lambda m, k, t: math.exp(t * math.log(k / m)),
        lambda m, k, t: Fraction(k, m) ** t,
        lambda m, k, t: np.prod(np.full(t, k / m)),
        lambda m, k, t: torch.tensor(k / m, dtype=torch.float64).pow(t),
        lambda m, k, t: math.prod(repeat(k / m, t)),
        lambda m, k, t: (math.comb(m - 1, k - 1) / math.comb(m, k)) ** t,
        lambda m, k, t: np.array(k**t / m**t),
        lambda m, k, t: (1 - (m - k) / m) ** t,
    ]
}
