"""`course lab`: a student's own copies, never overwritten, and a JupyterLab that serves them."""

import json
import re
import sys
import urllib.error
import urllib.request

import pytest

from course_lib import paths
from course_lib.teaching.lab import student_folder
from interrupts import Command, signals


@pytest.fixture
def installed(monkeypatch, tmp_path):
    """As after `pip install`: what is shipped lies in the package, the user has a home of their own."""
    shipped = tmp_path / "package" / "shipped" / "notebooks"
    for name in ("01_first.ipynb", "page.md", "solutions/01_first.ipynb", "source/01_first.py"):
        (shipped / name).parent.mkdir(parents=True, exist_ok=True)
        (shipped / name).write_text(f"shipped {name}", encoding="utf-8")
    monkeypatch.setattr(paths, "_PACKAGE", tmp_path / "package")
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "home"))
    return shipped


def test_a_checkout_is_opened_in_place():
    assert student_folder() == paths.shipped_dir("notebooks")


def test_an_installed_course_is_copied_to_the_user(installed, tmp_path):
    folder = student_folder()
    assert folder == tmp_path / "home" / "notebooks"
    found = {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}
    assert found == {name: f"shipped {name}" for name in ("01_first.ipynb", "page.md", "solutions/01_first.ipynb")}


def test_the_students_work_is_kept_and_new_lessons_are_added(installed):
    mine = student_folder() / "01_first.ipynb"
    mine.write_text("my answers", encoding="utf-8")
    (installed / "02_second.ipynb").write_text("new", encoding="utf-8")
    folder = student_folder()
    assert mine.read_text(encoding="utf-8") == "my answers"
    assert (folder / "02_second.ipynb").read_text(encoding="utf-8") == "new"


@pytest.mark.parametrize(("number", "code"), signals())
def test_jupyterlab_serves_the_student_copies_and_ends_with_its_kernels(tmp_path, number, code):
    """The command itself, without a browser, asked through JupyterLab's own interface."""
    options = {"JUPYTER_CONFIG_DIR": str(tmp_path), "JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime")}
    startup = tmp_path / "ipython" / "profile_default" / "startup" / "tell.py"
    startup.parent.mkdir(parents=True)
    startup.write_text(f"open({str(tmp_path / 'kernel_runs')!r}, 'w').close()")
    options["IPYTHONDIR"] = str(tmp_path / "ipython")
    with Command(tmp_path / "log", "lab", "--no-browser", "--port=0", "--allow-root", **options) as lab:
        address = re.compile(r"http://(localhost|127\.0\.0\.1):\d+/lab\?token=\w+")
        lab.wait_until(lambda: address.search(lab.log.read_text()))
        base, token = address.search(lab.log.read_text())[0].split("lab?token=")
        lab.wait_until(lambda: answers(f"{base}api"))  # it tells its address a moment before it listens
        found = {name: ask(f"{base}api/{name}?token={token}") for name in ("contents", "kernelspecs")}
        ask(f"{base}api/kernels?token={token}", {"name": "python3"})
        lab.wait_until((tmp_path / "kernel_runs").exists)
        assert any("ipykernel_launcher" in " ".join(child.cmdline()) for child in lab.children())
        names = {entry["name"] for entry in found["contents"]["content"]}
        assert {path.name for path in student_folder().glob("*.ipynb")} <= names
        assert found["kernelspecs"]["kernelspecs"]["python3"]["spec"]["argv"][0] == sys.executable
        said = f"course: stopped; JupyterLab and its kernels have ended, saved notebooks are in {student_folder()}"
        assert lab.end(number) == (code, said)


def answers(address):
    try:
        return ask(address)
    except urllib.error.URLError:
        return None


def ask(address, data=None):
    """The answer to GET, or to POST if there is data."""
    request = urllib.request.Request(address, None if data is None else json.dumps(data).encode())
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)
