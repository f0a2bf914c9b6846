"""Figures of lesson 11, learning rates per layer: accuracy, sensitivity β and best rate α; how far stages travel."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from course_lib.analysis.rates import layers
from course_lib.data.transfers import Transfer
from course_lib.figures.drift import stage_drift
from course_lib.figures.style import BLUE, SERIES, VERMILLION, draw_interval, new_figure, plain_log_axis, styled

HEAD_COLORS = {0.01: BLUE, 0.1: VERMILLION}
HEAD_MARKERS = {0.01: "o", 0.1: "s"}
_COLUMNS = 4
_DECADE_FOR_ZERO = 1  # the rate 0 stands so many decades left of the lowest other rate


@styled
def accuracies(records: Sequence[dict]) -> Figure:
    """Plot test accuracy over the rate of the inner layers: a panel a pair, a line for each rate of the last layer.

    As Figs 6 and 7 of the document, which have one line for each pair and no interval. The title counts the pairs in
    which training the inner layers gains.
    """
    pairs = layers.by_pair(records)
    gains = [layers.inner_gain(runs) for runs in pairs.values()]
    up, down = sum(gain.low > 0 for gain in gains), sum(gain.high < 0 for gain in gains)
    title = f"Training the inner layers, too, gains in {up} of {len(pairs)} pairs, loses in {down}"
    title += f"; {len(pairs) - up - down} undecided" if up + down < len(pairs) else ""
    rows = -(-len(pairs) // _COLUMNS)
    figure = new_figure(title, width=12.0, height=1.8 + 2.9 * rows)
    grid = figure.subplots(rows, min(_COLUMNS, len(pairs)), squeeze=False)
    for axes in grid.flat[len(pairs) :]:
        axes.set_visible(False)
    for axes, (pair, runs) in zip(grid.flat, pairs.items(), strict=False):
        _draw_pair(axes, runs)
        panel = f"{pair.name} ({'A' if pair.close else 'B'})\n{pair.images_per_label} images a label"
        axes.set_title(panel, fontsize=12)
        axes.set_xlabel("inner learning rate")
        if axes.get_subplotspec().is_first_col():
            axes.set_ylabel("test accuracy (%)")
    handles, labels = grid.flat[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=2, title="95 % intervals over seeds (t)")
    return figure


def _draw_pair(axes, records: Sequence[dict]) -> None:
    lowest = min(rate for own in layers.by_rates(records).values() for rate in own if rate > 0)
    zero = lowest / 10**_DECADE_FOR_ZERO
    ticks = set()
    for number, head in enumerate(layers.by_rates(records)):
        found = layers.accuracy_by_rate(records, head)
        places = np.array([rate or zero for rate in found])
        middle, low, high = (
            100 * np.array([getattr(own, name) for own in found.values()]) for name in ("estimate", "low", "high")
        )
        axes.errorbar(
            places * 1.12 ** (2 * number - 1),
            middle,
            yerr=[middle - low, high - middle],
            color=HEAD_COLORS.get(head, SERIES[number]),
            marker=HEAD_MARKERS.get(head, "o"),
            capsize=3,
            label=f"last layer at {head:g}",
        )
        ticks |= set(places)
    axes.set_xscale("log")
    axes.set_xticks(sorted(ticks), ["0" if tick == zero else _short(tick) for tick in sorted(ticks)])
    axes.minorticks_off()


def _short(rate: float) -> str:
    """``"0.1"``, ``"0.01"``, ``"1e-3"`` …: short enough for neighbouring ticks."""
    return f"{rate:g}" if rate >= 0.01 else f"{rate:.0e}".replace("e-0", "e-")


@styled
def sensitivities(records: Sequence[dict]) -> Figure:
    """Plot β of each pair at both rates of the last layer (Fig 8), beside the β that noise alone would show.

    The title has the medians over the pairs, which the document prints as 28.96 and 83.52 %.
    """
    pairs, heads = layers.by_pair(records), list(layers.by_rates(records))
    found = {head: [layers.sensitivity(runs, head) for runs in pairs.values()] for head in heads}
    medians = {head: 100 * np.median([own.estimate for own in found[head]]) for head in heads}
    words = " and ".join(f"{median:.0f} % at {head:g}" for head, median in medians.items())
    figure = new_figure(f"Sensitivity β to the inner rate: median {words}", height=2.2 + 0.55 * len(pairs))
    axes = figure.subplots()
    for number, head in enumerate(heads):
        color, marker = HEAD_COLORS.get(head, SERIES[number]), HEAD_MARKERS.get(head, "o")
        places = np.arange(len(pairs)) + 0.3 * (number - (len(heads) - 1) / 2)
        for place, own, runs in zip(places, found[head], pairs.values(), strict=True):
            ends = 100 * own.estimate, place, 100 * own.low, 100 * own.high
            draw_interval(axes, *ends, color=color, marker=marker)
            axes.plot(100 * layers.noise_sensitivity(runs, head), place, "x", color=color, markeredgewidth=2)
        axes.plot([], [], marker=marker, color=color, label=f"last layer at {head:g}")
        axes.plot([], [], "x", color=color, markeredgewidth=2, label=f"noise alone, at {head:g}")
    axes.set_yticks(range(len(pairs)), [pair.name for pair in pairs])
    axes.set_ylim(len(pairs) - 0.5, -0.5)
    axes.set_xlabel("β = (max − min) / min of the test accuracy (%)")
    title = "95 % intervals over seeds (t)"
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=2, title=title)
    return figure


@styled
def best_rates(records: Sequence[dict]) -> Figure:
    """Plot α, the chosen rate of the inner layers of each seed, over the images per label (Fig 9).

    The title has Spearman's correlation over the pairs with its interval.
    """
    heads = list(layers.by_rates(records))
    found = {head: layers.rank_correlation(records, head) for head in heads}
    words = "; ".join(f"{own.estimate:.2f} [{own.low:.2f}, {own.high:.2f}] at {head:g}" for head, own in found.items())
    title = f"Best inner rate and images per label: rank correlation {words}"
    figure = new_figure(title, height=4.8)
    panels = figure.subplots(1, len(heads), sharey=True, squeeze=False)[0]
    for axes, head in zip(panels, heads, strict=True):
        for pair, runs in layers.by_pair(records).items():
            _draw_alphas(axes, pair, layers.best_inner_rates(runs, head))
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_title(f"last layer at {head:g}")
        plain_log_axis(axes.xaxis)
        axes.set_xlabel("training images per label")
        ticks = [tick for tick in (layers.BELOW_ALL, 1e-4, 1e-3, 1e-2, 1e-1) if tick <= head]
        axes.set_yticks(ticks, ["0" if tick == layers.BELOW_ALL else f"{tick:g}" for tick in ticks])
    panels[0].set_ylabel("α, the chosen inner rate")
    for name, marker, color in (("set A, close", "o", BLUE), ("set B, far", "s", VERMILLION)):
        panels[0].plot([], [], marker, color=color, label=name)
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=2, title="a dot is a seed")
    return figure


def _draw_alphas(axes, pair: Transfer, alphas: Sequence[float]) -> None:
    shifts = 1.06 ** (np.arange(len(alphas)) - (len(alphas) - 1) / 2)
    style = {"marker": "o", "color": BLUE} if pair.close else {"marker": "s", "color": VERMILLION}
    axes.plot(pair.images_per_label * shifts, np.maximum(alphas, layers.BELOW_ALL), linestyle="", alpha=0.7, **style)


def distances(moved: Mapping[str, Mapping[str, float]]) -> Figure:
    """Plot how far each stage moved from its start, by training; the title compares the inner stages that moved.

    It names those that moved farthest and least in any training, and the range of the ratio over the trainings.

    Args:
        moved: training → stage → relative change of its weights, see `course_lib.analysis.stage_change`.
    """
    trained = [{stage: far for stage, far in own.items() if stage != "head" and far > 0} for own in moved.values()]
    farthest, least = (" or ".join(sorted({pick(own, key=own.get) for own in trained if own})) for pick in (max, min))
    ratios = [round(max(own.values()) / min(own.values())) for own in trained if own]
    times = " to ".join(f"{ratio}" for ratio in sorted({min(ratios), max(ratios)}))
    title = f"At one rate for all inner stages, {farthest} moves farthest: {times} times as far as {least}"
    return stage_drift(moved, title=title, log=True)
