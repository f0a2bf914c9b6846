"""Notebooks: made from a lesson source, with cleaned outputs, in one fixed form on disk."""

import copy
import hashlib
from pathlib import Path
from typing import NamedTuple

from course_lib.errors import need
from course_lib.teaching.bootstrap import CELL_ID, CELL_METADATA, bootstrap_text
from course_lib.teaching.lab import KERNEL
from course_lib.teaching.lessons import Lesson
from course_lib.teaching.source import Cell, Source

MAX_KB = 250  # of a written notebook, outputs included
CHECK_TAG = "nbval-check-output"
_WIDGET = "application/vnd.jupyter.widget-view+json"
_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": KERNEL},
    "language_info": {"file_extension": ".py", "mimetype": "text/x-python", "name": "python"},
}


class CheckedCell(NamedTuple):
    """A cell whose output nbval compares."""

    id: str
    execution_count: int | None  # None: never executed, so nbval has nothing to compare
    num_outputs: int


def derive(lesson: Lesson, source: Source, *, student: bool):
    """Make the notebook of a lesson, without outputs.

    Args:
        student: leave out solutions and `solution-only` cells; otherwise the full notebook, which shows what was
            measured without a guess, and in which cells tagged `checked` also carry nbval's tag.

    Returns:
        nbformat.NotebookNode. A cell's id is a hash of its text, so it survives edits elsewhere. The first code cell
        is not from the source: it is the same in every lesson and finds the course (`bootstrap`).
    """
    v4 = need("nbformat.v4", "lab")
    cells, seen = [], {}
    for cell in source.cells:
        key = hashlib.sha256(f"{cell.kind}\n{cell.text}".encode()).hexdigest()[:8]
        seen[key] = seen.get(key, 0) + 1
        if student and "solution-only" in cell.tags:
            continue
        new = v4.new_markdown_cell if cell.kind == "markdown" else v4.new_code_cell
        node = new(cell.student_text() if student else cell.solution_text())
        node["id"] = f"{lesson.number:02d}-{key}" + (f"-{seen[key]}" if seen[key] > 1 else "")
        if tags := _tags(cell, student):
            node["metadata"]["tags"] = tags
        cells.append(node)
    first = next(index for index, cell in enumerate(cells) if cell["cell_type"] == "code")
    cells.insert(first, v4.new_code_cell(bootstrap_text(), id=CELL_ID, metadata=copy.deepcopy(CELL_METADATA)))
    return v4.new_notebook(cells=cells, metadata=copy.deepcopy(_METADATA))


def checked_cells(notebook) -> list[CheckedCell]:
    """The cells of a notebook (path or NotebookNode) whose output nbval compares, with their execution counts."""
    node = need("nbformat", "lab").read(str(notebook), as_version=4) if isinstance(notebook, str | Path) else notebook
    return [
        CheckedCell(cell["id"], cell.get("execution_count"), len(cell.get("outputs", ())))
        for cell in node["cells"]
        if cell["cell_type"] == "code" and CHECK_TAG in cell["metadata"].get("tags", ())
    ]


def tidy_outputs(cell) -> tuple[list, str]:
    """Clean a cell's outputs (no stderr, no live widgets, streams joined); return them and stderr's last line.

    An HTML table or picture loses its plain-text version unless the cell is checked: nbval compares plain text.
    """
    checked = CHECK_TAG in cell["metadata"].get("tags", ())
    kept, noise = [], ""
    for output in copy.deepcopy(cell["outputs"]):
        if output["output_type"] == "stream" and output["name"] == "stderr":
            noise = (output["text"].strip().splitlines() or [noise])[-1]
            continue
        if output["output_type"] == "stream" and kept and kept[-1]["output_type"] == "stream":
            kept[-1]["text"] += output["text"]
            continue
        if "data" in output:
            output["metadata"] = {}
            if "text/html" in output["data"] and not checked:
                output["data"].pop("text/plain", None)
        kept.append(output)
    return without_widgets(kept), noise


def without_widgets(outputs) -> list:
    """Remove live widgets, which need a kernel, from outputs; keep their static picture, drop a mere name."""
    kept = []
    for output in copy.deepcopy(outputs):
        data = output.get("data", {})
        if data.pop(_WIDGET, None) is None or set(data) - {"text/plain"}:
            kept.append(output)
    return kept


def to_text(notebook) -> str:
    """Serialise a notebook for git: sorted keys, one-space indent, a newline at the end."""
    return need("nbformat", "lab").writes(notebook, version=4).rstrip("\n") + "\n"


def read_notebook(path: Path):
    """The notebook in a file (NotebookNode), or None if there is none."""
    nbformat = need("nbformat", "lab")
    try:
        return nbformat.read(str(path), as_version=4)
    except (OSError, ValueError, nbformat.reader.NotJSONError, nbformat.validator.NotebookValidationError):
        return None


def size_fault(path: Path, notebook, text: str) -> str:
    """One sentence if a notebook is over the cap, naming its largest cell; otherwise an empty string."""
    size_kb = len(text.encode()) / 1000  # 1 KB = 1000 bytes, as in the test of file sizes
    if size_kb <= MAX_KB:
        return ""
    largest = max(notebook["cells"], key=lambda cell: len(str(cell)))
    start = (largest["source"].strip().splitlines() or [""])[0][:60]
    share = len(str(largest)) / 1000
    return f"{path.name}: {size_kb:.0f} KB, at most {MAX_KB}: its largest cell ({share:.0f} KB) starts with '{start}'"


def _tags(cell: Cell, student: bool) -> list[str]:
    return list(cell.tags) + ([CHECK_TAG] if "checked" in cell.tags and not student else [])
