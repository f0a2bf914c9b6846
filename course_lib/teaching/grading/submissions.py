"""Submissions: found under any file name, read with a reason in words for each fault, and rebuilt on the release."""

import copy
import json
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from course_lib.errors import need
from course_lib.teaching.grading.cells import OPEN_TAG, code_of, is_solution, name_of, share_of

MAX_MB = 50
_OTHER_KINDS = (
    (b"PK", "a zip archive or a Word file"),
    (b"%PDF", "a PDF"),
    (b"<", "a web page"),
    (b"\x1f\x8b", "a gzip archive"),
)
_SKIPPED = ("__MACOSX",)  # folders that programs make, as all that start with a dot


@dataclass(frozen=True)
class Submission:
    """One notebook that a student handed in, or what is there in its place."""

    student: str
    assignment: str  # "": not known
    path: Path
    notebook: object = None  # NotebookNode; None if there is a fault
    fault: str = ""
    notes: tuple[str, ...] = ()


def find_submissions(folder: Path, released: Mapping[str, object]) -> list[Submission]:
    """Find what is in ``submitted/STUDENT``, at any depth and under any file name.

    Args:
        released: the released notebook of each assignment; a submission is recognised by their cells.

    Returns:
        by student and assignment; every file in place of a notebook, and every second notebook of the same
        assignment, has a fault.
    """
    found = []
    for place in sorted((folder / "submitted").glob("*")):
        if place.is_dir() and not _is_skipped(place):
            found += _only_one(_of_student(place, released))
        elif not _is_skipped(place):
            found.append(_faulty(place, place, released, "it lies in no student's folder: make one below 'submitted'"))
    return found


def _of_student(place: Path, released: Mapping[str, object]) -> Iterator[Submission]:
    inside = [path for path in place.rglob("*") if not any(map(_is_skipped, path.relative_to(place).parents))]
    files = sorted(path for path in inside if path.is_file() and not _is_skipped(path))
    notebooks = [path for path in files if path.suffix.lower() == ".ipynb"]
    for path in notebooks:
        yield _read(place, path, released)
    folders = {path.parent for path in notebooks}
    for lonely in sorted({path.parent for path in files} - folders):
        if lonely != place or not notebooks:
            other = next(path for path in files if path.parent == lonely)
            yield _faulty(place, other, released, f"{other.name} is no notebook: hand in the file that ends in .ipynb")
    if not files:
        yield _faulty(place, place, released, "the folder is empty: no notebook was handed in")


def _only_one(found: Iterator[Submission]) -> list[Submission]:
    """One submission for each assignment; several notebooks of one become one fault that names them."""
    grouped: dict[str, list[Submission]] = {}
    for each in found:
        grouped.setdefault(each.assignment or str(each.path), []).append(each)
    kept = []
    for group in grouped.values():
        first = group[0]
        if len(group) > 1:
            names = ", ".join(each.path.name for each in group)
            fault = f"{len(group)} files for one assignment ({names}): keep the one that counts"
            first = Submission(first.student, first.assignment, first.path, fault=fault)
        kept.append(first)
    return kept


def _read(place: Path, path: Path, released: Mapping[str, object]) -> Submission:
    notebook, fault = read_sent(path)
    if fault:
        return _faulty(place, path, released, f"{path.name}: {fault}")
    name = _recognise(notebook, path, released)
    if not name:
        known = ", ".join(released)
        return _faulty(place, path, released, f"{path.name} has no cell of an assignment of this class ({known})")
    rebuilt, notes = rebuild(released[name], notebook)
    if path.stem != name:
        notes.insert(0, f"recognised by its cells: the file is called {path.name}")
    return Submission(place.name, name, path, rebuilt, notes=tuple(notes))


def _faulty(place: Path, path: Path, released: Mapping[str, object], fault: str) -> Submission:
    return Submission(place.name, _named(path, released), path, fault=fault)


def _recognise(notebook, path: Path, released: Mapping[str, object]) -> str:
    """Name of the assignment: by the notebook's metadata, else by its cells, else by the names of file and folder."""
    course = notebook["metadata"].get("course")
    named = course.get("lesson") if isinstance(course, dict) else None
    if isinstance(named, str) and named in released:
        return named
    shares = {name: share_of(given, notebook) for name, given in released.items()}
    best = max(shares, key=shares.get, default="")
    if best and shares[best] >= 0.3:
        return best
    return _named(path, released) if any(shares.values()) else ""


def _named(path: Path, released: Mapping[str, object]) -> str:
    """Assignment in the name of the file or of its folder, as in ``03_from_scratch(1).ipynb``; "" if there is none."""
    for text in (path.name, path.parent.name):
        for name in sorted(released, key=len, reverse=True):
            if name.lower() in text.lower().replace(" ", "_").replace("-", "_"):
                return name
    return ""


def _is_skipped(path: Path) -> bool:
    return path.name.startswith(".") or path.name in _SKIPPED


def read_sent(path: Path) -> tuple[object, str]:
    """Read a file that should be a notebook: (NotebookNode, "") or (None, the fault in words)."""
    nbformat = need("nbformat", "lab")
    size_mb = path.stat().st_size / 1e6
    if size_mb > MAX_MB:
        return None, f"the file has {size_mb:.0f} MB, at most {MAX_MB}: clear the outputs and hand it in again"
    data = path.read_bytes()
    if not data.strip():
        return None, "the file is empty: hand it in again"
    if kind := next((kind for start, kind in _OTHER_KINDS if data.lstrip().startswith(start)), ""):
        return None, f"it is {kind}, not a notebook: hand in the file that ends in .ipynb"
    try:
        content = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        where = f" at line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        return None, f"its text is no JSON{where}: the file is cut off or was changed by hand, hand it in again"
    if not isinstance(content, dict) or "nbformat" not in content or not {"cells", "worksheets"} & content.keys():
        return None, "it has no cells: it is some other JSON file, not a notebook"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about missing cell ids, which nbformat adds
            notebook = nbformat.reads(json.dumps(content), as_version=4)
            nbformat.validate(notebook)
    except Exception:  # of nbformat and jsonschema, there are many kinds, and their messages hold whole cells
        return None, "its cells do not have the form of a notebook: save it in JupyterLab and hand it in again"
    return (None, fault) if (fault := _language_fault(notebook)) else (notebook, "")


def _language_fault(notebook) -> str:
    spec, info = (notebook["metadata"].get(key, {}) for key in ("kernelspec", "language_info"))
    language = str(spec.get("language") or info.get("name") or "python")
    if language.lower() in ("python", "ipython", "python3"):
        return ""
    return (
        f"its kernel is '{spec.get('display_name', language)}', not Python: choose the kernel Python 3 and run it again"
    )


def rebuild(released, sent) -> tuple[object, list[str]]:
    """Put a student's answers and own cells into the released notebook.

    Returns:
        the notebook, in which every given cell and test is the released one; and notes on given cells that differ.
    """
    built, notes = copy.deepcopy(released), []
    texts, extras = code_of(released, sent)
    changed = deleted = 0
    cells = []
    for index, cell in enumerate(built["cells"]):
        mine = texts.get(index)
        if is_solution(cell):
            cell["source"] = "\n\n".join(mine or [])
            notes += [] if mine else [f"the cell of {name_of(cell)} is missing"]
        elif cell["cell_type"] == "code" and OPEN_TAG not in cell["metadata"].get("tags", ()):
            deleted += mine is None
            changed += mine is not None and any(text.rstrip() != cell["source"].rstrip() for text in mine)
        cells += [cell, *extras.get(index, [])]
    built["cells"] = [*extras.get(-1, []), *cells]
    if changed or deleted:
        notes.append(f"given cells: {changed} changed and {deleted} deleted; the released ones were used")
    return built, notes
