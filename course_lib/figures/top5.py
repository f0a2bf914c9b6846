"""The most probable classes of one image, beside the printed ones (the homework's Table I) or beside the image."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from course_lib.figures.images import as_pictures
from course_lib.figures.style import BLUE, VERMILLION, hide_ticks, new_figure, plain_log_axis, styled


@styled
def top5_bars(
    class_names: Sequence[str],
    probabilities: Sequence[float],
    *,
    title: str,
    printed: Sequence[tuple[str, float]] | None = None,
    image=None,
) -> Figure:
    """Plot the five most probable classes as bars on a logarithmic axis, printed probabilities below measured ones.

    Args:
        class_names, probabilities: all C classes of the model; probabilities are fractions.
        printed: (class, probability) as fractions, e.g. ``printed_top5()``.
        image: (3, H, W) uint8, or floats in [0, 1], drawn beside the bars.

    Raises:
        ValueError: not one probability for each class, or they are not between 0 and 1; an image of another shape.
    """
    probabilities = np.asarray(probabilities, dtype=float)
    if probabilities.shape != (len(class_names),) or probabilities.min() < 0 or probabilities.max() > 1 + 1e-6:
        raise ValueError(
            f"{len(class_names)} classes with probabilities of shape {probabilities.shape}: need one in [0, 1] for each"
        )
    measured = {class_names[i]: float(probabilities[i]) for i in np.argsort(-probabilities, kind="stable")}
    shown = list(measured)[:5] + [name for name, _ in printed or () if name not in list(measured)[:5]]
    figure = new_figure(title, height=1.6 + (0.75 if image is None else 0.4) * len(shown))
    axes = figure.subplots() if image is None else _draw_image(figure, image)
    axes.set_xscale("log")
    axes.set_xlim(_lower_end([measured[name] for name in shown]), 400)
    height = 0.38 if printed else 0.7
    _draw_bars(axes, shown, measured, -height / 2 if printed else 0, height, color=BLUE, label="measured")
    if printed:
        _draw_bars(axes, shown, dict(printed), height / 2, height, color=VERMILLION, label="printed")
        figure.legend(loc="outside lower right", ncols=2)
    axes.set_yticks(range(len(shown)), [name.replace("_", " ") for name in shown])
    axes.set_ylim(len(shown) - 0.5, -0.5)
    plain_log_axis(axes.xaxis)
    axes.minorticks_off()
    axes.grid(False, axis="y")
    axes.set_xlabel("probability (%, logarithmic)")
    return figure


def _draw_image(figure: Figure, image):
    """Draw an image on the left of the figure. Returns the axes on its right."""
    left, right = figure.subplots(1, 2, width_ratios=(1, 4))
    hide_ticks(left)
    left.imshow(as_pictures(np.asarray(image)[None])[0], interpolation="antialiased")
    return right


def _lower_end(probabilities: list[float]) -> float:
    """A power of ten (in per cent) below the smallest probability shown, from 0.0001 % to 0.1 %."""
    smallest = max(100 * min(probabilities), 1e-3)
    return min(10 ** np.floor(np.log10(smallest) - 0.3), 0.1)


def _draw_bars(axes, shown, values, offset, height, *, color, label) -> None:
    known = [(place, 100 * values[name]) for place, name in enumerate(shown) if name in values]
    places = [place + offset for place, _ in known]
    axes.barh(places, [value for _, value in known], height=height, color=color, label=label)
    for place, (_, value) in zip(places, known, strict=True):
        axes.text(max(value, axes.get_xlim()[0]) * 1.08, place, f"{value:.2f} %", va="center", fontsize=12)
