"""nbgrader's part: the students' version of an assignment, and the gradebook of the class."""

import os
import sys
import warnings
from collections.abc import Iterator, Mapping, Set
from contextlib import contextmanager
from pathlib import Path

from course_lib.errors import need
from course_lib.teaching.grading.solutions import add_solutions
from course_lib.teaching.notebook import to_text

CONFIG = "nbgrader_config.py"


def release(folder: Path | str, name: str, *, open_solutions: bool = False) -> Path:
    """Write the students' version of an assignment, without solutions, and enter it into the gradebook.

    Args:
        folder: course folder with ``source/NAME/NAME.ipynb``.
        open_solutions: add a cell after each test that shows the solution to a student whose answer passes the test.

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
    if open_solutions:
        add_solutions(folder / "source" / name / f"{name}.ipynb", folder / "release" / name / f"{name}.ipynb")
    return folder / "release" / name


def record(folder: Path, graded, name: str, student: str, points: Mapping[str, float], by_hand: Set[str]) -> None:
    """Write a graded notebook into ``autograded`` and its points into nbgrader's gradebook.

    Args:
        graded: NotebookNode with the outputs of the student's cells and of the tests.
        points: of each test, by its grade id.
        by_hand: tests that the instructor should look at.
    """
    path = folder / "autograded" / student / name / f"{name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(to_text(graded), encoding="utf-8", newline="\n")
    with _nbgrader(folder) as api, need("nbgrader.api", "instructor").Gradebook(api.coursedir.db_url) as book:
        book.update_or_create_student(student)
        submission = book.update_or_create_submission(name, student)
        for grade in (grade for notebook in submission.notebooks for grade in notebook.grades):
            grade.auto_score = points.get(grade.name)
            looked_at = grade.manual_score is not None  # as nbgrader does: a new version is looked at again
            grade.needs_manual_grade = grade.auto_score is None or looked_at or grade.name in by_hand
        book.db.commit()


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
