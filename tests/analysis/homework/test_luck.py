"""Luck of the best of 250 tries, against Table VIII's printed accuracies."""

import pytest

from course_lib.analysis.homework import luck_chances


def test_luck_has_the_smaller_chance_for_tries_that_are_alike():
    independent, alike = (list(column.values()) for column in luck_chances(0.97).values())
    assert all(a <= b for a, b in zip(alike, independent, strict=True))
    assert list(luck_chances(0.97)["independent tries"]) == pytest.approx([0.7799, 0.8, 0.8454])
