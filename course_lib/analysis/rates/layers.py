"""Rates of the inner layers and of the last one: sensitivity β, best rate α (Dube et al. 2018, section 4.2)."""

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from course_lib.analysis.comparisons import score_gap
from course_lib.analysis.intervals import Interval, seed_interval
from course_lib.analysis.records import score_of, select, setting, values_of
from course_lib.analysis.selection import best_runs
from course_lib.data.transfers import TRANSFERS, Transfer
from course_lib.models.network import INNER
from course_lib.sweeps.studies.rates import VARY

BELOW_ALL = 1e-5  # stands for the rate 0 where rates are taken as logarithms


def head_rate(record: dict) -> float:
    """Learning rate of the last layer (LL)."""
    return setting(record, "lr")


def inner_rate(record: dict) -> float:
    """Learning rate of all stages but the head (IL)."""
    return float(f"{setting(record, 'lr') * (setting(record, 'multipliers') or {}).get(INNER, 1.0):.6g}")


def by_pair(records: Sequence[dict]) -> dict[Transfer, list[dict]]:
    """Group runs by their pair of target and source, in the document's order; pairs without runs are left out."""
    found = {pair: select(records, source=f"mini:{pair.target}", start=pair.weights) for pair in TRANSFERS}
    return {pair: runs for pair, runs in found.items() if runs}


def by_rates(records: Sequence[dict]) -> dict[float, dict[float, list[dict]]]:
    """Group runs by rate of the last layer, then by rate of the inner layers, both rising."""
    found = {}
    for record in sorted(records, key=lambda record: (head_rate(record), inner_rate(record))):
        found.setdefault(head_rate(record), {}).setdefault(inner_rate(record), []).append(record)
    return found


def accuracy_by_rate(records: Sequence[dict], head: float) -> dict[float, Interval]:
    """Test accuracy of a pair over its seeds, by rate of the inner layers (Figs 6 and 7).

    Raises:
        ValueError: no run with that rate of the last layer, or fewer than two seeds.
    """
    runs = _by_inner_rate(records, head)
    return {inner: seed_interval([score_of(run) for run in own]) for inner, own in runs.items()}


def sensitivity(records: Sequence[dict], head: float, *, confidence: float = 0.95) -> Interval:
    """β of Eq. 1, ``(max − min) / min`` of the test accuracy over the inner rates: mean over seeds with its t-interval.

    It is never negative, also where the rate has no effect: the largest of several noisy numbers lies above the
    smallest.

    Raises:
        ValueError: as `accuracy_by_rate`.
    """
    return seed_interval(list(sensitivity_by_seed(records, head).values()), confidence)


def sensitivity_by_seed(records: Sequence[dict], head: float, inners: Collection[float] | None = None) -> dict:
    """β of each seed, over all inner rates or over those named.

    Raises:
        ValueError: no run with that rate of the last layer.
    """
    runs = _by_inner_rate(records, head)
    kept = {inner: own for inner, own in runs.items() if inners is None or inner in inners}
    return {seed: _relative_range(own) for seed, own in _by_seed(kept).items()}


def sensitivity_gap(
    records: Sequence[dict],
    low: float = 0.01,
    high: float = 0.1,
    *,
    same_inner: bool = False,
    confidence: float = 0.95,
) -> Interval:
    """β at the high rate of the last layer minus β at the low one, in points; t-interval over the seeds' differences.

    Args:
        same_inner: whether only inner rates count that were tried with both. Otherwise the high one has more of them,
            and the range of more numbers is larger, also where the rates have no effect.

    Raises:
        ValueError: as `accuracy_by_rate`.
    """
    inners = set(_by_inner_rate(records, low)) & set(_by_inner_rate(records, high)) if same_inner else None
    a, b = (sensitivity_by_seed(records, head, inners) for head in (high, low))
    return seed_interval([a[seed] - b[seed] for seed in a if seed in b], confidence, unit="points")


def noise_sensitivity(records: Sequence[dict], head: float, *, draws: int = 2000, seed: int = 0) -> float:
    """β that would be expected if the inner rate had no effect: the control of `sensitivity`.

    The accuracies of a rate are centred on the mean over all rates; what is left, the spread of training again, is
    dealt out at random among the rates.
    """
    runs = _by_inner_rate(records, head)
    scores = np.array([[score_of(run) for run in own] for own in runs.values()])  # (rates, seeds)
    spread = scores - scores.mean(axis=1, keepdims=True)
    spread *= np.sqrt(scores.shape[1] / max(1, scores.shape[1] - 1))
    drawn = np.random.default_rng(seed).choice(spread.ravel(), (draws, len(scores))) + scores.mean()
    return float(np.mean((drawn.max(axis=1) - drawn.min(axis=1)) / drawn.min(axis=1)))


def best_inner_rates(records: Sequence[dict], head: float) -> list[float]:
    """α: the rate of the inner layers that validation chooses, of each seed (Table 2, Fig 9).

    The document chose it by the accuracy that it reports; here the test images take no part in the choice.
    """
    return [inner_rate(run) for run in best_runs(_at_head(records, head), VARY)]


def choice_optimism(records: Sequence[dict], head: float, *, confidence: float = 0.95) -> Interval:
    """Test accuracy at the inner rate that the test chooses minus that at validation's choice, in points, over seeds.

    The first one is what the document reports as max_m: the images that choose the rate also judge it.
    """
    highest = {seed: max(scores) for seed, scores in _by_seed(_by_inner_rate(records, head)).items()}
    chosen = best_runs(_at_head(records, head), VARY)
    gaps = [highest[run["seed"]] - score_of(run) for run in chosen]
    return seed_interval(gaps, confidence, unit="points")


def alpha_edge(records: Sequence[dict], head: float) -> str:
    """Say that most seeds choose the highest inner rate that was tried; empty if they do not.

    The rate 0 is no edge: there is no lower one.
    """
    alphas = best_inner_rates(records, head)
    highest = max(map(inner_rate, _at_head(records, head)))
    if 2 * alphas.count(highest) <= len(alphas):
        return ""
    return f"α is {highest:g}, the highest inner rate tried at LL {head:g}"


def head_only_gain(records: Sequence[dict], low: float = 0.01, high: float = 0.1) -> Interval:
    """Test accuracy of the last layer alone, at its high rate minus at its low one (Table 1), in points."""
    a, b = (_by_inner_rate(records, head)[0.0] for head in (high, low))
    return score_gap(a, b, vary=VARY)


def relative_head_gain(
    records: Sequence[dict], low: float = 0.01, high: float = 0.1, *, confidence: float = 0.95
) -> tuple[float, Interval]:
    """The better rate of the last layer alone, and its relative gain over the worse one (Table 1, "% Gain").

    The mean test accuracy says which is better, as in the document: so the gain is hardly ever negative, also where
    the rate has no effect. The t-interval is over the seeds' gains.

    Raises:
        ValueError: as `accuracy_by_rate`.
    """
    scores = {head: {run["seed"]: score_of(run) for run in _by_inner_rate(records, head)[0.0]} for head in (low, high)}
    better, worse = sorted(scores, key=lambda head: np.mean(list(scores[head].values())), reverse=True)
    gains = [scores[better][seed] / scores[worse][seed] - 1 for seed in scores[better] if seed in scores[worse]]
    return better, seed_interval(gains, confidence)


def head_gain(records: Sequence[dict], low: float = 0.01, high: float = 0.1, *, confidence: float = 0.95) -> Interval:
    """Best accuracy at the high rate of the last layer minus that at the low one (Table 2, last column), in points.

    Validation chooses the rate of the inner layers on both sides, for each seed. The edge is that of the inner rates.
    """
    found = score_gap(_at_head(records, high), _at_head(records, low), confidence, vary=VARY)
    edges = filter(None, (alpha_edge(records, head) for head in (low, high)))
    return replace(found, edge="; ".join(edges))


def inner_gain(
    records: Sequence[dict], *, still: float = 0.0, head: float | None = None, confidence: float = 0.95
) -> Interval:
    """Best accuracy with faster inner layers minus that with inner layers at the rate `still`, in points.

    Validation chooses the other rates on both sides, for each seed. The edge is that of the rate of the last layer;
    that of the inner rate is not counted, since a better rate beyond it would only add to the gain.

    Args:
        still: 0 compares with frozen inner layers, whose BatchNorm keeps the source's statistics. The lowest rate
            above 0 is the control: there, BatchNorm adapts to the target, and the weights hardly move.
        head: a rate of the last layer; None: validation chooses it.
    """
    records = records if head is None else _at_head(records, head)
    slow = [run for run in records if inner_rate(run) == still]
    return score_gap([run for run in records if inner_rate(run) > still], slow, confidence, vary=VARY)


def rank_correlation(
    records: Sequence[dict], head: float, *, confidence: float = 0.95, draws: int = 2000, seed: int = 0
) -> Interval:
    """Spearman's correlation of α with the images per label over the pairs; bootstrap over the pairs (Fig 9).

    Args:
        records: runs of several pairs. α of a pair is the geometric mean over its seeds, 0 counted as a tenth of the
            lowest other rate. Pairs that are drawn with a single α or a single number of images count as correlation 0.
    """
    pairs = by_pair(records)
    alphas = np.array([_log_mean(best_inner_rates(runs, head)) for runs in pairs.values()])
    images = np.array([pair.images_per_label for pair in pairs])
    rows = np.random.default_rng(seed).integers(len(images), size=(draws, len(images)))
    ends = 0.5 - confidence / 2, 0.5 + confidence / 2
    low, high = np.quantile([_correlation(alphas[row], images[row]) for row in rows], ends)
    name = f"bootstrap, {len(images)} pairs"
    return Interval(_correlation(alphas, images), float(low), float(high), name, unit="")


def pairs_table(records: Sequence[dict], heads: Sequence[float] = (0.01, 0.1)) -> pd.DataFrame:
    """Tables 1 and 2 as measured: a line for each pair."""
    lines = {}
    for pair, runs in by_pair(records).items():
        line = {"set": "A" if pair.close else "B", "images per label": pair.images_per_label}
        line |= {f"IL 0, LL {head:g}": str(accuracy_by_rate(runs, head)[0.0]) for head in heads}
        line |= {f"α at LL {head:g}": ", ".join(f"{rate:g}" for rate in best_inner_rates(runs, head)) for head in heads}
        line |= {"best of 0.1 − best of 0.01": str(head_gain(runs)), "inner layers gain": str(inner_gain(runs))}
        lines[pair.name] = line
    return pd.DataFrame.from_dict(lines, orient="index")


def _at_head(records: Sequence[dict], head: float) -> list[dict]:
    runs = sorted(select(records, lr=head), key=inner_rate)  # of equal ones the lower rate is chosen
    if not runs:
        known = ", ".join(f"{rate:g}" for rate in values_of(records, "lr"))
        raise ValueError(f"no run with the rate {head:g} of the last layer: choose one of {known}")
    return runs


def _by_inner_rate(records: Sequence[dict], head: float) -> dict[float, list[dict]]:
    return by_rates(_at_head(records, head))[head]


def _by_seed(runs: dict[float, list[dict]]) -> dict[int, list[float]]:
    found = {}
    for own in runs.values():
        for run in own:
            found.setdefault(run["seed"], []).append(score_of(run))
    return found


def _relative_range(scores: Sequence[float]) -> float:
    return (max(scores) - min(scores)) / min(scores)


def _log_mean(rates: Sequence[float]) -> float:
    return float(np.mean(np.log10(np.maximum(rates, BELOW_ALL))))


def _correlation(a: np.ndarray, b: np.ndarray) -> float:
    """Spearman's correlation; 0 where one side has a single value."""
    return float(spearmanr(a, b).statistic) if min(len(set(a.tolist())), len(set(b.tolist()))) > 1 else 0.0
