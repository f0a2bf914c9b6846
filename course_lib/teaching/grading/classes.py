"""Grading of a class: every submission in a process of its own, its points decided outside that process."""

import copy
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from course_lib.errors import need
from course_lib.interruption import call_in_thread
from course_lib.teaching.grading.cells import OPEN_TAG, OWN_TAG, is_solution, is_test, name_of, test_names
from course_lib.teaching.grading.feedback import write_feedback
from course_lib.teaching.grading.fresh import Files, read_checks
from course_lib.teaching.grading.gradebook import record
from course_lib.teaching.grading.marks import ExerciseMark, Grade, write_marks
from course_lib.teaching.grading.reference import Outcome, Test, run_reference, run_test
from course_lib.teaching.grading.student import Limits, StoppedError, StudentKernel
from course_lib.teaching.grading.submissions import Submission, find_submissions
from course_lib.teaching.lab import own_kernel
from course_lib.teaching.notebook import read_notebook


def grade(
    folder: Path | str,
    names: Sequence[str] = (),
    progress: Callable[[Grade], None] | None = None,
    limits: Limits | None = None,
) -> list[Grade]:
    """Grade every submission; write feedback pages, ``grades.csv`` and the files for learning platforms.

    An interrupt ends the process of the submission that is being graded; the grades so far are in the files.

    Args:
        folder: course folder; submissions are below ``submitted/STUDENT``.
        names: only these assignments, and files of which nothing tells the assignment; all if empty.
        progress: called with each grade as soon as it is known.
        limits: of time and memory for students' code.

    Returns:
        one grade for each submission; if a submission cannot be graded, its grade has the reason.

    Raises:
        FileNotFoundError: there is no submission, or no released assignment.
        ValueError: the instructor's own notebook fails, or a solution does not pass its own test; or a file of the
            course was changed while a submission ran.
        MissingExtraError: the extra `instructor` is missing.
    """
    folder = Path(folder)
    need("nbgrader.api", "instructor")
    released = {path.stem: read_notebook(path) for path in sorted(folder.glob("release/*/*.ipynb"))}
    sent = [each for each in find_submissions(folder, released) if not names or each.assignment in {*names, ""}]
    if not sent:
        raise FileNotFoundError(f"no submission: put notebooks into {folder / 'submitted' / 'STUDENT' / 'LESSON'}")
    read_checks()
    files = Files(folder)
    grades, known, notebooks = [], {}, []
    with own_kernel():
        for each in sent:
            if not each.fault and each.assignment not in known:
                known[each.assignment] = _prepare(folder, each.assignment, released[each.assignment])
            tests = known.get(each.assignment)
            graded, notebook = call_in_thread(_grade_one, folder, each, tests, limits or Limits())
            files.check(each.student)
            grades.append(graded)
            notebooks.append(notebook)
            write_marks(folder, grades)  # after each submission, so that an interrupt loses the present one only
            if progress:
                progress(graded)
    for graded, notebook in zip(grades, notebooks, strict=True):
        write_feedback(folder, graded, notebook)  # once more, since a student's code may have written over it
    return grades


def _prepare(folder: Path, name: str, released) -> list[Test]:
    """Run the instructor's notebook of an assignment once; its tests are then run for every student."""
    path = folder / "source" / name / f"{name}.ipynb"
    if (source := read_notebook(path)) is None:
        raise FileNotFoundError(f"no notebook with the solutions at {path}: run 'course assign' again")
    if test_names(released) != test_names(source):
        raise ValueError(f"{path} has other cells than its release: run 'course assign' again, and hand that out")
    try:
        return run_reference(source)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None


def _grade_one(folder: Path, sent: Submission, tests: list[Test] | None, limits: Limits) -> tuple[Grade, object]:
    """Grade a submission; returns the notebook with its outputs, too, or None if it cannot be graded."""
    if sent.fault:
        grade = Grade(sent.assignment, sent.student, None, None, sent.fault)
        write_feedback(folder, grade, None)
        return grade, None
    notebook, outcomes = _run(sent, tests, limits)
    marks = [_mark(test, outcomes[test.grade_id]) for test in tests]
    grade = Grade(sent.assignment, sent.student, sum(m.points for m in marks), sum(m.max_points for m in marks))
    unread = [test for test in tests if outcomes[test.grade_id].by_hand]
    notes = [f"{test.title}: its answer is of a class that is not read, look at it yourself" for test in unread]
    grade = replace(grade, exercises=tuple(marks), notes=(*sent.notes, *notes))
    points = {mark.grade_id: mark.points for mark in marks}
    record(folder, notebook, sent.assignment, sent.student, points, {test.grade_id for test in unread})
    write_feedback(folder, grade, notebook)
    return grade, notebook


def _mark(test: Test, outcome: Outcome) -> ExerciseMark:
    points = test.points if outcome.passed else 0.0
    return ExerciseMark(test.grade_id, test.title, float(points), float(test.points), outcome.reason)


class _Fault(NamedTuple):
    """What went wrong in a cell of a submission."""

    text: str
    stopped: bool  # by the grader, or with its process


def _run(sent: Submission, tests: list[Test], limits: Limits) -> tuple[object, dict[str, Outcome]]:
    """Run the rebuilt notebook in a kernel of its own, and each test when its turn comes."""
    notebook = copy.deepcopy(sent.notebook)
    with tempfile.TemporaryDirectory(prefix="grade-", ignore_cleanup_errors=True) as place:
        _copy_files(sent.path.parent, Path(place))
        with StudentKernel(Path(place), limits) as kernel:
            outcomes = _run_cells(notebook, tests, kernel)
    return notebook, outcomes


def _run_cells(notebook, tests: list[Test], kernel: StudentKernel) -> dict[str, Outcome]:
    by_name = {test.grade_id: test for test in tests}
    outcomes: dict[str, Outcome] = {}
    faults: list[_Fault] = []  # since the last test
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code" or OPEN_TAG in cell["metadata"].get("tags", ()):
            continue
        if is_test(cell):
            name = name_of(cell)
            outcomes[name] = _outcome(by_name[name], kernel, faults)
            cell["outputs"], faults = _as_outputs(outcomes[name]), []
        elif (fault := _run_cell(kernel, cell)) and (fault.stopped or is_solution(cell)):
            faults.append(fault)
    return outcomes


def _run_cell(kernel: StudentKernel, cell) -> _Fault | None:
    """Run a cell; returns how it failed, or None."""
    own = "a cell of your own" if OWN_TAG in cell["metadata"].get("tags", ()) else "the cell"
    try:
        kernel.run(cell)
    except StoppedError as error:
        return _Fault(f"{own}: {error}", True)
    errors = [output for output in cell["outputs"] if output["output_type"] == "error"]
    return _Fault(f"{own} stops with {errors[0]['ename']}: {errors[0]['evalue']}", False) if errors else None


def _outcome(test: Test, kernel: StudentKernel, faults: list[_Fault]) -> Outcome:
    """Run a test, unless a cell before it was stopped; the reason names what went wrong in that cell, too."""
    if stopped := [fault.text for fault in faults if fault.stopped]:
        return Outcome(False, reason=stopped[0])
    outcome = run_test(test, kernel)
    if outcome.passed or not faults:
        return outcome
    return replace(outcome, reason=f"{faults[0].text}\n{outcome.reason}")


def _as_outputs(outcome: Outcome) -> list:
    """The test's result as outputs of its cell, in the form that nbgrader knows: an error is a test that fails."""
    v4 = need("nbformat.v4", "lab")
    outputs = [v4.new_output("stream", name="stdout", text=outcome.said)] if outcome.said else []
    if not outcome.passed:
        outputs.append(
            v4.new_output("error", ename="AssertionError", evalue=outcome.reason, traceback=[outcome.reason])
        )
    return outputs


def _copy_files(source: Path, target: Path) -> None:
    """Copy what lies beside a notebook, e.g. a module or data that it needs, for its process."""
    work = target / "work"
    work.mkdir()
    for path in source.iterdir():
        if path.is_file() and not path.is_symlink() and path.suffix != ".ipynb":
            (work / path.name).write_bytes(path.read_bytes())
