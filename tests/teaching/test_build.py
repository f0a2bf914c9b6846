"""`course build`: student copies, executed solutions, the check of CI."""

import json
import shutil

import nbformat
import pytest

from course_lib.teaching import build, build_lessons, checked_cells
from course_lib.teaching.notebook import MAX_KB
from course_lib.teaching.source import STUB, read_source


@pytest.fixture
def notebooks(built, tmp_path):
    """A copy of the built lessons with the passing one only."""
    folder = tmp_path / "notebooks"
    shutil.copytree(built.notebooks, folder)
    (folder / "source" / "02_broken.py").unlink()
    catalogue = (folder / "lessons.yml").read_text(encoding="utf-8")
    (folder / "lessons.yml").write_text(catalogue[: catalogue.index("  - name: 02")], encoding="utf-8")
    return folder


def read(path):
    return nbformat.read(path, as_version=4)


def edit(path, change):
    """Apply `change` to a notebook on disk, in the form it is committed."""
    from course_lib.teaching.notebook import to_text

    notebook = read(path)
    change(notebook)
    path.write_text(to_text(notebook), encoding="utf-8")


def test_one_lesson_fails_with_its_error_and_the_other_is_built(built):
    assert built.result.problems == ["02_broken: cell 4: RuntimeError: the rate is far too high"]
    assert {path.relative_to(built.notebooks).as_posix() for path in built.result.written} == {
        "01_good.ipynb",
        "solutions/01_good.ipynb",
    }
    assert any("wrote to stderr: noise" in line for line in built.said)


def test_a_second_build_is_byte_identical(built, sample, tmp_path):
    again = sample.write_lessons(tmp_path)
    build_lessons(["01"], notebooks=again)
    for name in ("01_good.ipynb", "solutions/01_good.ipynb"):
        assert (again / name).read_bytes() == (built.notebooks / name).read_bytes()


def test_building_over_an_unchanged_build_writes_nothing(notebooks):
    result = build_lessons(notebooks=notebooks)
    assert result.ok
    assert not result.written
    assert len(result.unchanged) == 2


def test_the_student_copy_has_neither_outputs_nor_solutions(built):
    text = (built.notebooks / "01_good.ipynb").read_text(encoding="utf-8")
    assert "secret" not in text
    assert "Only for those who looked" not in text
    student = read(built.notebooks / "01_good.ipynb")
    code = [cell for cell in student.cells if cell.cell_type == "code"]
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)
    assert sum(STUB in cell.source for cell in code) == 1
    for cell in code:
        compile(cell.source, cell.id, "exec")


def test_every_stub_line_is_in_its_solution(built):
    solution = {cell.id: cell.source.split("\n") for cell in read(built.notebooks / "solutions/01_good.ipynb").cells}
    for cell in read(built.notebooks / "01_good.ipynb").cells:
        lines = [line for line in cell.source.split("\n") if line.strip() != STUB]
        assert set(lines) <= set(solution[cell.id])


def test_the_solution_is_executed_and_tidy(built):
    path = built.notebooks / "solutions/01_good.ipynb"
    solution = read(path)
    code = [cell for cell in solution.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert set(solution.metadata) == {"kernelspec", "language_info"}
    assert {key for cell in solution.cells[2:] for key in cell.metadata} == {"tags"}
    assert not {"papermill", "iopub.", "start_time", "/tmp/"} & {
        word for word in ("papermill", "iopub.", "start_time", "/tmp/") if word in path.read_text(encoding="utf-8")
    }
    assert [output.get("name") for output in code[-1].outputs] == ["stdout"]  # stderr is not for keeping
    json.loads(path.read_text(encoding="utf-8"))


def test_checked_cells_have_counts_and_nbvals_tag(built):
    cells = checked_cells(built.notebooks / "solutions/01_good.ipynb")
    assert [cell.execution_count for cell in cells] == [4, 6]
    assert all(cell.num_outputs for cell in cells)
    assert checked_cells(built.notebooks / "01_good.ipynb") == []


def test_ids_survive_edits_of_other_cells(sample, built, tmp_path):
    other = sample.GOOD.replace("# One plus one.", "# One and one.\n\n# %% [markdown]\n# A new cell.")
    folder = sample.write_lessons(tmp_path, _01_good=other)
    build_lessons(["01"], notebooks=folder, execute=False)
    before = [cell.id for cell in read(built.notebooks / "01_good.ipynb").cells]
    after = [cell.id for cell in read(folder / "01_good.ipynb").cells]
    assert after[2:] == before[1:]


def test_two_equal_cells_get_different_ids(sample, tmp_path):
    folder = sample.write_lessons(tmp_path, _01_good=sample.GOOD + '\n# %%\nprint("x")\n\n# %%\nprint("x")\n')
    build_lessons(["01"], notebooks=folder, execute=False)
    ids = [cell.id for cell in read(folder / "01_good.ipynb").cells]
    assert len(set(ids)) == len(ids)


def test_kept_copies_of_a_student_are_no_strays(notebooks):
    shutil.copy(notebooks / "01_good.ipynb", notebooks / "01_good.backup-1.ipynb")
    assert build(notebooks=notebooks, check=True) == []


def test_the_solution_shows_its_answers_without_a_guess(sample, tmp_path):
    ask = "from course_lib.teaching import Prediction\n"
    ask += 'guess = Prediction("the sum", None, reveal=reveal)\nguess.compare(2)'
    text = sample.GOOD.replace("rate = 0.1", "rate = 0.1\nreveal = False").replace('print("one")', ask)
    notebooks = sample.write_lessons(tmp_path, _01_good=text)
    assert build(["01"], notebooks=notebooks) == []
    assert "the sum: measured 2." in (notebooks / "solutions/01_good.ipynb").read_text(encoding="utf-8")
    assert "reveal = False" in (notebooks / "01_good.ipynb").read_text(encoding="utf-8")


def test_check_finds_an_untouched_build_in_order(notebooks):
    assert build(notebooks=notebooks, check=True) == []


def change_source(notebooks):
    path = notebooks / "source" / "01_good.py"
    path.write_text(path.read_text(encoding="utf-8").replace("One plus one", "Two plus two"), encoding="utf-8")


def edit_student(notebooks):
    edit(notebooks / "01_good.ipynb", lambda notebook: notebook.cells[0].update(source="# My title"))


def unexecute(notebooks):
    edit(notebooks / "solutions/01_good.ipynb", lambda notebook: notebook.cells[1].update(execution_count=None))


def add_metadata(notebooks):
    edit(notebooks / "01_good.ipynb", lambda notebook: notebook.metadata.update(papermill={"duration": 1}))


def add_output(notebooks):
    output = nbformat.v4.new_output("stream", text="left over\n")
    edit(notebooks / "01_good.ipynb", lambda notebook: notebook.cells[1].update(outputs=[output]))


def drop_student(notebooks):
    (notebooks / "01_good.ipynb").unlink()


def add_stray(notebooks):
    shutil.copy(notebooks / "01_good.ipynb", notebooks / "07_stray.ipynb")


def reformat(notebooks):
    path = notebooks / "01_good.ipynb"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8"))), encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "names"),
    [
        (change_source, ["01_good.ipynb", "solutions/01_good.ipynb"]),
        (edit_student, ["01_good.ipynb"]),
        (unexecute, ["solutions/01_good.ipynb"]),
        (add_metadata, ["01_good.ipynb"]),
        (add_output, ["01_good.ipynb"]),
        (drop_student, ["01_good.ipynb"]),
        (add_stray, ["07_stray.ipynb"]),
        (reformat, ["01_good.ipynb"]),
    ],
)
def test_check_names_every_file_that_differs_and_changes_none(notebooks, change, names):
    change(notebooks)
    before = {path: path.read_bytes() for path in notebooks.rglob("*") if path.is_file()}
    found = build(notebooks=notebooks, check=True)
    assert [text.split(":")[0] for text in found] == names
    assert before == {path: path.read_bytes() for path in notebooks.rglob("*") if path.is_file()}


def test_without_execution_outputs_are_kept_only_under_unchanged_code(notebooks):
    change_source(notebooks)  # a markdown cell
    result = build_lessons(notebooks=notebooks, execute=False)
    assert result.ok
    assert not result.warnings
    assert build(notebooks=notebooks, check=True) == []
    path = notebooks / "source" / "01_good.py"
    path.write_text(path.read_text(encoding="utf-8").replace("rate = 0.1", "rate = 0.2"), encoding="utf-8")
    result = build_lessons(notebooks=notebooks, execute=False)
    assert "the solution has no outputs" in result.warnings[0]
    assert any("never executed" in text for text in build(notebooks=notebooks, check=True))


def test_a_notebook_over_the_cap_is_refused_with_its_largest_cell(notebooks):
    path = notebooks / "source" / "01_good.py"
    big = f"\n# %% [markdown]\n# A very long story\n# {'x' * MAX_KB * 1024}\n"
    path.write_text(path.read_text(encoding="utf-8") + big, encoding="utf-8")
    before = (notebooks / "01_good.ipynb").read_bytes()
    problems = build(notebooks=notebooks, execute=False)
    assert len(problems) == 2
    assert all("at most 250" in text and "'A very long story'" in text for text in problems)
    assert (notebooks / "01_good.ipynb").read_bytes() == before


def test_faults_of_all_sources_are_reported_together(sample, tmp_path):
    bad = sample.GOOD.replace("    # end solution\n", "")
    folder = sample.write_lessons(tmp_path, _01_good=bad, _02_broken=sample.BROKEN.replace("data = ", "date = "))
    assert [text.split(":")[0] for text in build(notebooks=folder)] == ["01_good.py", "02_broken.py"]
    assert not list(folder.glob("*.ipynb"))


def test_an_unknown_lesson_is_refused(notebooks):
    with pytest.raises(ValueError, match="no lesson '09'"):
        build(["09"], notebooks=notebooks)


def test_the_courses_own_sources_are_in_order():
    from course_lib.teaching import list_lessons

    sources = [lesson.source() for lesson in list_lessons() if lesson.source().is_file()]
    assert [problem for path in sources for problem in read_source(path).problems] == []
