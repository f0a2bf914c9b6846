"""Check of lesson 11 on β of Eq. 1."""

import numpy as np
import pytest

from course_lib.teaching.checks.rates import sensitivity


def sampled(a):
    return 100 * (max(a) - min(a)) / min(a)


WRONG = {
    "check_relative_range": [
        (lambda a: 100 * np.ptp(a) / a.max(), "it divides by the largest accuracy"),
        (lambda a: 100 * np.ptp(a) / a.mean(), "it divides by the mean"),
        (lambda a: 100 * np.ptp(a) / np.median(a), "it divides by the median"),
        (lambda a: 100 * np.ptp(a) / a[0], "it divides by the first accuracy"),
        (lambda a: np.ptp(a) / a.min(), "a fraction"),
        (lambda a: np.ptp(a), "the difference in points"),
        (lambda a: 100 * np.ptp(a), "100 times the difference"),
        (lambda a: 100 * a.max() / a.min(), "the ratio of the largest to the smallest"),
        (lambda a: 100 * (a[-1] - a[0]) / a[0], "the first rate with the last one"),
        (lambda a: 100 * abs(a[-1] - a[0]) / min(a[0], a[-1]), "the first rate with the last one"),
        (lambda a: 100 * (a.max() - a[0]) / a[0], "it starts from the first accuracy"),
        (lambda a: 100 * (a[-1] - a.min()) / a.min(), "it ends at the last accuracy"),
        (lambda a: 100 * np.std(a) / np.mean(a), "that is a standard deviation"),
        (lambda a: 100 * np.std(a, ddof=1) / np.min(a), "that is a standard deviation"),
        (lambda a: np.std(a), "that is a standard deviation"),
        (lambda a: 100 * (min(a) - max(a)) / min(a), "the sign"),
        (lambda a: sampled(a[1:]), "it leaves out the first rate"),
        (lambda a: 100 * (max(a) - np.mean(a)) / np.mean(a), "it starts from the mean"),
        (lambda a: round(sampled(a), 1), "rounded to one decimal"),
        (lambda a: 100 * (a - a.min()) / a.min(), "it should return one number, not ndarray"),
        (lambda a: f"{sampled(a):.2f} %", "it should return one number, not str"),
        (lambda a: 28.96, "the answer is"),
        (lambda a: sampled(a) if np.ptp(a) else np.nan, "not for accuracies that are all equal"),
        (lambda a: sampled(np.maximum(a, 1)), "not for accuracies below 1 %"),
        (lambda a: sampled(a) if len(a) > 2 else 0.0, "not for two rates"),
    ],
}


def test_the_check_follows_the_equation():
    assert sensitivity._range(np.array([20.0, 25.0, 24.0])) == pytest.approx(25.0)
