"""Check of lesson 15 on early fusion."""

import numpy as np
import pytest
from scipy import stats
from sklearn.preprocessing import StandardScaler, normalize

from course_lib.teaching.checks.cases import fixed_cases
from course_lib.teaching.checks.extension import features


def pool(x):
    return x.mean((2, 3)) if x.ndim == 4 else x


def flat(x):
    return x.reshape(len(x), -1)


def each(change, pooling=pool):
    return lambda layers: np.hstack([change(pooling(x)) for x in layers])


def divided(x):
    with np.errstate(all="ignore"):
        return x / np.linalg.norm(x, axis=1, keepdims=True)


def plain(x):
    return x


def peaks(x):
    return x.max((2, 3)) if x.ndim == 4 else x


WRONG = {
    "check_concatenate_features": [
        (each(normalize, flat), "positions are not averaged"),
        (each(plain, flat), "positions are not averaged"),
        (each(normalize, peaks), "that is the maximum over positions"),
        (each(normalize, lambda x: x[:, :, 0, 0] if x.ndim == 4 else x), "it takes a single position"),
        (each(normalize, lambda x: flat(x.mean(1)) if x.ndim == 4 else x), "it averages over the channels"),
        (each(normalize, lambda x: flat(x.mean(-1)) if x.ndim == 4 else x), "it averages over the width alone"),
        (each(plain), "the length is missing"),
        (lambda layers: normalize(each(plain)(layers)), "the length is that of all layers together"),
        (lambda layers: normalize(each(normalize)(layers)), "it scales a second time"),
        (each(StandardScaler().fit_transform), "it standardises each column"),
        (lambda layers: stats.zscore(each(plain)(layers), axis=0, ddof=1), "it standardises each column"),
        (each(lambda x: stats.zscore(x, axis=1)), "it standardises each image's vector"),
        (each(lambda x: normalize(x, axis=0)), "each column has length 1"),
        (each(lambda x: x / np.linalg.norm(x)), "one length for all images"),
        (each(lambda x: normalize(x, "l1")), "it divides by the sum of absolute values"),
        (each(lambda x: x / (x**2).sum(1, keepdims=True)), "it divides by the squared length"),
        (each(lambda x: normalize(x, "max")), "it divides by the largest value"),
        (each(divided), "it divides by zero"),
        (lambda layers: each(normalize)(layers[::-1]), "the layers are in reverse"),
        (lambda layers: normalize(pool(layers[0])), "a layer is missing"),
        (lambda layers: each(normalize)(layers).T, "rows and columns are exchanged"),
        (lambda layers: [normalize(pool(x)) for x in layers], "it should return an array, not list"),
        (lambda layers: each(normalize)(layers).mean(0), "the answer has shape"),
        (lambda layers: np.hstack([each(normalize)(layers), np.ones((len(layers[0]), 1))]), "the answer has shape"),
        (each(lambda x: x / (1 + np.linalg.norm(x, axis=1, keepdims=True))), "its numbers are not"),
        (each(lambda x: x / (1e-3 + np.linalg.norm(x, axis=1, keepdims=True))), "its numbers are not"),
        (lambda layers: each(normalize)(layers[:4]), "but not for many layers"),
        (lambda layers: np.squeeze(each(normalize)(layers)), "but not for one image"),
    ]
}


@pytest.mark.parametrize("seed", range(5))
def test_the_usual_mistakes_are_told_apart_whatever_is_drawn(seed, capsys):
    for message, mistake in features._WRONG:
        with fixed_cases(seed):
            assert features.check_concatenate_features(mistake) is False
        assert message in capsys.readouterr().out
