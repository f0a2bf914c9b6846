"""Checks of lesson 09: the verdict on a claim, and the edge of a grid."""

import numpy as np
import pytest

from course_lib.analysis.intervals import Interval
from course_lib.analysis.verdicts import Region
from course_lib.teaching.checks.homework import judging


def judge(low, high, claimed_low, claimed_high, outside="contradicted", between="undecided"):
    if claimed_low < low and high < claimed_high:
        return "reproduced"
    return outside if high <= claimed_low or low >= claimed_high else between


def best_of(rates, scores):
    return rates[int(np.argmax(scores))]


WRONG = {
    "check_judge": [
        (lambda a, b, c, d: "reproduced" if c < (a + b) / 2 < d else "contradicted", "the middle of the interval"),
        (lambda a, b, c, d: "reproduced" if a < d and b > c else "contradicted", "an overlap is not enough"),
        (lambda *case: judge(*case, between="contradicted"), "it never says 'undecided'"),
        (lambda *case: judge(*case, outside="undecided"), "it never says 'contradicted'"),
        (lambda a, b, c, d: "contradicted" if b < c else "reproduced" if c < a and b < d else "undecided", "above"),
        (lambda a, b, c, d: "contradicted" if a > d else "reproduced" if c < a and b < d else "undecided", "below"),
        (lambda a, b, c, d: judge(c, d, a, b), "the other way round"),
        (lambda a, b, c, d: "reproduced" if a > c else "contradicted" if b < c else "undecided", "lower bound"),
        (lambda a, b, c, d: "reproduced" if b < d else "contradicted" if a > d else "undecided", "upper bound"),
        (lambda a, b, c, d: "undecided" if a <= 0 <= b else "reproduced", "it asks whether the interval holds zero"),
        (lambda *case: judge(*case, between="reproduced"), "an overlap is not enough"),
        (lambda *case: "reproduced", "the answer is"),
        (lambda a, b, c, d: c < a and b < d, "it should return one of the words"),
        (lambda *case: "true", "it should return one of the words"),
        (lambda a, b, c, d: judge(a, b, c, d) if b - a < d - c else "undecided", "wider than the range"),
        (lambda a, b, c, d: judge(a, b, max(c, -1e3), min(d, 10)), "the answer is"),
    ],
    "check_edge": [
        (lambda rates, scores: int(np.argmax(scores)) in (0, len(rates) - 1), "the place in the list"),
        (lambda rates, scores: best_of(rates, scores) == max(rates), "the lowest rate is an edge"),
        (lambda rates, scores: best_of(rates, scores) == min(rates), "the highest rate is an edge"),
        (lambda rates, scores: rates[int(np.argmin(scores))] in (min(rates), max(rates)), "the worst rate"),
        (lambda rates, scores: best_of(rates, scores) not in (min(rates), max(rates)), "it says the opposite"),
        (lambda rates, scores: True, "the same answer"),
        (lambda rates, scores: "yes", "it should return True or False"),
        (lambda rates, scores: len(rates) > 2 and best_of(rates, scores) in (min(rates), max(rates)), "two rates"),
        (lambda rates, scores: best_of(rates, scores), "it should return True or False"),
        (lambda rates, scores: best_of(rates, np.round(scores, 1)) in (min(rates), max(rates)), "by a thousandth"),
    ],
}


@pytest.mark.parametrize("case", [(0.01, 0.09, 0.0, np.inf), (-2.0, 3.0, 2.4, 9.6), (-9.0, -7.5, -7.0, 3.0)])
def test_the_check_follows_the_rule_of_the_library(case):
    low, high, *claimed = case
    found, region = Interval((low + high) / 2, low, high, "given"), Region(*claimed)
    wanted = "reproduced" if region.holds(found) else "contradicted" if region.fails(found) else "undecided"
    assert judging._judge(*case) == wanted


def test_no_case_of_the_check_ends_on_a_bound():
    """So that < and <= are both right."""
    draw = np.random.default_rng(0)
    for claimed in [(0.0, np.inf), (-np.inf, 0.0), (2.4, 9.6), (-3.0, 3.0)] * 20:
        for low, high, *bounds in judging._around(draw, *claimed):
            assert low < high
            assert not {low, high} & set(bounds)
