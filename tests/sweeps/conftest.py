"""A study small enough to run."""

import pytest

from tiny_trials import make_study, make_trials


@pytest.fixture
def tiny(folder):
    """A study of six tiny runs."""
    return make_study(make_trials(folder))
