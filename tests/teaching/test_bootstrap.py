"""The first code cell of every lesson: the same everywhere, installs what is missing, never touches PyTorch."""

import importlib.metadata
import json
import os
import re
import shutil
import tomllib
import venv
from pathlib import Path

import nbformat
import pytest

import environments
from course_lib.teaching import bootstrap, list_lessons
from course_lib.teaching.bootstrap import bootstrap_text
from course_lib.teaching.source import MAX_LINES

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
BASE = [re.match(r"[\w.-]+", need)[0] for need in PROJECT["dependencies"]]
# A stand-in for pip: notes what it is asked for, unpacks wheels, and pretends to have installed all other names.
# The real pip is tried in tests/test_wheel.py.
PIP = """import json, os, pathlib, re, sys, zipfile
site = pathlib.Path(os.environ["FAKE_SITE"])
with open(site / "calls.jsonl", "a") as file:
    print(json.dumps(sys.argv[1:]), file=file)
for asked in [word for word in sys.argv[2:] if not word.startswith("--")]:
    name = re.match(r"[\\w.-]*", asked)[0]
    if name in os.environ.get("OFFLINE", "").split() or asked.endswith(").whl"):
        sys.exit(f"ERROR: nothing found for {asked}")
    if asked.endswith(".whl"):
        zipfile.ZipFile(asked).extractall(site)
    else:
        name = name.replace("-", "_")
        (site / f"{name}-9.dist-info").mkdir()
        (site / f"{name}-9.dist-info" / "METADATA").write_text(f"Name: {name}\\nVersion: 9\\n")
"""
VERSION = PROJECT["version"]
LOWEST = next(need for need in PROJECT["dependencies"] if need.startswith("torch>=")).partition(">=")[2]


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
    assert max(map(len, lines)) <= 90
    assert not [line for line in lines if line.lstrip().startswith(("!", "%"))]


@pytest.fixture
def colab(tmp_path):
    """A bare Python with some other packages and a torch of its own, whose pip only notes what it is asked for."""
    home, site = tmp_path / "environment", tmp_path / "site"
    venv.create(home, with_pip=False)
    (site / "pip").mkdir(parents=True)
    (site / "pip" / "__main__.py").write_text(PIP)
    content, folder = tmp_path / "content", tmp_path / "own"
    content.mkdir()
    folder.mkdir()

    def run(torch="2.99.0+cu126", **env):
        """(outcome, calls of pip)"""
        for name, version in (("torch", torch), ("torchvision", "0.99"), ("numpy", "1.26"), ("pandas", "2.2")):
            if version and not (site / name).exists():
                (site / name).mkdir()
                (site / name / "__init__.py").write_text("raise ImportError('nobody may import me')\n")
                (site / f"{name}-{version}.dist-info").mkdir()
                metadata = f"Name: {name}\nVersion: {version}\n"
                (site / f"{name}-{version}.dist-info" / "METADATA").write_text(metadata)
        before = snapshot(site)
        python = environments.python_of(home)
        done = environments.run_cell(python, folder, content=content, PYTHONPATH=str(site), FAKE_SITE=str(site), **env)
        assert before == snapshot(site), "torch was touched"
        calls = site / "calls.jsonl"
        return done, [json.loads(line) for line in calls.read_text().splitlines()] if calls.exists() else []

    run.content, run.folder = content, folder
    return run


def snapshot(site):
    files = [path for path in sorted(site.glob("torch*/**/*")) if path.is_file() and path.suffix != ".pyc"]
    assert len(files) >= 2
    return {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in files}


def test_it_installs_what_is_missing_but_never_torch(colab, wheel):
    done, calls = colab(COURSE_SOURCE=str(wheel))
    assert done.returncode == 0, done.stderr
    assert calls[0] == ["install", "--quiet", "--no-deps", str(wheel)]
    assert len(calls) == 2
    asked = {re.match(r"[\w.-]+", name)[0] for name in calls[1][2:]}
    assert asked == set(BASE) - {"torch", "torchvision", "numpy", "pandas"}
    assert done.stdout.startswith(f"Installed course-lib {VERSION}, click>=8.1, ")
    assert done.stdout.endswith("PyTorch is as it was.\n")
    assert len(done.stdout.splitlines()) == 1

    done, again = colab()
    assert done.stdout == "The course is here. Nothing was installed, PyTorch is as it was.\n"
    assert again == calls  # pip was not called again


def upload(wheel, folder, name, age):
    """Copy the wheel as a browser would, `age` seconds ago."""
    target = folder / name
    shutil.copyfile(wheel, target)
    os.utime(target, (target.stat().st_mtime - age,) * 2)
    return target


def test_it_takes_the_newest_wheel_that_was_uploaded(colab, wheel):
    upload(wheel, colab.folder, "course_lib-9.0-py3-none-any.whl", age=50)
    newest = upload(wheel, colab.content, "course_lib-0.9-py3-none-any.whl", age=5)
    upload(wheel, colab.content, "another-9.0-py3-none-any.whl", age=0)
    done, calls = colab()
    assert done.returncode == 0, done.stderr
    assert calls[0][-1] == str(newest)
    assert done.stdout.startswith(f"Installed course-lib {VERSION}, ")


@pytest.mark.parametrize("mark", [" (1)", "(2)"])
def test_a_second_download_and_the_folder_of_the_notebook_work_too(colab, wheel, mark):
    upload(wheel, colab.folder, f"{wheel.stem}{mark}.whl", age=0)
    done, calls = colab()
    assert done.returncode == 0, done.stderr
    assert Path(calls[0][-1]).name == wheel.name


def test_a_named_source_goes_before_a_wheel(colab, wheel):
    upload(wheel, colab.content, "course_lib-9.0-py3-none-any.whl", age=0)
    done, calls = colab(COURSE_SOURCE=str(wheel))
    assert done.returncode == 0, done.stderr
    assert calls[0][-1] == str(wheel)


def test_a_wheel_goes_before_the_published_name(colab, wheel, monkeypatch):
    monkeypatch.setattr(bootstrap, "SOURCE", "course-lib")
    _, calls = colab(OFFLINE="course-lib")
    assert calls == [["install", "--quiet", "--no-deps", "course-lib"]]
    upload(wheel, colab.content, wheel.name, age=0)
    done, calls = colab(OFFLINE="course-lib")
    assert done.returncode == 0, done.stderr
    assert Path(calls[1][-1]).name == wheel.name


def test_an_installation_that_broke_off_is_completed(colab, wheel):
    done, _ = colab(COURSE_SOURCE=str(wheel), OFFLINE="tqdm")
    assert done.returncode == 1
    assert "RuntimeError: pip cannot install click>=8.1, " in done.stderr
    assert done.stderr.endswith("ERROR: nothing found for tqdm>=4.66\n")
    done, _ = colab()
    assert done.stdout == "Installed tqdm>=4.66. PyTorch is as it was.\n"


@pytest.mark.parametrize(
    ("torch", "sentence"),
    [
        ("1.13.1+cu117", f"But torch 1.13.1+cu117 is older than the course supports: install torch {LOWEST} or newer"),
        (None, f"But torch is missing: install torch {LOWEST} or newer"),
    ],
)
def test_it_says_if_torch_is_too_old_but_does_not_change_it(colab, wheel, torch, sentence):
    for source in (str(wheel), ""):
        done, _ = colab(torch, COURSE_SOURCE=source)
        assert done.stdout.endswith(f". {sentence}, then restart the kernel.\n")


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
    assert last == (
        "RuntimeError: The course is missing: upload its wheel (folder icon) or type %env COURSE_SOURCE=ADDRESS, "
        "then run this cell again"
    )
    assert calls == []


def test_an_address_where_nothing_is_has_one_sentence_and_the_words_of_pip(colab):
    done, calls = colab(COURSE_SOURCE="nosuch", OFFLINE="nosuch")
    assert done.returncode == 1
    assert "RuntimeError: pip cannot install nosuch: upload its wheel" in done.stderr
    assert done.stderr.strip().endswith("ERROR: nothing found for nosuch")
    assert len(calls) == 1
