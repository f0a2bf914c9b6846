"""The built wheel, installed in an empty folder, trains, predicts and runs a student copy: what it ships is inside."""

import json
import os
import subprocess
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from pictures import write_pngs

ROOT = Path(__file__).resolve().parents[1]
MAX_MB = 30


@pytest.fixture(scope="module")
def python(wheel, tmp_path_factory):
    """A fresh environment that holds the wheel; its dependencies are borrowed from this one, the checkout is not."""
    home = tmp_path_factory.mktemp("environment")
    venv.create(home, with_pip=True)
    python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", wheel], check=True)
    site = sysconfig.get_path("purelib", vars={"base": str(home), "platbase": str(home)})
    # A folder named in a .pth file is searched, but its own .pth files (the editable checkout's) are not read.
    Path(site, "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return python


def test_the_wheel_is_small_and_holds_what_the_course_ships(wheel):
    assert wheel.stat().st_size < MAX_MB * 2**20
    names = zipfile.ZipFile(wheel).namelist()
    for needed in (
        "data/weights/mini_resnet18.safetensors",
        "data/papers/homework/results.csv",
        "notebooks/lessons.yml",
    ):
        assert f"course_lib/shipped/{needed}" in names
    site = {
        "shipped/README.md",
        "shipped/data/cover.webp",
        "teaching/site/pages/index.md",
        "teaching/site/static/site.css",
    }
    assert {f"course_lib/{name}" for name in site} <= set(names)


def run(python, *args, cwd, **env):
    environment = {**os.environ, "COURSE_HOME": str(cwd / "home"), **env}
    environment.pop("PYTHONPATH", None)  # it may name the checkout
    done = subprocess.run([python, *args], cwd=cwd, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def test_it_is_the_wheel_that_runs(python, tmp_path):
    where = run(python, "-c", "import course_lib; print(course_lib.__file__)", cwd=tmp_path).strip()
    assert not Path(where).is_relative_to(ROOT)


def test_it_trains_and_predicts(python, tmp_path, make_images):
    *_, file = write_pngs(make_images(per_class=12), tmp_path / "photos")
    train = ("-m", "course_lib.cli", "train", "--data", "folder:photos", "--set", "epochs=2", "--json")
    model = json.loads(run(python, *train, cwd=tmp_path))["model"]
    answer = json.loads(run(python, "-m", "course_lib.cli", "predict", model, str(file), cwd=tmp_path))
    assert set(answer["probabilities"]) == {"class0", "class1", "class2"}


def test_it_runs_a_student_copy(python, tmp_path):
    code = (
        "import papermill; from course_lib.teaching import find_lesson\n"
        "from course_lib.teaching.lab import own_kernel\n"
        "with own_kernel() as kernel:\n"
        "    papermill.execute_notebook(find_lesson('02').student_copy(), 'out.ipynb', {'profile': 'smoke'},\n"
        "                               kernel_name=kernel, progress_bar=False)"
    )
    run(python, "-c", code, cwd=tmp_path)
    assert (tmp_path / "out.ipynb").exists()
