"""Gaps: between the validation and the test accuracy of the same runs, and between two strategies at every rate."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from course_lib.analysis.intervals import Interval, accuracy_interval, independent_difference, seed_interval
from course_lib.analysis.selection import best_runs, check_one_optimizer, select, setting, values_of


def mean_accuracy(chosen: Sequence[dict], part: str = "test", confidence: float = 0.95) -> Interval:
    """Mean accuracy of runs on the same images, with Wilson's interval of their mean count of right images.

    It is the error that comes from few images; how much training again changes is `seed_interval`'s.

    Args:
        part: ``"test"`` or ``"val"``.

    Raises:
        ValueError: an unknown part, no runs, one without an accuracy, or runs on different numbers of images.
    """
    if part not in ("test", "val"):
        raise ValueError(f"unknown part '{part}': choose test or val")
    accuracies, totals = [r[f"{part}_accuracy"] for r in chosen], [r[f"num_{part}"] for r in chosen]
    if not accuracies or None in accuracies or len(set(totals)) > 1:
        raise ValueError(
            f"{part} accuracies {accuracies} on {totals} images have no mean: give runs on the same images"
        )
    mean = float(np.mean(accuracies))
    return replace(accuracy_interval(round(mean * totals[0]), totals[0], confidence), estimate=mean)


def validation_gap(chosen: Sequence[dict]) -> Interval:
    """Validation minus test accuracy, mean over the chosen runs; the interval is of the images of both parts.

    Raises:
        ValueError: as `mean_accuracy`.
    """
    return independent_difference(mean_accuracy(chosen, "val"), mean_accuracy(chosen, "test"))


def gap_table(records_by_label: Mapping[str, Sequence[dict]]) -> pd.DataFrame:
    """Validation and test accuracy of the chosen runs of each label and optimiser, and the gap between them.

    ``low`` and ``high`` say how far the gap could be chance of the images; ``over seeds`` is the t-interval of the gaps
    of the single seeds, each with the validation and test accuracy of the same run.

    Raises:
        ValueError: records that mix strategies or images, or that were not scored.
    """
    rows = []
    for label, records in records_by_label.items():
        for optimizer in values_of(records, "optimizer"):
            chosen = best_runs(select(records, optimizer=optimizer))
            gap = validation_gap(chosen)
            gaps = [r["val_accuracy"] - r["test_accuracy"] for r in chosen]
            row = {"images": label, "optimizer": optimizer}
            row |= {f"{part} %": _points(mean_accuracy(chosen, part).estimate) for part in ("val", "test")}
            row |= {"gap (points)": _points(gap.estimate), "low": _points(gap.low), "high": _points(gap.high)}
            rows.append({**row, "over seeds": str(seed_interval(gaps, unit="points")) if len(gaps) > 1 else "one seed"})
    return pd.DataFrame(rows)


def rate_gains(records_by_label: Mapping[str, Sequence[dict]], confidence: float = 0.95) -> pd.DataFrame:
    """Best validation accuracy (%) of two grids at every rate that both have, and what the second gains, in points.

    ``low`` and ``high`` are the t-interval of the gain over the seeds that both have, paired; NaN for fewer than two.
    A run without a validation accuracy (it diverged at once) is left out, and ``seeds`` counts what is left.

    Args:
        records_by_label: label → records of one optimiser; two of them.

    Raises:
        ValueError: not two labels, or records that mix optimisers.
    """
    if len(records_by_label) != 2:
        raise ValueError(f"{len(records_by_label)} grids: a gain is between two, first what it starts from")
    for label, records in records_by_label.items():
        check_one_optimizer(label, records)
    base, better = ({(setting(r, "lr"), r["seed"]): r for r in records} for records in records_by_label.values())
    rows = []
    for lr in sorted({lr for lr, _ in base} & {lr for lr, _ in better}, reverse=True):
        pairs = [
            [grid[key]["val_accuracy"] for grid in (base, better)] for key in base if key[0] == lr and key in better
        ]
        pairs = [pair for pair in pairs if None not in pair]
        gains = [100 * (after - before) for before, after in pairs]
        row = {"lr": lr} | {
            label: round(100 * float(np.mean(side)), 2)
            for label, side in zip(records_by_label, zip(*pairs, strict=True), strict=False)
        }
        over_seeds = seed_interval(gains, confidence) if len(gains) > 1 else None
        row["gain"] = round(float(np.mean(gains)), 2) if gains else np.nan
        row |= {end: round(getattr(over_seeds, end, np.nan), 2) for end in ("low", "high")}
        rows.append({**row, "seeds": len(gains)})
    return pd.DataFrame(rows)


def _points(fraction: float) -> float:
    return round(100 * fraction, 2)
