"""Which files a document of the course consists of, and which of them are missing."""

from collections.abc import Iterable
from pathlib import Path

from course_lib.teaching.lessons import Lesson, list_lessons

# Room → the document's place in it, a file, a folder or a module. The same name recurs in every room.
PLACES = {
    "its studies": "course_lib/sweeps/studies/{name}",
    "its claims": "course_lib/analysis/{name}/claims.py",
    "the numbers printed in it": "course_lib/analysis/{name}/printed.py",
    "the tables it prints": "data/papers/{name}",
    "its finished runs": "data/results/{name}",
    "the checks of its exercises": "course_lib/teaching/checks/{name}/__init__.py",
    "tests of its studies": "tests/sweeps/test_{name}.py",
    "tests of its claims": "tests/analysis/{name}",
    "tests of its checks": "tests/teaching/checks/{name}",
}


def missing_files(root: Path, lessons: Iterable[Lesson] | None = None) -> list[str]:
    """Name what the documents of the lessons lack: one line for each file or folder that is missing or empty.

    Args:
        root: the repository.
        lessons: all of the course by default.
    """
    documents = dict.fromkeys(lesson.document for lesson in (list_lessons() if lessons is None else lessons))
    return [
        f"the document '{document}' lacks {what}: write {place.format(name=document)}"
        for document in filter(None, documents)
        for what, place in PLACES.items()
        if not _is_there(root / place.format(name=document))
    ]


def _is_there(path: Path) -> bool:
    module = path.with_name(f"{path.name}.py")
    return path.is_file() or module.is_file() or (path.is_dir() and any(path.iterdir()))
