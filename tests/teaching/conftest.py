"""Fixtures of the teaching tests: a folder of two tiny lessons, built once; a kernel without guesses."""

from types import SimpleNamespace
from weakref import WeakValueDictionary

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


@pytest.fixture
def no_guesses(monkeypatch):
    """As in a kernel that was just started: no guess is asked for, none compared."""
    from course_lib.teaching import guesses

    monkeypatch.setattr(guesses, "_asked", WeakValueDictionary())
    monkeypatch.setattr(guesses, "_first", {})
    monkeypatch.setattr(guesses, "_findings", [])


@pytest.fixture
def displayed(monkeypatch, no_guesses):
    """List of what is displayed from now on, in such a kernel."""
    shown = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    return shown
