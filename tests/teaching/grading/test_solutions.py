"""Solutions in a released assignment: hidden, and shown when the student's own answer passes its test."""

import nbformat
import pytest

from course_lib.teaching.grading.solutions import add_solutions

SOLUTION = "def double(x):\n    ### BEGIN SOLUTION\n    return 2 * x  # 'the' \"secret\" way\n    ### END SOLUTION"


def write(path, exercise, test):
    cells = []
    for name, text, marks in (("exercise-1", exercise, {"solution": True}), ("test-1", test, {"grade": True})):
        mark = {"grade": False, "solution": False, "locked": False, "task": False, "grade_id": name, **marks}
        cells.append(nbformat.v4.new_code_cell(text, metadata={"nbgrader": {**mark, "schema_version": 3}}))
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)


@pytest.fixture
def opened(tmp_path):
    """Code of the cell that opens the solution."""
    source, released = tmp_path / "source.ipynb", tmp_path / "released.ipynb"
    write(source, SOLUTION, "assert double(2) == 4\nassert double(3) == 6")
    write(released, "def double(x):\n    ...", "assert double(2) == 4")
    add_solutions(source, released)
    text = released.read_text(encoding="utf-8")
    assert "secret" not in text
    cells = nbformat.reads(text, as_version=4).cells
    assert [cell.metadata.get("tags") for cell in cells[:2]] == [None, None]
    return cells[2].source


def test_a_student_whose_answer_passes_sees_the_solution(opened, capsys):
    exec(opened, {"double": lambda x: x + x})
    assert capsys.readouterr().out == "def double(x):\n    return 2 * x  # 'the' \"secret\" way\n"


def test_a_student_whose_answer_does_not_pass_sees_nothing(opened, capsys):
    with pytest.raises(AssertionError):
        exec(opened, {"double": lambda x: 5})
    assert capsys.readouterr().out == ""
