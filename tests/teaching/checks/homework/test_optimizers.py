"""Checks of lesson 08: the exact McNemar test, a step of Adam, the loss at the start."""

import math

import numpy as np
import pytest
from scipy import stats

from course_lib import analysis
from course_lib.teaching.checks import homework
from course_lib.teaching.checks.homework.few_shot import outcomes


def only_one(a, b):
    return int((a > b).sum()), int((b > a).sum())


def exact(a, b, alternative="two-sided"):
    return stats.binomtest(only_one(a, b)[0], sum(only_one(a, b)), alternative=alternative).pvalue


def without_the_tie(a, b):
    return stats.binomtest(only_one(a, b)[0], sum(only_one(a, b))).pvalue


def chi_square(a, b):
    a, b = only_one(a, b)
    return stats.chi2.sf((a - b) ** 2 / (a + b), 1)


def crossed(a, b):
    return [[a.sum(), len(a) - a.sum()], [b.sum(), len(b) - b.sum()]]


def adam(
    weight,
    gradient,
    mean,
    square,
    count,
    lr,
    *,
    mean_from=1,
    square_from=1,
    b2=0.999,
    power=2,
    root=0.5,
    eps=1e-8,
    sign=-1,
):
    """A step of Adam by another way than the reference: the start is undone by weights that add up to one."""
    mean = mean + 0.1 * (gradient - mean)
    square = square + (1 - b2) * (gradient**power - square)
    up = mean / (1 - 0.9**count) if mean_from else mean
    down = square / (1 - b2**count) if square_from else square
    return weight + sign * lr * up / (down**root + eps), mean, square


def wrong_adam(**mistake):
    return lambda *args: adam(*args, **mistake)


def keeps_undone(weight, gradient, mean, square, count, lr):
    weight, mean, square = adam(weight, gradient, mean, square, count, lr)
    return weight, mean / (1 - 0.9**count), square / (1 - 0.999**count)


def swapped_betas(weight, gradient, mean, square, count, lr):
    mean, square = 0.999 * mean + 0.001 * gradient, 0.9 * square + 0.1 * gradient**2
    up, down = mean / (1 - 0.999**count), square / (1 - 0.9**count)
    return weight - lr * up / (down.sqrt() + 1e-8), mean, square


WRONG = {
    "check_mcnemar": [
        (lambda a, b: stats.fisher_exact(crossed(a, b))[1], "it treats the images as independent"),
        (lambda a, b: stats.chi2_contingency(crossed(a, b))[1], "it treats the images as independent"),
        (lambda a, b: stats.ttest_ind(a, b).pvalue, "it treats the images as independent"),
        (lambda a, b: stats.binomtest(only_one(a, b)[0], len(a)).pvalue, "both agree decide nothing"),
        (lambda a, b: exact(a, b, "greater"), "one side only"),
        (lambda a, b: exact(a, b, "less"), "one side only"),
        (chi_square, "an approximation"),
        (lambda a, b: stats.binomtest(*only_one(a, b)).pvalue, "stops with ValueError"),
        (without_the_tie, "never disagree"),
        (lambda a, b: 2 * stats.binom.cdf(min(only_one(a, b)), sum(only_one(a, b)), 0.5), "the answer is"),
        (lambda a, b: 1 - exact(a, b), "the answer is"),
        (lambda a, b: exact(a[:300], b[:300]), "the answer is"),
        (lambda a, b: 0.05, "images right by A alone and"),
    ],
    "check_adam": [
        (wrong_adam(mean_from=0, square_from=0), "the start at zero is not undone"),
        (wrong_adam(mean_from=0), "zero of the mean is not undone"),
        (wrong_adam(square_from=0), "zero of the square is not undone"),
        (lambda w, g, m, s, count, lr: adam(w, g, m, s, count + 1, lr), "`count` starts at 1"),
        (keeps_undone, "not those with the start undone"),
        (wrong_adam(root=1), "the square root is missing"),
        (wrong_adam(power=1), "the *squared* gradient"),
        (wrong_adam(b2=0.9), "0.9 for both"),
        (swapped_betas, "swapped"),
        (wrong_adam(sign=1), "uphill"),
        (wrong_adam(eps=0), "becomes nan"),
        (lambda w, g, m, s, count, lr: w - lr * g, "return three things"),
        (lambda w, g, m, s, count, lr: (w - lr * g, m, s), "and first gradients"),
        (lambda w, g, m, s, count, lr: (0.5, m, s), "stops with AttributeError"),
    ],
    "check_start": [
        (lambda loss, n: loss < 1.5 * math.log(1000), "the thousand-output mistake"),
        (lambda loss, n: loss < n, "the thousand-output mistake"),
        (lambda loss, n: loss < 5, "the limit must depend on num_classes"),
        (lambda loss, n: round(loss, 2) == round(math.log(n), 2), "a new head may be a little off"),
        (lambda loss, n: loss < 1.5 * math.log10(n), "the natural logarithm"),
        (lambda loss, n: loss < 1.5 * math.log2(n), "natural logarithm"),
        (lambda loss, n: loss > 1.5 * math.log(n), "upside down"),
        (lambda loss, n: not loss > 1.5 * math.log(n), "nan passes"),
        (lambda loss, n: loss < n / 2, "grow like log"),
        (lambda loss, n: loss < 2 * math.log(n), "a factor of 1.5"),
        (lambda loss, n: loss < 1.1 * math.log(n), "a new head may be a little off"),
        (lambda loss, n: loss - math.log(n) < 0.5, "✘"),
        (lambda loss, n: loss < 1.5 * math.log(min(n, 100)), "✘"),
        (lambda loss, n: "yes", "True or False"),
        (lambda loss, n: True, "the thousand-output mistake"),
    ],
}


@pytest.mark.parametrize(
    ("check", "answer"),
    [
        ("check_mcnemar", lambda a, b: min(1, 2 * stats.binom.cdf(min(only_one(a, b)), sum(only_one(a, b)), 0.5))),
        ("check_adam", adam),
        ("check_start", lambda loss, n: abs(loss - math.log(n)) < 0.5 * math.log(n)),
    ],
)
def test_another_right_way_passes(check, answer):
    assert getattr(homework, check)(answer)


def test_the_p_value_is_that_of_the_library(reference):
    a, b = outcomes(150, 22, 8, 56, np.random.default_rng(0))
    found = analysis.mcnemar("".join(map(str, a)), "".join(map(str, b)))
    assert reference(8, "mcnemar_p")(a, b) == pytest.approx(found.p_value)
