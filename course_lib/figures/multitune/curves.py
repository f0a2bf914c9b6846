"""Figure 2, measured: validation accuracy by epoch."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from course_lib.analysis.multitune.curves import EARLY, Curve, first_compared, is_above, validation_curves
from course_lib.analysis.multitune.rows import kind_of, size_name
from course_lib.figures.style import BLACK, BLUE, GREY, ORANGE, SKY, new_figure, styled
from course_lib.sweeps.studies.multitune.methods import FULL, MULTITUNE, ONE_BLOCK, SPOTTUNE

_COLORS = {SPOTTUNE: ORANGE, MULTITUNE: SKY, ONE_BLOCK: BLACK, FULL: BLUE}  # those of Table 3
_STYLES = ("-", "--", "-.", ":")
_NOTE = f"mean over seeds; bars: lowest–highest; dotted: from here on compared, as printed after {EARLY}"


@styled
def validation_accuracy(records: Sequence[dict]) -> Figure:
    """Plot validation accuracy by epoch as in Fig. 2: of each set all images above, the smaller rows below.

    A line is the mean over seeds at the rates that validation chose; bars, on all images, span the seeds. The title
    counts the rows in which either method's mean is above in every epoch after the document's 20 of 110, which a dotted
    line marks.
    """
    curves = [curve for curve in validation_curves(records) if curve.method in _COLORS]
    sources = list(dict.fromkeys(curve.row[0] for curve in curves))
    figure = new_figure(_above_in_words(curves), width=10.0, height=6.6)
    grid = figure.subplots(2, len(sources), squeeze=False, sharex=True)
    for column, source in zip(grid.T, sources, strict=True):
        own = [curve for curve in curves if curve.row[0] == source]
        whole = [curve for curve in own if curve.row[1] is None]
        small = [curve for curve in own if curve.row[1] is not None and curve.method in (SPOTTUNE, MULTITUNE)]
        _draw(column[0], whole, bars=True)
        _draw(column[1], small, bars=False)
        for axes in column if own else ():
            axes.axvline(first_compared(own[0]), color=GREY, linestyle=":", linewidth=1.4, zorder=0)
        column[0].set_title(f"{kind_of(source)} set, all images")
        column[1].set_title(f"{kind_of(source)} set, fewer images of each class")
        column[1].set_xlabel("epoch")
        column[1].xaxis.set_major_locator(MaxNLocator(integer=True))
    for axes in grid[:, 0]:
        axes.set_ylabel("validation accuracy (%)")
    _add_legend(figure, curves)
    return figure


def _draw(axes, curves: Sequence[Curve], *, bars: bool) -> None:
    for curve in curves:
        epochs, style = np.arange(len(curve.mean)), "-" if bars else _style(curve.row[1], curves)
        axes.plot(epochs, 100 * curve.mean, color=_COLORS[curve.method], linestyle=style)
        if bars:
            apart = 0.12 * list(_COLORS).index(curve.method)
            axes.vlines(epochs + apart, 100 * curve.low, 100 * curve.high, color=_COLORS[curve.method], linewidth=1.4)


def _style(per_class: int, curves: Sequence[Curve]) -> str:
    sizes = sorted({curve.row[1] for curve in curves}, reverse=True)
    return _STYLES[sizes.index(per_class) % len(_STYLES)]


def _add_legend(figure, curves: Sequence[Curve]) -> None:
    methods = [name for name in _COLORS if any(curve.method == name for curve in curves)]
    handles = [Line2D([], [], color=_COLORS[name], label=name) for name in methods]
    small = [curve for curve in curves if curve.row[1] is not None]
    for size in sorted({curve.row[1] for curve in small}, reverse=True):
        handles.append(Line2D([], [], color=GREY, linestyle=_style(size, small), label=size_name(size)))
    figure.legend(handles=handles, loc="outside lower center", ncols=4, title=_NOTE)


def _above_in_words(curves: Sequence[Curve]) -> str:
    rows = list(dict.fromkeys(curve.row for curve in curves))
    found = {(curve.row, curve.method): curve for curve in curves}
    both = [row for row in rows if (row, MULTITUNE) in found and (row, SPOTTUNE) in found]
    pairs = [(found[row, MULTITUNE], found[row, SPOTTUNE]) for row in both]
    above, below = sum(is_above(*pair) for pair in pairs), sum(is_above(other, one) for one, other in pairs)
    when = f"From epoch {first_compared(pairs[0][0])} on, " if pairs else ""
    return f"{when}MultiTune's mean stays above SpotTune's in {above} of {len(both)} rows, and below in {below}"
