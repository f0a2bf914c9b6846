"""List the images that a CSV file names, with judgements of concepts: one column each of 1, 0 or nothing."""

import os
import posixpath
import stat
from collections import Counter
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from textwrap import shorten
from typing import NamedTuple

from course_lib.data.folder import IMAGE_SUFFIXES, PART_NAMES, Listing
from course_lib.data.notes import PARTS
from course_lib.data.tables import Row, clean_name, read_rows

SPLIT = "split"  # the column of the parts
_VALUES = {"0": 0.0, "1": 1.0, "0.0": 0.0, "1.0": 1.0, "": float("nan")}  # pandas writes 1.0 beside empty cells
_SHOWN = 60  # characters of a wrong value


class _Image(NamedTuple):
    """What a row says about an image."""

    line: int
    judged: tuple[float, ...]
    part: str | None


@dataclass(frozen=True)
class _Columns:
    """Names of the columns after the first, by position; `split` is the position of the parts' column."""

    concepts: dict[int, str]
    split: int | None

    @property
    def count(self) -> int:
        """Number of columns, up to the last one with a name."""
        return 1 + max([*self.concepts, self.split or 0])


def list_table(file: Path) -> Listing:
    """List the images that a CSV file names, with their judgements: 1, 0, or NaN where nobody judged.

    The first line names the columns. The first column has the path of each image, below the folder of the CSV file and
    with slashes or backslashes; the column ``split``, if there is one, has the part (train, val or test); every other
    column is a concept, in which 1 (or 1.0) says that the image shows it, 0 (or 0.0) that it does not, and an empty
    cell that nobody judged it. Separators and encoding: see `read_rows`.

    Images are sorted by name, so the order of the rows changes nothing.

    Raises:
        FileNotFoundError, PermissionError: as `read_rows`.
        ValueError: as `read_rows`; or there is no header, no concept or no image, a column or an image is there twice,
            a value or a part is unknown, a path leaves the folder, an image is missing, or a concept has no 1 or no 0.
    """
    file = Path(file).expanduser()
    rows = read_rows(file, "the judgements")
    if not rows:
        raise ValueError(f"'{file}' is empty: write a line with the names of the columns, then one for each image")
    columns = _read_columns(file, rows[0])
    images = {}
    for row in rows[1:]:
        name, image = _read_row(file, row, columns)
        if name in images:
            raise ValueError(
                f"lines {images[name].line} and {row.line} of '{file}' name the same image '{name}': keep one of them"
            )
        images[name] = image
    if not images:
        raise ValueError(f"'{file}' names no images, it has a header only: add a line for each image")
    _refuse_missing_images(file, images)
    concepts, names = tuple(columns.concepts.values()), tuple(sorted(images))
    labels = tuple(images[name].judged for name in names)
    _refuse_one_sided_concepts(file, concepts, labels)
    parts = () if columns.split is None else tuple(images[name].part for name in names)
    if parts and "train" not in parts:
        raise ValueError(f"'{file}' has no image whose {SPLIT} is train: choose some to train with")
    given = tuple(part for part in PARTS if part in parts)
    lines = tuple(images[name].line for name in names)
    return Listing(file.parent, names, labels, concepts, given_parts=given, table=file, lines=lines, parts=parts)


def has_split(file: Path) -> bool:
    """Whether a CSV file has the column ``split``; False if it cannot be read, which is told when it is loaded."""
    try:
        rows = read_rows(Path(file).expanduser(), "the judgements")
    except (ValueError, OSError):
        return False
    return bool(rows) and any(name.lower() == SPLIT for name in rows[0].cells[1:])


def _read_columns(file: Path, head: Row) -> _Columns:
    first, *others = [" ".join(cell.split()) for cell in head.cells]  # spreadsheets have names of several lines
    if clean_name(first).lower().endswith(IMAGE_SUFFIXES) or any(name and name in _VALUES for name in others):
        raise ValueError(
            f"line {head.line} of '{file}' is no header, it says {_show(', '.join(head.cells))}: "
            f"add a line with the names of the columns above it"
        )
    while others and not others[-1]:  # spreadsheets write separators after the last column
        others.pop()
    if "" in others:
        raise ValueError(
            f"column {others.index('') + 2} of '{file}' has no name in line {head.line}: name its concept or remove it"
        )
    known = Counter(SPLIT if name.lower() == SPLIT else name for name in others)
    if twice := [name for name, times in known.items() if times > 1]:
        raise ValueError(f"line {head.line} of '{file}' names the column '{twice[0]}' twice: keep one of them")
    split = next((i for i, name in enumerate(others, 1) if name.lower() == SPLIT), None)
    concepts = {i: name for i, name in enumerate(others, 1) if i != split}
    if not concepts:
        raise ValueError(
            f"line {head.line} of '{file}' names no concept, it says {_show(', '.join(head.cells))}: "
            f"add a column of 1, 0 or nothing for each concept"
        )
    return _Columns(concepts, split)


def _read_row(file: Path, row: Row, columns: _Columns) -> tuple[str, _Image]:
    """The image's name, and what the row says about it."""
    place, count = f"line {row.line} of '{file}'", columns.count
    if len(row.cells) < count or any(row.cells[count:]):
        raise ValueError(
            f"{place} has {len(row.cells)} cells, the header names {count} columns: "
            f"leave cells empty where nothing was judged, and put names with separators into quotes"
        )
    name = _read_name(place, row.cells[0])
    for column, concept in columns.concepts.items():
        if row.cells[column] not in _VALUES:
            raise ValueError(
                f"{place} has {_show(row.cells[column])} in the column '{concept}': write 1, 0 or nothing (not judged)"
            )
    part = None
    if columns.split is not None and (part := PART_NAMES.get(row.cells[columns.split].lower())) is None:
        raise ValueError(
            f"{place} has {_show(row.cells[columns.split])} in the column '{SPLIT}': write train, val or test, "
            f"or give a concept another name"
        )
    return name, _Image(row.line, tuple(_VALUES[row.cells[column]] for column in columns.concepts), part)


def _read_name(place: str, cell: str) -> str:
    """The image's path below the folder, with forward slashes and without detours."""
    if not cell:
        raise ValueError(f"{place} has no image in the first column: write its path, or remove the line")
    name = posixpath.normpath(clean_name(cell))
    if name in ("..", ".") or name.startswith(("../", "/")) or PureWindowsPath(name).drive:
        raise ValueError(
            f"{place} names {_show(cell)}, which is no path below the folder of the table: "
            f"put the images there and write their paths below it"
        )
    return name


def _refuse_missing_images(file: Path, images: dict[str, _Image]) -> None:
    if missing := [name for name in images if not _is_there(file.parent / name)]:
        more = f", and {len(missing) - 1} more of its {len(images)} images are missing" if len(missing) > 1 else ""
        raise ValueError(
            f"line {images[missing[0]].line} of '{file}' names {_show(missing[0])}, and there is no such file in "
            f"'{file.parent}'{more}: correct the path or remove the line"
        )


def _is_there(file: Path) -> bool:
    try:
        return stat.S_ISREG(os.stat(file).st_mode)
    except PermissionError:  # it is told when the file is read
        return True
    except (OSError, ValueError):  # missing, or no name that a file could have
        return False


def _refuse_one_sided_concepts(file: Path, concepts: tuple[str, ...], labels: tuple[tuple[float, ...], ...]) -> None:
    for concept, column in zip(concepts, zip(*labels, strict=True), strict=True):
        if lacking := [word for value, word in ((1, "positive (1)"), (0, "negative (0)")) if value not in column]:
            raise ValueError(
                f"the column '{concept}' of '{file}' has no {' and no '.join(lacking)}: "
                f"judge more images, or remove the column"
            )


def _show(text: str) -> str:
    return f"'{shorten(text, _SHOWN, placeholder='…')}'"
