"""What becomes of a training when its learning rate is another one."""

from collections.abc import Mapping, Sequence

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from course_lib.analysis.tables import grid_table
from course_lib.figures.style import (
    OPTIMIZER_COLORS,
    OPTIMIZER_STYLES,
    new_figure,
    optimizer_name,
    plain_log_axis,
    styled,
)

_PANELS_IN_ROW = 3


@styled
def rate_sensitivity(records_by_panel: Mapping[str, Sequence[dict]], *, title: str) -> Figure:
    """Best validation accuracy as a function of the rate, one panel for each grid, one line for each optimiser.

    A dot is the mean over seeds with its 95 % t-interval (one seed: Wilson's); a cross at the bottom a rate whose runs
    diverged, all or some of them.

    Raises:
        ValueError: no panels, one without runs, or one that mixes strategies or images.
    """
    if not records_by_panel or not all(records_by_panel.values()):
        raise ValueError("no runs to draw: give every panel at least one record")
    columns = min(len(records_by_panel), _PANELS_IN_ROW)
    rows = -(-len(records_by_panel) // columns)
    figure = new_figure(title, width=max(4.4 * columns, 7.0), height=1.6 + 3.1 * rows)
    grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    for axes in grid.flat[len(records_by_panel) :]:
        axes.set_visible(False)
    for axes, (name, records) in zip(grid.flat, records_by_panel.items(), strict=False):
        _draw_sensitivity(axes, grid_table(records))
        axes.set_title(name)
        axes.set_xlabel("learning rate")
        axes.set_ylabel("validation accuracy (%)")
        axes.label_outer()
    figure.legend(*grid.flat[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return figure


def _draw_sensitivity(axes, table: pd.DataFrame) -> None:
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
        lost = found[found["diverged"] > 0]
        if len(lost):
            style = {"marker": "X", "color": color, "linestyle": "", "markersize": 11, "clip_on": False}
            low_end = axes.get_xaxis_transform()
            axes.plot(lost["lr"] * shift, [0.03] * len(lost), transform=low_end, label="some runs diverged", **style)
    axes.set_xscale("log")
    axes.set_ylim(0, 102)
    rates = np.unique(table["lr"])
    axes.set_xlim(rates[0] / 1.6, rates[-1] * 1.6)
    plain_log_axis(axes.xaxis)


@styled
def rate_map(accuracies: pd.DataFrame, *, title: str, xlabel: str = "learning rate") -> Figure:
    """Accuracy of each setting at each rate as a table of colours; a training that diverged says NaN on black.

    Args:
        accuracies: one row for each setting, one column for each rate, per cent; NaN where training diverged.

    Raises:
        ValueError: an empty table, or accuracies outside 0 … 100.
    """
    values = accuracies.to_numpy(dtype=float)  # (settings, rates)
    finite = values[np.isfinite(values)]
    if not values.size or (finite.size and (finite.min() < 0 or finite.max() > 100)):
        raise ValueError(
            f"a table of shape {values.shape} cannot be drawn: need accuracies from 0 to 100, at least one"
        )
    figure = new_figure(title, height=1.9 + 0.5 * len(accuracies))
    axes = figure.subplots()
    colors = mpl.colormaps["cividis"].with_extremes(bad="black")
    image = axes.imshow(values, cmap=colors, vmin=0, vmax=100, aspect="auto")
    for (row, column), value in np.ndenumerate(values):
        text, dark = ("NaN", True) if np.isnan(value) else (f"{value:.0f}", value < 60)
        axes.text(column, row, text, ha="center", va="center", color="white" if dark else "black")
    axes.set_xticks(range(values.shape[1]), [f"{rate:g}" for rate in accuracies.columns])
    axes.set_yticks(range(len(accuracies)), accuracies.index)
    axes.grid(False)
    axes.set_xlabel(xlabel)
    figure.colorbar(image, label="best validation accuracy (%)")
    return figure
