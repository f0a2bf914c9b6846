"""Claims of sections 4.1 and 4.2 (Dube et al. 2018) as tests over finished runs: rates of the last and inner layers.

An accuracy of the mini world means nothing beside one of ImageNet22k. So a claim is tested as an order or as a relative
size, and a relative size is "about" the printed one between half and twice it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from course_lib.analysis.intervals import Interval, seed_interval
from course_lib.analysis.rates import layers
from course_lib.analysis.rates.printed import printed_number
from course_lib.analysis.records import score_of
from course_lib.analysis.verdicts import POSITIVE, Claim, about
from course_lib.data.transfers import Transfer

STUDY = "layer_rates"
HEADS = (0.01, 0.1)
MIDDLE = 0.001  # the middle one of the five inner rates of LL 0.1
_Runs = Mapping[str, Sequence[dict]]


def layer_claims() -> list[Claim]:
    """Claims in the document's order."""
    return [*_head_claims(), *_inner_claims(), *_sensitivity_claims(), *_best_claims()]


def _head_claims() -> list[Claim]:
    largest = printed_number("largest_gain_table_1")
    return [
        Claim(
            "rates-head-gain", "the accuracy is sensitive to the choice of LL and significant gains in accuracy (up to "
            f"{largest:g}%) are achievable for certain domains by just choosing the best value of LL", "Section 4.1",
            "last layer alone: relative gain of the better LL over the worse one, in the pair with the largest; which "
            "LL and which pair was chosen by the test accuracies, which makes the gain too large",
            (STUDY,), _largest_head_gain, about(largest / 100), "%",
        ),
    ]  # fmt: skip


def _inner_claims() -> list[Claim]:
    return [
        Claim(
            "rates-inner-best", "finetuning both inner and outer layers gives the best accuracy", "Section 4.2",
            "test accuracy, IL above 0 minus IL 0 at the same LL, for each pair and LL; an α at the edge decides, "
            "since a better rate beyond it would only add to the gain",
            (STUDY,), _each_head(lambda runs, head, confidence: layers.inner_gain(
                runs, head=head, confidence=confidence)), POSITIVE,
        ),
        Claim(
            "rates-not-monotone", "The pattern of variation in accuracy with IL/LL is not always monotone.",
            "Section 4.2", f"test accuracy at LL {HEADS[1]:g}, IL {MIDDLE:g} minus the better of the two ends 0 and "
            "LL, in the pair where this is clearest (interval widened for the number of pairs)",
            (STUDY,), _clearest_peak, POSITIVE,
        ),
    ]  # fmt: skip


def _sensitivity_claims() -> list[Claim]:
    medians = [
        Claim(
            f"rates-beta-median-{head:g}", f"median values of β_{head:g} being {printed:.2f}%", "Section 4.2",
            f"median over the pairs of β at LL {head:g}",
            (STUDY,), partial(_median_sensitivity, head=head), about(printed / 100), "%",
        )
        for head in HEADS
        for printed in (printed_number(f"beta_{head:g}_median"),)
    ]  # fmt: skip
    grows, place = "Observe that β_0.1 > β_0.01 for all the datasets.", "Section 4.2, Fig. 8"
    return [
        Claim(
            "rates-beta-positive", "All the datasets exhibit β_m > 0", place,
            "β minus the β that noise alone gives, for each pair and LL; β itself is above 0 wherever two accuracies "
            "differ",
            (STUDY,), _each_head(_sensitivity_above_noise), POSITIVE, "%",
        ),
        *medians,
        Claim(
            "rates-beta-grows", grows, place, "β at LL 0.1 minus β at LL 0.01 for each pair; LL 0.1 has one inner rate "
            "more", (STUDY,), _each_pair(layers.sensitivity_gap), POSITIVE,
        ),
        Claim(
            "rates-beta-grows-same-inner", grows, place, "the same, over the inner rates that were tried with both",
            (STUDY,), _each_pair(partial(layers.sensitivity_gap, same_inner=True)), POSITIVE,
        ),
    ]  # fmt: skip


def _best_claims() -> list[Claim]:
    return [
        Claim(
            "rates-no-winner", "there is no clear winner, for some datasets keeping LL = 0.1 and then searching for IL "
            "gives the best accuracy while for others LL = 0.01 performs better", "Section 4.2, Table 2",
            "difference of the best accuracies, LL 0.1 minus 0.01 and the reverse, each in the pair where it is "
            "clearest (interval widened for the number of pairs)",
            (STUDY,), _clearest_winners, POSITIVE,
        ),
        Claim(
            "rates-alpha-images", "For both these cases we observe that α_m increases with images/label.",
            "Section 4.2, Fig. 9", "rank correlation over the pairs of α and images per label, at both LL",
            (STUDY,), _alpha_correlations, POSITIVE, "",
        ),
    ]  # fmt: skip


def _pairs(runs: _Runs) -> dict[Transfer, list[dict]]:
    if found := layers.by_pair(runs[STUDY]):
        return found
    raise ValueError(f"no run of {STUDY} belongs to a pair of target and source: run 'course study {STUDY}'")


def _each_pair(measure: Callable[..., Interval]) -> Callable[[_Runs, float], dict[str, Interval]]:
    return lambda runs, confidence: {
        pair.name: measure(own, confidence=confidence) for pair, own in _pairs(runs).items()
    }


def _each_head(measure: Callable[..., Interval]) -> Callable[[_Runs, float], dict[str, Interval]]:
    return lambda runs, confidence: {
        f"{pair.name}, LL {head:g}": measure(own, head, confidence)
        for pair, own in _pairs(runs).items()
        for head in HEADS
    }


def _largest_head_gain(runs: _Runs, confidence: float) -> dict[str, Interval]:
    gains = _each_pair(lambda own, confidence: layers.relative_head_gain(own, confidence=confidence)[1])
    found = gains(runs, confidence)
    return _chosen(found, max(found, key=lambda name: found[name].estimate))


def _sensitivity_above_noise(runs: Sequence[dict], head: float, confidence: float) -> Interval:
    found, noise = layers.sensitivity(runs, head, confidence=confidence), layers.noise_sensitivity(runs, head)
    ends = {name: getattr(found, name) - noise for name in ("estimate", "low", "high")}
    return replace(found, **ends)


def _median_sensitivity(runs: _Runs, confidence: float, *, head: float) -> dict[str, Interval]:
    betas = [layers.sensitivity_by_seed(own, head) for own in _pairs(runs).values()]
    seeds = [seed for seed in betas[0] if all(seed in own for own in betas)]
    return {f"LL {head:g}": seed_interval([np.median([own[seed] for own in betas]) for seed in seeds], confidence)}


def _clearest_peak(runs: _Runs, confidence: float) -> dict[str, Interval]:
    pairs = _pairs(runs)
    found = {pair.name: _peak(own, _widened(confidence, len(pairs))) for pair, own in pairs.items()}
    return _clearest(found)


def _peak(runs: Sequence[dict], confidence: float) -> Interval:
    """Accuracy at the middle inner rate minus the better of both ends, over seeds."""
    head = HEADS[1]
    by_rate = layers.by_rates(runs).get(head, {})
    if missing := [rate for rate in (0.0, MIDDLE, head) if rate not in by_rate]:
        raise ValueError(f"no run with the inner rate {missing[0]:g} at LL {head:g}: take a profile with all rates")
    first, middle, last = ({run["seed"]: score_of(run) for run in by_rate[rate]} for rate in (0.0, MIDDLE, head))
    gaps = [middle[seed] - max(first[seed], last[seed]) for seed in middle]
    return seed_interval(gaps, confidence, unit="points")


def _clearest_winners(runs: _Runs, confidence: float) -> dict[str, Interval]:
    pairs = _pairs(runs)
    wide = _widened(confidence, len(pairs))
    gaps = {pair.name: layers.head_gain(own, confidence=wide) for pair, own in pairs.items()}
    sides = {"LL 0.1 better": gaps, "LL 0.01 better": {name: _reversed(gap) for name, gap in gaps.items()}}
    return {label: gap for label, found in sides.items() for gap in _clearest(found).values()}


def _reversed(gap: Interval) -> Interval:
    return replace(gap, estimate=-gap.estimate, low=-gap.high, high=-gap.low)


def _clearest(found: Mapping[str, Interval]) -> dict[str, Interval]:
    """The interval whose lower end is highest."""
    return _chosen(found, max(found, key=lambda name: found[name].low))


def _chosen(found: Mapping[str, Interval], name: str) -> dict[str, Interval]:
    return {name: replace(found[name], method=f"{name}, {found[name].method}")}


def _widened(confidence: float, count: int) -> float:
    """Confidence with which each of `count` intervals is right, so that all are with the confidence given."""
    return 1 - (1 - confidence) / count


def _alpha_correlations(runs: _Runs, confidence: float) -> dict[str, Interval]:
    """Several α at the highest rate tried cannot be ranked among each other: then the edge is named."""
    pairs, found = _pairs(runs), {}
    for head in HEADS:
        edges = sum(bool(layers.alpha_edge(own, head)) for own in pairs.values())
        edge = f"in {edges} of {len(pairs)} pairs α is the highest rate tried, so that these have no order"
        correlation = layers.rank_correlation(runs[STUDY], head, confidence=confidence)
        found[f"LL {head:g}"] = replace(correlation, edge=edge if edges > 1 else "")
    return found
