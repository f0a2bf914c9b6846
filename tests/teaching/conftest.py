"""Fixtures of the teaching tests: a folder of two tiny lessons, built once."""

import importlib.util
from pathlib import Path
from types import SimpleNamespace

import pytest


def _load_sample():
    spec = importlib.util.spec_from_file_location("teaching_sample", Path(__file__).with_name("sample.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def sample():
    """The module with the sample sources and `write_lessons`."""
    return _load_sample()


@pytest.fixture(scope="session")
def built(sample, tmp_path_factory):
    """Notebooks of a passing lesson, executed, and of a failing one, which was refused (do not change them)."""
    from course_lib.teaching import build_lessons

    notebooks = sample.write_lessons(tmp_path_factory.mktemp("notebooks"))
    said = []
    result = build_lessons(notebooks=notebooks, progress=said.append)
    return SimpleNamespace(notebooks=notebooks, result=result, said=said)
