"""Check of lesson 15 on the mean gain over concepts."""

import numpy as np
import pytest
from scipy import stats

from course_lib.teaching.checks.cases import fixed_cases
from course_lib.teaching.checks.extension import gains


def around(centre, half):
    return centre, centre - half, centre + half


def t(d, p=0.975):
    return stats.t.ppf(p, len(d) - 1)


def paired(half):
    return lambda a, b: around(np.mean(a - b), half(a - b))


def right(a, b):
    return around(np.mean(a - b), t(a) * stats.sem(a - b))


def welch(a, b):
    found = stats.ttest_ind(a, b, equal_var=False).confidence_interval()
    return np.mean(a) - np.mean(b), found.low, found.high


def bootstrap(a, b):
    d = a - b
    means = np.random.default_rng(0).choice(d, (1000, len(d))).mean(1)
    return d.mean(), *np.percentile(means, [2.5, 97.5])


WRONG = {
    "check_mean_gain": [
        (welch, "that is an unpaired interval"),
        (lambda a, b: around(a.mean() - b.mean(), t(a) * np.sqrt(stats.sem(a) ** 2 + stats.sem(b) ** 2)), "unpaired"),
        (lambda a, b: around(np.mean(a), t(a) * stats.sem(a)), "its interval is that of A alone"),
        (lambda a, b: around(np.mean(a - b), t(a) * stats.sem(a)), "the width is that of A alone"),
        (paired(lambda d: t(d) * np.std(d, ddof=1)), "divide the standard deviation by the root"),
        (paired(lambda d: t(d) * np.std(d) / np.sqrt(len(d))), "use ddof=1"),
        (paired(lambda d: t(d) * stats.sem(d, ddof=0)), "use ddof=1"),
        (paired(lambda d: 1.96 * stats.sem(d)), "it takes the normal quantile"),
        (paired(lambda d: stats.norm.isf(0.025) * stats.sem(d)), "it takes the normal quantile"),
        (paired(lambda d: 1.96 * np.std(d) / np.sqrt(len(d))), "the normal quantile, 1.96, and ddof=0"),
        (paired(lambda d: t(d, 0.95) * stats.sem(d)), "that is the 90 % interval"),
        (paired(lambda d: t(d, 0.995) * stats.sem(d)), "that is the 99 % interval"),
        (paired(stats.sem), "that is one standard error"),
        (paired(lambda d: stats.t.ppf(0.975, len(d)) * stats.sem(d)), "n degrees of freedom"),
        (lambda a, b: right(b, a), "that is B minus A"),
        (lambda a, b: right(100 * a, 100 * b), "100 times too large"),
        (lambda a, b: (np.mean(a - b), t(a) * stats.sem(a - b), t(a) * stats.sem(a - b)), "it returns the half width"),
        (lambda a, b: (np.mean(a - b), -t(a) * stats.sem(a - b), t(a) * stats.sem(a - b)), "it returns the half width"),
        (lambda a, b: (right(a, b)[0], right(a, b)[2], right(a, b)[1]), "low and high are swapped"),
        (lambda a, b: sorted(right(a, b)), "return gain, low, high"),
        (lambda a, b: right(a / b - 1, 0 * a), "that is a gain relative to B"),
        (lambda a, b: (np.median(a - b), *right(a, b)[1:]), "gain is the median"),
        (bootstrap, "with aps_a = "),
        (lambda a, b: right(a, b) if a.mean() > b.mean() else right(b, a), "but not for a method A that is worse"),
        (lambda a, b: right(a, b) if len(a) < 30 else paired(lambda d: 2 * stats.sem(d))(a, b), "for many concepts"),
        (lambda a, b: right(a, b)[1:], "it should return 3 numbers"),
        (lambda a, b: np.mean(a - b), "it should return 3 numbers"),
    ]
}


@pytest.mark.parametrize("seed", range(5))
def test_the_usual_mistakes_are_told_apart_whatever_is_drawn(seed, capsys):
    for message, mistake in gains._WRONG:
        with fixed_cases(seed):
            assert gains.check_mean_gain(mistake) is False
        assert message in capsys.readouterr().out
