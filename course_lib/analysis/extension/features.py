"""Trained networks as feature generators: MAP of the layers and of the ways to use them, beside the direct output.

The learning rate of a network is the one that validation chose for its *direct output*, for each seed by itself: the
records keep no validation score of a classifier on features. So a comparison with the direct output favours the latter.
Scores of keyframes are those of the evaluated concepts, see `on_evaluated`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from course_lib.analysis.comparisons import Comparison
from course_lib.analysis.extension.concepts import LIMITED, answered, on_evaluated
from course_lib.analysis.extension.strategies import grouped, network_of
from course_lib.analysis.extension.ways import (
    DIRECT,
    LAST_FUSED,
    POSITIONS,
    WAYS,
    auxiliary_of,
    is_asked,
    layer_probe,
    layers_of,
    probe_of,
)
from course_lib.analysis.intervals import Interval
from course_lib.analysis.records import is_scored, setting, units_of
from course_lib.analysis.scores import score_over_runs
from course_lib.analysis.selection import best_runs, rate_at_edge
from course_lib.data.mini.several import VOC_CONCEPTS


@dataclass(frozen=True)
class Trained:
    """The runs of a network and a strategy that validation chose, one for each seed.

    Attributes:
        network: its name in the studies, e.g. ``"GoogLeNet-84"``.
        strategy: e.g. ``"FT3-ex1-512"``.
        edge: the best learning rate is the lowest or highest tried, see `rate_at_edge`; else empty.
    """

    network: str
    strategy: str
    runs: tuple[dict, ...]
    edge: str = ""

    def is_asked(self, way: str) -> bool:
        """Whether all runs have a score of this way."""
        return all(is_asked(run, way) for run in self.runs)

    def score(self, way: str, confidence: float = 0.95) -> Interval:
        """MAP of a way, see `score_over_runs`."""
        return score_over_runs(self.runs, confidence, probe=probe_of(self.runs[0], way))

    def edge_of(self, way: str) -> float:
        """Share of the choices of a way at an end of their grid: of the learning rate or of C."""
        if way == DIRECT:
            return float(bool(self.edge))
        return float(np.mean([edge for run in self.runs for edge in c_edges(run, probe_of(run, way))] or [0]))


def trained_networks(records: Sequence[dict]) -> list[Trained]:
    """Choose the learning rate of each network, strategy and seed by validation of the direct output.

    Runs of one data set. A seed whose training diverged at all rates is left out.
    """
    grids = grouped(on_evaluated(records), lambda record: (network_of(record), setting(record, "name")))
    chosen = {key: tuple(r for r in best_runs(grid) if is_scored(r)) for key, grid in grids.items()}
    return [Trained(*key, runs, rate_at_edge(grids[key])) for key, runs in chosen.items() if runs]


def by_network(trained: Sequence[Trained]) -> dict[str, list[Trained]]:
    """Group by network, in order of first appearance."""
    return grouped(trained, lambda own: own.network)


def c_edges(record: Mapping, probe: str) -> list[bool]:
    """For each classifier of a probe whether its C is the lowest or highest tried; none where C was not chosen."""
    return [word == "yes" for word in (record["scores"][probe].get("c_at_edge") or "").split()]


def compare_ways(trained: Sequence[Trained], a: str, b: str) -> Comparison:
    """Pair way A with way B of the same runs; several networks or strategies are averaged within each seed.

    Raises:
        ValueError: no run was asked for both.
    """
    pairs = []
    for own in trained:
        pairs += [(_as(run, a), _as(run, b)) for run in own.runs if is_asked(run, a) and is_asked(run, b)]
    if not pairs:
        raise ValueError(f"no run was asked for both '{a}' and '{b}': give runs of a strategy that was")
    return Comparison(tuple(pairs))


def way_gap(trained: Sequence[Trained], a: str, b: str, confidence: float = 0.95) -> Interval:
    """MAP of way A minus that of way B, mean over networks and strategies given; errors of seeds and concepts.

    The edge is named where it could overturn the result: more than half of the choices of the *worse* way are at an end
    of their grid (the learning rate of the direct output, C of a classifier), so that a better one may lie beyond.

    Raises:
        ValueError: as `compare_ways`.
    """
    found = compare_ways(trained, a, b).interval(confidence)
    return replace(found, edge=_edge(trained, b if found.estimate > 0 else a))


def layers_table(trained: Sequence[Trained]) -> pd.DataFrame:
    """MAP in % of each layer's logistic regression, a row for each layer that was asked, from low to high.

    Columns: network, strategy, layer, MAP and its interval, and how many of the seeds chose a C at an end of its grid.
    """
    rows = []
    for own in trained:
        for layer in (*layers_of(own.runs[0]), *auxiliary_of(own.runs[0])):
            probe = layer_probe(layer)
            runs = [run for run in own.runs if is_scored(run, probe)]
            if runs:
                edges = sum(any(c_edges(run, probe)) for run in runs)
                row = {"network": own.network, "strategy": own.strategy, "layer": layer}
                rows.append(row | _numbers(score_over_runs(runs, probe=probe)) | {"C at edge": f"{edges}/{len(runs)}"})
    return pd.DataFrame(rows)


def ways_table(trained: Sequence[Trained], to: str = DIRECT) -> pd.DataFrame:
    """MAP in % of each way that was asked, and its difference to another way with the errors of seeds and concepts."""
    rows = []
    for own in trained:
        for way in filter(own.is_asked, WAYS):
            row = {"network": own.network, "strategy": own.strategy, "way": way} | _numbers(own.score(way))
            gap = "" if way == to else str(way_gap([own], way, to))
            edge = "–" if way != DIRECT and not _chooses(own, way) else f"{own.edge_of(way):.0%}"
            rows.append(row | {f"minus {to}": gap, "lr or C at edge": edge})
    return pd.DataFrame(rows)


def strategies_table(trained: Sequence[Trained]) -> pd.DataFrame:
    """MAP in % of every strategy: direct output, each of the last three layers, these fused, and fused minus direct."""
    ways = (DIRECT, *POSITIONS, LAST_FUSED)
    rows = []
    for own in trained:
        row = {"network": own.network, "strategy": own.strategy}
        row |= {way: 100 * own.score(way).estimate for way in ways if own.is_asked(way)}
        row["fused − direct"] = str(way_gap([own], LAST_FUSED, DIRECT)) if own.is_asked(LAST_FUSED) else ""
        rows.append(row | {"lr at edge": "yes" if own.edge else "no"})
    return pd.DataFrame(rows)


def concept_table(trained: Sequence[Trained], a: str = LAST_FUSED, b: str = DIRECT) -> pd.DataFrame:
    """Average precision of each concept by two ways, mean over all runs given: columns a, b and "gain"; best first."""
    sides = compare_ways(trained, a, b).sides
    means = [np.mean([units_of(run) for run in side], axis=0) for side in sides]
    table = pd.DataFrame({a: means[0], b: means[1]}, index=pd.Index(_names(sides[0][0]), name="concept"))
    return table.assign(gain=table[a] - table[b]).sort_values("gain", ascending=False, kind="stable")


def _as(run: dict, way: str) -> dict:
    return answered([run], probe_of(run, way))[0]


def _edge(trained: Sequence[Trained], way: str) -> str:
    asked = [own for own in trained if own.is_asked(way)]
    share = np.mean([own.edge_of(way) for own in asked] or [0])
    if share <= 0.5:
        return ""
    what = "learning rates" if way == DIRECT else "values of C"
    return f"{way}: {share:.0%} of the {what} are at an end of their grid"


def _chooses(own: Trained, way: str) -> bool:
    return any(c_edges(run, probe_of(run, way)) for run in own.runs)


def _numbers(found: Interval) -> dict[str, float]:
    return {"MAP": 100 * found.estimate, "low": 100 * found.low, "high": 100 * found.high}


def _names(run: Mapping) -> Sequence[str]:
    """Names of the concepts of a run's units.

    Raises:
        ValueError: as many names are not known.
    """
    names = run.get(LIMITED) or setting(run, "classes") or VOC_CONCEPTS
    if len(names) != len(units_of(run)):
        raise ValueError(
            f"{len(units_of(run))} units for {len(names)} concepts: give runs of mini:keyframes or mini:voc"
        )
    return names
