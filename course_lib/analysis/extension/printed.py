"""The numbers and sentences printed in the document on extension strategies, read from `data/papers/extension`.

The document is a set of slides (Pittaras et al., MMM 2017). One table is printed in numbers: mean extended inferred
average precision (MXinfAP) of FT1-def with CaffeNet on 60 concepts of TRECVID SIN, by the learning rate multiplier k of
the pretrained layers and the number of epochs e. All other results are charts without numbers.
"""

import pandas as pd

from course_lib.analysis.papers import paper_number, paper_rows, paper_statement

DOCUMENT = "extension"
BEST, BEST_OF_EPOCHS = "best", "best_of_epochs"


def printed_multipliers() -> pd.DataFrame:
    """Read the table of k and e: MXinfAP as fractions, a row for each k and a column for each e."""
    return _table("mxinfap").astype(float)


def printed_marks() -> pd.DataFrame:
    """Read the marks of the table of k and e: ``"best"``, ``"best_of_epochs"`` (underlined) or nothing."""
    return _table("mark")


def printed_number(quantity: str) -> float:
    """Find a number of the slides' text by its name.

    Raises:
        ValueError: unknown quantity.
    """
    return paper_number(DOCUMENT, quantity)


def printed_statement(statement: str) -> str:
    """Find a sentence of the slides by its name.

    Raises:
        ValueError: unknown statement.
    """
    return paper_statement(DOCUMENT, statement)


def _table(value: str) -> pd.DataFrame:
    rows = pd.DataFrame(paper_rows(DOCUMENT, "multipliers"))
    rows[["k", "epochs"]] = rows[["k", "epochs"]].astype(float)
    return rows.pivot(index="k", columns="epochs", values=value)
