"""Time of an epoch by part: forward, backward, step, …"""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from course_lib.figures.style import BLACK, SERIES, new_figure, styled


@styled
def epoch_parts(
    seconds_by_row: Mapping[str, Sequence[Mapping[str, float]]], *, title: str, per: int = 1, xlabel: str = "seconds"
) -> Figure:
    """Plot the parts of an epoch as stacked bars: medians over repetitions; a line joins the fastest and slowest epoch.

    Args:
        seconds_by_row: what was timed → one ``{part: seconds}`` for each repetition, all with the same parts.
        per: divisor of the seconds, e.g. the number of images; `xlabel` names the resulting unit.

    Raises:
        ValueError: nothing to draw, or repetitions with different parts.
    """
    parts = {tuple(epoch) for epochs in seconds_by_row.values() for epoch in epochs}
    if len(parts) != 1 or not all(seconds_by_row.values()):
        raise ValueError(f"parts {sorted(parts)} cannot be stacked: every row needs epochs, all with the same parts")
    (names,) = parts
    figure = new_figure(title, height=1.9 + 0.5 * len(seconds_by_row))
    axes = figure.subplots()
    for place, epochs in enumerate(seconds_by_row.values()):
        times = np.array([[epoch[name] for name in names] for epoch in epochs]) / per  # (repetitions, parts)
        left = 0.0
        for index, width in enumerate(np.median(times, axis=0)):
            label = names[index] if place == 0 else None
            axes.barh(place, width, left=left, height=0.66, color=SERIES[index % len(SERIES)], label=label)
            left += width
        whole = times.sum(axis=1)
        axes.hlines(place, whole.min(), whole.max(), color=BLACK, linewidth=2)
    axes.set_yticks(range(len(seconds_by_row)), list(seconds_by_row))
    axes.invert_yaxis()
    axes.set_xlim(left=0)
    axes.grid(False, axis="y")
    axes.set_xlabel(f"{xlabel}; black line: fastest to slowest of {len(epochs)} epochs")
    figure.legend(loc="outside lower center", ncols=5, columnspacing=1.3)
    return figure
