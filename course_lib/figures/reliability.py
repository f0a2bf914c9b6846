"""Reliability curve: how often a classifier is right, by how sure it is."""

from matplotlib.figure import Figure

from course_lib.analysis.intervals import accuracy_interval
from course_lib.analysis.reliability import Reliability
from course_lib.figures.style import BLUE, GREY, new_figure, styled


@styled
def reliability_curve(found: Reliability, *, title: str) -> Figure:
    """Plot the accuracy of each bin of confidence with Wilson's 95 % interval; on the diagonal it is calibrated.

    The area of a dot grows with the images of its bin.
    """
    figure = new_figure(title, width=6.0, height=5.0)
    axes = figure.subplots()
    axes.plot([0, 100], [0, 100], color=GREY, linestyle="--", linewidth=1.2, label="perfectly calibrated")
    for confidence, accuracy, count in zip(found.confidence, found.accuracy, found.counts, strict=True):
        interval = accuracy_interval(round(accuracy * count), int(count))
        axes.vlines(100 * confidence, 100 * interval.low, 100 * interval.high, color=BLUE, linewidth=2.0, alpha=0.6)
    label = "images of a bin, 95 % interval"
    sizes = 40 + 260 * found.counts / found.counts.max()
    axes.scatter(100 * found.confidence, 100 * found.accuracy, s=sizes, color=BLUE, zorder=3, label=label)
    axes.set_xlim(0, 105)
    axes.set_ylim(-6, 106)
    axes.set_xlabel("confidence (%)")
    axes.set_ylabel("right (%)")
    figure.legend(loc="outside lower center", ncols=2)
    return figure
