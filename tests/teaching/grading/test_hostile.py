"""Hostile and broken submissions: none gets a point that it did not earn, and each has its reason in words."""

import csv
import json
import shutil
import time
from types import SimpleNamespace

import nbformat
import pytest

from course_lib.teaching import Limits, grade
from sample_class import NAME, RIGHT, answered, make_class, named, send

pytest.importorskip("nbgrader", reason="nbgrader is not installed: pip install 'course-lib[instructor]'")

CELL_S = 15  # PyTorch's import on a busy machine takes some of them
# student → (code before the first exercise's function, body of the function, words of the reason)
# None as body: the stub. In the second exercise all of them leave the stub.
HOSTILE = {
    "patches_the_checks": (
        "import course_lib.teaching.checks.common as c, course_lib.teaching.checks.homework.few_shot as f\n"
        "c.verdict = f.verdict = c.report_check = f.check_epochs = lambda *_: True",
        None,
        "it returns nothing yet",
    ),
    "sets_attributes_of_packages": (
        "import course_lib.teaching.checks.homework as h, course_lib.teaching.grading.reference as r\n"
        "for each in (h, r):\n    for name in dir(each):\n        setattr(each, name, lambda *_, **__: True)",
        "return 1",
        "",  # whatever its broken process says
    ),
    "replaces_modules": (
        "import sys, types\n"
        "for name in [n for n in sys.modules if n.startswith('course_lib.teaching.checks')]:\n"
        "    fake = sys.modules[name] = types.ModuleType(name)\n"
        "    fake.check_epochs = fake.check_images_needed = lambda *_: True",
        None,
        "it returns nothing yet",
    ),
    "patches_when_called": (
        "",
        "import sys\n    for frame in (sys._getframe(n) for n in range(1, 8)):\n"
        "        frame.f_globals['verdict'] = frame.f_builtins['all'] = lambda *_: True\n    return 1",
        "epochs_for",
    ),
    "prints_a_verdict": (
        "",
        "import base64, pickle\n    from IPython.display import publish_display_data as send\n"
        "    forged = base64.b64encode(pickle.dumps(('value', True, {}, None))).decode()\n"
        "    print('✔ epochs_for: right')\n    send({'application/x-course-answer': forged})\n    return 225",
        "epochs_for",
    ),
    "has_learnt_the_visible_cases": (
        "",
        "known = {1350: 225, 6: 1, 7: 2, 100: 100, 2650: 99}\n    return known[steps]",
        "",  # what the check says about a new case
    ),
    "is_a_constant": ("epochs_for = 225\ndef other():\n    pass\n#", "pass", "epochs_for"),
    "equals_everything": (
        "class Equal(int):\n    __eq__ = __ge__ = __le__ = lambda *_: True\n    __hash__ = int.__hash__",
        "return Equal(1)",
        "cannot be graded: it has an object of '__main__.Equal'",
    ),
    "sends_code": (
        "import pathlib\nclass Bomb:\n    def __reduce__(self):\n"
        "        return pathlib.Path.touch, (pathlib.Path(MARKER),)",
        "return Bomb()",
        "cannot be graded: it has an object of 'pathlib",
    ),
    "writes_results": (
        "import pathlib\nfor path in pathlib.Path(FOLDER).glob('*.csv'):\n    path.write_text('01_good,me,3,3')\n"
        "for path in pathlib.Path(FOLDER).glob('feedback/*/*/*.html'):\n    path.write_text('3 of 3')",
        None,
        "it returns nothing yet",
    ),
    "ends_the_process": ("import os\nos._exit(0)", None, "it ended its own process"),
    "ends_when_called": ("", "import os\n    os.kill(os.getpid(), 9)", "it ended its own process"),
    "exits_when_called": ("", "import sys\n    sys.exit(0)", "SystemExit"),
    "loops": (
        "import time\nwhile True:\n    time.sleep(0.1)",
        None,
        f"it was stopped after {CELL_S} seconds: is there a loop without an end?",
    ),
    "loops_for_good": (
        "",
        "import time\n    while True:\n        try:\n            time.sleep(60)\n"
        "        except BaseException:\n            pass",
        "it was stopped after",
    ),
    "takes_all_memory": ("", "return len(bytearray(10**12))", "more memory than there is"),
    "is_no_python": ("def epochs_for(:", None, "SyntaxError"),
}


def hostile(text, before, body, folder):
    notebook = answered(text, (body, None))
    cell = named(notebook, "exercise-1")
    marker, place = repr(str(folder / "pwned")), repr(str(folder))
    code = f"{before}\n{cell.source}" if before else cell.source
    cell.source = code.replace("MARKER", marker).replace("FOLDER", place).replace("PORT", "9")
    return notebook


def without_tests(text):
    """The first answer is right, the tests and a given cell are deleted."""
    notebook = answered(text, (RIGHT[0], None))
    gone = [named(notebook, "test-1"), named(notebook, "test-2"), named(notebook, "check-2")]
    notebook.cells = [cell for cell in notebook.cells if cell not in gone]
    return notebook


def with_changed_tests(text):
    """No answer, and tests that always pass."""
    notebook = answered(text, (None, None))
    for name in ("check-1", "test-1", "test-2"):
        named(notebook, name).source = "assert True"
    return notebook


def with_kernel(notebook, language):
    notebook.metadata.kernelspec = {"name": "ir", "display_name": language, "language": language}
    return notebook


BROKEN = {  # student → (file, content, words of the reason)
    "cut_off": (f"{NAME}/{NAME}.ipynb", lambda text: text[: len(text) // 2], "its text is no JSON at line"),
    "empty": (f"{NAME}/{NAME}.ipynb", lambda text: "", "the file is empty"),
    "other_json": (f"{NAME}.ipynb", lambda text: json.dumps({"a": 1}), "it has no cells"),
    "other_notebook": (
        f"{NAME}.ipynb",
        lambda text: nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 + 1")]),
        "no cell of an assignment of this class (01_good)",
    ),
    "pdf": (f"{NAME}/{NAME}.ipynb", lambda text: b"%PDF-1.7 ...", "it is a PDF, not a notebook"),
    "word": (f"{NAME}/report.docx", lambda text: b"PK...", "report.docx is no notebook"),
    "wrong_kernel": (f"{NAME}.ipynb", lambda text: with_kernel(answered(text), "R"), "its kernel is 'R', not Python"),
    "not_valid": (
        f"{NAME}.ipynb",
        lambda text: text.replace('"cell_type": "code"', '"cell_type": "poem"'),
        "its cells do not have the form of a notebook",
    ),
    "twice": (f"{NAME}(1).ipynb", lambda text: answered(text), "2 files for one assignment"),
}


@pytest.fixture(scope="module")
def graded(sample, tmp_path_factory):
    """A class of hostile, broken and two honest students, graded once."""
    folder = tmp_path_factory.mktemp("class")
    text = make_class(sample, folder, open_solutions=True)  # their cells are not run, nor missed
    for student, (before, body, _) in HOSTILE.items():
        send(folder, student, hostile(text, before, body, folder))
    for student, (file, content, _) in BROKEN.items():
        send(folder, student, content(text), file)
    send(folder, "twice", answered(text))
    send(folder, "honest", answered(text), f"Downloads/{NAME} (1).ipynb")
    send(folder, "deletes", without_tests(text))
    send(folder, "changes", with_changed_tests(text))
    started = time.monotonic()
    grades = {grade.student: grade for grade in grade(folder, limits=Limits(CELL_S, 1.25 * CELL_S, 2000))}
    return SimpleNamespace(folder=folder, grades=grades, seconds=time.monotonic() - started)


def test_an_honest_answer_gets_its_points_under_any_file_name(graded):
    honest = graded.grades["honest"]
    assert (honest.score, honest.max_score) == (3, 3)
    assert honest.notes == (f"recognised by its cells: the file is called {NAME} (1).ipynb",)


@pytest.mark.parametrize("student", HOSTILE)
def test_a_hostile_submission_earns_nothing(graded, student):
    mine = graded.grades[student]
    words = HOSTILE[student][-1]
    assert mine.score == 0
    assert words in mine.exercises[0].reason
    assert all(exercise.reason and "see the traceback" not in exercise.reason for exercise in mine.exercises)


@pytest.mark.parametrize("student", BROKEN)
def test_a_broken_submission_has_its_reason(graded, student):
    mine = graded.grades[student]
    assert mine.score is None
    assert BROKEN[student][-1] in mine.fault


def test_tests_that_were_deleted_or_changed_are_the_instructors_again(graded):
    deletes, changes = graded.grades["deletes"], graded.grades["changes"]
    assert [exercise.points for exercise in deletes.exercises] == [2, 0]
    assert deletes.notes == ("given cells: 0 changed and 3 deleted; the released ones were used",)
    assert changes.score == 0
    assert changes.notes == ("given cells: 3 changed and 0 deleted; the released ones were used",)


def test_nothing_of_a_student_runs_in_the_grader(graded):
    assert not (graded.folder / "pwned").exists()
    with (graded.folder / "grades.csv").open(encoding="utf-8", newline="") as file:
        scores = {row["student"]: row["score"] for row in csv.DictReader(file)}
    assert scores["writes_results"] == "0.0"
    assert set(scores) == set(graded.grades) == {*HOSTILE, *BROKEN, "honest", "deletes", "changes"}


def test_a_cell_that_ends_the_process_does_not_stop_the_class(graded):
    reasons = [exercise.reason for exercise in graded.grades["ends_the_process"].exercises]
    assert "not run, since an earlier cell ended the process" in reasons[1]


def test_every_student_has_a_page_with_the_reason(graded):
    for student, mine in graded.grades.items():
        (page,) = (graded.folder / "feedback" / student).rglob("*.html")
        text = page.read_text(encoding="utf-8")
        assert not any(word in text for word in ("src=", "href=", "url(", "@import")), "it needs the network"
        assert mine.score is None or "Exercise 1 · epochs" in text


def test_a_student_who_changes_the_assignment_stops_the_grading(graded, tmp_path):
    for part in ("source", "release"):
        shutil.copytree(graded.folder / part, tmp_path / part)
    for file in ("gradebook.db", "nbgrader_config.py"):
        shutil.copy(graded.folder / file, tmp_path)
    text = (tmp_path / "release" / NAME / f"{NAME}.ipynb").read_text(encoding="utf-8")
    code = f"import pathlib\npathlib.Path(FOLDER, 'source', '{NAME}', '{NAME}.ipynb').write_text('mine')"
    send(tmp_path, "mallory", hostile(text, code, None, tmp_path))
    with pytest.raises(ValueError, match=f"{NAME}.ipynb was changed while the submission of mallory ran"):
        grade(tmp_path)
