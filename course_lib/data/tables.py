"""Rows of a CSV file, as spreadsheets and programs write it; names of images in such a file."""

import csv
import io
from pathlib import Path
from typing import NamedTuple

_SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs"}


class Row(NamedTuple):
    """A row of a CSV file: the number of its first line, from 1, and its cells without white space around them."""

    line: int
    cells: list[str]


def read_rows(file: Path, what: str) -> list[Row]:
    """Read the rows of a CSV file in UTF-8, with or without a byte order mark, without empty rows.

    Commas, semicolons or tabs separate the cells: those that the first line has, and if it has several kinds, the one
    by which all rows have the same number of cells.

    Args:
        file: the CSV file.
        what: its content in the plural, for errors, e.g. ``"the groups"``.

    Raises:
        FileNotFoundError: there is no such file.
        PermissionError: it may not be read.
        ValueError: it is a folder or no CSV in UTF-8, or several separators are possible.
    """
    if file.is_dir():
        raise ValueError(f"'{file}' with {what} is a folder: give the name of a CSV file")
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise FileNotFoundError(f"there is no file '{file}' with {what}: check its name") from None
    except PermissionError:
        raise PermissionError(f"'{file}' with {what} may not be read: change its permissions") from None
    except UnicodeDecodeError:
        raise ValueError(f"{what} in '{file}' are not UTF-8 text: save the table as CSV in UTF-8") from None
    head = "".join(text.lstrip("\r\n").splitlines()[:1])
    parsed = [_parse(file, text, separator) for separator in _SEPARATORS if separator in head]
    if len(parsed) < 2:
        return parsed[0] if parsed else _parse(file, text, ",")
    even = [rows for rows in parsed if len({len(row.cells) for row in rows}) == 1]
    if len(even) != 1:
        kinds = " and ".join(kind for separator, kind in _SEPARATORS.items() if separator in head)
        raise ValueError(
            f"line {parsed[0][0].line} of '{file}' has {kinds}, and the rows do not tell which separate the cells: "
            f"save the table with one kind, and with quotes around names that have another"
        )
    return even[0]


def clean_name(cell: str) -> str:
    """The name of an image with forward slashes, without a leading ``./``."""
    return cell.replace("\\", "/").removeprefix("./")


def _parse(file: Path, text: str, separator: str) -> list[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    rows, line = [], 1
    try:
        for cells in reader:
            cells = [cell.strip() for cell in cells]
            if any(cells):
                rows.append(Row(line, cells))
            line = reader.line_num + 1
    except csv.Error as error:
        raise ValueError(f"line {line} of '{file}' is no line of a CSV file ({error}): save the table again") from None
    return rows
