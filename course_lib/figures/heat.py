"""Images under heat maps: which places speak for a class."""

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from course_lib.figures.images import as_pictures
from course_lib.figures.style import hide_ticks, new_figure, styled

OPACITY = 0.55  # of the heat map where it is 1


def heated(images, maps, *, smooth: bool = True) -> np.ndarray:
    """Lay heat maps over images: where a map is 0 the image stays grey, where it is 1 it is yellow.

    Args:
        images: (N, 3, H, W) uint8, or floats in [0, 1].
        maps: (N, h, w) in [0, 1], of any resolution.
        smooth: interpolate between the cells of a map; False shows each cell as it is.

    Returns:
        (N, H, W, 3) uint8.

    Raises:
        ValueError: shapes that do not fit.
    """
    pictures, maps = as_pictures(images), np.asarray(maps, dtype=np.float32)
    if maps.ndim != 3 or len(maps) != len(pictures):
        raise ValueError(f"heat maps {maps.shape} do not fit {len(pictures)} images: need (N, h, w)")
    if pictures.dtype != np.uint8:
        pictures = np.round(255 * pictures).astype(np.uint8)
    size = pictures.shape[2], pictures.shape[1]
    how = Image.Resampling.BICUBIC if smooth else Image.Resampling.NEAREST
    heat = np.stack([np.asarray(Image.fromarray(m).resize(size, how)) for m in maps]).clip(0, 1)
    grey = pictures.mean(axis=3, keepdims=True).repeat(3, axis=3)
    share = OPACITY * heat[..., None]
    colours = 255 * mpl.colormaps["inferno"](heat)[..., :3]
    return np.round((1 - share) * grey + share * colours).astype(np.uint8)


@styled
def heat_maps(images, maps, captions: Sequence[str], *, title: str, smooth: bool = True) -> Figure:
    """Show images, and below each the same image under its heat map.

    Args:
        images: (N, 3, H, W) uint8, or floats in [0, 1].
        maps: (N, h, w) in [0, 1].
        captions: one for each image, e.g. the class that the map is of.
        smooth: as `heated`.

    Raises:
        ValueError: shapes that do not fit.
    """
    under = heated(images, maps, smooth=smooth)
    if len(captions) != len(under):
        raise ValueError(f"{len(captions)} captions for {len(under)} images: give one for each")
    cell = min(10.0 / len(under), 3.0)
    figure = new_figure(title, width=max(cell * len(under), 5.0), height=2 * cell + 1.0)
    grid = figure.subplots(2, len(under), squeeze=False)
    for column, (picture, heat, caption) in enumerate(zip(as_pictures(images), under, captions, strict=True)):
        for axes, shown in zip(grid[:, column], (picture, heat), strict=True):
            hide_ticks(axes)
            axes.imshow(shown)
        grid[0, column].set_title(str(caption), fontsize=12, pad=3)
    return figure
