"""Merging two parts: right answers pass, wrong ones are told their mistake, nothing raises."""

import math

import pytest

from course_lib.teaching.checks.homework import check_merge


def weighted(n, a, m, b):
    return (n * a + m * b) / (n + m)


def right(n, mu_n, var_n, m, mu_m, var_m):
    cross = n * m / (n + m) ** 2 * (mu_n - mu_m) ** 2
    return weighted(n, mu_n, m, mu_m), weighted(n, var_n, m, var_m) + cross


def also_right(n, mu_n, var_n, m, mu_m, var_m):
    mu = mu_n + (mu_m - mu_n) * m / (n + m)
    squares = weighted(n, var_n + mu_n**2, m, var_m + mu_m**2)
    return mu, squares - mu**2


@pytest.mark.parametrize("merge", [right, also_right])
def test_a_right_merge_passes(merge, capsys):
    assert check_merge(merge) is True
    assert capsys.readouterr().out.startswith("✔ ")


def no_cross(n, mu_n, var_n, m, mu_m, var_m):
    return weighted(n, mu_n, m, mu_m), weighted(n, var_n, m, var_m)


def as_std(n, mu_n, var_n, m, mu_m, var_m):
    mu, var = right(n, mu_n, var_n, m, mu_m, var_m)
    return mu, math.sqrt(var)


def from_std(n, mu_n, var_n, m, mu_m, var_m):
    return right(n, mu_n, var_n**2, m, mu_m, var_m**2)


def bessel(n, mu_n, var_n, m, mu_m, var_m):
    mu, var = right(n, mu_n, var_n, m, mu_m, var_m)
    return mu, var * (n + m) / (n + m - 1)


def bessel_pooled(n, mu_n, var_n, m, mu_m, var_m):
    within = (n - 1) * var_n + (m - 1) * var_m
    return weighted(n, mu_n, m, mu_m), (within + n * m / (n + m) * (mu_n - mu_m) ** 2) / (n + m - 1)


def swapped(n, mu_n, var_n, m, mu_m, var_m):
    return right(m, mu_n, var_n, n, mu_m, var_m)


def no_square(n, mu_n, var_n, m, mu_m, var_m):
    return weighted(n, mu_n, m, mu_m), weighted(n, var_n, m, var_m) + n * m / (n + m) ** 2 * (mu_n - mu_m)


def uncounted(n, mu_n, var_n, m, mu_m, var_m):
    return (mu_n + mu_m) / 2, (var_n + var_m) / 2


def wrong_order(*parts):
    return right(*parts)[::-1]


def wrong_weight(n, mu_n, var_n, m, mu_m, var_m):
    return weighted(n, mu_n, m, mu_m), weighted(n, var_n, m, var_m) + n * m / (n + m) * (mu_n - mu_m) ** 2


def something_else(n, mu_n, var_n, m, mu_m, var_m):
    return weighted(n, mu_n, m, mu_m), 0.3


def raises(*parts):
    raise KeyError("mu")


def not_finite(*parts):
    return math.nan, 1.0


def empty_start(n, mu_n, var_n, m, mu_m, var_m):
    return right(n, mu_n, var_n, m, mu_m, var_m) if n else (0.0, 0.0)


def empty_end(n, mu_n, var_n, m, mu_m, var_m):
    return right(n, mu_n, var_n, m, mu_m, var_m) if m else (0.0, 0.0)


def no_variance_of_tensors(n, mu_n, var_n, m, mu_m, var_m):
    mu, var = right(n, mu_n, var_n, m, mu_m, var_m)
    return mu, var if isinstance(mu, float) else 0 * var


def in_place(n, mu_n, var_n, m, mu_m, var_m):
    result = right(n, mu_n, var_n, m, mu_m, var_m)
    mu_n += 1
    return result


def only_numbers(n, mu_n, var_n, m, mu_m, var_m):
    return right(n, float(mu_n), float(var_n), m, float(mu_m), float(var_m))


WRONG = {
    "check_merge": [
        (no_cross, "cross term is missing"),
        (as_std, "return the standard deviation"),
        (from_std, "variances already"),
        (bessel, "count minus 1"),
        (bessel_pooled, "count minus 1"),
        (swapped, "weights are swapped"),
        (no_square, "not squared"),
        (uncounted, "counts are ignored"),
        (wrong_order, "(mu, var), yours is (var, mu)"),
        (wrong_weight, "square in its denominator"),
        (something_else, "the variance is not right"),
        (raises, "stops with KeyError"),
        (not_finite, "not finite"),
        (empty_start, "start of a stream"),
        (in_place, "in place"),
        (empty_end, "an empty second part"),
        (lambda *parts: (right(*parts)[0], abs(right(*parts)[0])), "the variance is not right"),
        (lambda *parts: (0.5, right(*parts)[1]), "the mean is not right"),
        (no_variance_of_tensors, "not for tensors of three channels"),
        (only_numbers, "tensors of three channels"),
        (lambda *parts: None, "returns nothing yet"),
        (lambda *parts: 1.0, "two numbers"),
        (None, "stops with TypeError"),
    ]
}
