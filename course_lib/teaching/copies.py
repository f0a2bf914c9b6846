"""Students' copies of lessons, and how one is made new without losing the old one."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from course_lib import paths
from course_lib.teaching.lab import student_folder
from course_lib.teaching.lessons import Lesson
from course_lib.teaching.progress import record_file

BACKUP = ".backup-"  # in the name of a kept file, before its number


@dataclass(frozen=True)
class Reset:
    """What resetting a lesson did."""

    copy: Path  # the student's notebook, now as delivered
    backup: Path | None  # its former content; None if it was as delivered, or missing
    record_backup: Path | None  # the former record of progress; None if there was none


def reset_lesson(lesson: Lesson) -> Reset:
    """Restore the student's copy of a lesson, keeping the former one beside it, and forget the recorded progress.

    In a checkout, whose student copies may be changed, the copy is derived from the lesson's source.

    Raises:
        OSError: a file cannot be read or written; nothing is lost then.
        ValueError: a checkout's source of the lesson has a fault. MissingExtraError: the extra `lab` is missing.
    """
    content = _delivered(lesson)
    copy = student_folder() / f"{lesson.name}.ipynb"
    former = copy.read_bytes() if copy.exists() else None
    backup = None
    if former != content:
        if former is not None:
            backup = _keep(copy, lambda new: _write_new(new, former))
        paths.write_whole(copy, content)
    record = record_file(lesson.name)
    record_backup = _keep(record, lambda new: _move_new(record, new)) if record.exists() else None
    return Reset(copy, backup, record_backup)


def _delivered(lesson: Lesson) -> bytes:
    if not paths.in_checkout():
        return lesson.student_copy().read_bytes()
    from course_lib.teaching.notebook import derive, to_text
    from course_lib.teaching.source import read_source

    source = read_source(lesson.source())
    if source.problems:
        raise ValueError(source.problems[0])
    return to_text(derive(lesson, source, student=True)).encode()


def _keep(path: Path, put: Callable[[Path], None]) -> Path:
    """Put a backup beside a file under the next free number; returns its path."""
    number = 1
    while True:
        backup = path.with_name(f"{path.stem}{BACKUP}{number}{path.suffix}")
        try:
            put(backup)
        except FileExistsError:
            number += 1
        else:
            return backup


def _write_new(path: Path, content: bytes) -> None:
    with path.open("xb") as file:  # never over another file
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        except BaseException:
            path.unlink()
            raise


def _move_new(old: Path, new: Path) -> None:
    if new.exists():
        raise FileExistsError(new)
    old.rename(new)
