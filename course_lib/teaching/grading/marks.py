"""Points of a class: one row a submission for the instructor, one row a student for Moodle and for Canvas."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

_COLUMNS = ("assignment", "student", "score", "max_score", "fault", "exercises", "notes")
_CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")  # the names that Canvas asks for


@dataclass(frozen=True)
class ExerciseMark:
    """Points of one exercise."""

    grade_id: str
    title: str
    points: float
    max_points: float
    reason: str = ""  # why it did not pass, in words


@dataclass(frozen=True)
class Grade:
    """Result of one student in one assignment."""

    assignment: str  # "": not known
    student: str
    score: float | None  # None: could not be graded
    max_score: float | None
    fault: str = ""  # why it could not be graded
    exercises: tuple[ExerciseMark, ...] = ()
    notes: tuple[str, ...] = ()  # for the instructor, e.g. on given cells that were changed


def write_marks(folder: Path, grades: Sequence[Grade]) -> None:
    """Write ``grades.csv``, ``marks_moodle.csv`` and ``marks_canvas.csv``."""
    _write(folder / "grades.csv", [_COLUMNS, *map(_row, grades)])
    columns = list(dict.fromkeys(column for grade in grades for column in _points(grade)))
    most = {column: most for grade in grades for column, (_, most) in _points(grade).items()}
    students: dict[str, dict[str, float]] = {}
    for grade in grades:
        mine = students.setdefault(grade.student, {})
        mine.update({column: points for column, (points, _) in _points(grade).items()})
    rows = [(name, [mine.get(column, "") for column in columns]) for name, mine in sorted(students.items())]
    _write(folder / "marks_moodle.csv", [["username", *columns], *([name, *points] for name, points in rows)])
    possible = ["    Points Possible", "", "", "", "", *(most[column] for column in columns)]
    canvas = [[name, "", "", name, "", *points] for name, points in rows]
    _write(folder / "marks_canvas.csv", [[*_CANVAS, *columns], possible, *canvas])


def _points(grade: Grade) -> dict[str, tuple[float, float]]:
    """Column → (points, most points), a column for each exercise and one for the total; none without a score."""
    if grade.score is None:
        return {}
    columns = {}
    for mark in grade.exercises:
        columns[f"{grade.assignment} {mark.grade_id.replace('test-', 'exercise ')}"] = mark.points, mark.max_points
    return {**columns, f"{grade.assignment} total": (grade.score, grade.max_score)}


def _row(grade: Grade) -> list:
    failed = [f"{mark.title}: {mark.reason.splitlines()[0]}" for mark in grade.exercises if mark.reason]
    start = [grade.assignment, grade.student, grade.score, grade.max_score, grade.fault]
    return [*start, "; ".join(failed), "; ".join(grade.notes)]


def _write(path: Path, rows: Iterable[Sequence]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
