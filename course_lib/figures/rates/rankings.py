"""Figures of lesson 13: how well scores rank the sources, and what frozen features reach."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from course_lib.analysis.intervals import Interval
from course_lib.analysis.rates.scoring import STATIC
from course_lib.analysis.rates.sources import RANDOM
from course_lib.figures.style import BLACK, BLUE, GREY, SERIES, VERMILLION, draw_interval, new_figure, styled


@styled
def rankings(table: pd.DataFrame, against: str = STATIC) -> Figure:
    """Plot the mean weighted τ of each way to rank the sources with its interval, and its mean regret.

    The thin grey line goes from the lowest to the highest τ without one source. The title names the scores whose τ is
    shown to differ from that of the static ranking, paired by target and corrected for the number of comparisons.

    Args:
        table: of `course_lib.analysis.ranking.ranking_table`.
        against: the static ranking's name in it.
    """
    rows = table.sort_values("weighted tau").reset_index(drop=True)
    figure = new_figure(_verdict(rows, against), width=11.0, height=2.1 + 0.42 * len(rows))
    taus, regrets = figure.subplots(1, 2, sharey=True, width_ratios=[1.4, 1])
    for place, row in rows.iterrows():
        color = VERMILLION if row["score"] == against else BLUE
        taus.hlines(
            place - 0.28, row["without one source, lowest"], row["highest"], color=GREY, linewidth=1.6, linestyle="-"
        )
        draw_interval(taus, row["weighted tau"], place, row["low"], row["high"], color=color)
        ends = row["regret, low"], row["regret, high"]
        draw_interval(regrets, row["regret"], place, *ends, color=color)
    taus.axvline(0, color=BLACK, linewidth=1.2)
    taus.set_yticks(range(len(rows)), rows["score"])
    taus.set_xlabel("weighted τ, mean over targets\n(95 % over targets, t; grey: without one source)")
    regrets.set_xlabel("accuracy lost by taking its first\n(points, 95 %, t)")
    regrets.set_xlim(left=0)
    return figure


def _verdict(rows: pd.DataFrame, against: str) -> str:
    others = rows[rows["score"] != against]
    better, worse = others[others["gap, low"] > 0], others[others["gap, high"] < 0]
    found = []
    for own, word in ((better, "better"), (worse, "worse")):
        if len(own):
            found.append(f"{word}: {', '.join(own['score'][::-1])}")
    words = "; ".join(found) or "none shown to be better or worse"
    return f"{len(others)} rankings of sources against '{against}': {words}"


@styled
def strategies(found: Mapping[str, Mapping[str, Interval]]) -> Figure:
    """Plot the test accuracy of several strategies from each source, mean over targets.

    The title has the means over the sources, random initialisation left out.

    Args:
        found: strategy → source → interval over targets.
    """
    sources = sorted(next(iter(found.values())), key=lambda name: next(iter(found.values()))[name].estimate)
    means = {
        name: np.mean([own.estimate for source, own in by_source.items() if source != RANDOM])
        for name, by_source in found.items()
    }
    title = "Mean over sources and targets: " + ", ".join(f"{name} {100 * mean:.1f} %" for name, mean in means.items())
    figure = new_figure(title, height=2.3 + 0.5 * len(sources))
    axes = figure.subplots()
    for number, (name, by_source) in enumerate(found.items()):
        color, marker = SERIES[number], "os^D"[number % 4]
        for place, source in enumerate(sources):
            own = by_source[source]
            height = place + 0.22 * (number - (len(found) - 1) / 2)
            draw_interval(axes, 100 * own.estimate, height, 100 * own.low, 100 * own.high, color=color, marker=marker)
        axes.plot([], [], linestyle="", marker=marker, color=color, label=name)
    axes.set_yticks(range(len(sources)), sources)
    axes.set_xlabel("test accuracy, mean over targets (%); 95 % over targets (t)")
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=len(found))
    return figure
