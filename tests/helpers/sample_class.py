"""A tiny class for the tests of grading: one lesson, two exercises, one of them with hidden cases.

Its check cells call no check: importing one imports PyTorch, which costs each student's process three seconds.
"""

from pathlib import Path

import nbformat

from course_lib.teaching import find_lesson, release, write_assignment
from course_lib.teaching.source import STUB

NAME = "01_good"
LESSON = '''# %% [markdown]
# # A good lesson

# %% tags=["parameters"]
profile = "mini"
data = "mini:cartoon"
seeds = None

# %% [markdown]
# ### Exercise 1 · epochs (5 minutes, ★★☆)


# %% tags=["exercise"]
def epochs_for(steps, num_images, batch_size):
    """The least number of epochs with at least `steps` steps."""
    # solution
    return -(-steps // -(-num_images // batch_size))
    # end solution


# %% tags=["checked"]
passed = profile == "mini" or check_epochs(epochs_for)

# %% [markdown]
# ### Exercise 2 · images needed (2 minutes, ★☆☆)


# %% tags=["exercise"]
def images_needed(accuracy, half_width):
    """Least number of images."""
    # solution
    return -int(-(1.96**2 * accuracy * (1 - accuracy) / half_width**2) // 1)
    # end solution


# %% tags=["checked"]
passed = profile == "mini" or check_images_needed(images_needed)
'''
HIDDEN = """
### BEGIN HIDDEN TESTS
assert epochs_for(1000, 320, 32) == 100, "wrong with 1000 steps of 320 images"
### END HIDDEN TESTS"""
RIGHT = ("return -(-steps // -(-num_images // batch_size))", LESSON.split("# solution\n")[2].split("\n")[0].strip())


def make_class(sample, folder: Path, **options: bool) -> str:
    """Release the sample assignment in a course folder; returns the text of the released notebook."""
    notebooks = sample.write_lessons(folder / "notebooks", _01_good=LESSON)
    lesson = find_lesson("01", notebooks)
    write_assignment(lesson, folder, notebooks=notebooks)
    path = folder / "source" / NAME / f"{NAME}.ipynb"
    source = nbformat.read(path, as_version=4)
    named(source, "test-1").source += HIDDEN
    nbformat.write(source, path)
    return (release(folder, NAME, **options) / f"{NAME}.ipynb").read_text(encoding="utf-8")


def named(notebook, name: str):
    """The cell that has this name in nbgrader's metadata."""
    return next(cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == name)


def answered(text: str, answers=RIGHT):
    """The released notebook with a student's lines in place of the stubs; None leaves a stub."""
    notebook = nbformat.reads(text, as_version=4)
    for number, answer in enumerate(answers, 1):
        cell = named(notebook, f"exercise-{number}")
        assert STUB in cell.source
        cell.source = cell.source.replace(STUB, answer or STUB)
    return notebook


def send(folder: Path, student: str, content, file: str = f"{NAME}/{NAME}.ipynb") -> Path:
    """Hand in a notebook, a text or bytes as a student."""
    target = folder / "submitted" / student / file
    target.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, bytes):
        target.write_bytes(content)
    else:
        target.write_text(content if isinstance(content, str) else nbformat.writes(content), encoding="utf-8")
    return target
