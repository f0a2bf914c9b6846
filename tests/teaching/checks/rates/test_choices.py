"""Checks of lessons 11 and 12 on the accuracy at the rate or scale that validation chooses."""

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


def honest(val, test):
    return picked(val, val).mean(), picked(val, test).mean()


def by(scores):
    """The pair of means at the scale with the highest scores(val, test)."""
    return lambda val, test: (picked(scores(val, test), val).mean(), picked(scores(val, test), test).mean())


def one_scale(val, test):
    best = val.mean(0).argmax()
    return val[:, best].mean(), test[:, best].mean()


def frequent_scale(val, test):
    best = np.bincount(val.argmax(1)).argmax()
    return val[:, best].mean(), test[:, best].mean()


def reduced(reduce):
    return lambda val, test: (reduce(picked(val, val)), reduce(picked(val, test)))


WRONG = {
    "check_honest_choice": [
        (by(lambda val, test: test), "the test chooses"),
        (lambda val, test: (val[:, test.mean(0).argmax()].mean(), test.mean(0).max()), "the test chooses"),
        (lambda val, test: (val.max(1).mean(), test.max(1).mean()), "that of another scale, the best on the test"),
        (by(lambda val, test: val + test), "the test takes part in the choice"),
        (one_scale, "it takes one scale for all tasks"),
        (frequent_scale, "it takes one scale for all tasks"),
        (lambda val, test: honest(val[:, ::-1], test[:, ::-1]), "the last of equal ones"),
        (lambda val, test: (val.max(1).mean(), mean_of_equal(val, test)), "the mean of equally good scales"),
        (lambda val, test: (val.max(1).mean(), best_of_equal(val, test)), "it takes the best on the test"),
        (lambda val, test: honest(val, test)[::-1], "the order is (validation, test)"),
        (lambda val, test: honest(test, val), "val and test are swapped"),
        (lambda val, test: honest(val.T, test.T), "it chooses a task for each scale"),
        (lambda val, test: (val.max(1).mean(), test[:, val.argmax(1)].mean()), "takes each chosen scale from all rows"),
        (by(lambda val, test: -val), "the lowest validation accuracy"),
        (reduced(np.sum), "the sum over the tasks"),
        (reduced(np.median), "the median of the tasks"),
        (lambda val, test: (val.max(), test.flat[val.argmax()]), "the task with the best validation alone"),
        (lambda val, test: (val.max(1).mean(),) * 2, "both numbers are validation accuracies"),
        (lambda val, test: (picked(val, test).mean(),) * 2, "both numbers are test accuracies"),
        (lambda val, test: (val.max(1).mean(), -np.diff(honest(val, test))[0]), "the second number is a difference"),
        (lambda val, test: (val.mean(), test.mean()), "the mean over all scales"),
        (lambda val, test: 100 * np.array(honest(val, test)), "100 times too large"),
        (lambda val, test: picked(val, test).mean(), "it should return 2 numbers, not float64"),
        (lambda val, test: (picked(val, val), picked(val, test)), "it should return 2 numbers, not tuple"),
        (lambda val, test: tuple(np.round(honest(val, test), 3) + 0.0007), "the answer is"),
        (lambda val, test: honest(val, test) if len(val) > 1 else (0, 0), "not for a single task"),
        (lambda val, test: tuple(np.minimum(honest(val, test), 1)), "not for accuracies in per cent"),
        (lambda val, test: honest(val if np.ptp(val) else test, test), "that are all equal"),
    ],
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
