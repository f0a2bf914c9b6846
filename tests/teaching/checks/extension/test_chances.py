"""Check of lesson 15 on the chance to be in the top."""

import math

import numpy as np
import pytest

from course_lib.teaching.checks.cases import fixed_cases
from course_lib.teaching.checks.extension import chances

WRONG = {
    "check_chance_in_top": [
        (lambda m, k, t: 1 - (k / m) ** t, "the opposite"),
        (lambda m, k, t: sum([k / m] * t), "it adds the chances"),
        (lambda m, k, t: k / m, "the chance in one ranking"),
        (lambda m, k, t: 1 - ((m - k) / m) ** t, "at least once"),
        (lambda m, k, t: ((m - k) / m) ** t, "never to be in the top"),
        (lambda m, k, t: (1 / m) ** t, "the chance of the first place"),
        (lambda m, k, t: (1 / k) ** t, "one place within the top"),
        (lambda m, k, t: (m / k) ** t, "upside down"),
        (lambda m, k, t: (k / m) ** (t - 1), "one ranking is missing"),
        (lambda m, k, t: ((k - 1) / m) ** t, "one place short"),
        (lambda m, k, t: 100 * (k / m) ** t, "100 times too large"),
        (lambda m, k, t: k / m**t, "the answer is"),
        (lambda m, k, t: 1 / math.comb(m, k) ** t, "the answer is"),
        (lambda m, k, t: 0.999, "the answer is"),
        (lambda m, k, t: 1.001 * (k / m) ** t, "the answer is"),
        (lambda m, k, t: np.full(t, k / m), "it should return one number"),
        (lambda m, k, t: (k / m) ** t if k < m else 0.99, "but not for all methods in the top"),
    ]
}


@pytest.mark.parametrize("seed", range(10))
def test_the_usual_mistakes_are_told_apart_whatever_is_drawn(seed, capsys):
    for message, mistake in chances._WRONG:
        with fixed_cases(seed):
            assert chances.check_chance_in_top(mistake) is False
        assert message in capsys.readouterr().out
