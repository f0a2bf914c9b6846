"""Checks of lessons 12 and 13 on what was best elsewhere: the scale of other tasks, the source of other targets."""

import numpy as np
import pytest

from course_lib.analysis.rates.predictors import columns_of_others
from course_lib.teaching.checks.cases import case_generator, fixed_cases
from course_lib.teaching.checks.rates import elsewhere


def by_row(choose):
    return lambda a: [choose(a, row) for row in range(len(a))]


def others(a, row):
    return np.delete(a, row, axis=0)


def right(a):
    return by_row(lambda a, row: others(a, row).mean(0).argmax())(a)


def most_wins(a, row):
    winners = others(a, row).argmax(1).tolist()
    return max(range(a.shape[1]), key=winners.count)


def last(a):
    return [a.shape[1] - 1 - place for place in right(a[:, ::-1])]


def most_frequent(a):
    return [np.bincount(a.argmax(1)).argmax()] * len(a)


WRONG = {
    "check_scales_of_others": [
        (lambda a: [a.mean(0).argmax()] * len(a), "the task takes part in its own choice"),
        (most_frequent, "it counts for how many tasks a scale is best"),
        (by_row(most_wins), "it counts for how many tasks a scale is best"),
        (lambda a: a.argmax(1), "it takes the best scale of the task itself"),
        (last, "the last of equal means"),
        (by_row(lambda a, row: others(a, row).sum(0).argmin()), "it takes the lowest mean"),
        (by_row(lambda a, row: others(a, row).max(0).argmax()), "the single best accuracy"),
        (by_row(lambda a, row: np.median(others(a, row), 0).argmax()), "it takes the median over the other tasks"),
        (lambda a: np.roll(a, -1, axis=0).argmax(1), "it takes the next task alone"),
        (lambda a: np.roll(a, 1, axis=0).argmax(1), "it takes the task before alone"),
        (by_row(lambda a, row: (a[:row] if row else a[1:]).mean(0).argmax()), "it uses only the tasks before"),
        (lambda a: [right(a)[0]] * len(a), "it gives all tasks the scale of the first one"),
        (by_row(lambda a, row: others(a, row).mean(0).max()), "these are mean accuracies"),
        (lambda a: [1 + place for place in right(a)], "the scales are counted from 1"),
        (lambda a: a.mean(0).argmax(), "numbers, not int64"),
        (lambda a: right(a)[:-1], "numbers, not list"),
        (lambda a: np.eye(a.shape[1])[right(a)], "numbers, not ndarray"),
        (lambda a: [a.shape[1] - 1 - place for place in right(a)], "the answer is"),
        (lambda a: last(a) if (a == a[0, 0]).all() else right(a), "not for scales that are all equal"),
        (lambda a: last(a) if len(a) == 3 else right(a), "but not for"),
        (lambda a: right(a) if len(a) > 2 else [0, 0], "not for two tasks"),
        (lambda a: right(a.clip(0, 1)), "accuracies in per cent"),
    ],
    "check_best_elsewhere": [
        (lambda a: [a.mean(0).argmax()] * len(a), "the target takes part in its own choice"),
        (lambda a: a.argmax(1), "it takes the best source of the target itself"),
        (by_row(lambda a, row: others(a, row).sum(0).argmin()), "it takes the lowest mean"),
        (by_row(lambda a, row: others(a, row).max(0).argmax()), "the single best accuracy"),
        (by_row(lambda a, row: np.median(others(a, row), 0).argmax()), "it takes the median"),
        (by_row(most_wins), "for how many targets a source is best"),
        (lambda a: np.roll(a, -1, axis=0).argmax(1), "it takes the next target alone"),
        (lambda a: np.roll(a, 1, axis=0).argmax(1), "it takes the target before alone"),
        (by_row(lambda a, row: (a[:row] if row else a[1:]).mean(0).argmax()), "it uses only the targets before"),
        (lambda a: [1 + place for place in right(a)], "counted from 1"),
        (lambda a: a.mean(0).argmax(), "numbers, not int64"),
        (lambda a: np.max([np.delete(a, r, 0).mean(0) for r in range(len(a))], 1), "the answer is"),
        (lambda a: right(a)[:-1], "numbers, not list"),
        (lambda a: [a.shape[1] - 1 - place for place in right(a)], "the answer is"),
        (lambda a: {row: place for row, place in enumerate(right(a))}, "the answer is"),
        (lambda a: np.eye(a.shape[1])[right(a)], "numbers, not ndarray"),
        (lambda a: right(a) if a.shape[1] > 2 else [0] * len(a), "not for two sources"),
        (lambda a: right(a) if len(a) > 2 else [0, 0], "not for two targets"),
        (lambda a: right(a.clip(0, 1)), "accuracies in per cent"),
    ],
}


@pytest.mark.parametrize("seed", range(20))
def test_targets_differ_more_than_sources(seed):
    with fixed_cases(seed):
        (accuracies,) = elsewhere._draw(case_generator(), 6, 8)
    assert len(np.unique(accuracies)) == accuracies.size
    assert ((accuracies > 0) & (accuracies < 1)).all()


@pytest.mark.parametrize("tasks", [3, 5])
@pytest.mark.parametrize("seed", range(10))
def test_two_scales_have_the_same_mean_over_the_others(tasks, seed):
    with fixed_cases(seed):
        (test,) = elsewhere._draw_tie(case_generator(), tasks)
    means = np.array([others(test, row).mean(0) for row in range(tasks)])
    tied = (means == means.max(axis=1, keepdims=True)).sum(axis=1)
    assert (tied == 2).sum() == tasks - 2
    assert columns_of_others(test[:, :, None]).tolist() == elsewhere._elsewhere(test)
