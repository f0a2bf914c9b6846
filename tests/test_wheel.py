"""The built wheel, installed in an empty folder, trains, predicts and runs a student copy: what it ships is inside."""

import json
import shutil
import sysconfig
import venv
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest

import course_lib
import environments
from environments import run, run_lesson
from pictures import write_pngs

MAX_MB = 50  # half of what PyPI takes; weights are 15, finished runs 14


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """A fresh environment into which the lessons' first cell installed an uploaded wheel, with the real pip, offline.

    The wheel's name is that of a second download, which pip alone refuses. Only the course's dependencies are
    borrowed from this environment; course_lib is not.
    """
    folder = tmp_path_factory.mktemp("installed")
    home, borrowed, content = folder / "environment", folder / "borrowed", folder / "content"
    venv.create(home, with_pip=True)
    borrowed.mkdir()
    content.mkdir()
    shutil.copyfile(wheel, content / f"{wheel.stem} (1).whl")
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        if not entry.name.startswith(("course_lib", "_course_lib", "__editable__")) and entry.suffix != ".pth":
            (borrowed / entry.name).symlink_to(entry)
    site = Path(sysconfig.get_path("purelib", vars={"base": str(home), "platbase": str(home)}))
    (site / "borrowed.pth").write_text(f"{borrowed}\n")
    before = {entry.name for entry in site.iterdir()}
    done = environments.run_cell(environments.python_of(home), folder, content=content)
    assert done.returncode == 0, done.stderr[-2000:]
    new = {entry.name for entry in site.iterdir()} - before
    return SimpleNamespace(python=environments.python_of(home), site=site, new=new, said=done.stdout)


@pytest.fixture
def python(installed):
    return installed.python


def test_the_first_cell_installs_the_course_and_nothing_else(installed):
    assert installed.said == f"Installed course-lib {course_lib.__version__}. PyTorch is as it was.\n"
    names = {name.partition("-")[0] for name in installed.new}
    assert names == {"course_lib"}


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


def test_it_is_the_wheel_that_runs(installed, tmp_path):
    where = run(installed.python, "-c", "import course_lib; print(course_lib.__file__)", folder=tmp_path).strip()
    assert Path(where).is_relative_to(installed.site)


def test_it_trains_and_predicts(python, tmp_path, make_images):
    *_, file = write_pngs(make_images(per_class=12), tmp_path / "photos")
    train = ("-m", "course_lib.cli", "train", "--data", "folder:photos", "--set", "epochs=2", "--json")
    model = json.loads(run(python, *train, folder=tmp_path))["model"]
    answer = json.loads(run(python, "-m", "course_lib.cli", "predict", model, str(file), folder=tmp_path))
    assert set(answer["probabilities"]) == {"class0", "class1", "class2"}


def test_it_runs_a_student_copy(python, tmp_path):
    run_lesson(python, "02", tmp_path)
    assert (tmp_path / "out.ipynb").exists()
