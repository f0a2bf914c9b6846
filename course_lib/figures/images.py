"""Images with captions, and misclassified images (the homework's Fig. 28)."""

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from course_lib.analysis.metrics import worst_mistakes
from course_lib.figures.style import GREEN, VERMILLION, hide_ticks, new_figure, styled


@styled
def contact_sheet(images, captions: Sequence[str] | None = None, *, title: str, columns: int | None = None) -> Figure:
    """Show images in rows, each with its caption.

    Args:
        images: (N, 3, H, W) uint8, or floats in [0, 1]; array or CPU tensor.
        captions: one for each image, e.g. its class.
        columns: images in a row; at most 8 by default.

    Raises:
        ValueError: another shape or range, or captions that are not one per image.
    """
    pictures = as_pictures(images)
    if captions is not None and len(captions) != len(pictures):
        raise ValueError(f"{len(captions)} captions for {len(pictures)} images: give one for each")
    columns = columns or min(len(pictures), 8)
    rows = math.ceil(len(pictures) / columns)
    height, width = pictures.shape[1:3]
    cell = min(10.0 / columns, 3.5)
    figure = new_figure(
        title,
        width=max(cell * columns, 5.0),
        height=rows * (cell * height / width + (0.27 if captions is not None else 0.05)) + 0.5,
    )
    for axes in (grid := figure.subplots(rows, columns, squeeze=False)).flat:
        hide_ticks(axes)
    for index, (axes, picture) in enumerate(zip(grid.flat, pictures, strict=False)):
        axes.imshow(picture)
        if captions is not None:
            axes.set_title(str(captions[index]), fontsize=12 if columns <= 8 else 9, pad=3)
    figure.get_layout_engine().set(w_pad=0.03, h_pad=0.04, wspace=0.02, hspace=0.02)
    return figure


@styled
def misclassified(
    images,
    labels,
    probabilities,
    class_names: Sequence[str],
    *,
    title: str,
    count: int = 6,
    columns: int = 3,
    chosen: Sequence[int] | None = None,
) -> Figure:
    """Show the most confident mistake of each true class, with its three most probable classes (Fig. 28).

    Args:
        images: (N, 3, H, W) uint8, or floats in [0, 1].
        labels: (N,) integers; probabilities: (N, C), rows sum to 1.
        count: greatest number of mistakes drawn.
        chosen: row numbers of other mistakes to draw, in this order; the width is then fixed.

    Raises:
        ValueError: shapes that do not fit, or no image was misclassified.
    """
    labels, probabilities = np.asarray(labels), np.asarray(probabilities, dtype=float)
    if probabilities.shape != (len(labels), len(class_names)) or len(images) != len(labels):
        raise ValueError(
            f"{len(images)} images, labels {labels.shape} and probabilities {probabilities.shape} do not fit "
            f"{len(class_names)} class names: need one row for each image and one column for each class"
        )
    worst = worst_mistakes(labels, probabilities)[:count]
    columns = min(columns, len(worst)) if chosen is None else columns
    chosen = worst if chosen is None else np.asarray(chosen)[:count]
    if not len(chosen):
        raise ValueError(f"none of the {len(labels)} images is misclassified: there is nothing to draw")
    pictures = as_pictures(images[chosen])
    rows = math.ceil(len(chosen) / columns)
    figure = new_figure(title, width=max(3.6 * columns, 5.0), height=4.4 * rows + 0.9)
    grid = figure.subplots(2 * rows, columns, squeeze=False, height_ratios=[2.6, 1] * rows)
    for axes in grid.flat:
        hide_ticks(axes)
    for place, index in enumerate(chosen):
        row, column = divmod(place, columns)
        grid[2 * row, column].imshow(pictures[place])
        grid[2 * row, column].set_title(f"{class_names[labels[index]]}, taken for", pad=4)
        _draw_top3(grid[2 * row + 1, column], probabilities[index], labels[index], class_names)
    wrong = (probabilities.argmax(axis=1) != labels).sum()
    figure.supxlabel(f"misclassified: {wrong} of {len(labels)} images; green = the true class", fontsize=12)
    return figure


def as_pictures(images) -> np.ndarray:
    """Convert images (N, 3, H, W), uint8 or in [0, 1], to matplotlib's layout (N, H, W, 3).

    Raises:
        ValueError: another shape, or values outside the range (undo the normalisation first).
    """
    pictures = np.asarray(images)
    if pictures.ndim != 4 or pictures.shape[1] != 3 or not len(pictures):
        raise ValueError(f"images of shape {pictures.shape} cannot be drawn: need (N, 3, H, W)")
    if pictures.dtype != np.uint8 and (pictures.min() < -1e-6 or pictures.max() > 1 + 1e-6):
        span = f"{pictures.min():.2f} to {pictures.max():.2f}"
        raise ValueError(f"images run from {span}, not from 0 to 1: undo the normalisation before drawing them")
    if pictures.dtype != np.uint8:
        pictures = np.clip(pictures, 0, 1)
    return pictures.transpose(0, 2, 3, 1)


def mosaic(pictures: np.ndarray, columns: int, gap: int = 2) -> np.ndarray:
    """Join pictures (N, H, W, 3) into one with white gaps; drawing one picture is many times faster than drawing N."""
    count, height, width, _ = pictures.shape
    white = 255 if pictures.dtype == np.uint8 else 1
    rows = math.ceil(count / columns)
    sheet = np.full((rows * (height + gap) - gap, columns * (width + gap) - gap, 3), white, dtype=pictures.dtype)
    for index, picture in enumerate(pictures):
        top, left = (index // columns) * (height + gap), (index % columns) * (width + gap)
        sheet[top : top + height, left : left + width] = picture
    return sheet


def _draw_top3(axes, probabilities, label, class_names) -> None:
    top = np.argsort(-probabilities, kind="stable")[:3]
    colors = [GREEN if index == label else VERMILLION for index in top]
    axes.barh(range(len(top)), 100 * probabilities[top], color=colors, height=0.72)
    for place, index in enumerate(top):
        text = f"{class_names[index]} {100 * probabilities[index]:.1f} %"
        inside = probabilities[index] > 0.62
        x, color, align = (2, "white", "left") if inside else (100 * probabilities[index] + 2, "black", "left")
        axes.text(x, place, text, va="center", ha=align, color=color, fontsize=12)
    axes.set_xlim(0, 100)
    axes.set_ylim(2.6, -0.6)
