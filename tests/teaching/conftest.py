"""Fixtures of the teaching tests: a folder of two tiny lessons, built once."""

from types import SimpleNamespace

import pytest

import sample_lessons


@pytest.fixture(scope="session")
def sample():
    """The module with the sample sources and `write_lessons`."""
    return sample_lessons


@pytest.fixture(scope="session")
def built(sample, tmp_path_factory):
    """Notebooks of a passing lesson, executed, and of a failing one, which was refused (do not change them)."""
    from course_lib.teaching import build_lessons

    notebooks = sample.write_lessons(tmp_path_factory.mktemp("notebooks"))
    said = []
    result = build_lessons(notebooks=notebooks, progress=said.append)
    return SimpleNamespace(notebooks=notebooks, result=result, said=said)
