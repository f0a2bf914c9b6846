"""Lessons beside their budgets."""

import csv
import math

import pytest

from course_lib.teaching.budgets import over_budget, write_measurements
from course_lib.teaching.lessons import list_lessons
from course_lib.teaching.run import LessonResult


@pytest.fixture
def took(built):
    """`took(cpu_s, peak_mb)`: a result of a lesson that may take 60 s of two cores, and 500 MB."""
    lesson = list_lessons(built.notebooks)[0]
    return lambda cpu_s, peak_mb=100.0: LessonResult(lesson, "ok", 31.234, cpu_s, peak_mb, None, None, "smoke")


def test_within_the_budget_nothing_is_said(took):
    assert over_budget([took(119.0, 499.0), took(math.nan, math.nan)]) == []


def test_beyond_it_a_sentence_names_lesson_budget_and_remedy(took):
    (late,) = over_budget([took(121.0)])
    assert late.startswith("01_good took 121 CPU seconds at smoke, its budget is 120 CPU seconds: let it do less, or")
    (large,) = over_budget([took(1.0, 501.0)])
    assert "took 501 MB at smoke, its budget is 500 MB" in large
    assert large.endswith("raise memory_mb in notebooks/lessons.yml")
    assert over_budget([took(239.0, 999.0)], tolerance=1.0) == []
    assert len(over_budget([took(241.0, 1001.0)], tolerance=1.0)) == 2


def test_the_table_holds_every_lesson(took, tmp_path):
    path = write_measurements([took(61.234, 501.0), took(math.nan, math.nan)], tmp_path / "new" / "measured.csv")
    first, second = csv.DictReader(path.read_text(encoding="utf-8").splitlines())
    assert first == {"lesson": "01_good", "profile": "smoke", "status": "ok", "seconds": "31.23", "budget_s": "60.0",
                     "cpu_s": "61.23", "cpu_budget_s": "120.0", "peak_mb": "501.0", "memory_mb": "500"}  # fmt: skip
    assert (second["cpu_s"], second["peak_mb"]) == ("", "")
