"""Dot plots of scores and of their differences, with intervals."""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure

from course_lib.analysis.intervals import Interval
from course_lib.figures.kinds import describe_kinds, kinds_of, line_style
from course_lib.figures.style import (
    BLACK,
    GREY,
    OPTIMIZER_COLORS,
    SERIES,
    draw_interval,
    new_figure,
    optimizer_name,
    styled,
)

_STEP, _ROOM = 0.18, 0.9  # between two dots of a row, and between the first and the last one at most; a row has 1


@dataclass(frozen=True)
class Dot:
    """A dot with its interval: `row` is its line in the plot, `series` gives its colour, `printed` draws it hollow."""

    row: str
    series: str
    interval: Interval
    printed: bool = False


@styled
def dot_intervals(
    dots: Sequence[Dot],
    *,
    title: str,
    xlabel: str = "test accuracy (%)",
    reference: float | None = None,
    reference_name: str | None = None,
) -> Figure:
    """Plot accuracies or differences as dots with intervals, one row for each name, one colour for each series.

    Args:
        reference: position of a vertical line in the axis's unit, e.g. 0 for differences.
        reference_name: label of this line in the legend; no entry if None.

    Raises:
        ValueError: nothing to draw.
    """
    if not dots:
        raise ValueError("no accuracies to draw: the list of dots is empty")
    rows = list(dict.fromkeys(dot.row for dot in dots))
    figure = new_figure(title, height=dots_height(dots, rows))
    axes = figure.subplots()
    draw_dots(axes, dots, rows, series_colors(dots))
    if reference is not None:
        axes.axvline(reference, color=BLACK, linewidth=1.2, zorder=0, label=reference_name)
    axes.set_xlabel(xlabel)
    add_dot_legend(figure, dots)
    return figure


def draw_dots(
    axes, dots: Sequence[Dot], rows: Sequence[str], colors: Mapping[str, str], kinds: tuple[str, ...] | None = None
) -> None:
    """Draw each dot with its interval into the row of its name, in the colour of its series.

    Args:
        kinds: of all intervals of the figure, see `kinds_of`; those of `dots` by default.
    """
    kinds = kinds_of(dot.interval for dot in dots) if kinds is None else kinds
    for place, row in enumerate(rows):
        own = [dot for dot in dots if dot.row == row]
        step = min(_STEP, _ROOM / max(len(own) - 1, 1))
        for index, dot in enumerate(own):
            y = place + (index - (len(own) - 1) / 2) * step
            found = dot.interval
            draw_interval(
                axes,
                100 * found.estimate,
                y,
                100 * found.low,
                100 * found.high,
                color=colors[dot.series],
                filled=not dot.printed,
                marker="D" if dot.printed else "o",
                linestyle=line_style(found, kinds),
            )
    for place in range(1, len(rows)):
        axes.axhline(place - 0.5, color="#DDDDDD", linewidth=0.8)
    axes.set_yticks(range(len(rows)), rows)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.grid(False, axis="y")


def add_dot_legend(figure, dots: Sequence[Dot]) -> None:
    """Name each series, printed or measured, and what the intervals are of, below the figure."""
    colors = series_colors(dots)
    axes = figure.axes[0]
    for printed, kind in ((True, "printed"), (False, "measured")):
        for series in colors:
            if any(dot.series == series and dot.printed == printed for dot in dots):
                face = "white" if printed else colors[series]
                label = (
                    f"{optimizer_name(series)}, {kind}" if any(dot.printed for dot in dots) else optimizer_name(series)
                )
                style = {"markeredgecolor": colors[series], "markeredgewidth": 2, "linestyle": ""}
                axes.plot([], [], marker="D" if printed else "o", color=face, label=label, **style)
    about = describe_kinds(kinds_of(dot.interval for dot in dots))
    legend = textwrap.fill(about, width=int(figure.get_figwidth() * 9))
    longest = max(len(label) for label in axes.get_legend_handles_labels()[1])
    columns = max(1, min(4, int(9 * figure.get_figwidth() / (longest + 6))))
    figure.legend(loc="outside lower center", ncols=columns, title=legend)


def series_colors(dots: Sequence[Dot]) -> dict[str, str]:
    """A colour for each series: an optimiser's own, or the next free one; those of optimisers that are absent last."""
    series = dict.fromkeys(dot.series for dot in dots)
    taken = {OPTIMIZER_COLORS[name] for name in series if name in OPTIMIZER_COLORS}
    free = [color for color in SERIES if color not in OPTIMIZER_COLORS.values()]
    free += [color for color in SERIES if color in OPTIMIZER_COLORS.values() and color not in taken]
    free.append(GREY)
    others = [name for name in series if name not in OPTIMIZER_COLORS]
    return {name: OPTIMIZER_COLORS.get(name) or free[others.index(name) % len(free)] for name in series}


def dots_height(dots: Sequence[Dot], rows: Sequence[str]) -> float:
    """Height of a figure of these rows in inches."""
    most = max((sum(dot.row == row for dot in dots) for row in rows), default=1)
    return 2.2 + len(rows) * max(0.6, 0.27 * most)
