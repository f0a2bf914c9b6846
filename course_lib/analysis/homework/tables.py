"""The homework's tables beside our runs: printed and measured, row by row, with intervals."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from course_lib.analysis.comparisons import compare_runs
from course_lib.analysis.homework.printed import STRATEGY_NAMES, PrintedResult, printed_augmentations, printed_result
from course_lib.analysis.intervals import Interval, accuracy_interval, independent_difference
from course_lib.analysis.records import select, setting
from course_lib.analysis.scores import score_over_runs
from course_lib.analysis.selection import best_runs, grid_edge
from course_lib.analysis.settings import check_comparable
from course_lib.analysis.tables import best_row, paired_table, percent


def printed_and_measured(strategy: str, records: Sequence[dict], confidence: float = 0.95) -> pd.DataFrame:
    """The homework's table for a strategy beside our runs, one row per optimiser, differences in test images.

    A printed accuracy is one run: its interval is Wilson's, over its test images. The records tell whether the table is
    of the large training set (Tables II–IV) or of the few-shot one (Tables V–VII).

    Raises:
        ValueError: an unknown strategy, or records that cannot be compared or are of another strategy.
    """
    check_comparable(records)
    named = setting(records[0], "name") if records else strategy
    if named in STRATEGY_NAMES and named != strategy:
        raise ValueError(f"these records are of strategy '{named}', not '{strategy}': pick others or another table")
    few_shot = bool(records and setting(records[0], "few_shot"))
    rows = []
    for optimizer in ("sgd", "adam"):
        printed = printed_result(strategy, optimizer, few_shot=few_shot)
        grid = select(records, optimizer=optimizer)
        rows.append({"optimizer": optimizer, **_side_by_side(printed, grid, confidence)})
    return pd.DataFrame(rows)


def augmentations_printed_and_measured(
    records_by_augmentation: Mapping[str, Sequence[dict]], confidence: float = 0.95
) -> pd.DataFrame:
    """Table VIII beside our runs; the keys are the homework's names, e.g. ``"RandomHorizontalFlip(p=0.5)"``.

    Raises:
        ValueError: a name that Table VIII does not have.
    """
    printed = printed_augmentations(records_by_augmentation)
    rows = []
    for name, records in records_by_augmentation.items():
        grid = select(records, optimizer=printed[name].optimizer)
        rows.append({"augmentation": name, **_side_by_side(printed[name], grid, confidence)})
    return pd.DataFrame(rows)


def optimizer_table(records_by_grid: Mapping[str, Sequence[dict]], confidence: float = 0.95) -> pd.DataFrame:
    """Adam − SGD on the test images of every grid, in points: printed (unpaired), and measured with two intervals.

    ``low``, ``high`` and ``p (largest)`` are those of `paired_table`: what other test images would change.
    ``low, seeds`` and ``high, seeds`` are the t-interval of the seeds' differences: what training again would change;
    NaN for one seed. ``Adam better in`` counts seeds. ``edge`` names the optimisers whose best rate is the lowest or
    highest of their grid, so that nothing is decided.

    Raises:
        ValueError: as `paired_table`; a grid whose runs cannot be compared.
    """
    rows = []
    for grid, records in records_by_grid.items():
        check_comparable(records)
        both = {name: select(records, optimizer=name) for name in ("adam", "sgd")}
        paired = paired_table(both, confidence).iloc[0]
        measured = compare_runs(both["adam"], both["sgd"], labels=("adam", "sgd"))
        gaps = list(measured.by_seed.values())
        over_seeds = measured.over_seeds(confidence) if len(gaps) > 1 else None
        printed = _printed_gap(records, confidence)
        row = {"grid": grid, "printed": percent(printed.estimate)}
        row |= {"low, printed": percent(printed.low), "high, printed": percent(printed.high)}
        row |= {"Adam − SGD": paired["A − B (points)"]}
        row |= {name: paired[name] for name in ("low", "high", "p (largest)")}
        row |= {f"{end}, seeds": percent(getattr(over_seeds, end, np.nan)) for end in ("low", "high")}
        row |= {"edge": ", ".join(name for name, runs in both.items() if grid_edge(runs)) or "–"}
        rows.append({**row, "Adam better in": f"{sum(gap > 0 for gap in gaps)} of {len(gaps)}"})
    return pd.DataFrame(rows)


def clear_grids(table: pd.DataFrame) -> pd.Series:
    """Whether the optimisers differ clearly in each row of `optimizer_table`.

    Both intervals, over the test images and over the seeds, leave out zero on the same side, and no best rate is at the
    edge of its grid. One seed has no interval over seeds and decides nothing.
    """
    above, below = (table[["low", "low, seeds"]] > 0).all(axis=1), (table[["high", "high, seeds"]] < 0).all(axis=1)
    return (table["edge"] == "–") & (above | below)


def _printed_gap(records: Sequence[dict], confidence: float) -> Interval:
    where = {"strategy": setting(records[0], "name"), "few_shot": bool(setting(records[0], "few_shot"))}
    rows = [printed_result(optimizer=name, **where) for name in ("adam", "sgd")]
    return independent_difference(*(accuracy_interval(row.test_correct, row.num_test, confidence) for row in rows))


def _side_by_side(printed: PrintedResult, grid: Sequence[dict], confidence: float) -> dict:
    val, found = (score_over_runs(best_runs(grid), confidence, part=part) for part in ("val", "test"))
    ours = best_row(grid, confidence)
    printed_val = accuracy_interval(printed.val_correct, printed.num_val, confidence)
    printed_test = accuracy_interval(printed.test_correct, printed.num_test, confidence)
    difference = found and round((found.estimate - printed.test_percent / 100) * printed.num_test, 1)
    return {
        "lr, printed": f"{printed.lr:g}",
        "lr, measured": ours["lr"],
        "epoch, printed": printed.epoch,
        "epoch, measured": ours["epoch"],
        "val, printed": _printed(printed.val_percent, printed_val),
        "val, measured": str(val) if val else "no finished run",
        "test, printed": _printed(printed.test_percent, printed_test),
        "test, measured": str(found) if found else "no scored run",
        "images, printed": f"{printed.test_correct} of {printed.num_test}",
        "images, measured": f"{ours['images right']:g} of {ours['test images']}" if found else "–",
        f"difference in images of {printed.num_test}": difference,
        "interval": ours["interval"],
        "diverged": f"{ours['diverged']} of {ours['runs']} runs",
    }


def _printed(percent_printed: float, wilson: Interval) -> str:
    """As printed, digit for digit, with the interval of its images."""
    return f"{percent_printed:.2f} % [{100 * wilson.low:.1f}, {100 * wilson.high:.1f}]"
