"""Display of figures (with a description, in few bytes) and of tables (uncut) in lessons."""

from typing import TYPE_CHECKING

from course_lib.figures.packing import shrink

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from pandas import DataFrame


def show(figure: "Figure", alt: str | None = None, *, colors: int | None = None) -> None:
    """Display a figure with a description, in the middle of a cell or a loop, and close it.

    Args:
        figure: closed in pyplot afterwards.
        alt: description for readers who cannot see the figure (default: its title).
        colors: greatest number of colours stored (64 for grids of curves); None: chosen by the figure's size.

    Raises:
        ValueError: the figure has neither `alt` nor a title.
    """
    import matplotlib.pyplot as plt
    from IPython.display import display

    from course_lib.figures.showing import show as described

    if figure.get_layout_engine() is None:
        figure.set_layout_engine("constrained")  # without a layout, labels at the edge of a figure would be cut off
    try:
        image = described(figure, alt)
    finally:
        plt.close(figure)
    image.data, image.kind = shrink(image.data, colors), "webp"
    display(image)


def show_table(table: "DataFrame") -> None:
    """Display a table with its texts uncut; pandas would cut them after 50 characters."""
    import pandas as pd
    from IPython.display import display

    with pd.option_context("display.max_colwidth", None):
        display(table)
