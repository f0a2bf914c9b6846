"""`course assign`: writes a lesson as an nbgrader assignment, with the exercises' checks as graded tests."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from course_lib.errors import need
from course_lib.teaching.checks import list_checks
from course_lib.teaching.grading.gradebook import CONFIG
from course_lib.teaching.lessons import Lesson
from course_lib.teaching.notebook import derive, to_text
from course_lib.teaching.source import BEGIN, END, HIDE, REVEAL, STUB, read_source

_NBGRADER_BEGIN, _NBGRADER_END = "### BEGIN SOLUTION", "### END SOLUTION"
_CONFIG_TEXT = f"""# Written by `course assign`; yours to change. nbgrader reads it in this folder.
c = get_config()
c.CourseDirectory.course_id = "course"
c.ClearSolutions.code_stub = {{"python": "{STUB}"}}
"""


def write_assignment(
    lesson: Lesson, folder: Path | str, *, notebooks: Path | None = None, parameters: dict[str, object] | None = None
) -> bool:
    """Write a lesson into an nbgrader course folder as ``source/NAME/NAME.ipynb``, and its configuration.

    Args:
        folder: of the course, made if it is missing. Files that are there already are not overwritten: an
            instructor may have edited them.
        notebooks: folder with `lessons.yml` and `source/`; the course's own if None.
        parameters: values written into the lesson's parameters cell, e.g. ``{"profile": "smoke"}``.

    Returns:
        True if the notebook on disk is the lesson's, False if an edited one was kept.

    Raises:
        ValueError: a fault in the source, no exercise, an exercise without a check, or an unknown parameter.
    """
    folder = Path(folder)
    text = to_text(assignment(lesson, notebooks=notebooks, parameters=parameters or {}))
    path = folder / "source" / lesson.name / f"{lesson.name}.ipynb"
    for target, content in ((path, text), (folder / CONFIG, _CONFIG_TEXT)):
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(content, encoding="utf-8", newline="\n")
    return path.read_text(encoding="utf-8") == text


def assignment(lesson: Lesson, *, notebooks: Path | None = None, parameters: dict[str, object]):
    """Convert the lesson to nbgrader's form: solutions between its markers, a locked and graded test after each check.

    Returns:
        nbformat.NotebookNode without outputs and without `solution-only` cells.
    """
    source = read_source(lesson.source(notebooks))
    if source.problems:
        raise ValueError(source.problems[0])
    notebook = derive(lesson, source, student=False)
    given = [cell for cell in notebook["cells"] if "solution-only" not in _tags(cell)]
    notebook["cells"] = list(_graded(lesson, given, parameters))
    notebook["metadata"]["course"] = {"lesson": lesson.name}  # tells a submission's lesson, whatever its file is called
    return notebook


def _graded(lesson: Lesson, cells: list, parameters: dict[str, object]) -> Iterator:
    """Add nbgrader's metadata to the cells, and a test cell after the first check of each exercise."""
    number, points, waiting = 0, 1, False
    for cell in cells:
        if cell["cell_type"] == "markdown":
            points = _points(cell["source"]) or points
        elif "parameters" in _tags(cell):
            cell["source"] = _with_values(cell["source"].replace(REVEAL, HIDE, 1), parameters)  # students guess
            _mark(cell, "parameters", locked=True)
        elif "exercise" in _tags(cell):
            if waiting:
                raise ValueError(_no_check(lesson, number))
            number, waiting = number + 1, True
            cell["source"] = cell["source"].replace(END, _NBGRADER_END).replace(BEGIN, _NBGRADER_BEGIN)
            _mark(cell, f"exercise-{number}", solution=True)
        elif waiting and (calls := _check_calls(cell["source"])):
            _mark(cell, f"check-{number}", locked=True)
            yield cell
            cell, waiting = _test_cell(calls, number, points), False
        yield cell
    if waiting or not number:
        raise ValueError(_no_check(lesson, number) if number else f"{lesson.name} has no exercise to assign")


def _test_cell(calls: list[tuple[str, str]], number: int, points: int):
    """Make a graded cell that asserts that every check of the exercise passes; it imports the checks again."""
    lines = [f"from {_graders()[name]} import {name}" for name in sorted({name for name, _ in calls})]
    lines.append("")
    lines += [f"assert {call} is True" for _, call in calls]
    cell = need("nbformat.v4", "lab").new_code_cell("\n".join(lines), id=f"test-{number}")
    _mark(cell, f"test-{number}", locked=True, grade=True)
    cell["metadata"]["nbgrader"]["points"] = points
    return cell


def _check_calls(text: str) -> list[tuple[str, str]]:
    """(name, text of the call) of each distinct call of one of the course's checks."""
    found = {}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _graders():
            found.setdefault(ast.unparse(node), node.func.id)
    return [(name, call) for call, name in found.items()]


@cache
def _graders() -> dict[str, str]:
    """The checks of all documents: name → module that a submission imports it from."""
    return {name: check.__module__ for name, check in list_checks().items()}


def _points(text: str) -> int:
    """Number of stars in the exercise's heading; 0 if there is no such heading."""
    headings = re.findall(r"^#+ .*exercise.*$", text, re.I | re.M)
    return headings[-1].count("★") if headings else 0


def _with_values(text: str, values: dict[str, object]) -> str:
    """Text of the parameters cell with other values; the comments of the changed lines are dropped."""
    for name, value in values.items():
        line = f"{name} = {value!r}"
        text, found = re.subn(rf"^{re.escape(name)} = .*$", line.replace("\\", r"\\"), text, flags=re.M)
        if not found:
            raise ValueError(f"there is no parameter '{name}' to set: see the lesson's parameters cell")
    return text


def _mark(cell, name: str, *, solution: bool = False, locked: bool = False, grade: bool = False) -> None:
    """Write nbgrader's metadata; locked cells are restored before a submission is graded."""
    kind = {"grade": grade, "solution": solution, "locked": locked, "task": False}
    cell["metadata"]["nbgrader"] = {"grade_id": name, "schema_version": 3, **kind}


def _tags(cell) -> list[str]:
    return cell["metadata"].get("tags", [])


def _no_check(lesson: Lesson, number: int) -> str:
    return f"{lesson.name}: exercise {number} has no check that could be graded, call one of {', '.join(_graders())}"
