"""Pairs of methods, most of which differ in one thing, over all rows of Table 3."""

from collections.abc import Sequence

import pandas as pd

from course_lib.analysis.intervals import count_shown
from course_lib.analysis.multitune.comparison import gaps
from course_lib.analysis.multitune.rows import ENSEMBLE, ENSEMBLE_ANEW, kind_of
from course_lib.sweeps.studies.multitune.methods import ALL_KEPT, ANEW, FULL, MULTITUNE, ONE_BLOCK, SPOTTUNE

PAIRS = {  # what the two differ in → both methods
    "everything": (ONE_BLOCK, SPOTTUNE),
    "routes": (SPOTTUNE, FULL),
    "how much begins anew": (ONE_BLOCK, MULTITUNE),
    "whether a block begins anew": (ONE_BLOCK, ALL_KEPT),
    "second branch": (ONE_BLOCK, ANEW),
    "joined layer or vote": (ONE_BLOCK, ENSEMBLE_ANEW),
    "all but the number of networks": (ONE_BLOCK, ENSEMBLE),
    "number of networks": (ENSEMBLE, FULL),
}
COUNTS = ("better", "worse")


def opponents_table(records: Sequence[dict]) -> pd.DataFrame:
    """Tabulate the difference of each pair of `PAIRS` in test accuracy, paired by seed and image.

    Returns:
        A row for each pair that has runs, named ``"A − B"``. Columns: ``"differ in"``; for each kind of set the
        difference on all training images with its interval, ``"–"`` without runs; ``"better"`` and ``"worse"``: in how
        many rows of Table 3 A is shown to be so, as in ``"9 of 10"``. A best rate at an edge shows nothing.
    """
    rows = {}
    for what, (a, b) in PAIRS.items():
        if found := {row: gap.interval() for row, gap in gaps(records, a, b).items()}:
            whole = {kind_of(source): str(gap) for (source, few), gap in found.items() if few is None}
            counts = [f"{count} of {len(found)}" for count in count_shown(found.values())]
            rows[f"{a} − {b}"] = {"differ in": what} | whole | dict(zip(COUNTS, counts, strict=True))
    return pd.DataFrame.from_dict(rows, orient="index").fillna("–")
