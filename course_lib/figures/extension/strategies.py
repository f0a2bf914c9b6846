"""Figures of lesson 14: MAP of all strategies of each network, and by the width of the extension."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from course_lib.analysis.extension import strategies
from course_lib.analysis.extension.strategies import FT1, FT2, FT3, Placed
from course_lib.analysis.extension.widths import best_width, by_width
from course_lib.analysis.intervals import Interval
from course_lib.analysis.records import setting
from course_lib.figures.style import BLACK, BLUE, EDGE_NOTE, GREY, ORANGE, VERMILLION, draw_interval, new_figure, styled
from course_lib.sweeps.studies.extension.strategies import FULL

_FAMILIES = {FT1: (BLACK, "D"), FT2: (ORANGE, "s"), FT3: (BLUE, "o"), FULL: (VERMILLION, "X")}
_LAYERS = {1: (BLUE, "o", "one extension layer"), 2: (VERMILLION, "^", "two extension layers")}
_COLUMNS = 2


@styled
def strategy_dots(records: Sequence[dict]) -> Figure:
    """Plot MAP of every strategy, a panel for each network; validation chose the learning rate in brackets.

    A bar is the 95 % interval of the difference from FT1-def, paired by seed and concept and laid around the dot: where
    it does not reach the line of FT1-def, the difference is shown. The title counts them.

    Args:
        records: runs of one data set, limited to the evaluated concepts.
    """
    found = {name: strategies.place_strategies(runs) for name, runs in strategies.by_network(records).items()}
    figure = new_figure(_count_in_words(found), width=13.0, height=2.4 + 5.4 * -(-len(found) // _COLUMNS))
    panels = list(figure.subplots(-(-len(found) // _COLUMNS), min(_COLUMNS, len(found)), squeeze=False).flat)
    for axes, (network, placed) in zip(panels, found.items(), strict=False):
        _draw_strategies(axes, placed)
        axes.set_title(network)
    for axes in panels[len(found) :]:
        axes.set_axis_off()
    gaps = [own.gap for placed in found.values() for own in placed.values() if own.gap]
    handles = [Line2D([], [], color=c, marker=m, linestyle="", label=name) for name, (c, m) in _FAMILIES.items()]
    chance = f"by chance at most {0.025 * len(gaps) / len(found):.1f} a network on either side"
    title = f"{_bars_in_words(gaps)}\n{chance}; in brackets: learning rates that the seeds chose; {EDGE_NOTE}"
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles), title=title)
    return figure


def _draw_strategies(axes, placed: dict[str, Placed]) -> None:
    base = 100 * next(own.score.estimate for name, own in placed.items() if name.startswith(FT1))
    order = sorted(placed, key=lambda name: placed[name].score.estimate)
    for row, name in enumerate(order):
        color, marker = next(look for family, look in _FAMILIES.items() if name.startswith(family))
        own = placed[name]
        middle = 100 * own.score.estimate
        low, high = _around(own)
        draw_interval(axes, middle, row, low, high, color=color, marker=marker)
    axes.axvline(base, color=GREY, linewidth=1.4, linestyle="--", zorder=0)
    axes.set_yticks(range(len(order)), [_label(name, placed[name]) for name in order], fontsize=11)
    axes.set_xlabel("MAP (%)")


def _around(own: Placed) -> tuple[float, float]:
    """Ends of the paired interval, in per cent, laid around the strategy's own MAP."""
    middle, gap = own.score.estimate, own.gap
    if gap is None:
        return 100 * middle, 100 * middle
    return 100 * (middle + gap.low - gap.estimate), 100 * (middle + gap.high - gap.estimate)


def _label(name: str, own: Placed) -> str:
    rates = ", ".join(f"{rate:g}" for rate in own.rates)
    return f"{name} ({rates}){'†' if own.edge else ''}"


def _count_in_words(found: dict[str, dict[str, Placed]]) -> str:
    parts = []
    for network, placed in found.items():
        gaps = [own.gap for own in placed.values() if own.gap]
        better, worse = sum(gap.low > 0 for gap in gaps), sum(gap.high < 0 for gap in gaps)
        parts.append(f"{network} {better} better, {worse} worse of {len(gaps)}")
    return f"Strategies shown to differ from FT1-def: {'; '.join(parts)}"


def _bars_in_words(gaps: Sequence[Interval]) -> str:
    methods = "; or ".join(dict.fromkeys(gap.method for gap in gaps)) or "one strategy alone"
    return f"bars: 95 % interval of the difference from FT1-def (dashed):\n{methods}"


@styled
def width_curves(records: Sequence[dict]) -> Figure:
    """Plot MAP against the width D of one and of two extension layers, a panel for each network.

    Bars as in `strategy_dots`. The title has the width of one layer that validation chose, and how many others are not
    shown to differ from it.

    Args:
        records: runs of one data set, limited to the evaluated concepts.
    """
    networks = strategies.by_network(records)
    figure = new_figure(_widths_in_words(networks), width=12.0, height=2.2 + 3.6 * -(-len(networks) // _COLUMNS))
    panels = list(figure.subplots(-(-len(networks) // _COLUMNS), min(_COLUMNS, len(networks)), squeeze=False).flat)
    gaps = []
    for axes, (network, runs) in zip(panels, networks.items(), strict=False):
        placed = strategies.place_strategies(runs)
        gaps += [own.gap for own in placed.values() if own.gap]
        _draw_widths(axes, runs, placed)
        axes.set_title(network)
    for axes in panels[len(networks) :]:
        axes.set_axis_off()
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), title=_bars_in_words(gaps))
    return figure


def _draw_widths(axes, runs: Sequence[dict], placed: dict[str, Placed]) -> None:
    for layers, (color, marker, label) in _LAYERS.items():
        widths = by_width(runs, layers)
        if not widths:
            continue
        own = [placed[setting(found[0], "name")] for found in widths.values()]
        middle = np.array([100 * one.score.estimate for one in own])
        error = np.abs(np.array([_around(one) for one in own]).T - middle)
        places = np.array(list(widths)) * (1.03 if layers == 2 else 0.97)
        axes.errorbar(places, middle, yerr=error, color=color, marker=marker, capsize=3, linewidth=1.6, label=label)
    base = next(own.score.estimate for name, own in placed.items() if name.startswith(FT1))
    axes.axhline(100 * base, color=BLACK, linestyle="--", linewidth=1.4, label="FT1-def")
    ticks = sorted({width for layers in _LAYERS for width in by_width(runs, layers)})
    axes.set_xscale("log", base=2)
    axes.set_xticks(ticks, [str(width) for width in ticks], fontsize=11)
    axes.minorticks_off()
    axes.set(xlabel="width D", ylabel="MAP (%)")


def _widths_in_words(networks: dict[str, list[dict]]) -> str:
    parts = []
    for name, runs in networks.items():
        found = best_width(runs)
        edge = f" (the {found.edge} tried)" if found.edge else ""
        differ = len(found.gaps) - len(found.alike)
        parts.append(f"{name} {found.width}{edge}, {differ} of {len(found.gaps)} others are shown to differ")
    return f"Width of one layer that validation chose: {'; '.join(parts)}"
