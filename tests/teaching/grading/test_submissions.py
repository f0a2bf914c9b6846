"""Submissions: their cells are matched with the released ones, whatever a student or a program did to them."""

import copy

import nbformat
import pytest

from course_lib.teaching.grading.submissions import find_submissions, read_sent, rebuild
from sample_class import named

MARKS = {"grade": False, "solution": False, "locked": True, "task": False, "schema_version": 3}


def cell(text, name=None, **marks):
    mark = {"nbgrader": {**MARKS, **marks, "grade_id": name}} if name else {}
    return nbformat.v4.new_code_cell(text, metadata=mark)


@pytest.fixture
def released():
    cells = [
        cell("import math"),
        cell("def f():\n    ...  # your code here", "exercise-1", solution=True, locked=False),
        cell("assert f() == 1", "test-1", grade=True, points=1),
    ]
    return nbformat.v4.new_notebook(cells=cells)


@pytest.fixture
def sent(released):
    return copy.deepcopy(released)


def texts(notebook):
    return [cell.source for cell in notebook.cells]


def test_an_answer_takes_the_place_of_the_stub(released, sent):
    named(sent, "exercise-1").source = "def f():\n    return 1"
    built, notes = rebuild(released, sent)
    assert texts(built) == ["import math", "def f():\n    return 1", "assert f() == 1"]
    assert notes == []


def test_given_cells_are_the_released_ones_again(released, sent):
    sent.cells[0].source = "import os"
    del sent.cells[2]
    built, notes = rebuild(released, sent)
    assert texts(built) == texts(released)
    assert notes == ["given cells: 1 changed and 1 deleted; the released ones were used"]


def test_a_students_own_cells_stay_where_they_are(released, sent):
    sent.cells.insert(0, cell("first = 1"))
    sent.cells.insert(2, cell("helper = 2"))
    sent.cells.append(cell("print('trying')"))
    built, notes = rebuild(released, sent)
    assert texts(built) == ["first = 1", "import math", "helper = 2", *texts(released)[1:], "print('trying')"]
    assert notes == []


def test_an_answer_in_two_cells_is_joined(released, sent):
    first = named(sent, "exercise-1")
    first.source = "def half():\n    return 0.5"
    second = copy.deepcopy(first)
    second.source, second.id = "def f():\n    return 2 * half()", "a-copy"
    sent.cells.insert(2, second)
    assert rebuild(released, sent)[0].cells[1].source == f"{first.source}\n\n{second.source}"


def test_an_answer_that_lost_its_name_is_found_by_what_it_defines(released, sent):
    sent.cells[1] = cell("def f():\n    return 1")
    built, notes = rebuild(released, sent)
    assert texts(built)[1] == "def f():\n    return 1"
    assert notes == []


def test_a_missing_answer_is_noted(released, sent):
    del sent.cells[1]
    built, notes = rebuild(released, sent)
    assert texts(built)[1] == ""
    assert notes == ["the cell of exercise-1 is missing"]


def test_a_written_answer_is_kept(released, sent):
    written = nbformat.v4.new_markdown_cell(
        "Write here", metadata=copy.deepcopy(named(released, "exercise-1").metadata)
    )
    written.metadata.nbgrader.grade_id = "words"
    released.cells.append(written)
    sent.cells.append(copy.deepcopy(written))
    sent.cells[-1].source = "My words"
    assert rebuild(released, sent)[0].cells[-1].source == "My words"


@pytest.mark.parametrize(
    ("file", "change", "name"),
    [
        ("a/one.ipynb", None, "one"),
        ("one (2).ipynb", None, "one"),
        ("final_version.ipynb", None, "one"),
        ("final.ipynb", "metadata", "two"),
        ("two.ipynb", "other cells", ""),
    ],
)
def test_the_assignment_is_recognised(tmp_path, released, sent, file, change, name):
    if change == "metadata":
        sent.metadata["course"] = {"lesson": "two"}
    if change == "other cells":
        sent.cells = [cell("1 + 1")]
    target = tmp_path / "submitted" / "ada" / file
    target.parent.mkdir(parents=True)
    nbformat.write(sent, target)
    other = nbformat.v4.new_notebook(cells=[cell("print(2)"), cell("print(3)")])
    (found,) = find_submissions(tmp_path, {"one": released, "two": other})
    assert (found.student, found.assignment, bool(found.fault)) == ("ada", name or "two", not name)


def test_nothing_that_lies_there_is_skipped_in_silence(tmp_path, released, sent):
    for file in ("loose.ipynb", "ada/report.docx", "ben/notes/words.txt", "ben/one.ipynb", "cem/.DS_Store"):
        path = tmp_path / "submitted" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    nbformat.write(sent, tmp_path / "submitted" / "ben" / "one.ipynb")
    found = [(each.student, each.fault.partition(":")[0]) for each in find_submissions(tmp_path, {"one": released})]
    assert sorted(found) == [
        ("ada", "report.docx is no notebook"),
        ("ben", ""),
        ("ben", "words.txt is no notebook"),
        ("cem", "the folder is empty"),
        ("loose.ipynb", "it lies in no student's folder"),
    ]


def test_an_old_notebook_is_read(tmp_path):
    path = tmp_path / "old.ipynb"
    old = nbformat.v3.new_notebook(worksheets=[nbformat.v3.new_worksheet(cells=[nbformat.v3.new_code_cell("1 + 1")])])
    path.write_text(nbformat.v3.writes_json(old), encoding="utf-8")
    notebook, fault = read_sent(path)
    assert not fault
    assert notebook.cells[0].source == "1 + 1"
