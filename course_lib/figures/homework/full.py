"""Figures of lesson 05, full fine-tuning: how fast it learns, how far it moves, what it forgets."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from course_lib.analysis.homework.forgetting import NEW, OWN_STATISTICS
from course_lib.analysis.intervals import Interval
from course_lib.analysis.records import history, select
from course_lib.analysis.selection import best_rate
from course_lib.analysis.tables import best_table
from course_lib.figures.amounts import accuracy_by_amount
from course_lib.figures.curves import training_curves
from course_lib.figures.filters import filter_grid
from course_lib.figures.kinds import kinds_of
from course_lib.figures.style import optimizer_name


def learning(runs: Mapping[str, Sequence[dict]]) -> Figure:
    """Plot the training curves of full fine-tuning (Figs. 13–15); the title says how far one epoch gets.

    Args:
        runs: finished runs of the strategies ``full`` and ``scratch``, both at the optimiser that is best for ``full``.
    """
    table = best_table(runs["full"])
    best = table.loc[table["val %"].idxmax()]
    first = {name: _after_one_epoch(select(runs[name], optimizer=best["optimizer"])) for name in ("full", "scratch")}
    title = (
        f"Full fine-tuning at its best rate: {first['full']:.0f} % of the validation images after one epoch "
        f"(from scratch {first['scratch']:.0f} %), {best['val %']:.0f} % at best, with "
        f"{optimizer_name(best['optimizer'])}"
    )
    return training_curves(runs["full"], title=title)


def _after_one_epoch(records: Sequence[dict]) -> float:
    """Validation accuracy after the first epoch at the best rate, in per cent, mean over seeds."""
    found = [history(run)[0]["val_accuracy"] for run in select(records, lr=best_rate(records))]
    return 100 * float(np.mean(found))


def first_filters(weight, start, name: str) -> Figure:
    """Show the first six filters of a network; the title says how far they are from those at the start.

    Args:
        weight, start: (N, 3, H, W), of the network and of the borrowed one.
        name: what the network is called.
    """
    weight, start = np.asarray(weight, dtype=float), np.asarray(start, dtype=float)
    moved = 100 * float(np.linalg.norm(weight - start) / np.linalg.norm(start))
    finding = f"moved by {moved:.0f} % of their size" if moved else "where both trainings start"
    return filter_grid(weight[:6], title=f"First filters, {name}: {finding}", columns=6)


def forgetting(scores: Mapping[str, Mapping[float, Interval]]) -> Figure:
    """Plot the test accuracy on the new and on the former task over the rate; the title says what is forgotten.

    Args:
        scores: series → rate → interval, see `course_lib.analysis.homework.task_scores`.
    """
    new = scores[NEW]
    best = max(new, key=lambda lr: new[lr].estimate)
    title = f"The rate best for the new task, {best:g}, reaches {100 * new[best].estimate:.0f} %"
    if OWN_STATISTICS in scores:
        title += f" and {_what_is_left(scores[OWN_STATISTICS], best)}"
    kinds = kinds_of(interval for found in scores.values() for interval in found.values())
    note = "mean over seeds, 95 % t-interval" if kinds == ("t",) else "95 % interval over the test images"
    axes = {"xlabel": "learning rate of Adam, five epochs", "ylabel": "test accuracy (%)"}
    return accuracy_by_amount(scores, title=title, note=note, **axes)


def _what_is_left(former: Mapping[float, Interval], lr: float) -> str:
    """What a rate leaves of the former task, compared with the lowest rate, which hardly moves the weights."""
    start, end = former[min(former)], former[lr]
    words = f"from {100 * start.estimate:.0f} to {100 * end.estimate:.0f} %"
    if end.high < start.low:
        return f"takes the former one {words}"
    return (
        f"raises the former one {words}"
        if end.low > start.high
        else f"does not clearly change the former one ({words})"
    )
