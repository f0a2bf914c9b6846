"""Figures and tables in lessons: shown with a description or in full, small enough to be stored in a notebook."""

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from pandas import DataFrame

_PALETTE_ABOVE_KB = 10  # larger pictures are stored in few colours, so that a notebook stays under its cap
_PALETTES, _MAX_ERROR = (64, 128), 2.0  # the fewest colours whose error (root mean square) is at most so many of 255
_SMALL_PALETTE_ABOVE_KB = 200  # grids of curves: never more than the fewest of these; other pictures get 256


def show(figure: "Figure", alt: str | None = None) -> None:
    """Display a figure with a description, in the middle of a cell or a loop, and close it.

    Args:
        figure: nothing of it is left open in pyplot afterwards.
        alt: what the figure shows, in a sentence a person could act on without seeing it (default: its title).

    Raises:
        ValueError: neither `alt` nor a title says what is to be seen.
    """
    import matplotlib.pyplot as plt
    from IPython.display import display

    from course_lib.figures.showing import show as described

    if figure.get_layout_engine() is None:
        figure.set_layout_engine("constrained")  # a figure made by hand would lose its axis labels at the edge
    try:
        image = described(figure, alt)
    finally:
        plt.close(figure)
    image.data, image.kind = shrink(image.data), "webp"
    display(image)


def show_table(table: "DataFrame") -> None:
    """Display a table with its texts in full, where pandas alone would cut them after 50 characters."""
    import pandas as pd
    from IPython.display import display

    with pd.option_context("display.max_colwidth", None):
        display(table)


def shrink(png: bytes) -> bytes:
    """The same picture in fewer bytes, as lossless WebP, and in 256 or 64 colours if it is large.

    WebP takes about three quarters of a PNG's bytes, and every browser of the last years shows it.
    """
    from PIL import Image

    image = Image.open(io.BytesIO(png)).convert("RGBA")
    paper = Image.new("RGBA", image.size, "white")  # a transparent margin is unreadable on a dark page
    image = Image.alpha_composite(paper, image).convert("RGB")
    if len(png) > 1024 * _PALETTE_ABOVE_KB:
        image = _with_palette(image, 64 if len(png) > 1024 * _SMALL_PALETTE_ABOVE_KB else 256)
    packed = io.BytesIO()
    image.convert("RGB").save(packed, format="webp", lossless=True, quality=100, method=4)
    return packed.getvalue()


def _with_palette(image, most: int):
    from PIL import Image, ImageChops, ImageStat

    for colors in (colors for colors in _PALETTES if colors < most):
        few = image.quantize(colors, dither=Image.Dither.NONE)
        if max(ImageStat.Stat(ImageChops.difference(image, few.convert("RGB"))).rms) <= _MAX_ERROR:
            return few
    return image.quantize(most, dither=Image.Dither.NONE)
