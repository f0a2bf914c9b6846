"""Accuracy as a function of an amount: of training images, of validation images, of a learning rate."""

from collections.abc import Mapping

from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from course_lib.analysis.intervals import Interval
from course_lib.figures.kinds import kinds_of, line_style
from course_lib.figures.style import BLACK, GREY, SERIES, new_figure, styled

MARKERS = "osD^vPX"


@styled
def accuracy_by_amount(
    series: Mapping[str, Mapping[float, Interval]],
    *,
    title: str,
    xlabel: str,
    ylabel: str,
    reference: float | None = None,
    levels: Mapping[str, float] | None = None,
    note: str = "",
) -> Figure:
    """Plot accuracy over an amount (logarithmic axis): one line of dots with vertical intervals for each series.

    Where the intervals are of several kinds, each kind has its line, see `course_lib.figures.kinds`.

    Args:
        series: name → amount → interval, drawn in per cent.
        reference: the amount at which a vertical line is drawn.
        levels: name → accuracy, a fraction, at which a horizontal line is drawn.
        note: what the intervals are of, for the legend.

    Raises:
        ValueError: nothing to draw, or an amount that is not positive.
    """
    amounts = sorted({amount for found in series.values() for amount in found})
    if not amounts or amounts[0] <= 0:
        raise ValueError(f"amounts {amounts} cannot be drawn: need at least one, all positive")
    kinds = kinds_of(interval for found in series.values() for interval in found.values())
    figure = new_figure(title, height=6.0)
    axes = figure.subplots()
    if reference is not None:
        axes.axvline(reference, color=BLACK, linewidth=1.2, linestyle=":")
    for index, (name, level) in enumerate((levels or {}).items()):
        axes.axhline(100 * level, color=GREY, linewidth=1.6, linestyle=("--", ":")[index % 2], label=name)
    for index, (name, found) in enumerate(series.items()):
        shift = 1.025 ** (index - (len(series) - 1) / 2)  # so that intervals at one amount stand side by side
        places = [amount * shift for amount in sorted(found)]
        values = [found[amount] for amount in sorted(found)]
        errors = [[100 * (v.estimate - v.low) for v in values], [100 * (v.high - v.estimate) for v in values]]
        style = {"color": SERIES[index % len(SERIES)], "marker": MARKERS[index % len(MARKERS)]}
        estimates = [100 * v.estimate for v in values]
        drawn = axes.errorbar(places, estimates, yerr=errors, capsize=4, label=name, **style)
        drawn.lines[2][0].set_linestyle([line_style(v, kinds) for v in values])
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(FixedLocator(amounts))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.set_xlabel(xlabel)
    axes.set_ylabel(ylabel)
    entries = len(series) + len(levels or ())
    figure.legend(loc="outside lower center", ncols=3 if entries in (3, 5, 6) else 2, title=note or None)
    return figure
