"""The instructor's run: tests and their context are kept as they were at their place, and copied for each student."""

import importlib
import sys
from contextlib import nullcontext

import nbformat
import pytest

from course_lib.teaching.grading.answers import Request, read_value, reply_to, reply_value
from course_lib.teaching.grading.fresh import fresh_checks
from course_lib.teaching.grading.reference import exercise_title, run_reference, run_test
from course_lib.teaching.grading.student import StoppedError

MARKS = {"grade": False, "solution": False, "locked": True, "task": False, "schema_version": 3}
EXERCISE = "def double(x):\n    return [2 * each for each in x]"


def cell(text, name=None, **marks):
    mark = {"nbgrader": {**MARKS, **marks, "grade_id": name}} if name else {}
    return nbformat.v4.new_code_cell(text, metadata=mark)


def lesson(*before, between=(), test="assert double(data) == [2, 4]", after=(), solution=EXERCISE):
    cells = [nbformat.v4.new_markdown_cell("### Exercise 1 · double (5 minutes, ★☆☆)"), cell("data = [1, 2]")]
    cells += [*map(cell, before), cell(solution, "exercise-1", solution=True), *map(cell, between)]
    cells += [cell(test, "test-1", grade=True, points=2), *map(cell, after)]
    return nbformat.v4.new_notebook(cells=cells)


class Here:
    """In place of a student's process: the student's variables, in this one; all goes through bytes."""

    def __init__(self, code, stop=False):
        self.scope, self.stop, self.num_calls = {}, stop, 0
        exec(code, self.scope)

    def calls(self):
        return nullcontext()

    def value(self, name):
        return read_value(reply_value(name, self.scope))

    def call(self, name, args, kwargs):
        self.num_calls += 1
        if self.stop:
            raise StoppedError("it was stopped")
        request = Request(args, kwargs)
        return request.read(reply_to(request.data, name, self.scope))


def test_a_test_has_its_exercise_and_points():
    (test,) = run_reference(lesson(between=["data = [1, 2]"]))
    assert (test.title, test.points, test.answers, test.solutions) == (
        "Exercise 1 · double",
        2,
        {"double"},
        ["exercise-1"],
    )
    assert test.cells == ["data = [1, 2]", "assert double(data) == [2, 4]"]


@pytest.mark.parametrize(
    ("code", "passed", "reason"),
    [
        (EXERCISE, True, ""),
        ("double = lambda x: [each + each for each in x]", True, ""),
        ("def double(x):\n    return [2, 5]", False, "the answer does not pass the test"),
        ("def double(x):\n    raise KeyError('a')", False, "the test stops with KeyError"),
        ("def double(x):\n    import sys\n    sys.exit()", False, "the test stops with SystemExit"),
        ("other = 1", False, "`double` is not defined: write it in the exercise's cell"),
        ("double = 3", False, "the test stops with TypeError"),
    ],
)
def test_the_outcome_is_the_students(code, passed, reason):
    (test,) = run_reference(lesson())
    outcome = run_test(test, Here(code))
    assert (outcome.passed, outcome.by_hand) == (passed, False)
    assert outcome.reason.startswith(reason) if reason else not outcome.reason


def test_each_student_finds_the_state_of_before():
    """Neither later cells nor an earlier student have changed it."""
    (test,) = run_reference(lesson(after=["data.append(3)"]))
    assert not run_test(test, Here("def double(x):\n    x[:] = [7]\n    return x")).passed
    assert run_test(test, Here(EXERCISE)).passed


def test_given_functions_call_the_students_function():
    before = "def through():\n    return double(data)"
    (test,) = run_reference(lesson(before, between=["found = through()"], test="assert found == [2, 4]"))
    assert run_test(test, Here(EXERCISE)).passed
    assert not run_test(test, Here("def double(x):\n    return [0]")).passed


def test_only_cells_that_the_test_needs_call_the_student_again():
    test = "from math import inf as top\nassert twice < top and double(data)"
    between = ["import math as top\nmany = double([0])", "half = 1", "def get():\n    return half", "twice = 2 * get()"]
    (found,) = run_reference(lesson(between=between, test=test))
    assert found.cells == [*between[1:], test]


def test_what_a_check_says_is_the_reason():
    test = "print('✘ double: it is off by one'); assert double(data) == 0"
    (found,) = run_reference(lesson())
    found.cells = [test]
    assert run_test(found, Here(EXERCISE)).reason == "double: it is off by one"


def test_a_stopped_function_is_not_called_again():
    test = (
        "for _ in range(5):\n    try:\n        double(data)\n    except Exception: pass\nassert double(data) == [2, 4]"
    )
    (found,) = run_reference(lesson(test=test))
    student = Here(EXERCISE, stop=True)
    assert run_test(found, student).reason == "it was stopped"
    assert student.num_calls == 1


def test_an_answer_of_a_class_that_is_not_read_is_for_the_instructor():
    (test,) = run_reference(lesson())
    outcome = run_test(test, Here("def double(x):\n    return lambda: x"))
    assert not outcome.passed
    assert outcome.by_hand
    assert "the answer cannot be graded: it cannot be read" in outcome.reason


def test_a_solution_that_fails_its_own_test_is_reported():
    with pytest.raises(ValueError, match=r"own cell test-1 fails \(AssertionError: \): mend the source"):
        run_reference(lesson(test="assert double(data) == 0"))
    with pytest.raises(ValueError, match="own cell number 3 fails .ZeroDivisionError"):
        run_reference(lesson("data = 1 / 0", "del data"))


def test_a_cell_that_fails_without_harm_to_a_test_is_no_matter():
    assert run_reference(lesson("1 / 0"))


def test_the_checks_are_loaded_anew_and_put_back():
    name = "course_lib.teaching.checks.common"
    mine = importlib.import_module(name)
    with fresh_checks():
        fresh = importlib.import_module(name)
        fresh.verdict = "patched"
    with fresh_checks():
        assert importlib.import_module(name).verdict != "patched"
        assert importlib.import_module(name) not in (mine, fresh)
    assert sys.modules[name] is mine


@pytest.mark.parametrize(
    ("text", "title"),
    [("## Exercise 2 · a (3 minutes, ★☆☆)\ntext", "Exercise 2 · a"), ("# Title", ""), ("An exercise", "")],
)
def test_the_title_of_an_exercise(text, title):
    assert exercise_title(text) == title
