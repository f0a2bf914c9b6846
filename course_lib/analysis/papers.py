"""Read the numbers and sentences printed in a document from its tables in `data/papers`."""

import csv
from dataclasses import dataclass

from course_lib.paths import shipped_dir


@dataclass(frozen=True)
class Inconsistency:
    """Two numbers of a document that should be equal and are not.

    Attributes:
        what: what both numbers are.
        first, second: the two numbers, each with the place it stands in or is computed from.
        unit: of both.
    """

    what: str
    first: float
    first_place: str
    second: float
    second_place: str
    unit: str


def paper_rows(document: str, name: str) -> list[dict[str, str]]:
    """Read the rows of ``data/papers/<document>/<name>.csv`` as printed.

    Raises:
        FileNotFoundError: no such document or file.
    """
    path = shipped_dir("data/papers") / document / f"{name}.csv"
    if not path.is_file():
        raise FileNotFoundError(f"no printed numbers at {path}: choose a file of data/papers/{document}")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def paper_number(document: str, quantity: str) -> float:
    """Find a number of a document's text, a row of its ``text.csv``, by its name.

    Raises:
        ValueError: unknown quantity.
    """
    rows = {row["quantity"]: float(row["value"]) for row in paper_rows(document, "text")}
    if quantity not in rows:
        raise ValueError(f"the text of '{document}' has no '{quantity}': choose one of {', '.join(rows)}")
    return rows[quantity]


def paper_statement(document: str, statement: str) -> str:
    """Find a sentence of a document, a row of its ``statements.csv``, by its name.

    Raises:
        ValueError: unknown statement.
    """
    words = {row["statement"]: row["words"] for row in paper_rows(document, "statements")}
    if statement not in words:
        raise ValueError(f"'{document}' has no statement '{statement}': choose one of {', '.join(words)}")
    return words[statement]
