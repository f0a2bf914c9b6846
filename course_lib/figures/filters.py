"""The first layer's filters as pictures (the homework's Fig. 4)."""

import math

import numpy as np
from matplotlib.figure import Figure

from course_lib.figures.style import hide_ticks, new_figure, styled


@styled
def filter_grid(weights, *, title: str, columns: int | None = None) -> Figure:
    """Show every filter of a first convolution as an image, scaled from its own minimum to its own maximum.

    This scaling shows the pattern of a filter but not its strength: the contrast of two filters cannot be compared.

    Args:
        weights: (N, 3, H, W) or (N, 1, H, W) array or CPU tensor.
        columns: filters in a row; by default such that the grid is about 3:2, e.g. 12 for 96.

    Raises:
        ValueError: another shape.
    """
    weights = _as_array(weights)
    if weights.ndim != 4 or weights.shape[1] not in (1, 3) or not len(weights):
        raise ValueError(f"filters of shape {weights.shape} are no pictures: need (N, 3, H, W) or (N, 1, H, W)")
    columns = columns or _columns(len(weights))
    rows = math.ceil(len(weights) / columns)
    figure = new_figure(title, height=10.0 * rows / columns + 1.0)
    for axes in (grid := figure.subplots(rows, columns, squeeze=False)).flat:
        hide_ticks(axes)
    for axes, kernel in zip(grid.flat, weights, strict=False):
        picture = scale_to_unit(kernel).transpose(1, 2, 0)  # (H, W, 3) or (H, W, 1)
        axes.imshow(picture.squeeze(-1) if picture.shape[2] == 1 else picture, cmap="gray", vmin=0, vmax=1)
    figure.get_layout_engine().set(w_pad=0.02, h_pad=0.04, wspace=0.02, hspace=0.02)
    figure.supxlabel(
        f"{len(weights)} filters of {weights.shape[2]}×{weights.shape[3]} pixels, each scaled on its own", fontsize=12
    )
    return figure


def _columns(count: int) -> int:
    """Number of columns of a grid of about 3:2, with a full last row if possible: 12 for 96, 8 for 64, 4 for 16."""
    wish = math.sqrt(1.5 * count)
    even = [n for n in range(1, count + 1) if count % n == 0 and 0.6 * wish < n < 1.7 * wish]
    return min(even, key=lambda n: abs(n - wish)) if even else max(1, round(wish))


def scale_to_unit(values: np.ndarray) -> np.ndarray:
    """Scale values linearly to [0, 1]; a constant array becomes 0.5."""
    low, high = values.min(), values.max()
    return np.full_like(values, 0.5) if high == low else (values - low) / (high - low)


def _as_array(weights) -> np.ndarray:
    return np.asarray(weights.detach() if hasattr(weights, "detach") else weights, dtype=np.float64)
