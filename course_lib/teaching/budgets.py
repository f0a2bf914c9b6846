"""Measured time and memory of lessons, compared with their budgets in the catalogue."""

import csv
import math
from collections.abc import Iterable, Sequence
from pathlib import Path

from course_lib.sweeps.profiles import LESSON_PROFILES
from course_lib.teaching.lessons import Lesson, list_lessons
from course_lib.teaching.readme import replace_block
from course_lib.teaching.run import LessonResult

INSTRUCTORS = Path(__file__).parent / "site" / "pages" / "instructors.md"
COLUMNS = ("lesson", "profile", "status", "seconds", "budget_s", "cpu_s", "cpu_budget_s", "peak_mb", "memory_mb")


def write_measurements(results: Sequence[LessonResult], path: Path | str) -> Path:
    """Write seconds, CPU seconds and peak memory of each lesson with its budgets as CSV, for CI to keep."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(_row(result) for result in results)
    return path


def budgets_table(lessons: Iterable[Lesson]) -> str:
    """Markdown table of each lesson's student minutes and its limits of time and memory."""
    profiles = " | ".join(f"{profile}, s" for profile in LESSON_PROFILES)
    rows = [f"| lesson | student, min | {profiles} | memory, MB |", "|---" * (3 + len(LESSON_PROFILES)) + "|"]
    for lesson in lessons:
        limits = " | ".join(f"{lesson.budget_s[profile]:g}" for profile in LESSON_PROFILES)
        rows.append(f"| {lesson.number:02d} {lesson.title} | {lesson.minutes} | {limits} | {lesson.memory_mb} |")
    return "\n".join(rows)


def update_instructors(page: Path = INSTRUCTORS, *, check: bool = False) -> list[str]:
    """Write the table into the instructors' page; with `check`, only report whether it is out of date.

    Returns:
        problems, one sentence each; an empty list is success.
    """
    return replace_block(page, "budgets", budgets_table(list_lessons()), check=check)


def over_budget(results: Sequence[LessonResult], tolerance: float = 0.0) -> list[str]:
    """One sentence for each lesson and budget (CPU seconds, memory) exceeded by more than `tolerance` (a fraction)."""
    found = []
    for result in results:
        # an unknown measurement is nan and exceeds nothing
        for took, budget, unit, field in (
            (result.cpu_s, result.cpu_budget_s, "CPU seconds", "budget_s"),
            (result.peak_mb, result.lesson.memory_mb, "MB", "memory_mb"),
        ):
            if took > (1 + tolerance) * budget:
                remedy = f"let it do less, or raise {field} in notebooks/lessons.yml"
                spent = f"{result.lesson.name} took {took:.0f} {unit} at {result.profile}"
                found.append(f"{spent}, its budget is {budget:g} {unit}: {remedy}")
    return found


def _row(result: LessonResult) -> tuple:
    """The values of `COLUMNS`; an unknown measurement is an empty field."""
    lesson = result.lesson
    cpu_s, peak_mb = (round(value, 2) if math.isfinite(value) else "" for value in (result.cpu_s, result.peak_mb))
    time = round(result.seconds, 2), lesson.budget_s[result.profile], cpu_s, result.cpu_budget_s
    return (lesson.name, result.profile, result.status, *time, peak_mb, lesson.memory_mb)
