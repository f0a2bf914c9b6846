"""Which cell of a submission is which cell of the released notebook."""

import ast
import hashlib
from collections.abc import Mapping

OPEN_TAG = "open-solution"  # cells that show solutions; they are not run when a submission is graded
OWN_TAG = "students-own"


def is_solution(cell) -> bool:
    """Whether a student writes the cell's answer."""
    return bool(_mark(cell).get("solution"))


def is_test(cell) -> bool:
    """Whether the cell is a graded test."""
    mark = _mark(cell)
    return bool(mark.get("grade")) and not mark.get("solution")


def test_names(notebook) -> list[str]:
    """nbgrader's names of the graded tests, in their order."""
    return [name_of(cell) for cell in notebook["cells"] if is_test(cell)]


def name_of(cell) -> str:
    """nbgrader's name of a cell; empty if it has none."""
    return _mark(cell).get("grade_id", "")


def share_of(released, sent) -> float:
    """Share of the released code cells that are in a notebook, unchanged or by name."""
    given = [cell for cell in released["cells"] if cell["cell_type"] == "code"]
    there = {key for cell in sent["cells"] for key in _keys(cell)}
    return sum(bool(there & set(_keys(cell))) for cell in given) / max(len(given), 1)


def code_of(released, sent) -> tuple[dict[int, list[str]], dict[int, list]]:
    """Match the code cells of a submission.

    Returns:
        text of the cells that belong to each released cell, by its index, in the student's order; and the student's
        own cells by the index of the released cell that they follow, -1 at the beginning.
    """
    places = {key: index for index, cell in enumerate(released["cells"]) for key in _keys(cell)}
    names = {
        name: index
        for index, cell in enumerate(released["cells"])
        if is_solution(cell)
        for name in _defined(cell["source"])
    }
    matched = [next((places[key] for key in _keys(cell) if key in places), None) for cell in sent["cells"]]
    texts: dict[int, list[str]] = {}
    extras: dict[int, list] = {}
    last = -1
    for cell, index in zip(sent["cells"], matched, strict=True):
        if cell["cell_type"] != "code" and index is None:
            continue
        if index is None:  # an exercise that lost its name, e.g. copied into a new cell
            index = next((names[name] for name in _defined(cell["source"]) if name in names), None)
            index = None if index in matched else index
        if index is None:
            extras.setdefault(last, []).append(_own(cell["source"]))
        else:
            last = index
            texts.setdefault(index, []).append(cell["source"])
    return texts, extras


def _own(text: str):
    from nbformat.v4 import new_code_cell

    return new_code_cell(text, metadata={"tags": [OWN_TAG]})


def _keys(cell) -> list[str]:
    """Marks by which a cell is recognised: nbgrader's name, its id, its text; the most telling first."""
    if cell["cell_type"] != "code" and not is_solution(cell):
        return []
    name, own_id = name_of(cell), cell.get("id")
    digest = hashlib.sha256(cell["source"].rstrip().encode()).hexdigest()
    return [f"{kind} {key}" for kind, key in (("name", name), ("id", own_id), ("text", digest)) if key]


def _mark(cell) -> Mapping:
    mark = cell["metadata"].get("nbgrader", {})
    return mark if isinstance(mark, Mapping) else {}


def _defined(code: str) -> set[str]:
    """Names of functions, classes and variables that a cell defines; empty if it is not valid Python."""
    try:
        body = ast.parse(code).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    return names_defined(body)


def names_defined(body: list[ast.stmt]) -> set[str]:
    """Names that statements define, imports excepted."""
    names = set()
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        for target in node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]:
            names |= {part.id for part in ast.walk(target) if isinstance(part, ast.Name)} if target else set()
    return names
