"""What frozen features reach: the last layer alone, a support vector machine, and full fine-tuning beside them."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from course_lib.analysis.intervals import Interval
from course_lib.analysis.rates.sources import SourceMatrix, by_target, over_targets, source_matrix
from course_lib.analysis.records import is_scored, score_of
from course_lib.sweeps.studies.rates.sources import SVM

FULL, HEAD, MACHINE = "all layers", "last layer", "SVM on frozen features"


def strategy_accuracies(full: Sequence[dict], heads: Sequence[dict]) -> dict[str, SourceMatrix]:
    """Test accuracies of every start for every target by strategy; random initialisation is a start, too.

    Args:
        full: runs of the study `sources`.
        heads: runs of the study `source_heads`, of which some were asked for a support vector machine.

    Raises:
        ValueError: as `source_matrix`, or runs of one study lack a target or start of the other.
    """
    found = {FULL: source_matrix(full), HEAD: source_matrix(heads), MACHINE: _machine(heads)}
    shapes = {(own.targets, own.starts) for own in found.values()}
    if len(shapes) > 1:
        raise ValueError("the studies of all layers and of the last layer have other targets: let both finish")
    return found


def strategy_table(found: dict[str, SourceMatrix]) -> pd.DataFrame:
    """Make the table of mean accuracies over targets: a row for each start, a column for each strategy.

    A target's own domain is left out; t-intervals over the targets.
    """
    columns = {
        name: {start: str(over_targets(_means(own)[:, place], "%")) for place, start in enumerate(own.starts)}
        for name, own in found.items()
    }
    return pd.DataFrame(columns)


def strategy_gap(found: dict[str, SourceMatrix], a: str, b: str, confidence: float = 0.95) -> Interval:
    """Accuracy of strategy A minus that of B, mean over the sources, paired by target: t-interval over targets."""
    one, other = (np.nanmean(found[name].candidates.mean(axis=2), axis=1) for name in (a, b))
    return over_targets(one - other, confidence=confidence)


def _machine(heads: Sequence[dict]) -> SourceMatrix:
    """Accuracies of the support vector machine, which only some of the runs were asked for."""
    asked = by_target([run for run in heads if is_scored(run, SVM.name)])
    matrix = source_matrix(heads)
    values = [
        [[score_of(run, probe=SVM.name) for run in _in_order(asked[target][start])] for start in matrix.starts]
        for target in matrix.targets
    ]
    return SourceMatrix(matrix.targets, matrix.starts, np.array(values))


def _in_order(runs: Sequence[dict]) -> list[dict]:
    return sorted(runs, key=lambda run: run["seed"])


def _means(matrix: SourceMatrix) -> np.ndarray:
    values = matrix.accuracies.mean(axis=2)
    for row, target in enumerate(matrix.targets):
        if target in matrix.starts:
            values[row, matrix.starts.index(target)] = np.nan
    return values
