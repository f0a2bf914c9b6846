"""Check of lesson 11 on the test accuracy at the rate that each seed chooses."""

import numpy as np
import pytest

from course_lib.teaching.checks.cases import case_generator, fixed_cases
from course_lib.teaching.checks.rates import choices


def picked(val, test):
    return test[np.arange(len(test)), val.argmax(1)]


def last(val, test):
    return picked(val[:, ::-1], test[:, ::-1]).mean()


def mean_of_equal(val, test):
    return np.mean([t[v == v.max()].mean() for v, t in zip(val, test, strict=True)])


def best_of_equal(val, test):
    return np.mean([t[v == v.max()].max() for v, t in zip(val, test, strict=True)])


WRONG = {
    "check_chosen_accuracy": [
        (lambda val, test: test.max(1).mean(), "it chooses by the test"),
        (lambda val, test: test.mean(0).max(), "it chooses by the test"),
        (lambda val, test: test.max(), "it chooses by the test"),
        (lambda val, test: picked(val + test, test).mean(), "the test takes part in the choice"),
        (lambda val, test: test[:, val.mean(0).argmax()].mean(), "it takes one rate for all seeds"),
        (lambda val, test: val.max(1).mean(), "that is the validation accuracy"),
        (last, "the last of equal ones"),
        (mean_of_equal, "the mean of equally good rates"),
        (best_of_equal, "it takes the best on the test"),
        (lambda val, test: picked(val.T, test.T).mean(), "it chooses a seed for each rate"),
        (lambda val, test: test[:, val.argmax(1)].mean(), "takes each chosen rate from all rows"),
        (lambda val, test: picked(-val, test).mean(), "the lowest validation accuracy"),
        (lambda val, test: test.flat[val.argmax()], "the seed with the best validation alone"),
        (lambda val, test: picked(val, test).sum(), "the sum over the seeds"),
        (lambda val, test: np.median(picked(val, test)), "the median of the seeds"),
        (lambda val, test: test.mean(), "the mean over all rates"),
        (lambda val, test: picked(test, val).mean(), "val and test are swapped"),
        (lambda val, test: 100 * picked(val, test).mean(), "100 times too large"),
        (picked, "it should return one number, not ndarray"),
        (lambda val, test: (picked(val, test).mean(), val.max()), "it should return one number, not tuple"),
        (lambda val, test: picked(val, test).mean() + 0.001, "the answer is"),
        (lambda val, test: picked(val, test).mean() if len(val) > 1 else 0, "not for a single seed"),
        (lambda val, test: min(picked(val, test).mean(), 1), "not for accuracies in per cent"),
        (lambda val, test: picked(val, test).mean() if np.ptp(val) else test.mean(), "that are all equal"),
    ],
}


@pytest.mark.parametrize("seed", range(20))
def test_some_of_the_best_validation_accuracies_are_equal(seed):
    with fixed_cases(seed):
        shown = choices._draw_some(case_generator())
    assert any((val == val.max(axis=1, keepdims=True)).sum(axis=1).max() > 1 for val, _ in shown)
    assert all(len(np.unique(test)) == test.size for _, test in shown)
