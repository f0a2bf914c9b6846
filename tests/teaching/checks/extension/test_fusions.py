"""Check of lesson 15 on late fusion."""

import numpy as np
import pytest
from scipy import stats

from course_lib.teaching.checks.cases import fixed_cases
from course_lib.teaching.checks.extension import fusions

WRONG = {
    "check_fuse": [
        (lambda p: np.prod(p, axis=0) ** (1 / len(p)), "the geometric mean"),
        (lambda p: stats.hmean(p, axis=0), "the harmonic mean"),
        (lambda p: np.maximum.reduce(p), "the maximum"),
        (lambda p: np.minimum.reduce(p), "the minimum"),
        (lambda p: np.prod(p, axis=0), "the product"),
        (lambda p: np.median(np.stack(p), axis=0), "the median"),
        (sum, "that is the sum"),
        (lambda p: (p[-1] + p[-2]) / 2, "the last two layers alone"),
        (lambda p: (p[0] + p[1]) / 2, "the first two layers alone"),
        (lambda p: p[-1], "the last layer alone"),
        (lambda p: sum(stats.rankdata(layer, axis=0) for layer in p) / len(p), "it averages ranks"),
        (lambda p: np.mean(p, axis=1), "the answer has shape"),
        (lambda p: np.mean(p, axis=(0, 1)), "it averages over the images"),
        (lambda p: np.mean(p, axis=(0, 2)), "it averages over the concepts"),
        (lambda p: np.mean(p), "the answer has shape"),
        (lambda p: np.mean(p, axis=0).T, "the answer has shape"),
        (np.hstack, "the answer has shape"),
        (lambda p: np.sqrt(np.mean(np.square(p), axis=0)), "not the arithmetic mean"),
        (lambda p: sum(p[:5]) / min(len(p), 5), "but not for many layers"),
        (lambda p: np.squeeze(np.mean(p, axis=0)), "but not for one image"),
        (lambda p: "mean", "it should return an array"),
    ]
}


@pytest.mark.parametrize("seed", range(5))
def test_the_usual_mistakes_are_told_apart_whatever_is_drawn(seed, capsys):
    for message, mistake in fusions._WRONG:
        with fixed_cases(seed):
            assert fusions.check_fuse(mistake) is False
        assert message in capsys.readouterr().out
