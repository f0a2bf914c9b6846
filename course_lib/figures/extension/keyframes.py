"""Figure of lesson 14: keyframes with the concepts that somebody judged."""

import textwrap

import numpy as np
from matplotlib.figure import Figure

from course_lib.data.imageset import ImageSet
from course_lib.figures.images import as_pictures
from course_lib.figures.style import hide_ticks, new_figure, styled

_COLUMNS, _LINE = 5, 24  # pictures in a row; characters of a line below a picture
_LINES = 6


@styled
def keyframes(images: ImageSet, count: int = 10) -> Figure:
    """Show the first images with the concepts they are judged to show, and with how many were not judged.

    The title has the mean number of concepts of an image, and the share of labels that nobody judged, of all images.

    Args:
        images: with labels (N, K) of 0, 1 and NaN (not judged).

    Raises:
        ValueError: labels of one class per image.
    """
    if images.labels.ndim != 2:
        raise ValueError("the images have one class each: give images with several concepts")
    labels = images.labels.numpy()
    shown, unjudged = (labels == 1).sum(axis=1).mean(), np.isnan(labels).mean()
    title = f"A keyframe shows {shown:.1f} of {labels.shape[1]} concepts or more; {unjudged:.0%} of labels not judged"
    count = min(count, len(labels))
    rows = -(-count // _COLUMNS)
    figure = new_figure(title, width=11.0, height=0.7 + 3.7 * rows)
    pictures = as_pictures(images.pixels[images.rows[:count]])
    panels = figure.subplots(rows, _COLUMNS, squeeze=False).flat
    for axes in panels:
        hide_ticks(axes)
        axes.set_axis_off()
    for axes, picture, own in zip(figure.axes, pictures, labels, strict=False):
        axes.imshow(picture)
        axes.text(0.5, -0.04, _words(own, images.class_names), transform=axes.transAxes, ha="center", va="top")
    return figure


def _words(labels: np.ndarray, names: tuple[str, ...]) -> str:
    """Concepts judged present, wrapped to a few lines, and the number of those that were not judged."""
    present = [name for name, label in zip(names, labels, strict=True) if label == 1]
    lines = textwrap.wrap(", ".join(present) or "none", _LINE, max_lines=_LINES - 1, placeholder=" …")
    lines += [""] * (_LINES - 1 - len(lines))
    return "\n".join([*lines[: _LINES - 1], f"not judged: {np.isnan(labels).sum()}"])
