"""Every lesson runs, is what its source says, and its checked cells are really compared."""

import ast
import re
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
from PIL import Image

import sample_lessons
from course_lib.data.mini import draw
from course_lib.paths import shipped_dir
from course_lib.teaching import (
    LessonResult,
    build,
    checked_cells,
    find_lesson,
    list_lessons,
    over_budget,
    run_lessons,
    update_instructors,
    update_readme,
    write_measurements,
    write_report,
)
from course_lib.teaching.notebook import read_notebook
from course_lib.teaching.source import read_source

NOTEBOOKS = shipped_dir("notebooks")
MEASURED = NOTEBOOKS.parent / "build" / "lessons.csv"  # CI keeps it
LESSONS = list_lessons()
IDS = [lesson.name for lesson in LESSONS]
DRAWS = re.compile(r"torch\.rand\w*\(|Dropout\(|nn\.(Linear|Conv2d)\(")


def test_notebooks_are_what_the_sources_say():
    """`course build` would change nothing."""
    assert build(check=True) == []
    assert update_readme(NOTEBOOKS.parent / "README.md", check=True) == []


def test_the_instructors_table_is_what_the_catalogue_says(tmp_path):
    assert update_instructors(check=True) == []
    page = tmp_path / "page.md"
    page.write_text("<!-- budgets: begin -->\n| old |\n<!-- budgets: end -->\n", encoding="utf-8")
    assert update_instructors(page, check=True) == ["page.md: its budgets are out of date: run 'course build'"]
    assert update_instructors(page) == []
    assert all(lesson.title in page.read_text(encoding="utf-8") for lesson in LESSONS)


@pytest.mark.parametrize("lesson", LESSONS, ids=IDS)
def test_chance_is_seeded(lesson):
    """A lesson that draws from PyTorch's own generator seeds it first, so that it shows the same numbers each time."""
    code = "\n".join(cell.text for cell in read_source(lesson.source()).cells if cell.kind == "code")
    lines = code.split("\n")
    draws = [n for n, line in enumerate(lines) if DRAWS.search(line) and "generator" not in line.lower()]
    seeds = [n for n, line in enumerate(lines) if "torch.manual_seed(" in line]
    assert not draws or min(seeds, default=len(lines)) < min(draws)


@pytest.mark.parametrize("lesson", LESSONS, ids=IDS)
def test_contract_7_no_lesson_asks_which_profile_it_is(lesson):
    """It takes its numbers from the profile, and goes one way with all of them."""
    code = "\n".join(cell.text for cell in read_source(lesson.source()).cells if cell.kind == "code")
    comparisons = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Compare | ast.Match)]
    assert not [ast.unparse(node) for node in comparisons if "profile" in ast.unparse(node)]


@pytest.mark.parametrize("lesson", LESSONS, ids=IDS)
def test_solution_has_checked_cells_that_ran(lesson):
    """nbval compares nothing in a cell without an execution count or an output."""
    cells = checked_cells(lesson.solution())
    assert len(cells) >= 2
    assert all(cell.execution_count and cell.num_outputs for cell in cells)


@pytest.mark.parametrize("lesson", LESSONS, ids=IDS)
def test_executed_solution_is_clean(lesson):
    """No errors, no warnings on stderr; every figure has a description."""
    outputs = [output for cell in read_notebook(lesson.solution()).cells for output in cell.get("outputs", ())]
    assert outputs
    assert not [o for o in outputs if o.output_type == "error" or o.get("name") == "stderr"]
    pictures = [html for o in outputs if "<img" in (html := "".join(o.get("data", {}).get("text/html", "")))]
    assert pictures
    assert all('alt="' in html and 'alt=""' not in html for html in pictures)


@pytest.mark.parametrize("lesson", LESSONS, ids=IDS)
def test_nbval_finds_the_same_outputs(lesson):
    """Executed again at their default parameters, the checked cells print the same."""
    assert nbval(lesson.solution()) == 0


def test_nbval_does_compare(tmp_path):
    """The same call fails when one checked output of a built lesson is altered."""
    sample_lessons.write_lessons(tmp_path)
    build(["01"], notebooks=tmp_path)
    solution = find_lesson("01", tmp_path).solution(tmp_path)
    text = solution.read_text(encoding="utf-8")
    assert '"int\\n"' in text
    altered = tmp_path / "altered.ipynb"
    altered.write_text(text.replace('"int\\n"', '"float\\n"'), encoding="utf-8")
    assert nbval(solution) == 0
    assert nbval(altered) == 1


def test_the_solution_holds_no_photograph():
    """Lesson 01 shows a photograph that lies in the reader's folder; the built one must not hold other people's."""
    assert "No photograph of a Samoyed here" in find_lesson("01").solution().read_text(encoding="utf-8")


def nbval(notebook: Path) -> int:
    """Exit code of pytest on a notebook, in a process of its own."""
    call = [sys.executable, "-m", "pytest", "--nbval-lax", "--nbval-current-env", "--nbval-cell-timeout=300"]
    call += ["-q", "-p", "no:cacheprovider", "--override-ini=addopts=", "--rootdir", notebook.parent, notebook]
    done = subprocess.run(call, capture_output=True, text=True, timeout=500)
    print(done.stdout[-3000:])
    return done.returncode


@pytest.fixture(scope="module")
def student_runs(tmp_path_factory):
    """Results of all student copies at profile smoke, without guesses; what they took is kept in `MEASURED`."""
    results = run_copies(LESSONS, tmp_path_factory.mktemp("students"))
    print(write_measurements(results, MEASURED).read_text(encoding="utf-8"))
    return results


def run_copies(lessons, folder, **parameters):
    """Results of the student copies of some lessons at profile smoke."""
    (folder / "solutions").mkdir(parents=True)
    for lesson in lessons:
        shutil.copy(lesson.student_copy(), lesson.solution(folder))
    return run_lessons(lessons, profile="smoke", out_dir=folder / "out", notebooks=folder, parameters=parameters)


@pytest.mark.timeout(120 * len(LESSONS))
def test_student_copies_run_with_their_holes(student_runs):
    """A student who runs all cells before doing an exercise gets hints, not tracebacks."""
    assert [r.error for r in student_runs if r.status != "ok"] == []
    assert all("# solution" not in r.notebook.read_text(encoding="utf-8") for r in student_runs)


@pytest.mark.parametrize("number", range(len(LESSONS)), ids=IDS)
def test_without_a_guess_no_answer_is_shown(student_runs, number):
    """No figure, no table, no slider after the lesson's first question, and no number from `compare`."""
    cells = [cell for cell in read_notebook(student_runs[number].notebook).cells if cell.cell_type == "code"]
    first = next(n for n, cell in enumerate(cells) if "Prediction(" in cell.source and "import" not in cell.source)
    outputs = [output for cell in cells[first:] for output in cell.outputs]
    markup = "".join(str(output.get("data", "")) for output in outputs)
    assert "Your guess comes first" in markup
    assert not re.findall(r"<img|<table|Explorer\(|image/png", markup)
    compared = [cell for cell in cells if ".compare(" in cell.source]
    assert compared
    for cell in compared:
        said = "".join(output.get("text", "") for output in cell.outputs).strip().split("\n")
        assert all(line.startswith("Your guess comes first") for line in said), said


def test_a_readers_photograph_is_shown(tmp_path):
    """As Fig. 1, with or without the official weights; here a drawn one stands for it."""
    photograph = draw("dog", "photo", [1], size=48)[0].permute(1, 2, 0).numpy()
    Image.fromarray(photograph).resize((450, 300)).save(tmp_path / "samoyed.jpg")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COURSE_REAL_DATA", str(tmp_path))
        (result,) = run_copies(LESSONS[:1], tmp_path / "copies", reveal=True)
    assert "Fig. 1: samoyed.jpg, 336 × 224 pixels" in result.notebook.read_text(encoding="utf-8")


def test_the_report_shows_every_lesson(tmp_path):
    results = [LessonResult(lesson, "ok", 1.0, 1.0, 1.0, lesson.solution(), None, "mini") for lesson in LESSONS]
    page = write_report(results, tmp_path, profile="mini").read_text(encoding="utf-8")
    assert all(lesson.title in page for lesson in LESSONS)
    assert page.count("<img") >= len(LESSONS)


def test_no_lesson_takes_three_times_its_budget(student_runs):
    """CPU seconds and memory at smoke; the pytest summary warns of what is over its budget at all."""
    for sentence in over_budget(student_runs):
        warnings.warn(sentence, stacklevel=1)
    assert over_budget(student_runs, tolerance=2.0) == []


@pytest.mark.real
def test_lessons_run_on_real_cartoons(real_data, tmp_path):
    """At reduced size, from the mini weights: one lesson of statistics, one that trains a layer."""
    if not (real_data / "pacs" / "cartoon").is_dir():
        pytest.skip(f"no pacs/cartoon in {real_data}")
    chosen = [find_lesson("02"), find_lesson("04")]
    results = run_lessons(chosen, profile="smoke", data="pacs:cartoon", out_dir=tmp_path)
    print(write_measurements(results, tmp_path / "measured.csv").read_text(encoding="utf-8"))
    assert [r.error for r in results if r.status != "ok"] == []
    text = (tmp_path / "04_the_last_layer.ipynb").read_text(encoding="utf-8")
    assert "of 236" in text
