"""The homework's figures: its strategies and its two optimisers, printed beside measured."""

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.figure import Figure

from course_lib.analysis.homework.printed import STRATEGY_NAMES, PrintedResult, printed_results
from course_lib.analysis.intervals import Interval, accuracy_interval
from course_lib.analysis.records import diverged, select, values_of
from course_lib.analysis.scores import score_over_runs
from course_lib.analysis.selection import best_runs
from course_lib.figures.accuracy import (
    Dot,
    add_dot_legend,
    dot_intervals,
    dots_height,
    draw_dots,
    series_colors,
)
from course_lib.figures.kinds import kinds_of
from course_lib.figures.style import EDGE_NOTE, new_figure, optimizer_name, styled


def optimizer_differences(table: pd.DataFrame, *, title: str) -> Figure:
    """Adam − SGD in every grid with its intervals: printed, over the test images, over the seeds.

    A dagger marks a grid in which the best rate of an optimiser is the lowest or highest one.

    Args:
        table: of `course_lib.analysis.homework.optimizer_table` at its default confidence, 95 %.

    Raises:
        ValueError: an empty table.
    """
    kinds = {
        "one run each": ("printed", "low, printed", "high, printed", "Newcombe"),
        "other test images": ("Adam − SGD", "low", "high", "bootstrap"),
        "training again": ("Adam − SGD", "low, seeds", "high, seeds", "t"),
    }
    dots, edge = [], any(table["edge"] != "–")
    for row in table.to_dict("records"):
        name = row["grid"].replace("_", " ") + (" †" if row["edge"] != "–" else "")
        for series, (*numbers, method) in kinds.items():
            values = [row[name] for name in numbers]
            if not any(map(pd.isna, values)):  # one seed says nothing about training again
                found = Interval(*(value / 100 for value in values), method)
                dots.append(Dot(name, series, found, printed=method == "Newcombe"))
    xlabel = "test accuracy, Adam − SGD (points)" + (f"; {EDGE_NOTE}" if edge else "")
    return dot_intervals(dots, title=title, xlabel=xlabel, reference=0.0)


@styled
def strategies(
    records_by_strategy: Mapping[str, Sequence[dict]],
    printed: Sequence[PrintedResult] | None = None,
    *,
    title: str | None = None,
) -> Figure:
    """Test accuracy of each strategy, printed and measured, for the large and the few-shot training set.

    Each seed chooses its rate and epoch by validation; a filled dot is the mean over seeds with its t-interval (one
    run: Wilson's), a hollow one a printed accuracy with Wilson's interval of its test images.

    Args:
        records_by_strategy: ``{"scratch": records, …}``; each list may hold both optimisers and both training sets.
        printed: printed rows; None = all of Tables II–VII for these strategies, [] = none.
        title: None = what each strategy reaches on the smallest training set, with the optimiser that has the higher
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
        height=max(dots_height(p, rows) for p in panels),
    )
    every = [dot for dots in panels for dot in dots]
    colors, kinds = series_colors(every), kinds_of(dot.interval for dot in every)
    for axes, dots, few_shot in zip(
        figure.subplots(1, len(sets), squeeze=False, sharex=True, sharey=True)[0], panels, sets, strict=True
    ):
        draw_dots(axes, dots, rows, colors, kinds)
        axes.set_title(_panel_title(select(records, few_shot=few_shot), few_shot), fontsize=13)
        axes.set_xlabel("test accuracy (%)")
    add_dot_legend(figure, every)
    return figure


def _reached(records_by_strategy, sets: Sequence[bool]) -> str:
    """``"From scratch 81 % (Adam), last layer 88 % (Adam) of the test images"``; an equal accuracy leaves SGD."""
    words, sizes = [], []
    for name, records in records_by_strategy.items():
        runs = [r for r in records if bool(values_of([r], "few_shot")[0]) == sets[-1]]
        grids = {optimizer: best_runs(select(runs, optimizer=optimizer)) for optimizer in values_of(runs, "optimizer")}
        scored = {o: found for o, found in grids.items() if found and score_over_runs(found)}
        if scored:
            chosen = {o: round(score_over_runs(found, part="val").estimate, 9) for o, found in scored.items()}
            best = max(sorted(chosen, reverse=True), key=chosen.get)
            reached = 100 * score_over_runs(scored[best]).estimate
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
            if found := score_over_runs(best_runs(select(runs, optimizer=optimizer))):
                dots.append(Dot(row, optimizer, found))
    return dots


def _panel_title(records, few_shot) -> str:
    name = "few-shot" if few_shot else "large"
    sizes = [f"{n} training images" for n in values_of(records, "num_train") if n]
    lost = diverged(records)
    text = f"{name}: {sizes[0]}" if len(sizes) == 1 else f"{name} training set"
    return f"{text} ({len(lost)} of {len(records)} runs diverged)" if lost else text
