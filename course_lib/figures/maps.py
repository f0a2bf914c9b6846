"""Outputs of a convolution, channel by channel, before and after the ReLU (the homework's Figs. 2 and 3)."""

import math

import numpy as np
from matplotlib.figure import Figure

from course_lib.figures.style import hide_ticks, new_figure, styled

KINDS = {
    "linear": ("RdBu_r", "output of the convolution (0 is white)"),
    "relu": ("viridis", "output after the ReLU (0 is dark)"),
}


@styled
def channel_maps(maps, *, title: str, kind: str = "linear", count: int = 16) -> Figure:
    """Show the first `count` channels on a common colour scale: around 0 for linear outputs, from 0 after a ReLU.

    Args:
        maps: (C, H, W) array or CPU tensor.
        kind: ``"linear"`` (before the ReLU) or ``"relu"`` (after it).

    Raises:
        ValueError: another shape, an unknown kind, or negative values after a ReLU.
    """
    figure = new_figure(title, width=8.0, height=8.6)
    _draw_maps(figure, _as_maps(maps, count), kind)
    return figure


@styled
def before_and_after(maps, *, title: str, count: int = 16) -> Figure:
    """Show the first `count` channels of a linear output, and beside them the same channels after the ReLU.

    Args:
        maps: (C, H, W) array or CPU tensor, before the ReLU; the ReLU is applied here.

    Raises:
        ValueError: another shape.
    """
    maps = _as_maps(maps, count)
    figure = new_figure(title, width=14.0, height=8.0)
    left, right = figure.subfigures(1, 2, wspace=0.03)
    _draw_maps(left, maps, "linear")
    _draw_maps(right, np.maximum(maps, 0), "relu")
    left.suptitle("before the ReLU", fontsize=14)
    right.suptitle("after the ReLU: negative values became 0", fontsize=14)
    return figure


def _draw_maps(figure, maps: np.ndarray, kind: str) -> None:
    if kind not in KINDS:
        raise ValueError(f"unknown kind '{kind}': choose linear or relu")
    if kind == "relu" and maps.min() < 0:
        raise ValueError(
            f"a ReLU's output cannot be negative, but {maps.min():.3g} is among the maps: use kind='linear'"
        )
    columns = math.ceil(math.sqrt(len(maps)))
    rows = math.ceil(len(maps) / columns)
    largest = float(np.abs(maps).max()) or 1.0
    colormap, label = KINDS[kind]
    for axes in (grid := figure.subplots(rows, columns, squeeze=False)).flat:
        hide_ticks(axes)
    for index, (axes, channel) in enumerate(zip(grid.flat, maps, strict=False)):
        shown = axes.imshow(channel, cmap=colormap, vmin=-largest if kind == "linear" else 0, vmax=largest)
        axes.set_title(f"{index}", fontsize=11, pad=2)
    bar = figure.colorbar(shown, ax=list(grid.flat), orientation="horizontal", shrink=0.8, aspect=40, pad=0.02)
    bar.set_label(label)


def _as_maps(maps, count: int) -> np.ndarray:
    maps = np.asarray(maps.detach() if hasattr(maps, "detach") else maps, dtype=np.float64)
    if maps.ndim != 3 or 0 in maps.shape or count < 1:
        raise ValueError(f"maps of shape {maps.shape} (count {count}) cannot be drawn: need (C, H, W) of one image")
    return maps[:count]
