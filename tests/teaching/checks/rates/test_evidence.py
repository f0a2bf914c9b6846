"""Check of lesson 13 on LEEP."""

import numpy as np
import pytest

from course_lib.teaching.checks.cases import case_generator, fixed_cases
from course_lib.teaching.checks.rates import evidence


def joint(p, y):
    return np.stack([p[y == label].sum(0) for label in range(y.max() + 1)]) / len(y)


def shares(p, y):
    return (p * (joint(p, y) / p.mean(0))[y]).sum(1)


def right(p, y):
    return np.log(shares(p, y)).mean()


def by_target(p, y):
    return np.log((p * (joint(p, y) / joint(p, y).sum(1, keepdims=True))[y]).sum(1)).mean()


def hard(p):
    return np.eye(p.shape[1])[p.argmax(1)]


def hard_counts(p, y):
    counts = joint(hard(p), y)
    return np.log((counts / counts.sum(0).clip(1e-12))[y, p.argmax(1)]).mean()


WRONG = {
    "check_leep_score": [
        (by_target, "it divides by the share of the target class"),
        (lambda p, y: np.log((p * joint(p, y)[y]).sum(1)).mean(), "it does not divide by P(z)"),
        (lambda p, y: (p * np.log(joint(p, y) / p.mean(0))[y]).sum(1).mean(), "the mean of logs over the source"),
        (lambda p, y: np.log(shares(p, y).mean()), "the log of the mean over the images"),
        (hard_counts, "that is NCE"),
        (lambda p, y: np.log((joint(p, y) / p.mean(0))[y, p.argmax(1)]).mean(), "the most probable source class alone"),
        (lambda p, y: np.log(shares(p, y)).sum(), "that is the sum over the images"),
        (lambda p, y: -right(p, y), "the sign is wrong"),
        (lambda p, y: shares(p, y).mean(), "without the log"),
        (lambda p, y: right(p, y) / np.log(2), "another base"),
        (lambda p, y: right(p, y) / np.log(10), "another base"),
        (lambda p, y: np.exp(right(p, y)), "that is the probability itself"),
        (lambda p, y: np.log(shares(p, y)), "it should return one number, not ndarray"),
        (lambda p, y: (right(p, y), 1), "it should return one number, not tuple"),
        (lambda p, y: str(right(p, y)), "it should return one number, not str"),
        (lambda p, y: right(p, y) + 0.001, "the answer is"),
        (lambda p, y: right(p, y) if p.shape[1] > 1 else 0.0, "not for a source of one class"),
        (lambda p, y: right(p, y) if len(y) < 100 else -1, "not for many images"),
        (lambda p, y: right(p, y) if y.max() > 1 else right(p, 1 - y) + 0.5, "the answer is"),
    ],
}


@pytest.mark.parametrize("seed", range(20))
def test_outputs_are_probabilities_and_every_class_has_an_image(seed):
    with fixed_cases(seed):
        probabilities, labels = evidence._draw(case_generator(), 12, 4, 3)
    assert probabilities.sum(axis=1) == pytest.approx(np.ones(12))
    assert set(labels.tolist()) == {0, 1, 2}
