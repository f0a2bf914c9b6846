"""Dot plots of accuracies and their intervals: strategies compared, printed beside measured."""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from matplotlib.figure import Figure

from course_lib.analysis.homework.printed import STRATEGY_NAMES, PrintedResult, printed_results
from course_lib.analysis.intervals import Interval, accuracy_interval
from course_lib.analysis.selection import best_runs, diverged, select, values_of
from course_lib.analysis.tables import accuracy_over_runs
from course_lib.figures.style import BLACK, OPTIMIZER_COLORS, SERIES, draw_interval, new_figure, optimizer_name, styled

INTERVAL_NAMES = {
    "Wilson": "of one run: over test images (Wilson)",
    "t": "of a mean: over seeds (t)",
    "bootstrap": "of a difference: over shared test images (bootstrap)",
    "Newcombe": "of a difference: over the images of each (Newcombe)",
}


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
    figure = new_figure(title, height=_height(dots, rows))
    axes = figure.subplots()
    draw_dots(axes, dots, rows, _series_colors(dots))
    if reference is not None:
        axes.axvline(reference, color=BLACK, linewidth=1.2, zorder=0, label=reference_name)
    axes.set_xlabel(xlabel)
    _add_legend(figure, dots)
    return figure


def optimizer_differences(table: pd.DataFrame, *, title: str) -> Figure:
    """Plot Adam − SGD in every grid with its intervals: printed, over the test images, over the seeds.

    Args:
        table: of `course_lib.analysis.optimizer_table` at its default confidence, 95 %.

    Raises:
        ValueError: an empty table.
    """
    kinds = {
        "one run each": ("printed", "low, printed", "high, printed", "Newcombe"),
        "other test images": ("Adam − SGD", "low", "high", "bootstrap"),
        "training again": ("Adam − SGD", "low, seeds", "high, seeds", "t"),
    }
    dots = []
    for row in table.to_dict("records"):
        for series, (*numbers, method) in kinds.items():
            values = [row[name] for name in numbers]
            if not any(map(pd.isna, values)):  # one seed has no interval over seeds
                found = Interval(*(value / 100 for value in values), method)
                dots.append(Dot(row["grid"].replace("_", " "), series, found, printed=method == "Newcombe"))
    return dot_intervals(dots, title=title, xlabel="test accuracy, Adam − SGD (points)", reference=0.0)


@styled
def strategies(
    records_by_strategy: Mapping[str, Sequence[dict]],
    printed: Sequence[PrintedResult] | None = None,
    *,
    title: str | None = None,
) -> Figure:
    """Plot the test accuracy of each strategy, printed and measured, for the large and the few-shot training set.

    Each seed chooses its rate and epoch by validation; a filled dot is the mean over seeds with its t-interval (one
    run: Wilson's), a hollow one a printed accuracy with Wilson's interval of its test images.

    Args:
        records_by_strategy: ``{"scratch": records, …}``; each list may hold both optimisers and both training sets.
        printed: printed rows; None = all of Tables II–VII for these strategies, [] = none.
        title: None = the accuracy of each strategy on the smallest training set, with the optimiser that has the higher
            mean validation accuracy.

    Raises:
        ValueError: no records at all.
    """
    records = [record for runs in records_by_strategy.values() for record in runs]
    if not records:
        raise ValueError("no runs to draw: every strategy's list of records is empty")
    names = list(records_by_strategy)
    if printed is None:
        printed = [row for row in printed_results(augmentation="") if row.strategy in names]
    sets = sorted(set(map(bool, values_of(records, "few_shot"))))
    panels = [_strategy_dots(records_by_strategy, printed, few_shot) for few_shot in sets]
    rows = [STRATEGY_NAMES.get(name, name) for name in names]
    figure = new_figure(
        title or _reached(records_by_strategy, sets),
        width=7.0 * len(sets) if len(sets) > 1 else 10.0,
        height=max(_height(p, rows) for p in panels),
    )
    colors = _series_colors([dot for dots in panels for dot in dots])
    for axes, dots, few_shot in zip(
        figure.subplots(1, len(sets), squeeze=False, sharex=True, sharey=True)[0], panels, sets, strict=True
    ):
        draw_dots(axes, dots, rows, colors)
        axes.set_title(_panel_title(select(records, few_shot=few_shot), few_shot), fontsize=13)
        axes.set_xlabel("test accuracy (%)")
    _add_legend(figure, [dot for dots in panels for dot in dots])
    return figure


def _reached(records_by_strategy, sets: Sequence[bool]) -> str:
    """``"From scratch 81 % (Adam), last layer 88 % (Adam) of the test images"``; SGD if both are equal."""
    words, sizes = [], []
    for name, records in records_by_strategy.items():
        runs = [r for r in records if bool(values_of([r], "few_shot")[0]) == sets[-1]]
        grids = {optimizer: best_runs(select(runs, optimizer=optimizer)) for optimizer in values_of(runs, "optimizer")}
        scored = {o: found for o, found in grids.items() if found and accuracy_over_runs(found)}
        if scored:
            chosen = {o: round(accuracy_over_runs(found, part="val").estimate, 9) for o, found in scored.items()}
            best = max(sorted(chosen, reverse=True), key=chosen.get)
            reached = 100 * accuracy_over_runs(scored[best]).estimate
            words.append(f"{STRATEGY_NAMES.get(name, name)} {reached:.0f} % ({optimizer_name(best)})")
            sizes += values_of(runs, "num_train")
    text = f"{', '.join(words)} of the test images" if words else "no finished run was scored"
    return f"With {sizes[0]} images: {text}" if len(sets) > 1 and sizes else text[0].upper() + text[1:]


def _strategy_dots(records_by_strategy, printed, few_shot) -> list[Dot]:
    dots = []
    for name, records in records_by_strategy.items():
        row = STRATEGY_NAMES.get(name, name)
        runs = [r for r in records if bool(values_of([r], "few_shot")[0]) == few_shot]
        series = dict.fromkeys([*(p.optimizer for p in printed), *values_of(runs, "optimizer")])
        for optimizer in series:
            for p in printed:
                if (p.strategy, p.few_shot, p.optimizer) == (name, few_shot, optimizer):
                    dots.append(Dot(row, optimizer, accuracy_interval(p.test_correct, p.num_test), printed=True))
            if found := accuracy_over_runs(best_runs(select(runs, optimizer=optimizer))):
                dots.append(Dot(row, optimizer, found))
    return dots


def draw_dots(axes, dots: Sequence[Dot], rows: Sequence[str], colors: Mapping[str, str]) -> None:
    """Draw each dot with its interval into the row of its name, in the colour of its series."""
    for place, row in enumerate(rows):
        own = [dot for dot in dots if dot.row == row]
        for index, dot in enumerate(own):
            y = place + (index - (len(own) - 1) / 2) * 0.18
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
            )
    for place in range(1, len(rows)):
        axes.axhline(place - 0.5, color="#DDDDDD", linewidth=0.8)
    axes.set_yticks(range(len(rows)), rows)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.grid(False, axis="y")


def _panel_title(records, few_shot) -> str:
    name = "few-shot" if few_shot else "large"
    sizes = [f"{n} training images" for n in values_of(records, "num_train") if n]
    lost = diverged(records)
    text = f"{name}: {sizes[0]}" if len(sizes) == 1 else f"{name} training set"
    return f"{text} ({len(lost)} of {len(records)} runs diverged)" if lost else text


def _add_legend(figure, dots) -> None:
    colors = _series_colors(dots)
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
    methods = dict.fromkeys(INTERVAL_NAMES.get(m, m) for m in (dot.interval.method.split(",")[0] for dot in dots))
    legend = textwrap.fill(f"95 % interval {'; '.join(methods)}", width=int(figure.get_figwidth() * 9))
    longest = max(len(label) for label in axes.get_legend_handles_labels()[1])
    columns = max(1, min(4, int(9 * figure.get_figwidth() / (longest + 6))))
    figure.legend(loc="outside lower center", ncols=columns, title=legend)


def _series_colors(dots) -> dict[str, str]:
    free = [color for color in SERIES if color not in OPTIMIZER_COLORS.values()]
    series = dict.fromkeys(dot.series for dot in dots)
    others = [name for name in series if name not in OPTIMIZER_COLORS]
    return {name: OPTIMIZER_COLORS.get(name) or free[others.index(name) % len(free)] for name in series}


def _height(dots, rows) -> float:
    most = max((sum(dot.row == row for dot in dots) for row in rows), default=1)
    return 2.2 + len(rows) * max(0.6, 0.27 * most)
