"""Scores of runs with their intervals: over seeds, and over the images or concepts that the runs were tested on."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from course_lib.analysis.intervals import Interval, accuracy_interval, bootstrap_interval, seed_interval
from course_lib.analysis.records import (
    ACCURACY,
    MAIN_PROBE,
    metric_of,
    num_units,
    score_of,
    things_of,
    units_of,
)


def score_over_runs(
    chosen: Sequence[dict], confidence: float = 0.95, part: str = "test", probe: str = MAIN_PROBE
) -> Interval | None:
    """Score of the chosen runs: mean over seeds with its t-interval; for a single run the interval of `mean_score`.

    Args:
        part: of which images, ``"test"`` or ``"val"``.

    Returns:
        the interval within [0, 1], or None when no run was scored.
    """
    scored = [r for r in chosen if score_of(r, part, probe) is not None]
    if not scored:
        return None
    if len(scored) == 1:
        return mean_score(scored, part, confidence, probe)
    found = seed_interval([score_of(r, part, probe) for r in scored], confidence)
    return replace(found, low=max(found.low, 0.0), high=min(found.high, 1.0))


def mean_score(
    chosen: Sequence[dict], part: str = "test", confidence: float = 0.95, probe: str = MAIN_PROBE
) -> Interval:
    """Mean score of runs on the same images: the error that comes from few images or concepts, not that of training.

    Accuracy: Wilson's interval of the mean count of right images. MAP: bootstrap over the concepts; on validation
    images, of which a record keeps no units, the ends are NaN.

    Args:
        part: ``"test"`` or ``"val"``.

    Raises:
        ValueError: an unknown part, no runs, one without a score, or runs on different numbers of images.
    """
    scores = [score_of(r, part, probe) for r in chosen]
    totals = [num_units(r, part, probe) for r in chosen]
    if not scores or None in scores or len(set(totals)) > 1:
        raise ValueError(f"{part} scores {scores} on {totals} images have no mean: give runs on the same images")
    mean = float(np.mean(scores))
    if metric_of(chosen[0], probe) == ACCURACY:
        return replace(accuracy_interval(round(mean * totals[0]), totals[0], confidence), estimate=mean)
    if part == "val":
        return Interval(mean, np.nan, np.nan, "validation, no interval")
    units = [units_of(r, probe) for r in chosen]
    return replace(bootstrap_interval(units, confidence=confidence, things=things_of(chosen[0], probe)), estimate=mean)
