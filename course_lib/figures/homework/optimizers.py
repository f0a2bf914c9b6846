"""Figures of lesson 08, SGD or Adam: their losses, differences, steps, lost runs and seconds."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from course_lib.analysis.homework.printed import printed_number
from course_lib.analysis.homework.seconds import Times, adam_longer
from course_lib.analysis.homework.tables import clear_grids
from course_lib.analysis.intervals import Interval
from course_lib.analysis.records import diverged, history, select
from course_lib.analysis.tables import grid_table
from course_lib.figures.accuracy import Dot, dot_intervals
from course_lib.figures.curves import quantity_curves
from course_lib.figures.homework.printed import optimizer_differences
from course_lib.figures.sensitivity import rate_map, rate_sensitivity
from course_lib.figures.steps import step_sizes
from course_lib.figures.style import EDGE_NOTE, optimizer_name
from course_lib.figures.timing import epoch_parts


def losses(runs: Mapping[str, Sequence[dict]], epochs: int = 5) -> Figure:
    """Plot training loss and validation accuracy of each optimiser at its own rate (Figs. 5, 6).

    Args:
        runs: optimiser → finished runs at one rate.
        epochs: after how many the title gives the training loss; fewer if the runs are shorter.
    """
    records = [run for found in runs.values() for run in found]
    early = min(epochs, *(len(history(run)) for run in records))
    reached = [
        f"{np.mean([history(run)[early - 1]['train_loss'] for run in found]):.2f} with {optimizer_name(name)}"
        for name, found in runs.items()
    ]
    after = f"After {early} epochs" if early > 1 else "After one epoch"
    title = f"{after}, each at its own rate: training loss {', '.join(reached)}"
    return quantity_curves(records, ("train_loss", "val_accuracy"), title=title, log_loss=True)


def differences(table: pd.DataFrame) -> Figure:
    """Plot Adam − SGD in every grid; the title names the grids with a clear difference, or says that none has one.

    Args:
        table: of `course_lib.analysis.homework.optimizer_table` at its default confidence, 95 %.
    """
    clear = [name.replace("_", " ") for name in table.loc[clear_grids(table), "grid"]]
    at_edge = int((table["edge"] != "–").sum())
    verdict = f"a clear difference in {', '.join(clear)}" if clear else "nothing decided"
    if at_edge:
        verdict += f", {at_edge} of {len(table)} grids have a best rate at their edge"
    return optimizer_differences(table, title=f"Adam − SGD, grid by grid: {verdict}")


def sensitivity(runs: Mapping[str, Sequence[dict]]) -> Figure:
    """Plot validation accuracy over the rate in every grid; the title says what the worst rate costs."""
    cost = {name: _price(runs, name) for name in ("sgd", "adam")}
    words = f"{cost['sgd']:.0f} points with SGD, {cost['adam']:.0f} with Adam"
    title = f"Between the best and the worst rate: {words}"
    return rate_sensitivity({name.replace("_", " "): found for name, found in runs.items()}, title=title)


def gaps_by_grid(gaps: Mapping[str, Interval]) -> Figure:
    """Plot Adam − SGD for several grids of rates; the title counts the grids that each optimiser wins.

    A dagger marks a grid in which the best rate of an optimiser is the lowest or highest one.

    Args:
        gaps: name of the grid → test accuracy, Adam − SGD, see `course_lib.analysis.homework.gap_in_grid`.
    """
    names = {name: f"{name} †" if gap.edge else name for name, gap in gaps.items()}
    dots = [Dot(names[name], "Adam − SGD", gap) for name, gap in gaps.items()]
    adam, sgd = sum(gap.low > 0 for gap in gaps.values()), sum(gap.high < 0 for gap in gaps.values())
    title = f"The same runs: Adam wins {adam} of {len(gaps)} grids of rates, SGD {sgd}"
    xlabel = "test accuracy, Adam − SGD (points)"
    if any(gap.edge for gap in gaps.values()):
        xlabel += f"; {EDGE_NOTE}"
    return dot_intervals(dots, title=title, xlabel=xlabel, reference=0.0)


def _price(runs: Mapping[str, Sequence[dict]], optimizer: str) -> float:
    """Validation accuracy of the best rate minus that of the worst, in points; mean over the grids."""
    columns = [grid_table(select(found, optimizer=optimizer))["val %"] for found in runs.values()]
    return float(np.mean([column.max() - column.min() for column in columns]))


def steps(sizes: Mapping[str, Sequence[tuple[float, float]]], lr: float) -> Figure:
    """Plot the step of each tensor over its gradient; the title says how far the tensors' steps lie apart.

    Args:
        sizes: ``SGD``, ``Adam, first step`` and others → (gradient, step) of each tensor, see `step_sizes`.
        lr: the learning rate of all steps.
    """
    spread = {name: max(s for _, s in points) / min(s for _, s in points) for name, points in sizes.items()}
    title = f"At one rate, SGD's steps differ {spread['SGD']:.0f}-fold between tensors, Adam's first steps "
    title += f"{spread['Adam, first step']:.1f}-fold"
    return step_sizes(sizes, lr, title=title)


def lost_runs(rows: Mapping[str, Sequence[dict]]) -> Figure:
    """Plot which suspects diverge at which rate; the title counts lost runs with few and with a thousand outputs.

    Args:
        rows: ``"SUSPECT, 7 outputs"`` and ``"SUSPECT, 1000 outputs"`` → finished runs.
    """
    counts = {}
    for name, records in rows.items():
        outputs = name.rsplit(", ", 1)[-1]
        lost, total = counts.get(outputs, (0, 0))
        counts[outputs] = (lost + len(diverged(records)), total + len(records))
    words = [f"{lost} of {total} runs with {outputs}" for outputs, (lost, total) in counts.items()]
    return rate_map(rows, title=f"Diverged within an epoch: {', '.join(words)}")


def seconds(times: Times, num_images: int) -> Figure:
    """Plot the parts of an epoch for each batch size, form and optimiser, in milliseconds for each training image.

    Args:
        times: see `course_lib.analysis.homework.adam_longer`.
        num_images: training images of an epoch.
    """
    size = min(size for size, _, _ in times)
    forms = list(dict.fromkeys(form for _, form, _ in times))
    gap = 100 * (printed_number("adam_epoch") / printed_number("sgd_epoch") - 1)
    measured = ", ".join(f"{adam_longer(times, size, form)[1]:+.0f} % {form}" for form in forms)
    rows = {f"{name}, {form}, batch {size}": found for (size, form, name), found in times.items()}
    title = f"An epoch with Adam, batches of {size}: {measured} (printed: {gap:+.0f} %)"
    return epoch_parts(rows, title=title, per=num_images / 1000, xlabel="milliseconds per training image")
