"""Loss and accuracy curves by epoch, for each learning rate and optimiser (the homework's Figs. 5–27)."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator
from scipy import stats

from course_lib.analysis.records import (
    ACCURACY,
    best_epoch,
    diverged,
    history,
    metric_of,
    select,
    setting,
    values_of,
)
from course_lib.analysis.selection import best_runs
from course_lib.figures.style import (
    BLACK,
    GREY,
    OPTIMIZER_NAMES,
    OPTIMIZER_STYLES,
    lr_color,
    new_figure,
    optimizer_name,
    plain_log_axis,
    styled,
)

QUANTITIES = {
    "train_loss": "training loss (nats per image)",
    "val_loss": "validation loss (nats per image)",
    "train_accuracy": "training accuracy (%)",
    "val_accuracy": "validation accuracy (%)",
    "val_score": "validation mean average precision (%)",  # drawn in the place of the accuracy where runs ask concepts
}
ROWS = {"optimizer": (5.0, 3.7), "name": (3.0, 1.4)}  # what a row of panels shows: width and height of a panel, inches
BANDS = {"range": "lowest–highest seed", "interval": "95 % interval of mean"}


@styled
def training_curves(
    records: Sequence[dict],
    *,
    title: str,
    quantities: Sequence[str] = ("train_loss", "val_loss", "val_accuracy"),
    log_loss: bool = False,
    band: str = "range",
    mark_best: bool = True,
    rows: str = "optimizer",
    names: Mapping[str, str] = OPTIMIZER_NAMES,
) -> Figure:
    """Plot every quantity by epoch: one row of panels for each optimiser, one colour for each rate (cf. Figs. 7–24).

    A line is the mean over seeds up to the epoch in which the first of them diverges; from there on the other seeds are
    thin lines. A cross at the top marks the epoch in which a run diverged, a star the epoch that validation chose.

    Args:
        records: finished runs; losses are means per image, accuracies fractions (drawn in per cent).
        band: ``"range"`` (lowest to highest seed) or ``"interval"`` (95 % t-interval of the mean).
        rows: ``"optimizer"``, or ``"name"`` for one row of small panels for each strategy.
        names: optimiser or strategy → how a title calls it; others are called by their own name.

    Raises:
        ValueError: no records, an unknown quantity, band or kind of rows.
    """
    quantities = _check(records, quantities, band)
    if rows not in ROWS:
        raise ValueError(f"unknown rows '{rows}': choose {' or '.join(ROWS)}")
    panel_width, panel_height = ROWS[rows]
    values = values_of(records, rows)
    height = 1.4 + max(panel_height * len(values), 2.2)  # a single row of small panels gets room
    figure = new_figure(title, width=panel_width * len(quantities), height=height)
    grid = figure.subplots(len(values), len(quantities), sharex=True, sharey="col", squeeze=False)
    for row, value in zip(grid, values, strict=True):
        runs = select(records, **{rows: value})
        for axes, quantity in zip(row, quantities, strict=True):
            _draw_panel(axes, runs, quantity, band, mark_best)
            axes.set_title(names.get(value, value))
    if rows == "name":
        _name_rows_and_columns(grid, [names.get(value, value) for value in values], quantities)
    for axes, quantity in zip(grid[-1], quantities, strict=True):
        _set_axes(axes, records, quantity, log_loss)
    _add_legend(figure, records, band, mark_best, by_optimizer=False)
    return figure


@styled
def quantity_curves(
    records: Sequence[dict],
    quantity: str | Sequence[str] = "val_accuracy",
    *,
    title: str,
    log_loss: bool = False,
    band: str = "range",
    mark_best: bool = False,
) -> Figure:
    """Plot quantities by epoch, one panel for each: colour = rate, line style = optimiser (Figs. 5, 6).

    Raises:
        ValueError: no records, an unknown quantity or band.
    """
    quantities = _check(records, [quantity] if isinstance(quantity, str) else quantity, band)
    figure = new_figure(title, height=6.0 if len(quantities) == 1 else 4.8)
    for axes, name in zip(figure.subplots(1, len(quantities), squeeze=False)[0], quantities, strict=True):
        _draw_panel(axes, records, name, band, mark_best)
        _set_axes(axes, records, name, log_loss)
    _add_legend(figure, records, band, mark_best, by_optimizer=len(values_of(records, "optimizer")) > 1)
    return figure


def values_by_epoch(records: Sequence[dict], quantity: str) -> np.ndarray:
    """One row for each run, one column for each epoch (R, E): NaN after a run's end and where it diverged."""
    table = np.full((len(records), max(len(history(r)) for r in records)), np.nan)
    for row, record in zip(table, records, strict=True):
        for index, epoch in enumerate(history(record)):
            finite = all(epoch.get(loss) is not None for loss in ("train_loss", "val_loss"))
            if finite and epoch.get(quantity) is not None:
                row[index] = epoch[quantity]
    return _factor(quantity) * table


def _factor(quantity: str) -> float:
    """Losses are drawn as they are, accuracies and scores in per cent."""
    return 1 if quantity.endswith("loss") else 100


def _name_rows_and_columns(grid, rows: Sequence[str], quantities: Sequence[str]) -> None:
    """Label small panels: the quantity above each column, the strategy at the left of each row."""
    for index, (row, name) in enumerate(zip(grid, rows, strict=True)):
        for axes, quantity in zip(row, quantities, strict=True):
            axes.set_title(QUANTITIES[quantity] if index == 0 else "", fontsize=11)
            axes.set_ylabel("")
            for star in (line for line in axes.get_lines() if line.get_marker() == "*"):
                star.set_markersize(12)
        row[0].set_ylabel(name.replace(" ", "\n", 1), fontsize=12)


def _draw_panel(axes, records, quantity, band, mark_best) -> None:
    for optimizer in values_of(records, "optimizer"):
        line = OPTIMIZER_STYLES.get(optimizer, "-")
        for lr in _rates(records):
            if runs := select(records, optimizer=optimizer, lr=lr):
                _draw_rate(axes, runs, quantity, band, color=lr_color(lr), linestyle=line)
    for index, run in enumerate(diverged(records)):
        at, height = len(history(run)) - 1, 0.97 - 0.05 * (index % 4)
        style = {"color": lr_color(setting(run, "lr")), "markeredgecolor": BLACK, "markersize": 12, "zorder": 5}
        axes.plot([at], [height], "X", transform=axes.get_xaxis_transform(), clip_on=False, **style)
    axes.set_ylabel(QUANTITIES[quantity])
    if mark_best:
        _mark_best(axes, records, quantity)


def _set_axes(axes, records, quantity, log_loss) -> None:
    """Set scales and limits after everything is drawn; the panels of a column share them."""
    values = values_by_epoch(records, quantity)
    finite = values[np.isfinite(values)]
    if quantity.endswith("loss") and finite.size:
        log = log_loss and finite.max() > 0
        axes.set_yscale("log" if log else "linear")
        if log:
            axes.set_ylim(finite[finite > 0].min() / 1.3, finite.max() * 1.5)
            plain_log_axis(axes.yaxis)
        else:
            _show_usual_losses(axes, finite)
    epochs = values.shape[1]
    axes.set_xlim(-0.02 * epochs - 0.2, 1.02 * epochs - 0.8)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10], min_n_ticks=1))
    axes.set_xlabel("epoch")


def _show_usual_losses(axes, finite: np.ndarray) -> None:
    """Set the loss axis from 0 to the largest loss; leave out a few far higher losses and note their maximum."""
    highest, usual = finite.max(), np.percentile(finite, 99)
    if highest <= 3 * usual:
        axes.set_ylim(0, 1.08 * highest or 1.0)
        return
    axes.set_ylim(0, 1.3 * usual)
    above = (finite > 1.3 * usual).sum()
    note = f"↑ {above} of {finite.size} values, up to {highest:.3g}"
    axes.text(0.98, 0.97, note, transform=axes.transAxes, ha="right", va="top", color=GREY)


def _draw_rate(axes, runs, quantity, band, *, color, linestyle) -> None:
    values = values_by_epoch(runs, quantity)  # (R, E)
    epochs = np.arange(values.shape[1])
    alive = np.isfinite(values).all(axis=0)
    mean = np.where(alive, values.mean(axis=0), np.nan)
    axes.plot(epochs, mean, color=color, linestyle=linestyle)
    if alive.sum() == 1:  # a line through one point is invisible
        axes.plot(epochs, mean, color=color, marker="o", linestyle="")
    if len(runs) > 1:
        low, high = _band(values, band)
        axes.fill_between(epochs, low, high, where=alive, color=color, alpha=0.18, linewidth=0)
    if not alive.all():
        start = max(int(alive.sum()) - 1, 0)
        for row in values:
            axes.plot(epochs[start:], row[start:], color=color, linestyle=linestyle, linewidth=1)


def _band(values: np.ndarray, band: str) -> tuple[np.ndarray, np.ndarray]:
    if band == "range":
        return values.min(axis=0), values.max(axis=0)
    count = values.shape[0]
    half = stats.t.ppf(0.975, count - 1) * values.std(axis=0, ddof=1) / np.sqrt(count)
    return np.maximum(values.mean(axis=0) - half, 1e-12), values.mean(axis=0) + half  # none of them can be negative


def _mark_best(axes, records, quantity) -> None:
    for run in best_runs(records):
        value = history(run)[best_epoch(run)].get(quantity)
        if value is None:
            continue
        value *= _factor(quantity)
        color = lr_color(setting(run, "lr"))
        axes.plot(
            [best_epoch(run)],
            [value],
            "*",
            color=color,
            markersize=17,
            markeredgecolor=BLACK,
            zorder=6,
            clip_on=False,
        )


def _add_legend(figure, records, band, mark_best, *, by_optimizer) -> None:
    rates = [Line2D([], [], color=lr_color(lr), linewidth=3, label=f"lr {lr:g}") for lr in _rates(records)]
    handles = []
    if by_optimizer:
        for optimizer in values_of(records, "optimizer"):
            line = OPTIMIZER_STYLES.get(optimizer, "-")
            handles.append(Line2D([], [], color=GREY, linestyle=line, label=optimizer_name(optimizer)))
    blank = {"color": "white", "linestyle": "", "markeredgecolor": BLACK}
    if mark_best and any(best_epoch(r) is not None for r in records):
        handles.append(Line2D([], [], marker="*", markersize=15, label="best by validation", **blank))
    if lost := diverged(records):
        label = f"diverged: {len(lost)} of {len(records)}"
        handles.append(Line2D([], [], marker="X", color=GREY, linestyle="", label=label))
    if len(values_of(records, "seed")) > 1:
        handles.append(Line2D([], [], color=GREY, alpha=0.3, linewidth=9, label=BANDS[band]))
    if len(rates) + len(handles) > 6:  # legends fill by column: interleave, so that the rates make the first row
        columns = max(len(rates), len(handles))
        rows = [row + [Line2D([], [], linestyle="", label=" ")] * (columns - len(row)) for row in (rates, handles)]
        handles = [handle for pair in zip(*rows, strict=True) for handle in pair]
    else:
        handles = rates + handles
        columns = len(handles)
    figure.legend(handles=handles, loc="outside lower center", ncols=columns, columnspacing=1.5)


def _rates(records) -> list[float]:
    return sorted(values_of(records, "lr"), reverse=True)


def _check(records, quantities, band) -> list[str]:
    """Return the quantities to draw: of runs that ask concepts the MAP, where the accuracy of classes is asked for."""
    if not records:
        raise ValueError("no runs to draw: the list of records is empty")
    if unknown := [q for q in quantities if q not in QUANTITIES]:
        raise ValueError(f"unknown quantity '{unknown[0]}': choose from {', '.join(QUANTITIES)}")
    if band not in BANDS:
        raise ValueError(f"unknown band '{band}': choose range or interval")
    score = "val_accuracy" if metric_of(records[0]) == ACCURACY else "val_score"
    return [score if quantity in ("val_accuracy", "val_score") else quantity for quantity in quantities]
