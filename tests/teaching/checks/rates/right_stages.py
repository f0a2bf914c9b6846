"""Right answers to the exercise of lesson 11 on the rates of the stages, in many styles."""

from collections import OrderedDict, defaultdict
from fractions import Fraction
from types import MappingProxyType

import numpy as np
import pandas as pd
import torch


def rates_by_comprehension(base, multipliers, scale):
    return {stage: scale * multiplier * base for stage, multiplier in multipliers.items()}


def rates_by_loop(base, multipliers, scale):
    rates = {}
    for stage in multipliers:
        rates[stage] = base * multipliers[stage]
        rates[stage] *= scale
    return rates


def rates_by_zip(base, multipliers, scale):
    return dict(zip(multipliers, scale * base * np.array(list(multipliers.values())), strict=True))


def rates_by_series(base, multipliers, scale):
    return pd.Series(multipliers) * (base * scale)


def rates_by_series_to_dict(base, multipliers, scale):
    return pd.Series(multipliers).mul(base).mul(scale).to_dict()


def rates_by_tensors(base, multipliers, scale):
    return {stage: torch.tensor(float(value)) * base * scale for stage, value in multipliers.items()}


def rates_by_zero_dimensional_arrays(base, multipliers, scale):
    return {stage: np.array(base * value * scale) for stage, value in multipliers.items()}


def rates_by_ordered_dict(base, multipliers, scale):
    return OrderedDict((stage, base * multipliers[stage] * scale) for stage in reversed(list(multipliers)))


def rates_by_default_dict(base, multipliers, scale):
    rates = defaultdict(float)
    for stage, value in multipliers.items():
        if value:
            rates[stage] = value * base * scale
        rates[stage] += 0
    return rates


def rates_by_proxy(base, multipliers, scale):
    return MappingProxyType({stage: value * (base * scale) for stage, value in multipliers.items()})


def rates_by_fractions(base, multipliers, scale):
    unit = Fraction(base) * Fraction(scale)
    return {stage: Fraction(value) * unit for stage, value in multipliers.items()}


def rates_by_copy(base, multipliers, scale):
    rates = multipliers.copy()
    for stage in rates:
        rates[stage] *= base * scale
    return rates


RIGHT = {
    "check_stage_rates": [
        rates_by_comprehension,
        rates_by_loop,
        rates_by_zip,
        rates_by_series,
        rates_by_series_to_dict,
        rates_by_tensors,
        rates_by_zero_dimensional_arrays,
        rates_by_ordered_dict,
        rates_by_default_dict,
        rates_by_proxy,
        rates_by_fractions,
        rates_by_copy,
    ],
}
