"""Images that have a near-duplicate in another part of the data, and what those of the test part do to a score."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from course_lib.analysis.intervals import accuracy_interval
from course_lib.analysis.records import num_units, units_of
from course_lib.data.duplicates import near_duplicates
from course_lib.data.splits import Splits


def twin_rows(splits: Splits, limit: int | None = None, *, part: str = "test") -> np.ndarray:
    """Find the images of a part that have a near-duplicate in an earlier one: their rows, sorted.

    Args:
        part: ``"test"``, compared with training and validation, or ``"val"``, compared with training.
        limit: bits in which two perceptual hashes may differ, see `near_duplicates`.

    Raises:
        ValueError: as `near_duplicates`.
    """
    pairs = near_duplicates(splits) if limit is None else near_duplicates(splits, limit)
    twins = {pair.second for pair in pairs if pair.second_part == part}
    return np.array([row for row, name in enumerate(getattr(splits, part).names) if name in twins], dtype=int)


def twins_table(chosen: Mapping[str, Sequence[dict]], rows: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """Accuracy on all test images, on those with a near-duplicate in another part, and on all others.

    Args:
        chosen: label → runs on the same test images; their mean counts.
        rows: label → rows of the test images with a near-duplicate, of `twin_rows`.

    Returns:
        one line a label: number of images with a near-duplicate, and three accuracies with Wilson's intervals.

    Raises:
        ValueError: a row beyond the test images of its runs.
    """
    lines = {}
    for label, runs in chosen.items():
        twins, units = np.zeros(num_units(runs[0]), dtype=bool), np.mean([units_of(run) for run in runs], axis=0)
        if len(rows[label]) and max(rows[label]) >= len(twins):
            raise ValueError(
                f"'{label}': row {max(rows[label])} of {len(twins)} test images: give rows of these images"
            )
        twins[rows[label]] = True
        lines[label] = {"with a near-duplicate": int(twins.sum()), "all": _accuracy(units)}
        lines[label] |= {"these": _accuracy(units[twins]), "all others": _accuracy(units[~twins])}
    return pd.DataFrame.from_dict(lines, orient="index")


def _accuracy(units: np.ndarray) -> str:
    return str(accuracy_interval(round(float(units.sum())), len(units))) if len(units) else "–"
