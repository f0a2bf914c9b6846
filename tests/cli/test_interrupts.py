"""Ctrl-C and SIGTERM end a command with one sentence; its kernels end with it (`course study`: tests/faults)."""

import re
import signal
import subprocess
import sys

import nbformat
import pytest

from course_lib.teaching import build_lessons, release
from interrupts import Command, signals
from sample_lessons import CATALOGUE, GOOD, write_lessons

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")

HANGING = GOOD.replace('print("noise", file=sys.stderr)', 'open("hangs", "w").close(); __import__("time").sleep(3600)')


@pytest.mark.parametrize(("number", "code"), signals())
def test_a_training_that_is_stopped_saves_no_model(folder, tmp_path, number, code):
    model, log = tmp_path / "m.safetensors", tmp_path / "log"
    options = ("--set", "start=mini_resnet18", "--set", "epochs=100000", "--out", model)
    with Command(log, "train", "--data", f"folder:{folder}", *options) as command:
        command.wait_until(lambda: re.search(r"[1-9]\d*/100000", log.read_text()))  # an epoch is over: it trains
        ended, said = command.end(number)
    state = model.with_suffix(".unfinished.pt")
    kept = rf"the same command goes on after epoch \d+ of 100000 \({re.escape(str(state))}\)"
    nothing = "no model was saved, the same command starts anew"  # in its first seconds
    assert ended == code
    assert re.fullmatch(f"course: stopped; ({kept if state.exists() else nothing})", said), said
    assert not model.exists()


def test_a_run_that_is_stopped_reports_the_lessons_that_are_done(tmp_path):
    package, log = tmp_path / "package", tmp_path / "log"
    notebooks = write_lessons(package / "shipped" / "notebooks", _02_broken=HANGING.replace("A good", "A hanging"))
    (notebooks / "lessons.yml").write_text(CATALOGUE.replace("A broken lesson", "A hanging lesson"), encoding="utf-8")
    build_lessons(notebooks=notebooks, execute=False)
    with Command(log, "run", "--profile", "smoke", "--out", tmp_path / "report", package=package) as command:
        command.wait_until((tmp_path / "report" / "hangs").exists)
        code, said = command.end(signal.SIGTERM)
    page = tmp_path / "report" / "index.html"
    assert (code, said) == (143, f"course: stopped; 1 of 2 lessons were finished, their report is {page}")
    assert "A good lesson" in page.read_text(encoding="utf-8")


GRADED = {"grade": True, "solution": False, "locked": True, "task": False, "points": 1, "grade_id": "test-1"}
GRADED |= {"schema_version": 3, "cell_type": "code"}


def write_notebook(path, cells):
    path.parent.mkdir(parents=True)
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": spec}), path)


@pytest.mark.parametrize(("number", "code"), signals())
def test_grades_so_far_are_kept(tmp_path, number, code):
    pytest.importorskip("nbgrader", reason="nbgrader is not installed: pip install 'course-lib[instructor]'")
    folder, log = tmp_path / "class", tmp_path / "log"
    source = folder / "source" / "sum" / "sum.ipynb"
    test = nbformat.v4.new_code_cell("assert 1 + 1 == 2", metadata={"nbgrader": GRADED})
    write_notebook(source, [test])
    (folder / "nbgrader_config.py").touch()
    release(folder, "sum")
    for student, answer in {"ada": "a = 1", "ben": "import time; time.sleep(3600)"}.items():
        write_notebook(folder / "submitted" / student / "sum" / "sum.ipynb", [nbformat.v4.new_code_cell(answer), test])
    with Command(log, "grade", folder) as command:
        command.wait_until(lambda: "sum ada: 1 of 1" in log.read_text() and command.children())
        ended, said = command.end(number)
    assert ended == code
    assert said == (
        f"course: stopped; 1 submissions were graded, their points are in {folder / 'grades.csv'}; "
        "the same command grades all again"
    )
    assert "ada" in (folder / "grades.csv").read_text(encoding="utf-8")


def test_a_second_signal_ends_at_once():
    """Also where the first one is swallowed again and again."""
    script = """
import signal
from course_lib.interruption import interruptible
signal.signal(signal.SIGINT, signal.default_int_handler)
with interruptible():
    while True:
        try:
            print("ready", flush=True)
            signal.pause()
        except KeyboardInterrupt:
            print("swallowed", flush=True)
"""
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGINT)
    assert process.stdout.readline() == "swallowed\n"
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == -signal.SIGINT
