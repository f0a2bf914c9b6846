"""The first code cell of every lesson: the same everywhere, installs what is missing, never touches PyTorch."""

import importlib.metadata
import json
import os
import re
import subprocess
import sysconfig
import tomllib
import venv
from pathlib import Path

import nbformat
import pytest

from course_lib.teaching import find_lesson, list_lessons
from course_lib.teaching.bootstrap import bootstrap_text
from course_lib.teaching.source import MAX_LINES

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
BASE = [re.match(r"[\w.-]+", need)[0] for need in PROJECT["dependencies"]]
SITE = Path(sysconfig.get_path("purelib"))
# A stand-in for pip: notes what it is asked for, and unpacks wheels.
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


def run_cell(python, folder, code=None, **env):
    """Run the cell (and more code) as a script in an empty folder; the checkout is not on the path."""
    script = folder / "cell.py"
    script.write_text(code or bootstrap_text(), encoding="utf-8")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "PIP_", "COURSE_SOURCE"))}
    environment |= {"PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1", **env}
    return subprocess.run([python, script], cwd=folder, env=environment, capture_output=True, text=True)


def environment_python(home):
    return home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


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
        done = run_cell(environment_python(home), tmp_path, PYTHONPATH=str(site), FAKE_SITE=str(site), **env)
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


def test_it_installs_the_real_wheel_and_a_lesson_starts(wheel, tmp_path):
    """With the real pip, offline, outside the repository; only base dependencies are borrowed, course_lib is not."""
    home, borrowed = tmp_path / "environment", tmp_path / "borrowed"
    venv.create(home, with_pip=True)
    borrowed.mkdir()
    for entry in SITE.iterdir():
        if not entry.name.startswith(("course_lib", "_course_lib", "__editable__")) and entry.suffix != ".pth":
            (borrowed / entry.name).symlink_to(entry)
    site = Path(sysconfig.get_path("purelib", vars={"base": str(home), "platbase": str(home)}))
    (site / "borrowed.pth").write_text(f"{borrowed}\n")
    before = {entry.name for entry in site.iterdir()}

    cells = [c for c in nbformat.read(find_lesson("02").student_copy(), as_version=4).cells if c.cell_type == "code"]
    lesson = [c.source for c in cells if c.id != "bootstrap"][:3]  # parameters, imports, the student's guesses
    code = "\n\n".join([bootstrap_text(), *lesson, "print(course_lib.__file__, torch.__file__)"])
    code = code.replace("import torch\n", "import torch\nimport course_lib\n")
    options = {"COURSE_SOURCE": str(wheel), "COURSE_HOME": str(tmp_path / "home")}
    done = run_cell(environment_python(home), tmp_path, code, **options)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.splitlines()[0] == "Installed course-lib. PyTorch is as it was."
    ours, torch = done.stdout.splitlines()[-1].split()
    assert Path(ours).is_relative_to(site)
    assert Path(torch).is_relative_to(borrowed)
    new = {entry.name for entry in site.iterdir()} - before
    assert new == {"course_lib", f"course_lib-{PROJECT['version']}.dist-info"}
