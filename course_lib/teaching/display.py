"""Figures and tables in lessons: shown with a description or in full, small enough to be stored in a notebook."""

from typing import TYPE_CHECKING

from course_lib.figures.packing import shrink

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from pandas import DataFrame


def show(figure: "Figure", alt: str | None = None, *, colors: int | None = None) -> None:
    """Display a figure with a description, in the middle of a cell or a loop, and close it.

    Args:
        figure: nothing of it is left open in pyplot afterwards.
        alt: what the figure shows, in a sentence a person could act on without seeing it (default: its title).
        colors: store it in at most so many (64 for grids of curves); None: as its size asks for.

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
    image.data, image.kind = shrink(image.data, colors), "webp"
    display(image)


def show_table(table: "DataFrame") -> None:
    """Display a table with its texts in full, where pandas alone would cut them after 50 characters."""
    import pandas as pd
    from IPython.display import display

    with pd.option_context("display.max_colwidth", None):
        display(table)
