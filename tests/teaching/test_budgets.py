"""Lessons beside their budgets."""

import csv
import math

import pytest

from course_lib.teaching.budgets import over_budget, write_measurements
from course_lib.teaching.lessons import list_lessons
from course_lib.teaching.run import LessonResult


@pytest.fixture
def took(built):
    """`took(seconds, peak_mb)`: a result of a lesson that may take 60 s and 500 MB."""
    lesson = list_lessons(built.notebooks)[0]
    return lambda seconds, peak_mb=100.0: LessonResult(lesson, "ok", seconds, peak_mb, None, None, "smoke")


def test_within_the_tolerance_nothing_is_said(took):
    assert over_budget([took(89.0, 549.0), took(1.0, math.nan)]) == []


def test_beyond_it_a_sentence_names_lesson_budget_and_remedy(took):
    (late,) = over_budget([took(91.0)])
    assert late.startswith("01_good took 91 s at smoke, over its budget of 60 s by more than 50%: let it do less, or")
    (large,) = over_budget([took(1.0, 551.0)])
    assert "took 551 MB at smoke, over its budget of 500 MB by more than 10%" in large
    assert large.endswith("raise memory_mb in notebooks/lessons.yml")
    assert len(over_budget([took(61.0, 501.0)], time_tolerance=0, memory_tolerance=0)) == 2


def test_the_table_holds_every_lesson(took, tmp_path):
    path = write_measurements([took(61.234, 501.0), took(2.0, math.nan)], tmp_path / "new" / "measured.csv")
    first, second = csv.DictReader(path.read_text(encoding="utf-8").splitlines())
    assert first == {"lesson": "01_good", "profile": "smoke", "status": "ok", "seconds": "61.23", "budget_s": "60.0",
                     "peak_mb": "501.0", "memory_mb": "500"}  # fmt: skip
    assert second["peak_mb"] == ""
