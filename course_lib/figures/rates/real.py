"""Figures of graduated rates and sources on real images."""

import re
from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from course_lib.analysis.intervals import Interval
from course_lib.analysis.rates import real, real_sources
from course_lib.figures.style import BLACK, BLUE, GREY, VERMILLION, draw_interval, new_figure, styled

_STRATEGY_COLORS = {real.BASELINE: GREY, real.HEAD_CHOSEN: GREY, real.ORACLE: VERMILLION}


@styled
def strategies(records: Sequence[dict]) -> Figure:
    """Plot what each way to choose the rates gains over the document's baseline, paired over the tasks.

    Args:
        records: of the study `real_scales`, and of `real_running` if they are there.
    """
    accuracies = real.strategy_accuracies(records)
    gains = {name: real.paired(accuracies, name, real.BASELINE) for name in accuracies if name != real.BASELINE}
    control = real.paired(accuracies, real.CHOSEN, real.HEAD_CHOSEN)
    title = f"Training the inner layers, too, {_verdict(control)} over the last layer alone, both by validation"
    if real.RUNNING in accuracies:
        running = real.paired(accuracies, real.RUNNING, real.HEAD_CHOSEN)
        title += f"; with running statistics it {_verdict(running)}"
    figure = new_figure(title, height=2.0 + 0.6 * len(gains))
    axes = figure.subplots()
    for place, (name, gain) in enumerate(gains.items()):
        ends = 100 * gain.estimate, place, 100 * gain.low, 100 * gain.high
        draw_interval(axes, *ends, color=_STRATEGY_COLORS.get(name, BLUE), filled=name != real.ORACLE)
    axes.axvline(0, color=BLACK, linewidth=1)
    axes.set_yticks(range(len(gains)), list(gains))
    axes.set_ylim(len(gains) - 0.5, -0.5)
    axes.set_xlabel(f"points above {real.BASELINE}\n95 % intervals over {len(accuracies)} tasks (t)")
    return figure


@styled
def sources(records: Sequence[dict]) -> Figure:
    """Draw the matrix of sources and real targets as a heat map; its last row is the mean over the targets.

    The title names the source with the highest mean and its gain over random weights of its network.

    Args:
        records: of the studies `real_scales` and `real_sources` together.
    """
    found = real_sources.source_accuracies(records)
    found = found[found.mean().sort_values(ascending=False).index]
    best = found.columns[0]
    title = f"Best mean over {len(found)} real targets: {best}"
    if random := real_sources.random_weights(records).get(best):
        title += f"; over random weights of its network it {_verdict(real.paired(found, best, random))}"
    figure = new_figure(title, height=2.6 + 0.36 * len(found))
    axes = figure.subplots()
    values = 100 * np.vstack([found.to_numpy(), found.mean().to_numpy()])
    texts = [[f"{value:.0f}" for value in row] for row in values[:-1]]
    texts.append([_whole(real.over_tasks(found[source])) for source in found])
    axes.imshow(values, cmap=mpl.colormaps["cividis"].resampled(6), aspect="auto")  # few shades: a small picture
    middle = (values.min() + values.max()) / 2
    for (row, column), value in np.ndenumerate(values):
        color = BLACK if value > middle else "white"
        axes.text(column, row, texts[row][column], ha="center", va="center", color=color, fontsize=12)
    axes.axhline(len(found) - 0.5, color="white", linewidth=4)
    axes.set_yticks(range(len(values)), [*found.index, "mean"])
    names = [re.sub("(:|, |_)(?=[a-z ]+$|eff)", r"\1\n", name) for name in found]
    axes.set_xticks(range(found.shape[1]), names, fontsize=10)
    axes.tick_params(length=0)
    axes.grid(False)
    axes.set_xlabel("source; test accuracies in %, means over the seeds; 95 % intervals over the targets (t)")
    return figure


def _whole(mean: Interval) -> str:
    """Write a mean with its interval in whole per cent."""
    return f"{100 * mean.estimate:.0f} [{100 * mean.low:.0f}, {100 * mean.high:.0f}]"


def _verdict(gain: Interval) -> str:
    """Say what a paired difference shows: ``"gains 3.0 points [1.0, 5.0]"``, or that nothing is shown."""
    size = f"{100 * gain.estimate:.1f} points [{100 * gain.low:.1f}, {100 * gain.high:.1f}]"
    if gain.low > 0:
        return f"gains {size}"
    return f"loses: {size}" if gain.high < 0 else f"shows no difference, {size}"
