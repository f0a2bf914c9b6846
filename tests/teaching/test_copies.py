"""`course reset`: the copy as delivered, the former one kept, the record forgotten."""

import os

import nbformat
import pytest

from course_lib import paths
from course_lib.teaching import copies, find_lesson, lab, reset_lesson
from course_lib.teaching.notebook import derive, to_text
from course_lib.teaching.progress import read_progress, record_file
from course_lib.teaching.source import read_source

LESSON = find_lesson("03")
MINE = "my answers"


@pytest.fixture
def student(monkeypatch, tmp_path):
    """A student's folder, in which lesson 03 was changed, and a record of it; in a checkout."""
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "home"))
    folder = tmp_path / "notebooks"
    folder.mkdir()
    monkeypatch.setattr(copies, "student_folder", lambda: folder)
    (folder / "03_from_scratch.ipynb").write_text(MINE)
    record_file(LESSON.name).parent.mkdir(parents=True)
    record_file(LESSON.name).write_text('{"finished": true}\n')
    return folder


def delivered():
    return to_text(derive(LESSON, read_source(LESSON.source()), student=True))


def test_a_changed_copy_is_kept_and_made_new(student):
    done = reset_lesson(LESSON)
    assert done.copy.read_text(encoding="utf-8") == delivered()
    assert done.backup == student / "03_from_scratch.backup-1.ipynb"
    assert done.backup.read_text() == MINE
    assert nbformat.read(done.copy, as_version=4).cells
    assert sorted(path.name for path in student.iterdir()) == [done.backup.name, done.copy.name]


def test_each_backup_has_the_next_free_number(student):
    for number in (1, 2, 3):
        (student / "03_from_scratch.ipynb").write_text(f"version {number}")
        done = reset_lesson(LESSON)
        assert done.backup.name == f"03_from_scratch.backup-{number}.ipynb"
    (student / "03_from_scratch.backup-2.ipynb").unlink()
    (student / "03_from_scratch.ipynb").write_text("version 4")
    assert reset_lesson(LESSON).backup.name == "03_from_scratch.backup-2.ipynb"
    kept = [(student / f"03_from_scratch.backup-{n}.ipynb").read_text() for n in (1, 2, 3)]
    assert kept == ["version 1", "version 4", "version 3"]


def test_the_record_is_forgotten_and_kept(student):
    done = reset_lesson(LESSON)
    assert not read_progress(LESSON.name).finished
    assert done.record_backup.read_text() == '{"finished": true}\n'
    assert reset_lesson(LESSON).record_backup is None


def test_a_copy_as_delivered_needs_no_backup(student):
    reset_lesson(LESSON)
    again = reset_lesson(LESSON)
    assert again.backup is None
    assert len(list(student.iterdir())) == 2


def test_a_missing_copy_is_written(student):
    (student / "03_from_scratch.ipynb").unlink()
    done = reset_lesson(LESSON)
    assert done.backup is None
    assert done.copy.read_text(encoding="utf-8") == delivered()


@pytest.mark.parametrize("at", ["backup", "copy"])
def test_a_full_disk_loses_nothing(student, monkeypatch, at):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, {"backup": "fsync", "copy": "replace"}[at], full)
    with pytest.raises(OSError, match="No space"):
        reset_lesson(LESSON)
    assert (student / "03_from_scratch.ipynb").read_text() == MINE
    assert record_file(LESSON.name).exists()
    left = {path.name for path in student.iterdir()} - {"03_from_scratch.ipynb"}
    assert left == ({"03_from_scratch.backup-1.ipynb"} if at == "copy" else set())


def test_an_installed_course_restores_the_shipped_copy(monkeypatch, tmp_path):
    shipped = tmp_path / "package" / "shipped" / "notebooks"
    shipped.mkdir(parents=True)
    (shipped / "03_from_scratch.ipynb").write_text("shipped")
    monkeypatch.setattr(paths, "_PACKAGE", tmp_path / "package")
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "home"))
    own = lab.student_folder() / "03_from_scratch.ipynb"
    own.write_text(MINE)
    done = reset_lesson(LESSON)
    assert done.copy == own
    assert own.read_text() == "shipped"
    assert done.backup.read_text() == MINE
