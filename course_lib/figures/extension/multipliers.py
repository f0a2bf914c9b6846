"""Figures of lesson 14: the learning rate multiplier k of the pretrained layers and the number of epochs e."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from course_lib.analysis.extension import multipliers
from course_lib.analysis.extension.printed import printed_multipliers
from course_lib.figures.style import BLACK, BLUE, GREEN, GREY, PURPLE, VERMILLION, new_figure, plain_log_axis, styled

_LOOKS = ((BLUE, "o"), (VERMILLION, "s"), (GREEN, "^"), (PURPLE, "D"))  # learning rates of the new layer, rising
_SHADES = 9  # of a map: few, since the numbers are in the cells

_PANELS = 4  # of `rate_curves`


@styled
def multiplier_maps(records: Sequence[dict]) -> Figure:
    """Draw the printed table of k and e beside the measured ones, one for each learning rate of the new layer.

    Underlined: the best k of each e; bold: the best of all. The title has the best of all of each table.

    Args:
        records: runs of the study `multipliers`, limited to the evaluated concepts.
    """
    tables = {"printed, CaffeNet, MXinfAP": printed_multipliers()}
    tables |= {f"measured, lr {lr:g}, MAP": multipliers.table(records, lr) for lr in multipliers.rates_of(records)}
    best = {
        name.split(",")[0 if "printed" in name else 1].strip(): multipliers.best_cell(t) for name, t in tables.items()
    }
    words = "; ".join(f"{name}: k {k:g}, e {epochs:g}" for name, (k, epochs) in best.items())
    columns = 2
    rows = -(-len(tables) // columns)
    figure = new_figure(f"Best of all: {words}", width=13.0, height=1.4 + 4.0 * rows)
    panels = figure.subplots(rows, columns, squeeze=False).flat
    for axes, (name, table) in zip(panels, tables.items(), strict=False):
        _draw_map(axes, table)
        axes.set_title(name)
    for axes in list(panels):
        axes.set_axis_off()
    figure.supxlabel(
        "in %; underlined: best k of each e; bold: best of all. Each table is coloured from its lowest to its highest "
        "number.",
        fontsize=12,
    )
    return figure


def _draw_map(axes, table: pd.DataFrame) -> None:
    values = 100 * table.to_numpy()
    axes.imshow(_lightness(values), cmap="cividis", aspect="auto", vmin=0, vmax=1)
    best, of_all = multipliers.best_of_epochs(table), multipliers.best_cell(table)
    for (row, column), value in np.ndenumerate(values):
        k, epochs = table.index[row], table.columns[column]
        color = BLACK if _lightness(values)[row, column] > 0.5 else "white"
        weight = "bold" if (k, epochs) == of_all else "normal"
        axes.text(column, row, f"{value:.1f}", ha="center", va="center", color=color, fontsize=12, fontweight=weight)
        if best[epochs] == k:
            axes.hlines(row + 0.33, column - 0.27, column + 0.27, color=color, linewidth=3 if weight == "bold" else 1.6)
    axes.set_xticks(range(len(table.columns)), [f"{epochs:g}" for epochs in table.columns])
    axes.set_yticks(range(len(table.index)), [f"{k:g}" for k in table.index])
    axes.set(xlabel="epochs e", ylabel="multiplier k")
    axes.grid(False)


def _lightness(values: np.ndarray) -> np.ndarray:
    """Where a number lies between the lowest and the highest of its table, in few steps."""
    span = np.ptp(values) or 1.0
    return np.round((_SHADES - 1) * (values - values.min()) / span) / (_SHADES - 1)


@styled
def rate_curves(records: Sequence[dict]) -> Figure:
    """Plot MAP against the rate of the pretrained layers, k · lr, for up to four numbers of epochs.

    The title says how much of the variance over all k and lr either rate explains, after the fewest and the most
    epochs. Intervals are over seeds.

    Args:
        records: runs of the study `multipliers`, limited to the evaluated concepts.
    """
    epochs, rates = multipliers.epochs_of(records), multipliers.rates_of(records)
    shown = [epochs[place] for place in np.linspace(0, len(epochs) - 1, min(_PANELS, len(epochs))).round().astype(int)]
    figure = new_figure(_explained_in_words(records, epochs), width=12.0, height=4.6)
    panels = figure.subplots(1, len(shown), sharex=True, squeeze=False)[0]
    for axes, e in zip(panels, shown, strict=True):
        found = multipliers.by_rate(records, e)
        for (color, marker), lr in zip(_LOOKS, rates, strict=False):
            own = found[found["lr"] == lr]
            middle, low, high = (100 * own[name].to_numpy() for name in ("MAP", "low", "high"))
            error = np.abs([middle - low, high - middle])
            style = {"color": color, "marker": marker, "markersize": 6, "linewidth": 1.5, "capsize": 2}
            axes.errorbar(own["rate"], middle, yerr=error, label=f"{lr:g}", **style)
        axes.set_xscale("log")
        plain_log_axis(axes.xaxis)
        axes.set_title(f"e = {e:g}")
        axes.set_xlabel("k · lr")
    panels[0].set_ylabel("MAP (%)")
    handles = panels[0].get_legend_handles_labels()
    title = (
        "k · lr: rate of the pretrained layers; lr: rate of the new layer, one line each; 95 % intervals over seeds (t)"
    )
    figure.legend(*handles, loc="outside lower center", ncols=len(rates), title=title)
    return figure


def _explained_in_words(records: Sequence[dict], epochs: Sequence[float]) -> str:
    first, last = (multipliers.explained(records, e) for e in (epochs[0], epochs[-1]))
    own, rate = ([f"{100 * found[name].estimate:.0f} %" for found in (first, last)] for name in ("lr", "rate"))
    title = (
        f"lr explains {own[0]} of the variance of MAP after {epochs[0]:g} epochs and {own[1]} after {epochs[-1]:g}; "
    )
    return f"{title}k · lr {rate[0]} and {rate[1]}"


@styled
def smaller_gaps(records: Sequence[dict]) -> Figure:
    """Plot MAP at the lowest k minus that at the highest after each number of epochs, paired by seed and concept.

    The title counts the comparisons in which either k is shown to be better. Grey: the printed differences, which
    have no interval.

    Args:
        records: runs of the study `multipliers`, limited to the evaluated concepts.
    """
    epochs, rates, ks = (
        of(records) for of in (multipliers.epochs_of, multipliers.rates_of, multipliers.multipliers_of)
    )
    found = {lr: [multipliers.smaller_gap(records, lr, [e]).interval() for e in epochs] for lr in rates}
    every = [gap for gaps in found.values() for gap in gaps]
    better, worse = sum(gap.low > 0 for gap in every), sum(gap.high < 0 for gap in every)
    title = (
        f"k = {ks[0]:g} is shown to be better than k = {ks[-1]:g} in {better} of {len(every)} comparisons, worse in "
    )
    title += f"{worse} (by chance at most {0.025 * len(every):.1f} on either side)"
    figure = new_figure(title, height=5.4)
    axes = figure.subplots()
    places = np.arange(len(epochs), dtype=float)
    for number, ((color, marker), lr) in enumerate(zip(_LOOKS, rates, strict=False)):
        middle, low, high = (
            100 * np.array([getattr(g, end) for g in found[lr]]) for end in ("estimate", "low", "high")
        )
        error, shift = np.abs([middle - low, high - middle]), 0.13 * (number - (len(rates) - 1) / 2)
        style = {"color": color, "marker": marker, "capsize": 3, "linewidth": 1.5}
        axes.errorbar(places + shift, middle, yerr=error, label=f"measured, lr {lr:g}", **style)
    printed = printed_multipliers()
    known = [place for place, e in enumerate(epochs) if e in printed.columns and {ks[0], ks[-1]} <= set(printed.index)]
    gaps = [100 * (printed.loc[ks[0], epochs[place]] - printed.loc[ks[-1], epochs[place]]) for place in known]
    axes.plot(known, gaps, color=GREY, marker="D", markerfacecolor="white", linestyle="--", label="printed")
    axes.axhline(0, color=BLACK, linewidth=1.2)
    axes.set_xticks(places, [f"{e:g}" for e in epochs])
    axes.set(xlabel="epochs e", ylabel=f"MAP at k {ks[0]:g} minus\nMAP at k {ks[-1]:g} (points)")
    title = f"95 % intervals: {every[0].method}"
    figure.legend(loc="outside lower center", ncols=len(rates) + 1, title=title)
    return figure
