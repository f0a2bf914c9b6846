"""Do close sources help more than far ones? Closeness as a tree of meaning judges it (`judged_closeness`)."""

import numpy as np
import pandas as pd

from course_lib.analysis.intervals import Interval
from course_lib.analysis.rates.source_choice import excess, merit_elsewhere
from course_lib.analysis.rates.sources import SourceMatrix, over_targets
from course_lib.data.targets import judged_closeness

CLOSE, SAME = 1.5, 2.5  # from which on a source counts as close, and as of the target's own domain: as tables round
_WORDS = {0: "far", 1: "one step in common", 2: "close", 3: "one domain"}


def closeness_table(matrix: SourceMatrix) -> pd.DataFrame:
    """Make the table of accuracy minus the target's mean over its sources, a row for each closeness, rounded.

    The interval is over the targets (t); there is none of a single target.
    """
    degrees, values = np.rint(_judged(matrix)), excess(matrix.candidates.mean(axis=2))
    rows = {}
    for degree, word in _WORDS.items():
        own = np.where(degrees == degree, values, np.nan)
        counted = ~np.isnan(own).all(axis=1)
        if counted.any():
            means = np.nanmean(own[counted], axis=1)
            gain = str(over_targets(means)) if len(means) > 1 else f"{100 * means[0]:.1f} points"
            numbers = {"pairs": int((~np.isnan(own)).sum()), "targets": len(means)}
            rows[f"{degree}, {word}"] = numbers | {"minus the target's mean": gain}
    return pd.DataFrame.from_dict(rows, orient="index")


def closeness_gap(
    matrix: SourceMatrix, *, same: bool = True, beyond_source: bool = False, confidence: float = 0.95
) -> Interval:
    """Mean accuracy from close sources minus that from all others, paired by target: t-interval over targets.

    Args:
        matrix: accuracies. Targets without a close source are left out.
        same: whether pairs of one domain count as close; if not, they are left out.
        beyond_source: subtract from each accuracy what its source is worth to the other targets, so that large sources
            do not count as far or close ones.
        confidence: of the interval.

    Raises:
        ValueError: fewer than two targets have both a close source and another one.
    """
    judged, means = _judged(matrix), matrix.candidates.mean(axis=2)
    values = excess(means) - merit_elsewhere(means) if beyond_source else excess(means)
    values = values if same else np.where(judged >= SAME, np.nan, values)
    gaps = []
    for own, row in zip(judged, values, strict=True):
        close, far = row[(own >= CLOSE) & ~np.isnan(row)], row[(own < CLOSE) & ~np.isnan(row)]
        if close.size and far.size:
            gaps.append(close.mean() - far.mean())
    if len(gaps) < 2:
        raise ValueError(f"{len(gaps)} target has both close and far sources: give runs of more targets")
    return over_targets(np.array(gaps), confidence=confidence)


def _judged(matrix: SourceMatrix) -> np.ndarray:
    return np.array([[judged_closeness(target, source) for source in matrix.sources] for target in matrix.targets])
