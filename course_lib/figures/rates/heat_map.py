"""Explorer of lesson 11: test accuracy by both learning rates as a heat map, and the learning curves of one cell."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from course_lib.analysis.intervals import seed_interval
from course_lib.analysis.rates import layers
from course_lib.analysis.records import score_of
from course_lib.figures.curves import QUANTITIES, values_by_epoch
from course_lib.figures.style import GREY, SERIES, VERMILLION, new_figure, styled

_MARGINS = {"left": 0.08, "right": 0.98, "bottom": 0.22, "top": 0.86, "wspace": 0.3}
_SHOWN = ("val_accuracy", "train_accuracy", "val_loss", "train_loss")
NO_RUN = "no run: IL is never above LL"


def rate_map_controls(records: Sequence[dict]) -> dict[str, object]:
    """Controls of `rate_map`: both rates of the cell, the pair, and what its curves show."""
    by_rates = layers.by_rates(records)
    return {
        "inner": sorted({inner for found in by_rates.values() for inner in found}),
        "head": sorted(by_rates),
        "pair": [pair.name for pair in layers.by_pair(records)],
        "quantity": list(_SHOWN),
    }


@styled
def rate_map(
    records: Sequence[dict],
    *,
    pair: str | None = None,
    inner: float = 0.0,
    head: float = 0.1,
    quantity: str = "val_accuracy",
) -> Figure:
    """Show mean test accuracies of a pair by both rates, and the curves of the cell chosen: a line for each seed.

    Args:
        records: finished runs of one or several pairs.
        pair: name of a pair, e.g. ``"tools ← household"``; None: the first one.
        inner, head: rates of the cell; of a cell without runs the figure says so.
        quantity: of the curves, one of `course_lib.figures.curves.QUANTITIES`.

    Raises:
        ValueError: a pair without runs, or an unknown quantity.
    """
    pairs = {found.name: runs for found, runs in layers.by_pair(records).items()}
    pair = next(iter(pairs), None) if pair is None else pair
    if pair not in pairs:
        raise ValueError(f"no finished run of the pair '{pair}': choose one of {', '.join(pairs) or 'none'}")
    if quantity not in QUANTITIES:
        raise ValueError(f"unknown quantity '{quantity}': choose from {', '.join(QUANTITIES)}")
    by_rates = layers.by_rates(pairs[pair])
    runs = by_rates.get(head, {}).get(inner, [])
    found = str(seed_interval([score_of(run) for run in runs])) if len(runs) > 1 else "no interval"
    title = f"{pair}, IL {inner:g}, LL {head:g}: {f'{found} of the test images' if runs else 'no run'}"
    figure = new_figure(title, width=11.0, height=4.6, margins=_MARGINS)
    cells, curves = figure.subplots(1, 2, width_ratios=[1.15, 1])
    _draw_cells(cells, by_rates, inner, head)
    _draw_curves(curves, runs, quantity)
    figure.supxlabel(
        "left: mean over seeds; right: a line for each seed; title: 95 % t-interval over seeds", fontsize=12
    )
    return figure


def _draw_cells(axes, by_rates, inner: float, head: float) -> None:
    inners, heads = sorted({rate for found in by_rates.values() for rate in found}), sorted(by_rates)
    means = np.full((len(heads), len(inners)), np.nan)
    for row, own in enumerate(heads):
        for rate, runs in by_rates[own].items():
            means[row, inners.index(rate)] = 100 * np.mean([score_of(run) for run in runs])
    axes.imshow(means, cmap="cividis", aspect="auto", origin="lower")
    middle = (np.nanmin(means) + np.nanmax(means)) / 2
    for (row, column), mean in np.ndenumerate(means):
        text, color = ("–", GREY) if np.isnan(mean) else (f"{mean:.1f}", "black" if mean > middle else "white")
        axes.text(column, row, text, ha="center", va="center", color=color, fontsize=13)
    axes.set_xticks(range(len(inners)), [f"{rate:g}" for rate in inners])
    axes.set_yticks(range(len(heads)), [f"{rate:g}" for rate in heads])
    axes.set(xlabel="inner learning rate (IL)", ylabel="rate of the last layer (LL)")
    axes.set_title("test accuracy (%)")
    axes.grid(False)
    if inner in inners and head in heads:
        corner = inners.index(inner) - 0.47, heads.index(head) - 0.47
        axes.add_patch(Rectangle(corner, 0.94, 0.94, fill=False, edgecolor=VERMILLION, linewidth=4))


def _draw_curves(axes, runs: Sequence[dict], quantity: str) -> None:
    axes.set(xlabel="epoch", ylabel=QUANTITIES[quantity])
    if not runs:
        axes.set(xticks=[], yticks=[])
        axes.text(0.5, 0.5, NO_RUN, transform=axes.transAxes, ha="center", color=GREY)
        return
    for color, values in zip(SERIES, values_by_epoch(runs, quantity), strict=False):
        axes.plot(range(len(values)), values, color=color, linewidth=1.8)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10], min_n_ticks=1))
    if quantity.endswith("accuracy"):
        axes.set_ylim(0, 102)
    else:
        axes.set_ylim(bottom=0)
