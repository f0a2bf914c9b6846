"""Figures of what MultiTune, SpotTune and their opponents cost; titles follow from the measurements."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from course_lib.figures.style import BLACK, BLUE, SERIES, new_figure, styled

_BOTH, _TUNED = "both copies", "all tuned"
_NAMES = ("with two whole branches", "as released")  # of the two measured rows


@styled
def time_reductions(reductions: pd.DataFrame) -> Figure:
    """Plot the training time that MultiTune saves against SpotTune: printed for ten sets, and measured here.

    Args:
        reductions: of `course_lib.analysis.multitune.time_reductions`.

    Raises:
        ValueError: no printed or no measured row.
    """
    printed, measured = (reductions[reductions["measured"] == kind]["reduction"] for kind in (False, True))
    if printed.empty or measured.empty:
        raise ValueError("the table lacks printed or measured rows: give the whole one of time_reductions")
    found = ", ".join(f"{_signed(value)} % here {name}" for name, value in zip(_NAMES, measured, strict=False))
    title = f"Time that MultiTune saves: {printed.min():.0f} to {printed.max():.0f} % printed, {found}"
    figure = new_figure(title, height=2.0 + 0.36 * len(reductions))
    axes = figure.subplots()
    for kind, label, face in (
        (False, "printed (minutes of a training)", "white"),
        (True, "measured (CPU seconds)", BLUE),
    ):
        own = np.flatnonzero(reductions["measured"] == kind)
        style = {"markerfacecolor": face, "markeredgewidth": 2, "markeredgecolor": BLUE}
        axes.plot(reductions["reduction"].iloc[own], own, "o" if kind else "D", label=label, **style)
    _rows(axes, list(reductions["set"]))
    axes.axvline(0, color=BLACK, linewidth=1.2, zorder=0)
    axes.set_xlabel("training time saved (% of SpotTune's)")
    figure.legend(loc="outside lower center", ncols=2)
    return figure


@styled
def route_costs(costs: pd.DataFrame) -> Figure:
    """Plot the time of an answer by route beside its multiply-adds, both as shares of computing both copies.

    Args:
        costs: of `course_lib.analysis.multitune.route_costs`.

    Raises:
        ValueError: a row is missing that the title is about.
    """
    rows = costs.set_index("route")
    if missing := [name for name in (_BOTH, _TUNED) if name not in rows.index]:
        raise ValueError(f"the costs of '{missing[0]}' are missing: give the whole table of route_costs")
    shares = {"multiply-adds": rows["macs"] / rows.loc[_BOTH, "macs"], "CPU time, measured": rows["ratio"]}
    times = rows["ratio"].drop(_BOTH)
    verb = "skips" if times.max() < 1 else "does not skip"
    title = f"Routing {verb} what it does not use: an answer takes {100 * times.min():.0f}"
    title += f" to {100 * times.max():.0f} % of the time of both copies"
    figure = new_figure(title, height=2.2 + 0.6 * len(rows))
    axes = figure.subplots()
    for place, (label, values) in enumerate(shares.items()):
        axes.barh(
            np.arange(len(rows)) + 0.36 * (place - 0.5), 100 * values, height=0.34, color=SERIES[place], label=label
        )
    _rows(axes, list(rows.index))
    axes.set_xlabel("% of an answer that computes both copies of each block; the policy network included")
    figure.legend(loc="outside lower center", ncols=2)
    return figure


def _signed(value: float) -> str:
    return str(round(float(value))).replace("-", "−")


def _rows(axes, names: list[str]) -> None:
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.grid(False, axis="y")
