"""Fusion against single layers, upper against lower layers, and the rank of strategies as feature generators."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from course_lib.analysis.comparisons import Comparison
from course_lib.analysis.extension.concepts import answered
from course_lib.analysis.extension.features import Trained, way_gap
from course_lib.analysis.extension.ways import LAST_FUSED, POSITIONS, layer_probe, layers_of, probe_of
from course_lib.analysis.intervals import Interval
from course_lib.analysis.records import is_scored, units_of
from course_lib.sweeps.studies.extension.questions import LAST
from course_lib.sweeps.studies.extension.strategies import FULL

_RESAMPLES = 2000


def best_single(own: Trained) -> str:
    """The best of the last three layers, *by the test images*: no record keeps a validation score of single layers.

    What it reaches is too high, so that a comparison with it is the strictest for fusion.
    """
    return max(POSITIONS, key=lambda way: own.score(way).estimate)


def fusion_gaps(trained: Sequence[Trained], confidence: float = 0.95) -> dict[str, Interval]:
    """Last three layers fused minus each of them, and minus the best of them on test, mean over strategies."""
    asked = [own for own in trained if own.is_asked(LAST_FUSED)]
    found = {way: way_gap(asked, LAST_FUSED, way, confidence) for way in POSITIONS}
    return found | {"best on test": strictest_gap(asked, confidence)}


def strictest_gap(trained: Sequence[Trained], confidence: float = 0.95) -> Interval:
    """Last three layers fused minus the best of them on test, which may be another layer for each strategy."""
    chosen = [(own, best_single(own)) for own in trained]
    pairs = [
        tuple(answered([run], probe_of(run, way))[0] for way in (LAST_FUSED, best))
        for own, best in chosen
        for run in own.runs
    ]
    found = Comparison(tuple(pairs)).interval(confidence)
    edges = [own.edge_of(best if found.estimate > 0 else LAST_FUSED) for own, best in chosen]
    edge = "more than half of the values of C of the worse side are at an end of their grid"
    return replace(found, edge=edge if np.mean(edges) > 0.5 else "")


def fusion_table(trained: Sequence[Trained]) -> pd.DataFrame:
    """`fusion_gaps` of each strategy by itself, in words, with the layer that is best on test."""
    rows = []
    for own in (own for own in trained if own.is_asked(LAST_FUSED)):
        names = layers_of(own.runs[0])[-LAST:]
        best = names[POSITIONS.index(best_single(own))]
        gaps = {f"fused − {label}": str(gap) for label, gap in fusion_gaps([own]).items()}
        rows.append({"network": own.network, "strategy": own.strategy, "best on test": best} | gaps)
    return pd.DataFrame(rows)


def upper_gap(trained: Sequence[Trained], confidence: float = 0.95) -> Interval:
    """Mean MAP of the last three layers, each by itself, minus that of all layers below; of runs asked for all layers.

    Raises:
        ValueError: no run was asked for every layer.
    """
    pairs, edges = [], []
    for run in chain.from_iterable(own.runs for own in trained):
        layers = layers_of(run)
        if all(is_scored(run, layer_probe(layer)) for layer in layers):
            upper, lower = ([layer_probe(layer) for layer in part] for part in (layers[-LAST:], layers[:-LAST]))
            pairs.append((_mean_of(run, upper), _mean_of(run, lower)))
            edges.append([np.mean([_at_edge(run, probe) for probe in part]) for part in (upper, lower)])
    if not pairs:
        raise ValueError("no run was asked for every layer: give runs of FT1-def or FT3-ex1-512")
    found = Comparison(tuple(pairs)).interval(confidence)
    share = np.mean(edges, axis=0)[1 if found.estimate > 0 else 0]  # of the worse side
    return replace(found, edge=f"{share:.0%} of the worse side's C are at an end of the grid" if share > 0.5 else "")


def rank_intervals(trained: Sequence[Trained], way: str = LAST_FUSED, confidence: float = 0.95) -> dict[str, Interval]:
    """Rank of each strategy among those of one network; percentile bootstrap over concepts and seeds together.

    The edge is named if the best learning rate of more than half of the strategies is at an end of the grid.

    Raises:
        ValueError: a seed lacks a strategy.
    """
    asked = [own for own in trained if own.is_asked(way) and own.strategy != FULL]
    units, draw = _units(asked, way), np.random.default_rng(0)  # (strategies, seeds, concepts)
    seeds, concepts = (
        draw.multinomial(number, np.full(number, 1 / number), size=_RESAMPLES) / number for number in units.shape[1:]
    )
    drawn = rankdata(-np.einsum("asc,bs,bc->ba", units, seeds, concepts, optimize=True).round(12), axis=1)
    lows, highs = np.quantile(drawn, [0.5 - confidence / 2, 0.5 + confidence / 2], axis=0)
    found = rankdata(-units.mean(axis=(1, 2)).round(12))
    method = f"bootstrap, {units.shape[2]} concepts and {units.shape[1]} seeds"
    edges = sum(bool(own.edge) for own in asked)
    edge = f"the best learning rate of {edges} of {len(asked)} strategies is at an end of the grid"
    return {
        own.strategy: Interval(*map(float, ends), method, units.shape[1], "", edge if 2 * edges > len(asked) else "")
        for own, *ends in zip(asked, found, lows, highs, strict=True)
    }


def rank_interval(
    trained: Sequence[Trained], strategy: str, way: str = LAST_FUSED, confidence: float = 0.95
) -> Interval:
    """Rank of one strategy, see `rank_intervals`.

    Raises:
        ValueError: the strategy has no runs, or a seed lacks a strategy.
    """
    names = [own.strategy for own in trained if own.is_asked(way)]
    if strategy not in names:
        raise ValueError(f"no run of '{strategy}' was asked for '{way}': choose one of {', '.join(names) or 'none'}")
    return rank_intervals(trained, way, confidence)[strategy]


def rank_table(trained: Sequence[Trained], way: str = LAST_FUSED) -> pd.DataFrame:
    """Rank of every strategy of one network with its interval, the best first."""
    found = rank_intervals(trained, way)
    rows = {name: found[name] for name in sorted(found, key=lambda name: found[name].estimate)}
    of = {each.strategy: each for each in trained}
    return pd.DataFrame(
        {
            "MAP": [100 * of[name].score(way).estimate for name in rows],
            "rank": [own.estimate for own in rows.values()],
            "low": [own.low for own in rows.values()],
            "high": [own.high for own in rows.values()],
            "lr at edge": ["yes" if of[name].edge else "no" for name in rows],
        },
        index=pd.Index(rows, name="strategy"),
    )


def family_gap(trained: Sequence[Trained], a: str, b: str, way: str = LAST_FUSED, confidence: float = 0.95) -> Interval:
    """Mean MAP of the strategies whose names begin with A minus that of those with B, of one network.

    Args:
        a, b: e.g. ``"FT3-ex"`` and ``"FT2-re"``.

    Raises:
        ValueError: no run of one of both, or a seed lacks a strategy.
    """
    sides = [[own for own in trained if own.strategy.startswith(name) and own.is_asked(way)] for name in (a, b)]
    if not all(sides):
        raise ValueError(f"no run of '{a if not sides[0] else b}' was asked for '{way}': let the study finish")
    units = [_units(side, way).mean(axis=0) for side in sides]  # (seeds, concepts) each
    runs = [_with_units(run, list(own)) for side, mean in zip(sides, units, strict=True)
            for run, own in zip(side[0].runs, mean, strict=True)]  # fmt: skip
    half = len(runs) // 2
    found = Comparison(tuple(zip(runs[:half], runs[half:], strict=True))).interval(confidence)
    worse = sides[1 if found.estimate > 0 else 0]
    edges = sum(bool(own.edge) for own in worse)
    edge = f"the best learning rate of {edges} of {len(worse)} strategies of the worse side is at an end of the grid"
    return replace(found, edge=edge if 2 * edges > len(worse) else "")


def _units(trained: Sequence[Trained], way: str) -> np.ndarray:
    """Units (strategies, seeds, concepts)."""
    seeds = {tuple(run["seed"] for run in own.runs) for own in trained}
    if len(seeds) != 1:
        raise ValueError(f"strategies have runs of the seeds {sorted(seeds)}: give the same seeds of each")
    return np.array([[units_of(run, probe_of(run, way)) for run in own.runs] for own in trained])


def _at_edge(run: dict, probe: str) -> bool:
    return (run["scores"][probe].get("c_at_edge") or "no") == "yes"


def _mean_of(run: dict, probes: Sequence[str]) -> dict:
    return _with_units(run, list(np.mean([units_of(run, probe) for probe in probes], axis=0)), like=probes[0])


def _with_units(run: dict, units: list[float], like: str = "direct") -> dict:
    score = run["scores"][like] | {"units": units, "value": float(np.mean(units))}
    return run | {"scores": run["scores"] | {"direct": score}}
