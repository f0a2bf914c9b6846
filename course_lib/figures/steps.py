"""Step size of an optimiser as a function of the gradient."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from course_lib.figures.style import GREY, SERIES, new_figure, plain_log_axis, styled


@styled
def step_sizes(points_by_series: Mapping[str, Sequence[tuple[float, float]]], lr: float, *, title: str) -> Figure:
    """Plot the size of a step over the size of its gradient, one dot for each tensor of weights.

    Two lines serve for comparison: rate times gradient (SGD's step), and the rate itself (Adam's first step).

    Args:
        points_by_series: optimiser → (gradient, step) of each tensor, both root mean squares over its weights.
        lr: the learning rate of all steps.

    Raises:
        ValueError: nothing to draw, or a size that is not positive (a logarithmic axis cannot show it).
    """
    points = np.array([point for series in points_by_series.values() for point in series], dtype=float).reshape(-1, 2)
    if not len(points) or not np.isfinite(points).all() or points.min() <= 0:
        raise ValueError(
            f"{len(points)} sizes of gradients and steps cannot be drawn: need positive numbers, one or more"
        )
    figure = new_figure(title, height=5.6)
    axes = figure.subplots()
    span = np.array([points[:, 0].min() / 2, points[:, 0].max() * 2])
    axes.plot(span, lr * span, color=GREY, linestyle="--", linewidth=1.5, label="rate × gradient")
    axes.plot(span, [lr, lr], color=GREY, linestyle=":", linewidth=2, label=f"the rate, {lr:g}")
    for index, (name, series) in enumerate(points_by_series.items()):
        axes.scatter(*zip(*series, strict=True), color=SERIES[index % len(SERIES)], s=30, label=name)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(*span)
    for axis in (axes.xaxis, axes.yaxis):
        plain_log_axis(axis)
    axes.set_xlabel("gradient of a tensor's weights (root mean square)")
    axes.set_ylabel("step of its weights\n(root mean square)")
    figure.legend(loc="outside lower center", ncols=3)
    return figure
