"""Release and grading of assignments with nbgrader: students' versions, points and feedback pages."""

import csv
import os
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from course_lib.errors import need
from course_lib.interruption import call_in_thread
from course_lib.teaching.lab import own_kernel

CONFIG = "nbgrader_config.py"


@dataclass(frozen=True)
class Grade:
    """Result of one student in one assignment."""

    assignment: str
    student: str
    score: float | None  # None: could not be graded
    max_score: float | None
    fault: str = ""  # why it could not be graded


def release(folder: Path | str, name: str) -> Path:
    """Write the students' version of an assignment, without solutions, and enter it into the gradebook.

    Args:
        folder: course folder with ``source/NAME/NAME.ipynb``.

    Returns:
        the folder to hand out, ``release/NAME``.

    Raises:
        FileNotFoundError: no such assignment. ValueError: nbgrader refuses it.
        MissingExtraError: the extra `instructor` is missing.
    """
    folder = Path(folder)
    if not (folder / "source" / name).is_dir():
        raise FileNotFoundError(f"no assignment '{name}' in {folder / 'source'}: run 'course assign' first")
    with _nbgrader(folder) as api:
        if fault := _fault(api.generate_assignment(name)):
            raise ValueError(f"nbgrader cannot release {name}: {fault}")
    return folder / "release" / name


def grade(
    folder: Path | str, names: Sequence[str] = (), progress: Callable[[Grade], None] | None = None
) -> list[Grade]:
    """Run every submission with the original tests, write feedback pages and ``grades.csv``.

    An interrupt ends the kernel of the submission that is being graded; the grades so far are in ``grades.csv``.

    Args:
        folder: course folder; submissions are ``submitted/STUDENT/NAME/NAME.ipynb``.
        names: only these assignments; all with submissions if empty.
        progress: called with each grade as soon as it is known.

    Returns:
        one grade for each submission; if a submission cannot be graded, its grade has the reason.

    Raises:
        FileNotFoundError: there is no submission. MissingExtraError: the extra `instructor` is missing.
    """
    folder = Path(folder)
    sent = sorted(path for path in folder.glob("submitted/*/*") if path.is_dir() and (not names or path.name in names))
    if not sent:
        raise FileNotFoundError(f"no submission: put notebooks into {folder / 'submitted' / 'STUDENT' / 'LESSON'}")
    grades = []
    with _nbgrader(folder) as api, own_kernel():
        for path in sent:
            grades.append(call_in_thread(_grade_one, api, path.name, path.parent.name))
            _write_grades(folder, grades)  # after each submission, so that an interrupt loses the present one only
            if progress:
                progress(grades[-1])
    return grades


def _write_grades(folder: Path, grades: Sequence[Grade]) -> None:
    with (folder / "grades.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(Grade)])
        writer.writeheader()
        writer.writerows(map(asdict, grades))


def _grade_one(api, name: str, student: str) -> Grade:
    fault = _fault(api.autograde(name, student)) or _fault(api.generate_feedback(name, student))
    if fault:
        return Grade(name, student, None, None, fault)
    submission = api.get_submission(name, student)
    return Grade(name, student, submission["score"], submission["max_score"])


def _fault(outcome: dict) -> str:
    """Last line of nbgrader's message on a failure; empty if there is none."""
    if outcome["success"]:
        return ""
    said = (outcome.get("error") or outcome.get("log") or "").strip().splitlines()
    return said[-1] if said else "nbgrader does not say why"


@contextmanager
def _nbgrader(folder: Path) -> Iterator:
    """nbgrader's API on a course folder, with the folder's own configuration.

    nbgrader calls the command `alembic`, which is found only if this Python's environment is on the PATH.
    """
    apps = need("nbgrader.apps", "instructor")
    from sqlalchemy.exc import SAWarning
    from traitlets.config.loader import PyFileConfigLoader

    config = PyFileConfigLoader(CONFIG, path=str(folder)).load_config()
    config.CourseDirectory.root = str(folder.resolve())
    before = os.environ.get("PATH", "")
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), before])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SAWarning)  # about nbgrader's own queries, not to be fixed here
            yield apps.NbGraderAPI(config=config)
    finally:
        os.environ["PATH"] = before
