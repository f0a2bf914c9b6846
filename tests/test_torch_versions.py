"""The course with other versions of PyTorch, each in an environment of its own, installed as in Colab.

Not in the default run: PyTorch is about 3 GB to download for each version, and the lessons take some minutes.

    COURSE_TORCH_VERSIONS="2.9 2.10 lowest" python -m pytest tests/test_torch_versions.py

"lowest" is the lowest version of PyTorch *and* of every other package that pyproject.toml allows.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from types import SimpleNamespace

import pytest

import environments
from course_lib.teaching import list_lessons
from environments import run, run_lesson

VERSIONS = os.environ.get("COURSE_TORCH_VERSIONS", "").split()
PROJECT = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
NONE = "COURSE_TORCH_VERSIONS names no version, e.g. '2.9 2.10 lowest': other versions of PyTorch were NOT tried"
LAB = ("ipykernel", "papermill")  # what runs a lesson; Colab has the first


def uv(*args, offline_ok=False):
    """Run uv, which `make` installs; skip if it cannot download."""
    own = Path(sys.executable).with_name("uv")
    call = [own if own.is_file() else shutil.which("uv") or pytest.skip("no uv: pip install uv"), *args]
    done = subprocess.run(call, capture_output=True, text=True)
    if re.search("Failed to fetch|dns error|error sending request", done.stderr):
        pytest.skip(f"no network: other versions of PyTorch were NOT tried ({done.stderr.strip()[-200:]})")
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.fixture(
    scope="module",
    params=VERSIONS or [pytest.param("", marks=pytest.mark.skip(reason=NONE))],
    ids=lambda v: v or "none",
)
def colab(request, wheel, tmp_path_factory):
    """An environment with that PyTorch, in which the first cell of the lessons then installed an uploaded wheel."""
    folder = tmp_path_factory.mktemp("colab")
    home, content = folder / "environment", folder / "content"
    content.mkdir()
    shutil.copyfile(wheel, content / wheel.name)
    uv("venv", "--seed", "--python", os.environ.get("COURSE_TORCH_PYTHON", sys.executable), home)
    python = environments.python_of(home)
    lowest = request.param == "lowest"
    wanted = PROJECT["dependencies"] if lowest else [f"torch=={request.param}.*", "torchvision"]
    uv("pip", "install", "--python", python, *["--resolution=lowest-direct"] * lowest, *wanted)
    uv("pip", "install", "--python", python, *LAB)
    before = freeze(python)
    network = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    done = environments.run_cell(python, folder, content=content, **{**network, "PIP_NO_INDEX": "0"})
    assert done.returncode == 0, done.stderr
    yield SimpleNamespace(
        python=python,
        said=done.stdout,
        before=before,
        after=freeze(python),
        version=request.param,
        home=str(folder / "home"),  # its own: finished runs of another version would not be trained again
    )
    shutil.rmtree(home)


def freeze(python):
    """Name → version of all installed packages."""
    return {
        each["name"]: each["version"] for each in json.loads(uv("pip", "list", "--format=json", "--python", python))
    }


def test_the_first_cell_adds_packages_and_changes_none(colab):
    assert colab.said.startswith(f"Installed course-lib {PROJECT['version']}")
    assert colab.said.endswith(". PyTorch is as it was.\n")
    assert {name: colab.after[name] for name in colab.before} == colab.before
    bound = next(need for need in PROJECT["dependencies"] if need.startswith("torch>=")).partition(">=")[2]
    expected = bound if colab.version == "lowest" else colab.version
    assert colab.after["torch"].startswith(f"{expected}.")


def test_it_trains_on_the_mini_world_and_tests_once(colab, tmp_path):
    train = ("-m", "course_lib.cli", "train", "--data", "mini:cartoon", "--set", "epochs=1", "--json")
    found = json.loads(run(colab.python, *train, folder=tmp_path, COURSE_HOME=colab.home))
    assert Path(tmp_path, found["model"]).is_file()


def test_a_student_copy_runs(colab, tmp_path):
    run_lesson(colab.python, "02", tmp_path, COURSE_HOME=colab.home)


@pytest.mark.parametrize("lesson", list_lessons(), ids=lambda lesson: lesson.name)
def test_a_solution_runs_and_its_checks_say_what_they_say_here(colab, lesson, tmp_path):
    run_lesson(colab.python, f"{lesson.number:02d}", tmp_path, "solution", COURSE_HOME=colab.home)
    assert marks(tmp_path / "out.ipynb") == marks(lesson.solution()) != []


def marks(notebook):
    """What the checks of the exercises said, one sign for each line."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", ())]
    return re.findall("[✔✘]", "".join("".join(output.get("text", "")) for output in outputs))
