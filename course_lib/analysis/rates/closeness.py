"""Do close sources help more than far ones? Closeness as a tree of meaning judges it (`judged_closeness`)."""

import numpy as np

from course_lib.analysis.intervals import Interval
from course_lib.analysis.rates.source_choice import excess, merit_elsewhere
from course_lib.analysis.rates.sources import SourceMatrix, over_targets
from course_lib.data.targets import judged_closeness

CLOSE, SAME = 1.5, 2.5  # from which on a source counts as close, and as of the target's own domain: as figures round


def closeness_gains(matrix: SourceMatrix) -> dict[int, tuple[np.ndarray, Interval | None]]:
    """Accuracy minus the target's mean over its sources, by the judged closeness of source and target, rounded.

    Returns:
        degree → one value for each pair (P,), and the mean over targets with its t-interval; None of a single target.
    """
    degrees, values = np.rint(_judged(matrix)), excess(matrix.candidates.mean(axis=2))
    found = {}
    for degree in range(4):
        own = np.where(degrees == degree, values, np.nan)
        counted = ~np.isnan(own).all(axis=1)
        if counted.any():
            means = np.nanmean(own[counted], axis=1)
            found[degree] = (own[~np.isnan(own)], over_targets(means) if len(means) > 1 else None)
    return found


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
