"""Figures and tables in lessons: figures with a description, tables with their texts in full."""

from typing import TYPE_CHECKING

from course_lib.figures.showing import show
from course_lib.teaching.claim_cards import ClaimCards, are_claims, rows_of

if TYPE_CHECKING:
    from pandas import DataFrame

__all__ = ["show", "show_table"]


def show_table(table: "DataFrame") -> None:
    """Display a table with its texts uncut, which pandas would cut after 50 characters; a table of claims as cards."""
    import pandas as pd
    from IPython.display import display

    if are_claims(table):
        display(ClaimCards(rows_of(table)))
        return
    with pd.option_context("display.max_colwidth", None):
        display(table)
