"""Check of lesson 12 on the vote of several runs."""

from collections import Counter
from statistics import multimode

import numpy as np
import pytest

from course_lib.analysis.voting import frequent_classes
from course_lib.teaching.checks.cases import case_generator, fixed_cases
from course_lib.teaching.checks.rates import votes


def each(choose):
    """The function that makes the choice for each image."""
    return lambda answers: [choose(column) for column in answers.T.tolist()]


def right(answers):
    return each(lambda column: min(multimode(column)))(answers)


def majority(column):
    label, votes = Counter(column).most_common(1)[0]
    return label if 2 * votes > len(column) else 0


WRONG = {
    "check_vote": [
        (lambda answers: answers.mean(axis=0), "a mean of class numbers is no vote"),
        (lambda answers: answers.mean(axis=0).round(), "a mean of class numbers is no vote"),
        (lambda answers: answers.mean(axis=0).astype(int), "a mean of class numbers is no vote"),
        (lambda answers: np.median(answers, axis=0), "a median of class numbers is no vote"),
        (each(lambda column: sorted(column)[len(column) // 2]), "a median of class numbers is no vote"),
        (each(lambda column: max(multimode(column))), "not the largest"),
        (each(lambda column: multimode(column)[0]), "not the one answered first"),
        (each(lambda column: multimode(column[::-1])[0]), "not the one answered last"),
        (each(lambda column: np.mean(multimode(column))), "not their mean"),
        (lambda answers: answers[0], "that is the answer of the first run"),
        (lambda answers: answers[-1], "that is the answer of the last run"),
        (lambda answers: answers.max(axis=0), "the largest class number"),
        (lambda answers: answers.min(axis=0), "the smallest class number"),
        (each(lambda column: max(Counter(column).values())), "that is the number of votes"),
        (each(lambda column: np.unique(column, return_counts=True)[1].argmax()), "a place among the classes"),
        (each(lambda column: min(sorted(set(column)), key=column.count)), "the least frequent class"),
        (lambda answers: [min(multimode(answers.ravel().tolist()))] * answers.shape[1], "of all images together"),
        (each(majority), "it wants more than half of the votes"),
        (lambda answers: [1 + label for label in right(answers)], "counted from 1"),
        (lambda answers: right(answers.T), "it should return 6 numbers, not list"),
        (lambda answers: np.bincount(answers.ravel()).argmax(), "it should return 6 numbers, not int64"),
        (lambda answers: np.array([right(answers)]), "it should return 6 numbers, not ndarray"),
        (lambda answers: right(answers)[::-1], "the answer is"),
        (lambda answers: right(answers.clip(0, 50)), "not for a hundred classes"),
        (lambda answers: right(answers) if len(answers) > 1 else answers[0] * 0, "not for a single run"),
        (lambda answers: right(answers) if len(answers) > 2 else answers[0], "not for two runs"),
    ],
}


@pytest.mark.parametrize("seed", range(20))
def test_some_votes_are_equal_and_the_check_follows_the_rule_of_the_library(seed):
    with fixed_cases(seed):
        draw = case_generator()
        (answers,) = votes._draw(draw, 6, 40)
    assert any(len(multimode(column)) > 1 for column in answers.T.tolist())
    assert frequent_classes(answers).tolist() == votes._vote(answers)
