"""Validation score as a function of the learning rate, as curves and as a table of colours."""

from collections.abc import Mapping, Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from course_lib.analysis.records import select
from course_lib.analysis.selection import best_rate, grid_edge
from course_lib.analysis.tables import grid_table
from course_lib.figures.style import (
    OPTIMIZER_COLORS,
    OPTIMIZER_STYLES,
    new_figure,
    optimizer_name,
    styled,
)

_PANELS_IN_ROW = 3


@styled
def rate_sensitivity(records_by_panel: Mapping[str, Sequence[dict]], *, title: str) -> Figure:
    """Plot the best validation accuracy over the rate: one panel for each grid, one line for each optimiser.

    A dot is the mean over seeds with its 95 % t-interval (one seed: Wilson's). An open dot marks a best rate that is
    the grid's lowest or highest: beyond it may be a better one. A cross at the bottom marks a rate at which some or
    all runs diverged.

    Raises:
        ValueError: no panels, one without runs, or one that mixes strategies or images.
    """
    if not records_by_panel or not all(records_by_panel.values()):
        raise ValueError("no runs to draw: give every panel at least one record")
    columns = min(len(records_by_panel), _PANELS_IN_ROW)
    rows = -(-len(records_by_panel) // columns)
    figure = new_figure(title, width=max(3.7 * columns, 7.0), height=1.6 + 2.7 * rows)
    grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    for axes in grid.flat[len(records_by_panel) :]:
        axes.set_visible(False)
    for axes, (name, records) in zip(grid.flat, records_by_panel.items(), strict=False):
        _draw_sensitivity(axes, records)
        axes.set_title(name)
        axes.set_xlabel("learning rate")
        axes.set_ylabel("validation accuracy (%)")
        axes.label_outer()
    entries = {}
    for axes in grid.flat:
        entries |= {label: handle for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)}
    figure.legend(entries.values(), entries.keys(), loc="outside lower center", ncols=4)
    return figure


def _draw_sensitivity(axes, records: Sequence[dict]) -> None:
    table = grid_table(records)
    optimizers = list(dict.fromkeys(table["optimizer"]))
    for index, optimizer in enumerate(optimizers):
        found = table[table["optimizer"] == optimizer].sort_values("lr")
        shift = 1.07 ** (2 * index - len(optimizers) + 1)  # intervals beside each other, not on top
        color = OPTIMIZER_COLORS.get(optimizer)
        alive = found.dropna(subset="val %")
        middle, low, high = (alive[name].to_numpy(float) for name in ("val %", "low %", "high %"))
        axes.errorbar(
            alive["lr"] * shift,
            middle,
            yerr=[middle - low, high - middle],
            fmt="o",
            linestyle=OPTIMIZER_STYLES.get(optimizer, "-"),
            color=color,
            capsize=3,
            label=f"{optimizer_name(optimizer)}, 95 % interval",
        )
        grid = select(records, optimizer=optimizer)
        if grid_edge(grid):
            best = alive[alive["lr"] == best_rate(grid)]
            style = {"marker": "o", "linestyle": "", "markerfacecolor": "white", "zorder": 3}
            axes.plot(best["lr"] * shift, best["val %"], color=color, label="best at the edge of the grid", **style)
        lost = found[found["diverged"] > 0]
        if len(lost):
            style = {"marker": "X", "color": color, "linestyle": "", "markersize": 11, "clip_on": False}
            low_end = axes.get_xaxis_transform()
            axes.plot(lost["lr"] * shift, [0.03] * len(lost), transform=low_end, label="some runs diverged", **style)
    axes.set_xscale("log")
    axes.set_ylim(0, 102)
    rates = np.unique(table["lr"])
    axes.set_xlim(rates[0] / 1.6, rates[-1] * 1.6)
    decades = 10.0 ** np.arange(np.ceil(np.log10(rates[0])), np.floor(np.log10(rates[-1])) + 1)
    ticks = decades if len(decades) else rates  # narrow panels have no room for more
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.set_xticks(rates, [""] * len(rates), minor=True)


@styled
def rate_map(records_by_row: Mapping[str, Sequence[dict]], *, title: str) -> Figure:
    """Show the best validation accuracy of each setting at each rate as a heat map, with the number of diverged runs.

    A colour is the mean over the seeds that finished an epoch, black where none did; the brackets are its interval.

    Args:
        records_by_row: setting → its runs, all settings with the same rates.

    Raises:
        ValueError: no rows, one without runs or that mixes strategies or images, or rows with different rates.
    """
    if not records_by_row or not all(records_by_row.values()):
        raise ValueError("no runs to draw: give every row at least one record")
    tables = [grid_table(records).groupby("lr").first() for records in records_by_row.values()]  # rising rates
    if any(list(table.index) != list(tables[0].index) for table in tables):
        raise ValueError(f"rows with different rates cannot share columns: give each the rates {list(tables[0].index)}")
    values = np.array([table["val %"].to_numpy(float) for table in tables])  # (rows, rates)
    figure = new_figure(title, height=1.9 + 0.5 * len(tables))
    axes = figure.subplots()
    colors = mpl.colormaps["cividis"].with_extremes(bad="black")
    axes.imshow(values, cmap=colors, vmin=0, vmax=100, aspect="auto")
    for (row, column), value in np.ndenumerate(values):
        found = tables[row].iloc[column]
        if found["diverged"]:
            text = f"NaN: {found['diverged']} of {found['runs']}"
        else:
            text = f"{value:.0f} [{found['low %']:.0f}, {found['high %']:.0f}]"
        bright = np.isnan(value) or value < 60
        axes.text(column, row, text, ha="center", va="center", color="white" if bright else "black")
    axes.set_xticks(range(values.shape[1]), [f"{rate:g}" for rate in tables[0].index])
    axes.set_yticks(range(len(tables)), list(records_by_row))
    axes.grid(False)
    axes.set_xlabel("learning rate; numbers: best validation accuracy (%) [95 % interval]")
    return figure
