"""Right answers to the exercises of lesson 09 in many styles."""

import bisect
import math

import numpy as np
import pandas as pd
import torch

from course_lib.analysis.intervals import Interval
from course_lib.analysis.verdicts import Region


def judge_by_region(low, high, claimed_low, claimed_high):
    found, region = Interval((low + high) / 2, low, high, "given"), Region(claimed_low, claimed_high)
    return "reproduced" if region.holds(found) else "contradicted" if region.fails(found) else "undecided"


def judge_inclusive(low, high, claimed_low, claimed_high):
    if low >= claimed_low and high <= claimed_high:
        return "reproduced"
    if high < claimed_low or low > claimed_high:
        return "contradicted"
    return "undecided"


def judge_by_disjointness(low, high, claimed_low, claimed_high):
    overlap = min(high, claimed_high) - max(low, claimed_low)
    if overlap <= 0:
        return "Contradicted"
    return "Reproduced" if math.isclose(overlap, high - low) else "Undecided"


def judge_by_clipping(low, high, claimed_low, claimed_high):
    kept = np.clip([low, high], claimed_low, claimed_high)
    if kept[0] == kept[1]:
        return np.str_("contradicted")
    return np.str_("reproduced" if list(kept) == [low, high] else "undecided")


def judge_by_counting(low, high, claimed_low, claimed_high):
    inside = sum(claimed_low < end < claimed_high for end in (low, high))
    if inside == 2:
        return "reproduced"
    outside_on_one_side = high < claimed_low or low > claimed_high
    return "contradicted" if outside_on_one_side else "undecided "


def judge_by_places(low, high, claimed_low, claimed_high):
    places = [bisect.bisect([claimed_low, claimed_high], end) for end in (low, high)]
    return {(1, 1): "reproduced", (0, 0): "contradicted", (2, 2): "contradicted"}.get(tuple(places), "undecided")


def judge_by_match(*case):
    low, high, claimed_low, claimed_high = case
    match (claimed_low < low, high < claimed_high, high < claimed_low or claimed_high < low):
        case (True, True, _):
            return "reproduced"
        case (_, _, True):
            return "contradicted"
    return "undecided"


class Judge:
    def __call__(self, low, high, claimed_low, claimed_high):
        return judge_inclusive(low, high, claimed_low, claimed_high).upper()


def edge_by_sorting(rates, scores):
    ordered = [score for _, score in sorted(zip(rates, scores, strict=True))]
    return ordered.index(max(ordered)) in (0, len(ordered) - 1)


def edge_by_neighbours(rates, scores):
    best = max(zip(scores, rates, strict=True))[1]
    return not (any(rate < best for rate in rates) and any(rate > best for rate in rates))


def edge_by_pandas(rates, scores):
    ordered = pd.Series(scores, index=rates).sort_index()
    return ordered.idxmax() in (ordered.index[0], ordered.index[-1])


def edge_by_torch(rates, scores):
    rates, scores = torch.as_tensor(rates), torch.as_tensor(scores)
    best = rates[scores.argmax()]
    return (best == rates.min()) | (best == rates.max())


def edge_by_index(rates, scores):
    rank = sorted(rates).index(rates[scores.index(max(scores))])
    return not 0 < rank < len(rates) - 1


def edge_by_groups(rates, scores):
    best = rates[np.argmax(scores)]
    return np.bool_(all(best <= rate for rate in rates) or all(best >= rate for rate in rates))


def edge_in_place(rates, scores):
    pairs = dict(zip(rates, scores, strict=True))
    best = max(pairs, key=pairs.get)
    rates.sort()
    return best == rates[0] or best == rates[-1]


RIGHT = {
    "check_judge": [
        judge_by_region,
        judge_inclusive,
        judge_by_disjointness,
        judge_by_clipping,
        judge_by_counting,
        judge_by_places,
        judge_by_match,
        Judge(),
        lambda *case: np.where(True, judge_by_region(*case), ""),
    ],
    "check_edge": [
        edge_by_sorting,
        edge_by_neighbours,
        edge_by_pandas,
        edge_by_torch,
        edge_by_index,
        edge_by_groups,
        edge_in_place,
        lambda rates, scores: int(rates[int(np.argmax(scores))] in {min(rates), max(rates)}),
        lambda rates, scores: np.argsort(np.argsort(rates))[np.argmax(scores)] % (len(rates) - 1) == 0,
    ],
}
