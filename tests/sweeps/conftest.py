"""A study small enough to run."""

import pytest

from course_lib.sweeps.studies.homework import PROFILES, STUDIES, Study
from tiny_trials import make_trials


@pytest.fixture
def tiny(folder, monkeypatch):
    """The name of a study of six tiny runs."""
    monkeypatch.setitem(STUDIES, "tiny", Study("tiny", "six tiny runs", lambda *_: make_trials(folder), PROFILES))
    return "tiny"
