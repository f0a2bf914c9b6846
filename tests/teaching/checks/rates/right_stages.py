"""Right answers to the exercises of lessons 11 and 12 on the rates of the stages, in many styles."""

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


NAMES = ("stem", "stage1", "stage2", "stage3", "stage4", "head")


def graduated_by_comprehension(scale, multipliers, head_multiplier, base_rate):
    named = dict(zip(NAMES, (*multipliers, head_multiplier), strict=True))
    return {stage: scale * multiplier * base_rate for stage, multiplier in named.items()}


def graduated_by_loop(scale, multipliers, head_multiplier, base_rate):
    rates = {"head": head_multiplier * base_rate}
    for number, multiplier in enumerate(multipliers):
        rates["stem" if number == 0 else f"stage{number}"] = multiplier * base_rate
    for stage in rates:
        rates[stage] *= scale
    return rates


def graduated_by_literal(scale, multipliers, head_multiplier, base_rate):
    unit = scale * base_rate
    stem, one, two, three, four = multipliers
    return {
        "stem": unit * stem,
        "stage1": unit * one,
        "stage2": unit * two,
        "stage3": unit * three,
        "stage4": unit * four,
        "head": unit * head_multiplier,
    }


def graduated_by_arrays(scale, multipliers, head_multiplier, base_rate):
    return dict(zip(NAMES, np.append(multipliers, head_multiplier) * scale * base_rate, strict=True))


def graduated_by_series(scale, multipliers, head_multiplier, base_rate):
    return pd.Series([*multipliers, head_multiplier], index=NAMES) * (scale * base_rate)


def graduated_by_tensors(scale, multipliers, head_multiplier, base_rate):
    rates = torch.tensor([*multipliers, head_multiplier], dtype=torch.float32) * scale * base_rate
    return {stage: rates[place] for place, stage in enumerate(NAMES)}


def graduated_by_keywords(scale, multipliers, head_multiplier, base_rate):
    inner = {f"stage{n}": base_rate * multipliers[n] * scale for n in range(1, 5)}
    return dict(stem=base_rate * multipliers[0] * scale, **inner, head=base_rate * head_multiplier * scale)


def graduated_by_default_dict(scale, multipliers, head_multiplier, base_rate):
    rates = defaultdict(float)
    for stage, multiplier in zip(NAMES, multipliers, strict=False):
        rates[stage] += multiplier * scale * base_rate
    rates["head"] += head_multiplier * scale * base_rate
    return rates


def graduated_by_fractions(scale, multipliers, head_multiplier, base_rate):
    unit = Fraction(base_rate) * Fraction(scale)
    return dict(zip(NAMES, [Fraction(value) * unit for value in (*multipliers, head_multiplier)], strict=True))


def graduated_by_map(scale, multipliers, head_multiplier, base_rate):
    values = map((scale * base_rate).__mul__, map(float, (*multipliers, head_multiplier)))
    return MappingProxyType(dict(zip(NAMES, values, strict=True)))


RIGHT = {
    "check_graduated_rates": [
        graduated_by_comprehension,
        graduated_by_loop,
        graduated_by_literal,
        graduated_by_arrays,
        graduated_by_series,
        graduated_by_tensors,
        graduated_by_keywords,
        graduated_by_default_dict,
        graduated_by_fractions,
        graduated_by_map,
    ],
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
