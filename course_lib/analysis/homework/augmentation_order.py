"""Where colour jitter stands, before or after the normalisation: the rows of Table VIII that collapsed."""

from collections.abc import Mapping, Sequence

import pandas as pd

from course_lib.analysis.homework.printed import printed_augmentations
from course_lib.analysis.intervals import Interval, accuracy_interval, independent_difference
from course_lib.analysis.scores import score_over_runs
from course_lib.analysis.selection import best_runs
from course_lib.analysis.tables import best_table

Orders = Mapping[str, Mapping[str, Sequence[dict]]]  # order of the transforms → row of Table VIII → its finished runs


def order_accuracies(orders: Orders, rows: Sequence[str]) -> dict[str, dict[str, Interval]]:
    """Test accuracy of each row in each order, over the seeds: order → row → interval."""
    return {order: {row: score_over_runs(best_runs(found[row])) for row in rows} for order, found in orders.items()}


def printed_accuracies(rows: Sequence[str]) -> dict[str, Interval]:
    """Printed test accuracy of each row, with Wilson's interval of its test images."""
    printed = printed_augmentations(rows)
    return {row: accuracy_interval(printed[row].test_correct, printed[row].num_test) for row in rows}


def falls_table(orders: Orders, rows: Sequence[str]) -> pd.DataFrame:
    """Test minus validation accuracy in points: one line a row, one column an order."""
    falls = {}
    for order, found in orders.items():
        reached = {row: best_table(found[row]).iloc[0] for row in rows}
        falls[order] = {row: reached[row]["test %"] - reached[row]["val %"] for row in rows}
    printed = printed_augmentations(rows)
    falls["printed"] = {row: printed[row].test_percent - printed[row].val_percent for row in rows}
    return pd.DataFrame(falls).round(1)


def ends_table(measured: Mapping[str, Interval], rows: Sequence[str]) -> pd.DataFrame:
    """Measured and printed test accuracy of each row, their difference, and whether it leaves out zero."""
    lines = {}
    for row, printed in printed_accuracies(rows).items():
        apart = independent_difference(printed, measured[row])
        lines[row] = {
            "measured": str(measured[row]),
            "printed": str(printed),
            "printed − measured": str(apart),
            "differ": "yes" if apart.low > 0 or apart.high < 0 else "not shown",
        }
    return pd.DataFrame.from_dict(lines, orient="index")
