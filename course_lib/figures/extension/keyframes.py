"""Figure of lesson 14: keyframes with the concepts that somebody judged."""

import textwrap

import numpy as np
from matplotlib.figure import Figure

from course_lib.data.imageset import ImageSet
from course_lib.figures.images import as_pictures
from course_lib.figures.style import new_figure, styled

_COLUMNS, _LINE, _LINES = 5, 24, 3  # pictures in a row; characters of a line below a picture, and lines of concepts
_MARGINS = {"left": 0.01, "right": 0.99, "bottom": 0.15, "top": 0.9, "wspace": 0.1, "hspace": 0.55}


@styled
def keyframes(images: ImageSet, count: int = 10) -> Figure:
    """Show the first images with the concepts they are judged to show, and with how many were not judged.

    The title has the mean number of concepts of an image, and the share of labels that nobody judged, of all images.

    Args:
        images: with labels (N, K) of 0, 1 and NaN (not judged).

    Raises:
        ValueError: labels of one class per image.
    """
    if not images.has_concepts:
        raise ValueError("the images have one class each: give images with several concepts")
    labels = images.labels.numpy()
    shown, unjudged = (labels == 1).sum(axis=1).mean(), 100 * np.isnan(labels).mean()
    title = f"At least {shown:.1f} of {labels.shape[1]} concepts a keyframe; nobody judged {unjudged:.0f} % of labels"
    count = min(count, len(labels))
    rows = -(-count // _COLUMNS)
    figure = new_figure(title, width=11.0, height=0.6 + 3.0 * rows, margins=_MARGINS)
    pictures = as_pictures(images.pixels[images.rows[:count]])
    panels = figure.subplots(rows, _COLUMNS, squeeze=False).flat
    for axes in panels:
        axes.set_axis_off()
    for axes, picture, own in zip(figure.axes, pictures, labels, strict=False):
        axes.imshow(picture)
        axes.text(
            0.5, -0.04, _words(own, images.class_names), transform=axes.transAxes, ha="center", va="top", fontsize=11
        )
    return figure


def _words(labels: np.ndarray, names: tuple[str, ...]) -> str:
    """Concepts judged present, wrapped to a few lines, and the number of those that were not judged."""
    present = [name for name, label in zip(names, labels, strict=True) if label == 1]
    text = textwrap.fill(", ".join(present) or "none judged", _LINE, max_lines=_LINES, placeholder=" …")
    return f"{text}\nnot judged: {np.isnan(labels).sum()}"
