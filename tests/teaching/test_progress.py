"""Progress: what a kernel records of a student's work, whatever happens to the files."""

import json
import os
from types import SimpleNamespace

import nbformat
import pytest

from course_lib.paths import shipped_dir
from course_lib.teaching import Prediction, progress
from course_lib.teaching.checks.common import verdict
from course_lib.teaching.lab import own_kernel
from course_lib.teaching.progress import Guess, read_progress, record_file
from course_lib.teaching.source import read_source

LESSON, QUANTITY = "03_from_scratch", "test accuracy from scratch, %"


@pytest.fixture
def home(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv(progress.SWITCH, raising=False)
    return tmp_path / "home"


@pytest.fixture
def notebook(monkeypatch, home, displayed):
    """As in the kernel of a notebook; `notebook.run(text)` tells the course that a cell has run."""
    calls = {}
    events = SimpleNamespace(register=calls.__setitem__)
    monkeypatch.setattr(progress, "_notebook_shell", lambda: SimpleNamespace(events=events))
    for name, value in (("name", None), ("last_cell", ""), ("watches", False)):
        monkeypatch.setattr(progress._Lesson, name, value)

    def run(text, success=True):
        info = None if text is None else SimpleNamespace(raw_cell=text)
        calls["post_run_cell"](SimpleNamespace(info=info, success=success))

    return SimpleNamespace(run=run, calls=calls)


def last_cell():
    cells = read_source(shipped_dir("notebooks") / "source" / f"{LESSON}.py").cells
    return [cell.text for cell in cells if cell.kind == "code"][-1]


def test_a_lesson_leaves_a_record(notebook, capsys):
    guess = Prediction(QUANTITY, (40, 60))
    verdict("accuracy_of", "wrong", "right")
    verdict("accuracy_of", None, "right")
    verdict("accuracy_of", "wrong again", "right")  # it was right once
    verdict("choose", "wrong", "right")
    guess.compare(56.4)
    assert not read_progress(LESSON).finished
    notebook.run(last_cell() + "\n")
    found = read_progress(LESSON)
    assert found.guesses == {QUANTITY: Guess(40.0, 60.0, 56.4)}
    assert (found.passed, found.finished, found.num_damaged) == ({"accuracy_of"}, True, 0)


def test_the_first_guess_counts(notebook):
    Prediction(QUANTITY, 50).compare(56.4)
    Prediction(QUANTITY, 56).compare(56.4)
    Prediction(QUANTITY, 50).compare(44.0)  # the same guess with another profile: the last measurement
    assert read_progress(LESSON).guesses == {QUANTITY: Guess(50.0, 50.0, 44.0)}


@pytest.mark.parametrize(("text", "success"), [(None, True), ("print('another cell')", True), ("last", False)])
def test_only_the_last_cell_ends_a_lesson(notebook, text, success):
    Prediction(QUANTITY, 50).compare(56.4)
    notebook.run(last_cell() if text == "last" else text, success)
    assert not read_progress(LESSON).finished


def test_without_a_guess_a_lesson_is_not_gone_through(notebook):
    guess = Prediction(QUANTITY)
    guess.compare(56.4)
    notebook.run(last_cell())
    assert read_progress(LESSON) == progress.Progress()
    assert not record_file(LESSON).exists()


@pytest.mark.parametrize("why", ["reveal", "switch", "no notebook", "not of the course", "not finite"])
def test_what_is_not_recorded(notebook, home, monkeypatch, why):
    if why == "switch":
        monkeypatch.setenv(progress.SWITCH, "off")
    if why == "no notebook":
        monkeypatch.setattr(progress, "_notebook_shell", lambda: None)
    quantity = "a quantity of my own" if why == "not of the course" else QUANTITY
    guess = Prediction(quantity, 50, reveal=why == "reveal")
    guess.compare(float("nan") if why == "not finite" else 56.4)
    if why != "not finite":
        verdict("accuracy_of", None, "right")
    assert not (home / "progress").exists()


def test_a_second_guess_watches_no_second_time(notebook):
    Prediction(QUANTITY, 50)
    notebook.calls.clear()
    Prediction(QUANTITY, 60)
    assert notebook.calls == {}


@pytest.mark.parametrize("damage", ["text", "torn", "other", "bytes", "deep", "list"])
def test_a_damaged_line_costs_that_line(notebook, damage):
    verdict_line = json.dumps({"exercise": "choose", "passed": True})
    bad = {
        "text": b"no JSON",
        "torn": b'{"guess": "test accu',
        "other": b'{"colour": "red"}',
        "bytes": b"\xff\xfe\x00",
        "deep": b"[" * 100_000,
        "list": b'["exercise"]',
    }[damage]
    file = record_file(LESSON)
    file.parent.mkdir(parents=True)
    file.write_bytes(verdict_line.encode() + b"\n" + bad)  # cut off: no new line at its end
    Prediction(QUANTITY, 50).compare(56.4)
    found = read_progress(LESSON)
    assert (found.passed, list(found.guesses), found.num_damaged) == ({"choose"}, [QUANTITY], 1)


def test_a_home_that_cannot_be_written_costs_the_record_and_no_error(notebook, home, capsys):
    home.mkdir()
    (home / "progress").write_text("a file where the folder should be")
    Prediction(QUANTITY, 50).compare(56.4)
    assert verdict("accuracy_of", None, "right") is True
    notebook.run(last_cell())
    assert "you guessed 50" in capsys.readouterr().out


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_home_costs_the_record_and_no_error(notebook, home):
    home.mkdir(mode=0o500)
    Prediction(QUANTITY, 50).compare(56.4)
    assert not (home / "progress").exists()


def test_every_lessons_guesses_and_end_are_found():
    for path in sorted((shipped_dir("notebooks") / "source").glob("*.py")):
        source = read_source(path)
        given = [c for c in source.cells if c.kind == "code" and not {"exercise", "solution-only"} & set(c.tags)]
        cells = [cell.text for cell in source.cells if "Prediction(" in cell.text and "import" not in cell.text]
        quantities = [line.strip().strip('",') for cell in cells for line in cell.split("\n") if line.endswith('",')]
        assert quantities
        for quantity in quantities:
            assert progress._find_lesson(quantity) == (path.stem, given[-1].text)


def run_cells(*texts, record, cwd):
    """Outputs of each cell, run one after another in a kernel."""
    from nbclient import NotebookClient

    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in texts])
    with own_kernel(record=record) as kernel:
        NotebookClient(notebook, kernel_name=kernel, timeout=120, resources={"metadata": {"path": str(cwd)}}).execute()
    return ["\n".join(str(output) for output in cell["outputs"]) for cell in notebook["cells"]]


START = "import pandas as pd\nfrom course_lib.teaching import Prediction\n"
ASK = "guess = Prediction('test accuracy from scratch, %', {value})"
TABLE = "pd.DataFrame({'accuracy': [56.4321]})"
SLIDERS = """from course_lib.figures.explorers import explore
from course_lib.figures.style import new_figure
explore(lambda lr: new_figure(f'accuracy 56.4321 at {lr}'), lr=[0.1, 0.2])"""
COMPARE = "guess.compare(56.4321)"
CHECK = """import torch
from course_lib.teaching.checks.homework import check_accuracy
check_accuracy(lambda batches: sum((p == l).sum().item() for p, l in batches) / sum(len(l) for _, l in batches))"""


def test_a_kernel_hides_tables_and_sliders_until_there_is_a_guess_and_then_records(home, tmp_path):
    asked, given = ASK.format(value=None), ASK.format(value=(40, 60))
    cells = (START, asked, TABLE, SLIDERS, COMPARE, given, TABLE, SLIDERS, COMPARE, CHECK)
    outputs = run_cells(*cells, record=True, cwd=tmp_path)
    assert all("Your guess comes first" in text and "56.4" not in text for text in outputs[2:5])
    assert "<table" in outputs[6]
    assert "56.4321 at 0.1" in outputs[7]
    assert "right, it is inside your range" in outputs[8]
    assert not any("Traceback" in text for text in outputs)
    found = read_progress(LESSON)
    assert found.guesses == {QUANTITY: Guess(40.0, 60.0, 56.4321)}
    assert found.passed == {"accuracy_of"}


def test_builds_runs_and_grading_record_nothing(home, tmp_path):
    """They all use the kernel without its argument."""
    run_cells(START, ASK.format(value=50), COMPARE, record=False, cwd=tmp_path)
    assert not record_file(LESSON).exists()
