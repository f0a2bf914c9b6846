"""Figure of lesson 17: accuracies of SpotTune when routes are drawn at test time."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from course_lib.analysis.intervals import Interval
from course_lib.analysis.multitune.drawn_routes import drawing_cost, drawn
from course_lib.analysis.records import setting
from course_lib.figures.style import BLUE, VERMILLION, new_figure, styled


@styled
def drawn_spread(chosen: Mapping[str, Sequence[dict]]) -> Figure:
    """Plot the accuracy of each pass with drawn routes beside that of the likelier routes, a panel for each set.

    The title has for each set the accuracy with the likelier routes minus the mean of the passes, with its interval
    over seeds and images, and the share of the images that are right in some passes only.

    Args:
        chosen: name of a set → runs of one method, one of each seed.

    Raises:
        ValueError: no runs.
    """
    if not chosen:
        raise ValueError("no runs to draw: give a set of images with its runs")
    costs = {name: drawing_cost(runs) for name, runs in chosen.items()}
    changing = {name: np.mean([drawn(run).changing for run in runs]) for name, runs in chosen.items()}
    parts = [f"{name} {_words(costs[name])}, {100 * changing[name]:.0f} % of images change" for name in chosen]
    figure = new_figure(f"Likelier minus drawn routes: {'; '.join(parts)}", width=11.0, height=5.0)
    panels = figure.subplots(1, len(chosen), squeeze=False)[0]
    for axes, (name, runs) in zip(panels, chosen.items(), strict=True):
        for place, run in enumerate(runs):
            _draw_passes(axes, place, run)
        axes.set_xticks(range(len(runs)), [f"seed {setting(run, 'seed')}" for run in runs])
        axes.set_xlim(-0.6, len(runs) - 0.4)
        axes.set_title(name)
    panels[0].set_ylabel("test accuracy (%)")
    handles = [
        panels[0].plot([], [], marker="o", color=BLUE, linestyle="", alpha=0.6)[0],
        panels[0].plot([], [], color=VERMILLION, linewidth=3)[0],
    ]
    method = next(iter(costs.values())).method
    names = ["one pass with drawn routes", "likelier routes"]
    figure.legend(handles, names, loc="outside lower center", ncols=2, title=f"title: 95 % intervals: {method}")
    return figure


def _draw_passes(axes, place: int, run: dict) -> None:
    own = drawn(run)
    shifts = np.linspace(-0.22, 0.22, len(own.passes))
    axes.plot(place + shifts, 100 * own.passes, marker="o", markersize=6, linestyle="", color=BLUE, alpha=0.6)
    axes.hlines(100 * own.likelier, place - 0.32, place + 0.32, color=VERMILLION, linewidth=3)


def _words(found: Interval) -> str:
    return str(found).replace("-", "−")
