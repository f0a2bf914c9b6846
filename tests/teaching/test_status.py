"""`course status`: guesses, exercises, what is next; and the names that tie checks to exercises."""

import inspect
import json

import pytest

from course_lib.teaching import find_lesson, lesson_rows, list_lessons, rows_as_text
from course_lib.teaching.checks import list_checks
from course_lib.teaching.progress import record_file
from course_lib.teaching.source import read_source
from course_lib.teaching.status import _exercises

LESSON, QUANTITY = "03_from_scratch", "test accuracy from scratch, %"
PASSED = [{"exercise": name, "passed": True} for name in ("choose", "accuracy_of", "my_rate")]


@pytest.fixture
def recorded(monkeypatch, tmp_path):
    """`recorded(*facts)` writes records of lesson 03."""
    monkeypatch.setenv("COURSE_HOME", str(tmp_path))

    def write(*facts, lesson=LESSON):
        record_file(lesson).parent.mkdir(parents=True, exist_ok=True)
        record_file(lesson).write_text("".join(json.dumps(each) + "\n" for each in facts))

    return write


def row_of(lesson=LESSON):
    (row,) = lesson_rows([find_lesson(lesson)])
    return row


def test_a_new_student_begins_with_the_first_lesson(recorded):
    rows = lesson_rows()
    assert [row["lesson"] for row in rows] == [lesson.name for lesson in list_lessons()]
    assert not any(row["started"] or row["finished"] or row["fault"] for row in rows)
    text = rows_as_text(rows)
    assert "03 From scratch" in text
    assert "0 of 1" in text
    assert "0 of 3" in text
    assert text.endswith("Next: lesson 01 Filters and features: open it ('course lab') and make your guess.")


def test_guesses_are_shown_beside_what_was_measured(recorded):
    recorded({"guess": QUANTITY, "value": [40, 60], "measured": 80.5})
    (guess,) = row_of()["guesses"]
    assert guess == {
        "quantity": QUANTITY,
        "guess": [40.0, 60.0],
        "measured": 80.5,
        "off_by": -20.5,
        "verdict": "it is 20.5 above your range",
    }
    assert f"{QUANTITY}: guessed 40 to 60, measured 80.5: it is 20.5 above your range" in rows_as_text([row_of()])


GUESS = {"guess": QUANTITY, "value": [50, 50], "measured": 56.4}


@pytest.mark.parametrize(
    ("facts", "what"),
    [
        (PASSED[:1], f"guess “{QUANTITY}” and compare it"),
        ([GUESS], "Exercise 1 · choose without peeking"),
        ([GUESS, *PASSED[:1], PASSED[2]], "Exercise 2 · an accuracy that counts images"),
        ([GUESS, *PASSED], "run it to its last cell"),
        ([GUESS, *PASSED, {"finished": True}], None),
        ([GUESS, {"finished": True}], "Exercise 1 · choose without peeking"),
    ],
)
def test_what_is_next_is_the_first_thing_left(recorded, facts, what):
    recorded(*facts)
    assert row_of()["next"] == what
    if what:  # a lesson that was begun comes before the first lesson
        rows = lesson_rows([find_lesson("01"), find_lesson("03")])
        assert rows_as_text(rows).endswith(f"Next: lesson 03 From scratch: {what}.")


def test_when_all_is_done(recorded):
    for lesson in list_lessons():
        row = row_of(lesson.name)
        facts = [{"guess": guess["quantity"], "value": [1, 2], "measured": 1.5} for guess in row["guesses"]]
        facts += [{"exercise": exercise["name"], "passed": True} for exercise in row["exercises"]]
        recorded(*facts, {"finished": True}, lesson=lesson.name)
    assert rows_as_text(lesson_rows()).endswith("Next: nothing is left, all lessons are done.")


def test_a_record_that_cannot_be_read_is_named(recorded):
    recorded(GUESS)
    with record_file(LESSON).open("a") as file:
        file.write("garbage\n")
    assert row_of()["fault"].startswith("1 line of its record ")
    assert "cannot be read: 'course reset 03'" in row_of()["fault"]
    assert row_of()["guesses"][0]["guess"] == [50.0, 50.0]
    record_file("04_the_last_layer").mkdir()
    assert "cannot be read" in row_of("04_the_last_layer")["fault"]


def test_rows_are_json(recorded):
    recorded(GUESS)
    assert json.loads(json.dumps(row_of())) == row_of()


@pytest.mark.parametrize("lesson", list_lessons(), ids=lambda lesson: lesson.name)
def test_each_exercise_has_the_name_under_which_its_check_is_recorded(lesson):
    source = read_source(lesson.source())
    exercises = _exercises(source)
    assert len({name for name, _ in exercises}) == len(exercises) >= 2
    assert all(title.startswith("Exercise ") and name for name, title in exercises)
    code = "\n".join(cell.text for cell in source.cells if cell.kind == "code")
    used = [inspect.getsource(check) for name, check in list_checks().items() if f"{name}(" in code]
    for name, _ in exercises:
        assert any(f'"{name}"' in text for text in used), name
