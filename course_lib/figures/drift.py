"""Relative change of each stage during training: weights and normalisation statistics."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from course_lib.figures.style import SERIES, new_figure, plain_log_axis, styled


@styled
def stage_drift(
    change_by_series: Mapping[str, Mapping[str, float]], *, title: str, what: str = "weights", log: bool = False
) -> Figure:
    """Plot the relative change of each stage, ‖after − before‖ / ‖before‖, as bars; an unchanged stage is labelled 0.

    Args:
        change_by_series: series (a recipe, a normalisation mode, …) → stage → change as a fraction, e.g. from
            `course_lib.analysis.stage_change`; stages keep the order of the first series.
        what: name of what changed, for the axis label: ``"weights"``, ``"running statistics"``, …
        log: whether the axis is logarithmic, for changes of very different size.

    Raises:
        ValueError: nothing to draw, or a negative or infinite change.
    """
    stages = list(dict.fromkeys(stage for change in change_by_series.values() for stage in change))
    values = [value for change in change_by_series.values() for value in change.values()]
    if not values or not np.isfinite(values).all() or min(values) < 0:
        raise ValueError(f"changes {values} cannot be drawn: need finite fractions from 0, at least one")
    figure = new_figure(title, height=5.2)
    axes = figure.subplots()
    width = 0.8 / len(change_by_series)
    for index, (name, change) in enumerate(change_by_series.items()):
        places = np.arange(len(stages)) + (index - (len(change_by_series) - 1) / 2) * width
        heights = [100 * change.get(stage, np.nan) for stage in stages]
        axes.bar(places, heights, width=0.92 * width, color=SERIES[index % len(SERIES)], label=name)
        for place, height in zip(places, heights, strict=True):
            if height == 0:
                y = axes.get_xaxis_transform()
                axes.text(place, 0.01, "0", ha="center", va="bottom", transform=y, color=SERIES[index % len(SERIES)])
    if log and max(values) > 0:
        axes.set_yscale("log")
        plain_log_axis(axes.yaxis)
    axes.set_xticks(range(len(stages)), stages)
    axes.grid(False, axis="x")
    axes.set_ylabel(f"relative change of the {what} (%)")
    axes.set_xlabel("stage, from the image to the head")
    if len(change_by_series) > 1:
        figure.legend(loc="outside lower center", ncols=3)
    return figure
