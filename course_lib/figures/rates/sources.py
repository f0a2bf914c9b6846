"""Figures of lesson 13: what each source is worth to each target, against random initialisation."""

from collections.abc import Mapping, Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from course_lib.analysis.intervals import Interval
from course_lib.analysis.rates import sources
from course_lib.analysis.rates.sources import RANDOM, SourceMatrix
from course_lib.data.mini.tasks import task_named, task_names
from course_lib.data.targets import judged_closeness
from course_lib.figures.style import (
    BLACK,
    BLUE,
    GREEN,
    ORANGE,
    SERIES,
    VERMILLION,
    draw_interval,
    new_figure,
    styled,
)

# Closeness of source and target by the tree of meaning, in whole degrees from 0 to 3: colour and marker.
CLOSENESS = {0: (VERMILLION, "s", "far"), 1: (ORANGE, "^", ""), 2: (BLUE, "o", "close"), 3: (GREEN, "D", "one domain")}

_SHADES = 9  # of the map: few, since the numbers are in the cells, and a picture of few colours is small


@styled
def base_models(records: Sequence[dict], target: str) -> Figure:
    """Plot the gain over random initialisation from every source, for one target (Fig 2).

    The title has the lowest and the highest gain relative to random initialisation, as the document gives them, and
    counts the sources that are shown to gain and to lose.

    Raises:
        ValueError: no runs of this target.
    """
    chosen = sources.by_target(records)
    if target not in chosen:
        raise ValueError(f"no runs of the target '{target}': choose one of {', '.join(chosen)}")
    runs = chosen[target]
    found = {name: sources.gain(own, runs[RANDOM]) for name, own in runs.items() if name not in (RANDOM, target)}
    found = dict(sorted(found.items(), key=lambda pair: pair[1].estimate))
    ratios = [sources.relative_gain(runs[name], runs[RANDOM]).estimate for name in found]
    title = f"{name_of(target)}: {100 * min(ratios):+.0f} to {100 * max(ratios):+.0f} % against random initialisation; "
    title += _signs_in_words(sources.count_signs(found), "sources")
    figure = new_figure(title, height=1.9 + 0.42 * len(found))
    axes = figure.subplots()
    for place, (name, own) in enumerate(found.items()):
        color, marker, _ = CLOSENESS[round(judged_closeness(target, name))]
        ends = (100 * value for value in (own.low, own.high))
        draw_interval(axes, 100 * own.estimate, place, *ends, color=color, marker=marker)
    axes.axvline(0, color=BLACK, linewidth=1.2)
    axes.set_yticks(range(len(found)), list(found))
    axes.set_xlabel(f"test accuracy minus that of random initialisation (points)\n{_method(found)}")
    _closeness_legend(figure, axes)
    return figure


@styled
def mean_gains(matrices: Mapping[str, SourceMatrix]) -> Figure:
    """Plot the gain of each source over random initialisation, mean over the targets, for several choices of random's.

    The title counts for each of them the sources that gain and lose.

    Args:
        matrices: what random initialisation chose among, in words → accuracies.
    """
    found = {name: sources.mean_gains(matrix) for name, matrix in matrices.items()}
    counts = (f"{name}: {_signs_in_words(sources.count_signs(own), 'sources')}" for name, own in found.items())
    first = next(iter(found.values()))
    order = sorted(first, key=lambda name: first[name].estimate)
    figure = new_figure("; ".join(counts), height=2.3 + 0.5 * len(order))
    axes = figure.subplots()
    for number, (label, gains) in enumerate(found.items()):
        style = {"color": SERIES[number], "marker": "osD^"[number % 4]}
        for place, name in enumerate(order):
            own, height = gains[name], place + 0.24 * ((len(found) - 1) / 2 - number)
            draw_interval(axes, 100 * own.estimate, height, 100 * own.low, 100 * own.high, **style)
        axes.plot([], [], linestyle="", label=label, **style)
    axes.axvline(0, color=BLACK, linewidth=1.2)
    axes.set_yticks(range(len(order)), order)
    axes.set_xlabel("test accuracy minus that of random initialisation (points)")
    handles = axes.get_legend_handles_labels()
    title = "mean over targets with its 95 % t-interval; random initialisation chose among"
    figure.legend(*handles, loc="outside lower center", ncols=len(found), title=title)
    return figure


@styled
def gain_map(records: Sequence[dict]) -> Figure:
    """Draw the gain over random initialisation of every source for every target as a heat map.

    Bold with a border: the 95 % interval excludes zero. A target's own domain is no candidate and is drawn empty. The
    title counts the pairs, and how many of either sign chance alone would give at most on average.
    """
    matrix, found = sources.source_matrix(records), sources.gains(records)
    signs = sources.count_signs(found)
    chance = 0.025 * len(found)
    title = f"{len(found)} pairs: {_signs_in_words(signs, 'pairs')} (by chance at most {chance:.0f} on either side)"
    values = 100 * matrix.over_random
    limit = float(np.nanmax(np.abs(values))) or 1.0
    figure = new_figure(title, height=2.2 + 0.3 * len(matrix.targets))
    axes = figure.subplots()
    colors = mpl.colormaps["PuOr"].resampled(_SHADES).with_extremes(bad="#EEEEEE")
    axes.imshow(np.ma.masked_invalid(values), cmap=colors, vmin=-limit, vmax=limit, aspect="auto")
    for (target, source), own in found.items():
        row, column = matrix.targets.index(target), matrix.sources.index(source)
        _write_cell(axes, column, row, values[row, column], limit, sure=own.low > 0 or own.high < 0)
    axes.set_xticks(range(len(matrix.sources)), matrix.sources, rotation=30, ha="right")
    axes.set_yticks(range(len(matrix.targets)), [name_of(target) for target in matrix.targets])
    axes.grid(False)
    axes.set_xlabel("source; in the cells: gain over random initialisation (points)")
    return figure


def _write_cell(axes, column: int, row: int, value: float, limit: float, *, sure: bool) -> None:
    style = {"fontweight": "bold"} if sure else {}
    color = "white" if abs(value) > 5 / 9 * limit else BLACK
    axes.text(column, row, f"{value:+.0f}", ha="center", va="center", color=color, fontsize=11, **style)
    if sure:
        axes.add_patch(mpl.patches.Rectangle((column - 0.47, row - 0.45), 0.94, 0.9, fill=False, edgecolor=BLACK))


def _degree(degree: int) -> str:
    word = CLOSENESS[degree][2]
    return f"{degree} ({word})" if word else str(degree)


def name_of(target: str) -> str:
    """Name of a target in a figure: of a small task also what it is about."""
    if target not in task_names():
        return target
    task = task_named(target)
    about = task.domain if task.kind in ("one domain", "attribute") else task.kind
    return f"{target}, {about}"


def _signs_in_words(signs: Mapping[str, int], things: str) -> str:
    return f"{signs['better']} {things} gain, {signs['worse']} lose, {signs['undecided']} undecided"


def _method(found: Mapping[str, Interval]) -> str:
    seeds = next(iter(found.values())).seeds
    return f"95 % intervals: {seeds} seeds (t) and test images (bootstrap) together"


def _closeness_legend(figure, axes) -> None:
    for degree, (color, marker, _) in CLOSENESS.items():
        axes.plot([], [], linestyle="", marker=marker, color=color, label=_degree(degree))
    handles = axes.get_legend_handles_labels()
    figure.legend(*handles, loc="outside lower center", ncols=4, title="closeness by our tree of meaning, rounded")
