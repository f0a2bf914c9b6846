"""README's picture: one image of each class, and the test accuracy of each strategy."""

from collections.abc import Sequence

from matplotlib.figure import Figure

from course_lib.figures.accuracy import Dot, draw_dots
from course_lib.figures.images import as_pictures
from course_lib.figures.style import BLACK, BLUE, VERMILLION, hide_ticks, new_figure, styled

_COLUMNS = 4


@styled
def cover(images, captions: Sequence[str], dots: Sequence[Dot], *, title: str, question: str, xlabel: str) -> Figure:
    """Draw seven pictures and a question at the left, accuracies with their intervals at the right.

    Args:
        images: (7, 3, H, W) uint8, or floats in [0, 1]; one of each class, with its name in `captions`.
        dots: accuracies of two series; one row for each strategy.
        question: text in the eighth place, with its line breaks.

    Raises:
        ValueError: images of another shape or number, or not one caption for each.
    """
    pictures = as_pictures(images)
    if len(pictures) != 2 * _COLUMNS - 1 or len(captions) != len(pictures):
        raise ValueError(f"{len(pictures)} images and {len(captions)} captions: the picture has room for 7 of each")
    figure = new_figure(title, width=12.0, height=4.4)
    left, right = figure.subfigures(1, 2, width_ratios=(1.12, 1))
    grid = left.subplots(2, _COLUMNS).ravel()
    for axes in grid:
        hide_ticks(axes)
    for axes, picture, caption in zip(grid, pictures, captions, strict=False):
        axes.imshow(picture, interpolation="antialiased")
        axes.set_title(caption, fontsize=13, pad=4)
    grid[-1].text(0.5, 0.5, question, ha="center", va="center", fontsize=13, transform=grid[-1].transAxes)
    _draw_accuracies(right.subplots(), dots, xlabel)
    return figure


def _draw_accuracies(axes, dots: Sequence[Dot], xlabel: str) -> None:
    rows = list(dict.fromkeys(dot.row for dot in dots))
    colors = dict(zip(dict.fromkeys(dot.series for dot in dots), (BLUE, VERMILLION), strict=True))
    draw_dots(axes, dots, rows, colors)
    for series, color in colors.items():
        axes.plot([], [], "o", color=color, label=series)
    for dot in dots:
        below = dot.series != dots[0].series
        place = (100 * dot.interval.estimate, rows.index(dot.row) + (0.34 if below else -0.34))
        axes.text(*place, f"{100 * dot.interval.estimate:.0f} %", color=colors[dot.series], ha="center", va="center")
    axes.axvline(100 / 7, color=BLACK, linestyle=":", linewidth=1.2)
    axes.text(100 / 7 + 1.5, len(rows) - 0.55, "guessing", fontsize=11, va="bottom")
    axes.set_xlim(0, 100)
    axes.set_xlabel(xlabel)
    axes.legend(loc=(0.2, 0.38), handletextpad=0.2)
