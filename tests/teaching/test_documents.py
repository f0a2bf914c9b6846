"""What `course build --check` says of a document whose files are not all there."""

import shutil
from pathlib import Path

from course_lib.teaching.documents import PLACES, missing_files
from course_lib.teaching.lessons import find_lesson

ROOT = Path(__file__).resolve().parents[2]


def test_the_documents_of_the_course_are_complete():
    assert missing_files(ROOT) == []


def test_what_is_missing_is_named(tmp_path):
    """An empty folder counts as missing, and so does a file."""
    lesson = find_lesson("03")
    new = lesson.model_copy(update={"document": "novel"})
    assert len(missing_files(tmp_path, [lesson, new])) == 2 * len(PLACES)
    for name in ("course_lib/sweeps/studies/homework/__init__.py", "data/papers/homework/results.csv"):
        (tmp_path / name).parent.mkdir(parents=True)
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "data/results/homework").mkdir(parents=True)
    lacking = missing_files(tmp_path, [lesson])
    assert len(lacking) == len(PLACES) - 2
    assert "the document 'homework' lacks its finished runs: write data/results/homework" in lacking
