"""Do close sources help more than far ones? Closeness as people judge it, against what a source is worth."""

import numpy as np

from course_lib.analysis.intervals import Interval
from course_lib.analysis.rates.sources import SourceMatrix, over_targets
from course_lib.data.targets import judged_closeness


def closeness_gains(matrix: SourceMatrix) -> dict[int, tuple[np.ndarray, Interval | None]]:
    """Accuracy minus the target's mean over its sources, by how close people find source and target, rounded.

    Returns:
        degree → one value for each pair (P,), and the mean over targets with its bootstrap; None of a single target.
    """
    degrees, excess = _degrees(matrix), _excess(matrix)
    found = {}
    for degree in range(4):
        own = np.where(degrees == degree, excess, np.nan)
        if (values := own[~np.isnan(own)]).size:
            counted = ~np.isnan(own).all(axis=1)
            means = np.nanmean(own[counted], axis=1)
            found[degree] = (values, over_targets(means) if len(means) > 1 else None)
    return found


def closeness_gap(
    matrix: SourceMatrix, *, least: float = 2.0, beyond_source: bool = False, confidence: float = 0.95
) -> Interval:
    """Mean accuracy from close sources minus that from all others, paired by target: bootstrap over targets.

    Args:
        matrix: accuracies.
        least: closeness from which on a source counts as close. Targets without a close source are left out.
        beyond_source: subtract from each accuracy what its source is worth to the other targets, so that large sources
            do not count as far or close ones.
        confidence: of the interval.

    Raises:
        ValueError: fewer than two targets have both a close source and another one.
    """
    judged, excess = _judged(matrix), _excess(matrix)
    if beyond_source:
        excess = excess - np.array([_mean_of_others(excess, row) for row in range(len(excess))])
    gaps = []
    for own, values in zip(judged, excess, strict=True):
        close, far = values[(own >= least) & ~np.isnan(values)], values[(own < least) & ~np.isnan(values)]
        if close.size and far.size:
            gaps.append(close.mean() - far.mean())
    if len(gaps) < 2:
        raise ValueError(f"{len(gaps)} target has both close and far sources: give runs of more targets")
    return over_targets(np.array(gaps), confidence=confidence)


def _mean_of_others(excess: np.ndarray, row: int) -> np.ndarray:
    """Mean excess of each source over all targets but one, (S,)."""
    return np.nanmean(np.delete(excess, row, axis=0), axis=0)


def _judged(matrix: SourceMatrix) -> np.ndarray:
    return np.array([[judged_closeness(target, source) for source in matrix.sources] for target in matrix.targets])


def _degrees(matrix: SourceMatrix) -> np.ndarray:
    return np.rint(_judged(matrix)).astype(int)


def _excess(matrix: SourceMatrix) -> np.ndarray:
    """Accuracy of each candidate minus the mean over the target's candidates, (T, S)."""
    values = matrix.candidates.mean(axis=2)
    return values - np.nanmean(values, axis=1, keepdims=True)
