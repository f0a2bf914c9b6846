"""`course lab`: a student's own copies, never overwritten, and a JupyterLab that serves them."""

import json
import os
import re
import subprocess
import sys
import time
import urllib.request

import pytest

from course_lib import paths
from course_lib.teaching.lab import student_folder


@pytest.fixture
def installed(monkeypatch, tmp_path):
    """As after `pip install`: what is shipped lies in the package, the user has a home of their own."""
    shipped = tmp_path / "package" / "shipped" / "notebooks"
    for name in ("01_first.ipynb", "solutions/01_first.ipynb", "source/01_first.py"):
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
    assert found == {name: f"shipped {name}" for name in ("01_first.ipynb", "solutions/01_first.ipynb")}


def test_the_students_work_is_kept_and_new_lessons_are_added(installed):
    mine = student_folder() / "01_first.ipynb"
    mine.write_text("my answers", encoding="utf-8")
    (installed / "02_second.ipynb").write_text("new", encoding="utf-8")
    folder = student_folder()
    assert mine.read_text(encoding="utf-8") == "my answers"
    assert (folder / "02_second.ipynb").read_text(encoding="utf-8") == "new"


def test_jupyterlab_serves_the_student_copies(tmp_path):
    """The command itself, without a browser, asked through JupyterLab's own interface."""
    call = [sys.executable, "-m", "course_lib.cli", "lab", "--no-browser", "--port=0", "--allow-root"]
    options = {"JUPYTER_CONFIG_DIR": str(tmp_path), "JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime")}
    log = tmp_path / "log"
    with log.open("w") as file:
        lab = subprocess.Popen(call, cwd=tmp_path, env={**os.environ, **options}, stdout=file, stderr=file)
    try:
        address = wait_for_address(lab, log)
        base, token = address.split("lab?token=")
        found = {name: ask(f"{base}api/{name}?token={token}") for name in ("contents", "kernelspecs")}
    finally:
        lab.terminate()
        lab.wait(timeout=60)
    names = {entry["name"] for entry in found["contents"]["content"]}
    assert {path.name for path in student_folder().glob("*.ipynb")} <= names
    assert found["kernelspecs"]["kernelspecs"]["python3"]["spec"]["argv"][0] == sys.executable


def wait_for_address(lab, log):
    for _ in range(600):
        if match := re.search(r"http://(localhost|127\.0\.0\.1):\d+/lab\?token=\w+", log.read_text()):
            return match[0]
        assert lab.poll() is None, log.read_text()
        time.sleep(0.2)
    raise TimeoutError(log.read_text())


def ask(address):
    with urllib.request.urlopen(address, timeout=60) as answer:
        return json.load(answer)
