"""The lesson catalogue."""

import subprocess
import sys

import pytest

from course_lib.teaching import find_lesson, list_lessons


def test_the_course_has_its_lessons_in_order():
    lessons = list_lessons()
    numbers = [lesson.number for lesson in lessons]
    assert numbers == sorted(set(numbers))
    assert {"02_streaming_statistics", "04_the_last_layer"} <= {lesson.name for lesson in lessons}
    for lesson in lessons:
        assert lesson.question.endswith("?")
        assert lesson.budget_s["smoke"] <= 60


@pytest.mark.parametrize("name", [5, "5", "05", "05_full_fine_tuning", "full_fine_tuning", "05_full_fine_tuning.ipynb"])
def test_a_lesson_is_found_by_any_of_its_names(name):
    lesson = find_lesson(name)
    assert (lesson.number, lesson.slug) == (5, "full_fine_tuning")


@pytest.mark.parametrize("name", ["", "0", "99", "full", "-5"])
def test_an_unknown_lesson_is_answered_with_the_list(name):
    with pytest.raises(ValueError, match=f"no lesson '{name}'.*04_the_last_layer") as error:
        find_lesson(name)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("minutes: 5", "minutes: soon", "01_good.*minutes"),
        ("minutes: 5", "minuets: 5", "01_good.*minuets"),
        ("name: 01_good", "name: 1-good", "1-good"),
        ("paper: 60", "papers: 60", "budget_s"),
        ("name: 01_good", "name: 02_good", "02 is given twice"),
        ("lessons:", "lesson:", "catalogue"),
    ],
)
def test_a_wrong_entry_is_named(sample, tmp_path, old, new, message):
    (tmp_path / "lessons.yml").write_text(sample.CATALOGUE.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        list_lessons(tmp_path)


def test_no_catalogue_is_said(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"lessons\.yml"):
        list_lessons(tmp_path)


def test_the_catalogue_is_read_without_heavy_imports():
    code = (
        "import sys; from course_lib.teaching import list_lessons; list_lessons()\n"
        "sys.exit(str({'torch', 'papermill', 'jupytext', 'nbformat', 'matplotlib'} & set(sys.modules) or ''))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stderr.strip() in ("", "set()"), done.stderr
