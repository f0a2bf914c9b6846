"""Measured time and memory of lessons, compared with their budgets in the catalogue."""

import csv
import math
from collections.abc import Iterable, Sequence
from pathlib import Path

from course_lib.sweeps.profiles import PROFILE_NAMES
from course_lib.teaching.lessons import Lesson, list_lessons
from course_lib.teaching.readme import replace_block
from course_lib.teaching.run import LessonResult

INSTRUCTORS = Path(__file__).parent / "site" / "pages" / "instructors.md"
TIME_TOLERANCE = 0.5  # time: another processor may be slower, or shared with other work
MEMORY_TOLERANCE = 0.1  # memory varies little, with allocators and library versions
COLUMNS = ("lesson", "profile", "status", "seconds", "budget_s", "peak_mb", "memory_mb")


def write_measurements(results: Sequence[LessonResult], path: Path | str) -> Path:
    """Write seconds and peak memory of each lesson with its budgets as CSV, for CI to keep.

    An unknown memory is an empty field.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(_row(result) for result in results)
    return path


def budgets_table(lessons: Iterable[Lesson]) -> str:
    """Markdown table of each lesson's student minutes and its limits of time and memory."""
    profiles = " | ".join(f"{profile}, s" for profile in PROFILE_NAMES)
    rows = [f"| lesson | student, min | {profiles} | memory, MB |", "|---" * (3 + len(PROFILE_NAMES)) + "|"]
    for lesson in lessons:
        limits = " | ".join(f"{lesson.budget_s[profile]:g}" for profile in PROFILE_NAMES)
        rows.append(f"| {lesson.number:02d} {lesson.title} | {lesson.minutes} | {limits} | {lesson.memory_mb} |")
    return "\n".join(rows)


def update_instructors(page: Path = INSTRUCTORS, *, check: bool = False) -> list[str]:
    """Write the table into the instructors' page; with `check`, only report whether it is out of date.

    Returns:
        problems, one sentence each; an empty list is success.
    """
    return replace_block(page, "budgets", budgets_table(list_lessons()), check=check)


def over_budget(
    results: Sequence[LessonResult], time_tolerance: float = TIME_TOLERANCE, memory_tolerance: float = MEMORY_TOLERANCE
) -> list[str]:
    """One sentence for each lesson and budget that was exceeded by more than its tolerance (a fraction)."""
    found = []
    for result in results:
        lesson, budget_s = result.lesson, result.lesson.budget_s[result.profile]
        # an unknown peak is nan and exceeds nothing
        for took, budget, unit, tolerance, field in (
            (result.seconds, budget_s, "s", time_tolerance, "budget_s"),
            (result.peak_mb, lesson.memory_mb, "MB", memory_tolerance, "memory_mb"),
        ):
            if took > (1 + tolerance) * budget:
                limit = f"its budget of {budget:g} {unit} by more than {tolerance:.0%}"
                remedy = f"let it do less, or raise {field} in notebooks/lessons.yml"
                found.append(f"{lesson.name} took {took:.0f} {unit} at {result.profile}, over {limit}: {remedy}")
    return found


def _row(result: LessonResult) -> tuple:
    peak = round(result.peak_mb, 1) if math.isfinite(result.peak_mb) else ""
    lesson = result.lesson
    limits = lesson.budget_s[result.profile], peak, lesson.memory_mb
    return (lesson.name, result.profile, result.status, round(result.seconds, 2), *limits)
