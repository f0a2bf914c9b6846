"""README's picture: one image of each class, and the test accuracy of each strategy."""

import textwrap
from collections.abc import Sequence

import matplotlib as mpl
from matplotlib.figure import Figure

from course_lib.figures.accuracy import Dot, draw_dots
from course_lib.figures.images import as_pictures
from course_lib.figures.style import BLACK, BLUE, VERMILLION, hide_ticks, new_figure, styled

_COLUMNS = 4
# Of a narrow screen: shown at about half its size, so that its letters are twice as large.
_NARROW = {"font.size": 22, "axes.labelsize": 22, "xtick.labelsize": 21, "ytick.labelsize": 22, "legend.fontsize": 22}


@styled
def cover(
    images,
    captions: Sequence[str],
    dots: Sequence[Dot],
    *,
    title: str,
    question: str,
    xlabel: str,
    narrow: bool = False,
) -> Figure:
    """Draw seven pictures and a question, and beside them accuracies with their intervals.

    Args:
        images: (7, 3, H, W) uint8, or floats in [0, 1]; one of each class, with its name in `captions`.
        dots: accuracies of two series; one row for each strategy.
        question: text in the eighth place, with its line breaks.
        narrow: put the accuracies below the pictures, in letters for a phone.

    Raises:
        ValueError: images of another shape or number, or not one caption for each.
    """
    pictures = as_pictures(images)
    if len(pictures) != 2 * _COLUMNS - 1 or len(captions) != len(pictures):
        raise ValueError(f"{len(pictures)} images and {len(captions)} captions: the picture has room for 7 of each")
    if not narrow:
        figure = new_figure(title, width=12.0, height=4.4)
        left, right = figure.subfigures(1, 2, width_ratios=(1.12, 1))
        _draw_pictures(left, pictures, captions, question, fontsize=13)
        _draw_accuracies(right.subplots(), dots, xlabel, fontsize=13, legend=(0.2, 0.38))
        return figure
    with mpl.rc_context(_NARROW):
        figure = new_figure(title, width=8.0, height=11.4)
        figure.suptitle(textwrap.fill(title, width=32), fontweight="bold", fontsize=29)
        top, bottom = figure.subfigures(2, 1, height_ratios=(1, 1.15))
        _draw_pictures(top, pictures, captions, question, fontsize=17)
        _draw_accuracies(bottom.subplots(), dots, xlabel, fontsize=24, legend=(0.15, 0.1))
        figure.get_layout_engine().execute(figure)
    return figure


def _draw_pictures(figure, pictures, captions: Sequence[str], question: str, *, fontsize: int) -> None:
    grid = figure.subplots(2, _COLUMNS).ravel()
    for axes in grid:
        hide_ticks(axes)
    for axes, picture, caption in zip(grid, pictures, captions, strict=False):
        axes.imshow(picture, interpolation="antialiased")
        axes.set_title(caption, fontsize=1.25 * fontsize if fontsize > 13 else fontsize, pad=4)
    place = {"ha": "center", "va": "center", "transform": grid[-1].transAxes}
    grid[-1].text(0.5, 0.5, question, fontsize=fontsize, **place)


def _draw_accuracies(axes, dots: Sequence[Dot], xlabel: str, *, fontsize: int, legend) -> None:
    rows = list(dict.fromkeys(dot.row for dot in dots))
    colors = dict(zip(dict.fromkeys(dot.series for dot in dots), (BLUE, VERMILLION), strict=True))
    draw_dots(axes, dots, rows, colors)
    for series, color in colors.items():
        axes.plot([], [], "o", color=color, label=series)
    for dot in dots:
        below = dot.series != dots[0].series
        place = (100 * dot.interval.estimate, rows.index(dot.row) + (0.34 if below else -0.34))
        text = f"{100 * dot.interval.estimate:.0f} %"
        axes.text(*place, text, color=colors[dot.series], ha="center", va="center", fontsize=fontsize)
    axes.axvline(100 / 7, color=BLACK, linestyle=":", linewidth=1.2)
    axes.text(100 / 7 + 1.5, len(rows) - 0.55, "guessing", fontsize=fontsize - 2, va="bottom")
    axes.set_xlim(0, 100)
    axes.set_xlabel(xlabel)
    axes.legend(loc=legend, handletextpad=0.2)
