"""Marks for learning platforms: a row for each student, a column for each exercise and for the total."""

import csv

import pytest

from course_lib.teaching.grading.feedback import write_feedback
from course_lib.teaching.grading.marks import ExerciseMark, Grade, write_marks

GRADES = [
    Grade(
        "03_lesson",
        "ben",
        2.0,
        3.0,
        exercises=(
            ExerciseMark("test-1", "Exercise 1 · sum", 2.0, 2.0),
            ExerciseMark("test-2", "Exercise 2 · <difference>", 0.0, 1.0, "it subtracts b from b\nsecond line"),
        ),
    ),
    Grade("03_lesson", "ada", None, None, "the file is empty"),
    Grade("04_lesson", "ada", 1.0, 1.0, exercises=(ExerciseMark("test-1", "Exercise 1", 1.0, 1.0),), notes=("odd",)),
]


@pytest.fixture
def tables(tmp_path):
    write_marks(tmp_path, GRADES)
    files = {path.stem: path.read_text(encoding="utf-8").splitlines() for path in tmp_path.glob("*.csv")}
    return {name: list(csv.reader(lines)) for name, lines in files.items()}


COLUMNS = ["03_lesson exercise 1", "03_lesson exercise 2", "03_lesson total", "04_lesson exercise 1", "04_lesson total"]


def test_moodle_gets_a_row_for_each_student(tables):
    assert tables["marks_moodle"] == [
        ["username", *COLUMNS],
        ["ada", "", "", "", "1.0", "1.0"],  # what could not be graded is empty, not 0
        ["ben", "2.0", "0.0", "2.0", "", ""],
    ]


def test_canvas_gets_its_own_columns_and_the_most_points(tables):
    header, possible, ada, ben = tables["marks_canvas"]
    assert header == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *COLUMNS]
    assert possible == ["    Points Possible", "", "", "", "", "2.0", "1.0", "3.0", "1.0", "1.0"]
    assert ada == ["ada", "", "", "ada", "", "", "", "", "1.0", "1.0"]
    assert ben == ["ben", "", "", "ben", "", "2.0", "0.0", "2.0", "", ""]


def test_the_instructors_table_has_the_reasons(tables):
    rows = [dict(zip(tables["grades"][0], row, strict=True)) for row in tables["grades"][1:]]
    assert [row["fault"] for row in rows] == ["", "the file is empty", ""]
    assert rows[0]["exercises"] == "Exercise 2 · <difference>: it subtracts b from b"
    assert rows[2]["notes"] == "odd"


def test_the_page_names_each_exercise_and_escapes_what_a_student_wrote(tmp_path):
    text = write_feedback(tmp_path, GRADES[0], None).read_text(encoding="utf-8")
    assert "2 of 3 points" in text
    assert "<td>Exercise 1 · sum</td><td>2 of 2</td><td>✔ passed</td>" in text
    assert "Exercise 2 · &lt;difference&gt;</td><td>0 of 1</td><td>it subtracts b from b<br>second line" in text
