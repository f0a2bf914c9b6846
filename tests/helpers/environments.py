"""Python environments without the checkout, in which the lessons' first cell is run."""

import os
import subprocess
from pathlib import Path

from course_lib.teaching.bootstrap import bootstrap_text

UPLOADS = "/content"


def python_of(home: Path) -> Path:
    """The interpreter of a virtual environment."""
    return home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def run_cell(python: Path, folder: Path, *, content: Path | None = None, **env: str) -> subprocess.CompletedProcess:
    """Run the first cell of the lessons as a script; pip reaches no index, the checkout is not on the path.

    Args:
        folder: where it runs, as a notebook does in its own folder.
        content: stands for Colab's folder of uploads; an empty place if None.
    """
    script = folder / "cell.py"
    script.write_text(bootstrap_text().replace(UPLOADS, (content or folder / "nowhere").as_posix()), encoding="utf-8")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "PIP_", "COURSE_SOURCE"))}
    environment |= {"PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1", **env}
    return subprocess.run([python, script], cwd=folder, env=environment, capture_output=True, text=True)


def run(python: Path, *args: str, folder: Path, **env: str) -> str:
    """Run that Python in a folder, with a course home there and without the checkout on its path; what it printed."""
    environment = {**os.environ, "COURSE_HOME": str(folder / "home"), **env}
    environment.pop("PYTHONPATH", None)  # it may name the checkout
    done = subprocess.run([python, *args], cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def run_lesson(python: Path, number: str, folder: Path, kind: str = "student_copy", **env: str) -> None:
    """Run a lesson of the course that is installed there at profile smoke; the notebook is FOLDER/out.ipynb."""
    code = f"""
import papermill
from course_lib.teaching import find_lesson
from course_lib.teaching.lab import own_kernel
with own_kernel() as kernel:
    papermill.execute_notebook(find_lesson("{number}").{kind}(), "out.ipynb", {{"profile": "smoke"}},
                               kernel_name=kernel, progress_bar=False)
"""
    run(python, "-c", code, folder=folder, **env)
