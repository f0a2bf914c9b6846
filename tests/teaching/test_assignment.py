"""`course assign`: nbgrader releases the assignment, grades a toy class of three and writes its feedback."""

import csv
from types import SimpleNamespace

import nbformat
import pytest

from course_lib.teaching import find_lesson, grade, list_lessons, release, write_assignment
from course_lib.teaching.assignment import assignment
from course_lib.teaching.source import STUB, read_source

NAME = "01_good"
LESSON = '''# %% [markdown]
# # A good lesson

# %% tags=["parameters"]
profile = "mini"
data = "mini:cartoon"
seeds = None

# %% tags=["checked"]
import torch

from course_lib.teaching.checks.homework import check_frozen, check_merge

# %% [markdown]
# ### Exercise 1 · merge (5 minutes, ★★☆)


# %% tags=["exercise"]
def merge(n, mu_n, var_n, m, mu_m, var_m):
    """Mean and variance of two parts together."""
    # solution
    total = n + m
    mu = (n * mu_n + m * mu_m) / total
    return mu, (n * var_n + m * var_m) / total + n * m / total**2 * (mu_m - mu_n) ** 2
    # end solution


# %% tags=["checked"]
if check_merge(merge):
    print("merged")

# %% [markdown]
# ### Exercise 2 · freeze (2 minutes, ★☆☆)


# %% tags=["exercise"]
def train(model):
    """Move the head, and nothing else."""
    # solution
    with torch.no_grad():
        model.head.weight += 1
    # end solution


# %%
model = torch.nn.ModuleDict({"stem": torch.nn.Linear(2, 2), "head": torch.nn.Linear(2, 1)})
before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
train(model)
passed = check_frozen(before, model)

# %% tags=["solution-only"]
print("only for those who looked")
'''
ANSWERS = {  # student → what stands in place of each stub; None leaves the stub
    "ada": (
        "mu = (n * mu_n + m * mu_m) / (n + m)\n"
        "    spread = n * (var_n + (mu_n - mu) ** 2) + m * (var_m + (mu_m - mu) ** 2)\n"
        "    return mu, spread / (n + m)",
        "torch.nn.init.zeros_(model.head.bias)",
    ),
    "ben": (
        "mu = (n * mu_n + m * mu_m) / (n + m)\n    return mu, (n * var_n + m * var_m) / (n + m)",
        "torch.nn.init.zeros_(model.head.weight)",
    ),
    "cem": (None, None),
}


def code_cells(path):
    """Cells by nbgrader's name; the others are left out."""
    marked = [cell for cell in nbformat.read(path, as_version=4).cells if "nbgrader" in cell.metadata]
    return {cell.metadata.nbgrader.grade_id: cell for cell in marked}


@pytest.fixture(scope="module")
def notebooks(sample, tmp_path_factory):
    return sample.write_lessons(tmp_path_factory.mktemp("notebooks"), _01_good=LESSON)


def assign(notebooks, folder, **options):
    assert write_assignment(find_lesson("01", notebooks), folder, notebooks=notebooks, **options)
    return folder / "source" / NAME / f"{NAME}.ipynb"


def test_solutions_are_marked_and_every_check_is_a_graded_test(notebooks, tmp_path):
    path = assign(notebooks, tmp_path, parameters={"profile": "smoke"})
    cells = code_cells(path)
    order = ["parameters", "exercise-1", "check-1", "test-1", "exercise-2", "check-2", "test-2"]
    assert list(cells) == order
    assert cells["parameters"].source.startswith("profile = 'smoke'\n")
    assert "assert check_merge(merge) is True" in cells["test-1"].source
    assert [cells[name].metadata.nbgrader.points for name in ("test-1", "test-2")] == [2, 1]
    locked = [name for name in order if cells[name].metadata.nbgrader.locked]
    assert locked == [name for name in order if not name.startswith("exercise")]
    text = path.read_text(encoding="utf-8")
    assert "# solution" not in text
    assert "only for those who looked" not in text


def test_what_an_instructor_edited_is_kept(notebooks, tmp_path):
    path = assign(notebooks, tmp_path)
    config = tmp_path / "nbgrader_config.py"
    config.write_text("# mine\n", encoding="utf-8")
    mine = path.read_text(encoding="utf-8").replace("A good lesson", "My lesson")
    path.write_text(mine, encoding="utf-8")
    assert not write_assignment(find_lesson("01", notebooks), tmp_path, notebooks=notebooks)
    assert path.read_text(encoding="utf-8") == mine
    assert config.read_text(encoding="utf-8") == "# mine\n"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("if check_merge(merge):\n    print", "if True:\n    print", "exercise 1 has no check"),
        ("passed = check_frozen(before, model)", "passed = True", "exercise 2 has no check"),
        ("    # end solution\n", "", "without an '# end solution'"),
    ],
)
def test_a_lesson_that_cannot_be_graded_is_refused(sample, tmp_path, old, new, words):
    notebooks = sample.write_lessons(tmp_path / "notebooks", _01_good=LESSON.replace(old, new))
    with pytest.raises(ValueError, match=words):
        assign(notebooks, tmp_path / "class")
    assert not (tmp_path / "class").exists()


def test_an_unknown_parameter_is_refused(notebooks, tmp_path):
    with pytest.raises(ValueError, match="no parameter 'speed'"):
        assign(notebooks, tmp_path, parameters={"speed": 1})


@pytest.mark.parametrize("lesson", list_lessons(), ids=lambda lesson: lesson.name)
def test_every_lesson_can_be_assigned(lesson):
    """One graded test for each exercise, with the points of its stars."""
    exercises = [cell for cell in read_source(lesson.source()).cells if "exercise" in cell.tags]
    cells = assignment(lesson, parameters={"profile": "smoke"}).cells
    tests = [c.metadata.nbgrader for c in cells if c.metadata.get("nbgrader", {}).get("grade")]
    assert [test.grade_id for test in tests] == [f"test-{n}" for n in range(1, len(exercises) + 1)]
    assert all(1 <= test.points <= 3 for test in tests)
    (parameters,) = [cell.source for cell in cells if "parameters" in cell.metadata.get("tags", ())]
    assert "\nreveal = False" in parameters  # students guess first


def answered(text, answers):
    """The released notebook with a student's lines in place of the stubs."""
    notebook = nbformat.reads(text, as_version=4)
    stubs = [cell for cell in notebook.cells if STUB in cell.source]
    assert len(stubs) == len(answers)
    for cell, answer in zip(stubs, answers, strict=True):
        cell.source = cell.source.replace(STUB, answer or STUB)
    return nbformat.writes(notebook)


def cheating(text):
    """The released notebook with its checks and tests replaced by what always passes."""
    changed = text.replace("assert check_merge(merge) is True", "assert True")
    changed = changed.replace("if check_merge(merge):", "check_merge = check_frozen = bool\\nif True:")
    assert len({changed, text, text.replace("assert check_merge(merge) is True", "assert True")}) == 3
    return changed


@pytest.fixture(scope="module")
def graded(notebooks, tmp_path_factory):
    """A class folder in which the assignment was released and four submissions were graded; one is no notebook."""
    pytest.importorskip("nbgrader", reason="nbgrader is not installed: pip install 'course-lib[instructor]'")
    folder = tmp_path_factory.mktemp("class")
    assign(notebooks, folder)
    released = (release(folder, NAME) / f"{NAME}.ipynb").read_text(encoding="utf-8")
    sent = {student: answered(released, answers) for student, answers in ANSWERS.items()}
    for student, text in {**sent, "dan": cheating(released), "eve": "not a notebook"}.items():
        target = folder / "submitted" / student / NAME / f"{NAME}.ipynb"
        target.parent.mkdir(parents=True)
        target.write_text(text, encoding="utf-8")
    return SimpleNamespace(folder=folder, released=released, grades=grade(folder))


def test_the_release_has_stubs_and_tests_but_no_solution(graded):
    assert "total = n + m" not in graded.released
    assert graded.released.count(STUB) == 2
    assert "assert check_merge(merge) is True" in graded.released
    assert "open_solution" not in graded.released, "only with --open-solutions"


def test_the_class_gets_its_grades(graded):
    grades = {g.student: (g.score, g.max_score) for g in graded.grades}
    assert grades == {
        "ada": (3, 3),
        "ben": (1, 3),  # the merge lacks its cross term
        "cem": (0, 3),
        "dan": (0, 3),  # the tests that dan changed are the instructor's again
        "eve": (None, None),
    }
    with (graded.folder / "grades.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert [rows[name]["score"] for name in ("ada", "ben", "cem", "eve")] == ["3.0", "1.0", "0.0", ""]
    assert rows["eve"]["fault"]


def test_the_feedback_says_what_is_wrong(graded):
    pages = {name: graded.folder / "feedback" / name / NAME / f"{NAME}.html" for name in ANSWERS}
    pages = {name: page.read_text(encoding="utf-8") for name, page in pages.items()}
    assert "the cross term is missing" in pages["ben"]
    assert "AssertionError" not in pages["ada"]
    assert "it returns nothing yet" in pages["cem"]


def test_a_folder_without_assignment_or_submission_gets_one_sentence(tmp_path):
    with pytest.raises(FileNotFoundError, match="no assignment '01_good'"):
        release(tmp_path, NAME)
    with pytest.raises(FileNotFoundError, match="no submission: put notebooks into"):
        grade(tmp_path)
