"""The first code cell of every lesson: the same everywhere, installs what is missing, never touches PyTorch."""

import importlib.metadata
import json
import re
import tomllib
import venv
from pathlib import Path

import nbformat
import pytest

import environments
from course_lib.teaching import list_lessons
from course_lib.teaching.bootstrap import bootstrap_text
from course_lib.teaching.source import MAX_LINES

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
BASE = [re.match(r"[\w.-]+", need)[0] for need in PROJECT["dependencies"]]
# A stand-in for pip: notes what it is asked for, and unpacks wheels.
# The real pip is tried in tests/test_wheel.py.
PIP = """import json, os, pathlib, sys, zipfile
site = pathlib.Path(os.environ["FAKE_SITE"])
with open(site / "calls.jsonl", "a") as file:
    print(json.dumps(sys.argv[1:]), file=file)
for wheel in [name for name in sys.argv if name.endswith(".whl")]:
    zipfile.ZipFile(wheel).extractall(site)
"""


def first_code_cell(path):
    cell = next(c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code")
    return {key: cell[key] for key in ("id", "source", "metadata")}


@pytest.mark.parametrize("lesson", list_lessons(), ids=lambda lesson: lesson.name)
def test_every_notebook_begins_with_it(lesson):
    for path in (lesson.student_copy(), lesson.solution()):
        cell = first_code_cell(path)
        assert cell["source"] == bootstrap_text()
        assert cell == first_code_cell(list_lessons()[0].student_copy())


def test_a_built_lesson_begins_with_it_and_it_ran(built):
    student, solution = (built.notebooks / name for name in ("01_good.ipynb", "solutions/01_good.ipynb"))
    assert first_code_cell(student) == first_code_cell(solution)
    cell = next(c for c in nbformat.read(solution, as_version=4).cells if c.cell_type == "code")
    assert cell.source == bootstrap_text()
    (output,) = cell.outputs
    assert output.text == "The course is here. Nothing was installed, PyTorch is as it was.\n"


def test_it_is_short_and_runs_no_shell():
    lines = bootstrap_text().splitlines()
    assert len(lines) <= MAX_LINES
    assert not [line for line in lines if line.lstrip().startswith(("!", "%"))]


@pytest.fixture
def colab(tmp_path):
    """A bare Python with some other packages and a torch of its own, whose pip only notes what it is asked for."""
    home, site = tmp_path / "environment", tmp_path / "site"
    venv.create(home, with_pip=False)
    for name, version in (("torch", "1.0"), ("torchvision", "0.1"), ("numpy", "1.26"), ("pandas", "2.2")):
        (site / name).mkdir(parents=True)
        (site / name / "__init__.py").write_text("raise ImportError('nobody may import me')\n")
        (site / f"{name}-{version}.dist-info").mkdir()
        (site / f"{name}-{version}.dist-info" / "METADATA").write_text(f"Name: {name}\nVersion: {version}\n")
    (site / "pip").mkdir()
    (site / "pip" / "__main__.py").write_text(PIP)

    def run(**env):
        """(outcome, calls of pip)"""
        before = snapshot(site)
        done = environments.run_cell(
            environments.python_of(home), tmp_path, PYTHONPATH=str(site), FAKE_SITE=str(site), **env
        )
        assert before == snapshot(site), "torch was touched"
        calls = site / "calls.jsonl"
        return done, [json.loads(line) for line in calls.read_text().splitlines()] if calls.exists() else []

    return run


def snapshot(site):
    files = [path for path in sorted(site.glob("torch*/**/*")) if path.is_file() and path.suffix != ".pyc"]
    assert len(files) >= 4
    return {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in files}


def test_it_installs_what_is_missing_but_never_torch(colab, wheel):
    done, calls = colab(COURSE_SOURCE=str(wheel))
    assert done.returncode == 0, done.stderr
    assert calls[0] == ["install", "--quiet", "--no-deps", str(wheel)]
    assert len(calls) == 2
    asked = {re.match(r"[\w.-]+", name)[0] for name in calls[1][2:]}
    assert asked == set(BASE) - {"torch", "torchvision", "numpy", "pandas"}
    assert done.stdout.startswith("Installed course-lib, click>=8.1, ")
    assert done.stdout.endswith("PyTorch is as it was.\n")
    assert len(done.stdout.splitlines()) == 1

    done, again = colab()
    assert done.stdout == "The course is here. Nothing was installed, PyTorch is as it was.\n"
    assert again == calls  # pip was not called again


def test_nothing_it_installs_brings_torch_along():
    """Only torch and torchvision themselves need torch: pip has no reason to touch it for the others."""
    todo, seen = [name for name in BASE if not name.startswith("torch")], set()
    while todo:
        name = re.sub(r"[-_.]+", "-", todo.pop()).lower()
        if name not in seen:
            seen.add(name)
            try:
                needs = importlib.metadata.requires(name) or []
            except importlib.metadata.PackageNotFoundError:  # needed on other systems only
                continue
            todo += [re.match(r"[\w.-]+", need)[0] for need in needs if "extra ==" not in need]
    assert {"numpy", "requests"} <= seen
    assert not [name for name in seen if name.startswith("torch")]


def test_without_an_address_it_says_what_to_do(colab):
    done, calls = colab()
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("RuntimeError: The course is missing: set COURSE_SOURCE to its git+https:// address")
    assert calls == []
