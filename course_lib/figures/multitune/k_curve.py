"""Figure of lesson 17: test accuracy over k of global-k, beside the last k blocks tuned without any policy."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from course_lib.analysis.intervals import Interval, count_shown
from course_lib.analysis.multitune.global_k import GLOBAL, LAST, Point, k_curve, opponents, policy_gap
from course_lib.figures.style import BLACK, BLUE, EDGE_NOTE, GREEN, GREY, VERMILLION, new_figure, styled

LOOKS = {GLOBAL: (BLUE, "o", -0.09), LAST: (VERMILLION, "s", 0.09)}
OTHERS = {"full fine-tuning": (BLACK, "--"), "SpotTune": (GREEN, ":")}


@styled
def k_curves(records: Sequence[dict], others: Sequence[dict] | None = None) -> Figure:
    """Plot the test accuracy of both kinds over k, and lines of plain full fine-tuning and of SpotTune.

    The title has the mean over k of the paired difference of the two kinds, with its interval.

    Args:
        records: runs of the study `global_k`.
        others: runs of the study `two_networks`; None leaves the two lines out.
    """
    curve, gap = k_curve(records), policy_gap(records).interval()
    figure = new_figure(f"Last k blocks minus global-k, mean over k: {gap_words(gap)}", width=11.0, height=5.6)
    axes = figure.subplots()
    draw_curve(axes, curve)
    edges = [point.edge for point in curve]
    if others is not None:
        edges += draw_opponents(axes, records, others)
    about = f"bars: 95 % intervals, {curve[0].accuracy.method}; title: {gap.method}, paired"
    if any(edges):
        about += f"\n{EDGE_NOTE}"
    figure.legend(loc="outside lower center", ncols=4, title=about)
    return figure


def gap_words(gap: Interval) -> str:
    """Say a difference with its interval and what it shows."""
    words = {(1, 0): "shown to be better", (0, 1): "shown to be worse", (0, 0): "no difference is shown"}
    word = "undecided, a best rate is at the edge of its grid" if gap.edge else words[count_shown([gap])]
    return f"{gap} ({word})".replace("-", "−")


def draw_curve(axes, curve: Sequence[Point]) -> None:
    """Draw both kinds with their intervals."""
    for kind, (color, marker, shift) in LOOKS.items():
        own = [point for point in curve if point.kind == kind]
        ks = np.array([point.k for point in own], dtype=float)
        middle = np.array([100 * point.accuracy.estimate for point in own])
        ends = np.array([[100 * point.accuracy.low, 100 * point.accuracy.high] for point in own]).T
        error = np.abs(ends - middle)
        axes.errorbar(ks + shift, middle, yerr=error, color=color, marker=marker, capsize=3, label=kind)
        for point, x, high in zip(own, ks + shift, ends[1], strict=True):
            if point.edge:
                axes.annotate("†", (x, high), (0, 2), textcoords="offset points", ha="center", color=color)
    axes.set_xticks(sorted({point.k for point in curve}))
    axes.set(xlabel="k, number of blocks tuned", ylabel="test accuracy (%)")


def draw_opponents(axes, records: Sequence[dict], others: Sequence[dict]) -> list[str]:
    """Draw a line for plain full fine-tuning and one for SpotTune, each with the band of its interval.

    A dagger after the name says that the best rate is at the edge of its grid.

    Returns:
        What is said of the edge of each line's grid; empty where there is none.
    """
    found = opponents(records, others)
    lines = (found.full, found.spottune)
    for (name, (color, line)), own in zip(OTHERS.items(), lines, strict=True):
        axes.axhline(100 * own.estimate, color=color, linestyle=line, linewidth=1.6, label=name + " †" * bool(own.edge))
        axes.axhspan(100 * own.low, 100 * own.high, color=GREY, alpha=0.12, linewidth=0, zorder=0)
    return [own.edge for own in lines]
