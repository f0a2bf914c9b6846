"""Figures and tables in lessons: figures with a description, tables with their texts in full."""

from typing import TYPE_CHECKING

from course_lib.figures.showing import show

if TYPE_CHECKING:
    from pandas import DataFrame

__all__ = ["show", "show_table"]


def show_table(table: "DataFrame") -> None:
    """Display a table with its texts uncut; pandas would cut them after 50 characters."""
    import pandas as pd
    from IPython.display import display

    with pd.option_context("display.max_colwidth", None):
        display(table)
