"""What incomplete judgements change: MXinfAP of a pool against MAP of the same rankings with all labels known."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from course_lib.analysis.extension.concepts import answered
from course_lib.analysis.extension.strategies import by_network, by_strategy, chosen_runs, compare_kinds, of_kind
from course_lib.analysis.intervals import Interval, paired_difference
from course_lib.analysis.ranking import spearman
from course_lib.analysis.records import MAIN_PROBE, is_scored, score_of, units_of

INFERRED = f"inferred {MAIN_PROBE}"


@dataclass(frozen=True)
class InferredError:
    """What MXinfAP changes beside MAP.

    Attributes:
        bias: MXinfAP minus MAP, mean over the runs; bootstrap over concepts. One pool and one draw of its judgements
            serve all runs, so that another pool may have another bias.
        of_concept: standard deviation over concepts of a run's xinfAP minus AP, mean over runs.
        of_run: standard deviation over runs of MXinfAP minus MAP: what the bias leaves to disturb comparisons.
        correlations: Spearman's correlation of the strategies' order under both, for each network.
        same_best: for each network, whether both have the same strategy first.
    """

    bias: Interval
    of_concept: float
    of_run: float
    correlations: dict[str, float]
    same_best: dict[str, bool]

    def __str__(self) -> str:
        low, high = min(self.correlations.values()), max(self.correlations.values())
        return (
            f"MXinfAP minus MAP: {self.bias}; of one concept ± {100 * self.of_concept:.1f}, of one run ± "
            f"{100 * self.of_run:.1f}\nrank correlation of the strategies by both {low:.2f} to {high:.2f}, the same "
            f"first one in {sum(self.same_best.values())} of {len(self.same_best)} networks"
        )


def inferred_table(records: Sequence[dict]) -> pd.DataFrame:
    """MAP and MXinfAP, and ranks by both, of each network's strategies: mean over the runs that validation chose.

    Args:
        records: limited to the evaluated concepts; runs without an inferred score are left out.

    Raises:
        ValueError: no run has an inferred score.
    """
    rows = []
    for network, runs in by_network(_scored(records)).items():
        own = [
            {"network": network, "strategy": strategy, **_means(chosen_runs(found))}
            for strategy, found in by_strategy(runs).items()
        ]
        table = pd.DataFrame(own)
        for name in ("MAP", "MXinfAP"):
            table[f"rank by {name}"] = table[name].rank(ascending=False)
        rows.append(table)
    return pd.concat(rows, ignore_index=True)


def inferred_error(records: Sequence[dict], confidence: float = 0.95) -> InferredError:
    """Measure bias, error and change of order of MXinfAP against MAP.

    Raises:
        ValueError: no run has an inferred score, or a network has a single strategy.
    """
    runs = _scored(records)
    inferred, full = ([units_of(run, probe) for run in runs] for probe in (INFERRED, MAIN_PROBE))
    bias = paired_difference(inferred, full, confidence=confidence, things="concepts")
    differences = np.array(inferred) - np.array(full)  # (runs, concepts)
    tables = dict(iter(inferred_table(runs).groupby("network", sort=False)))
    return InferredError(
        bias,
        float(differences.std(axis=1, ddof=1).mean()),
        float(differences.mean(axis=1).std(ddof=1)),
        {name: spearman(own["MXinfAP"], own["MAP"]) for name, own in tables.items()},
        {name: bool(own["MXinfAP"].idxmax() == own["MAP"].idxmax()) for name, own in tables.items()},
    )


def widths_of_gap(records: Sequence[dict], a: str, b: str) -> dict[str, Interval]:
    """Compare two kinds of strategies of one network under MAP and under MXinfAP, with both errors.

    Args:
        records: of one network.
        a, b: beginnings of names, see `of_kind`.

    Raises:
        ValueError: as `of_kind`, or no run has an inferred score.
    """
    runs = _scored(records)
    sides = {"MAP": runs, "MXinfAP": answered(runs, INFERRED)}
    return {name: compare_kinds(of_kind(own, a), of_kind(own, b)).interval() for name, own in sides.items()}


def _scored(records: Sequence[dict]) -> list[dict]:
    found = [record for record in records if is_scored(record, INFERRED) and is_scored(record)]
    if not found:
        raise ValueError(f"no run has the score '{INFERRED}': give runs on keyframes, whose test images have a pool")
    return found


def _means(runs: Sequence[dict]) -> dict[str, float]:
    probes = {"MAP": MAIN_PROBE, "MXinfAP": INFERRED}
    return {name: float(np.mean([score_of(run, probe=probe) for run in runs])) for name, probe in probes.items()}
