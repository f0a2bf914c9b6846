"""Exercise checks: right answers pass, wrong ones are told their mistake, nothing raises."""

import copy
import math

import pytest
import torch
from torch import nn

from course_lib.teaching import Prediction, check_frozen, check_merge, report_check


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


def in_place(n, mu_n, var_n, m, mu_m, var_m):
    result = right(n, mu_n, var_n, m, mu_m, var_m)
    mu_n += 1
    return result


def only_numbers(n, mu_n, var_n, m, mu_m, var_m):
    return right(n, float(mu_n), float(var_n), m, float(mu_m), float(var_m))


@pytest.mark.parametrize(
    ("merge", "culprit"),
    [
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
        (only_numbers, "tensors of three channels"),
        (lambda *parts: None, "returns nothing yet"),
        (lambda *parts: 1.0, "two numbers"),
        (None, "stops with TypeError"),
    ],
)
def test_a_wrong_merge_is_told_its_mistake(merge, culprit, capsys):
    assert check_merge(merge) is False
    printed = capsys.readouterr().out
    assert printed.startswith("✘ merge: ")
    assert culprit in printed


@pytest.fixture
def model():
    torch.manual_seed(0)
    body = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Flatten(), nn.LazyLinear(5))
    net = nn.Sequential()
    net.add_module("body", body)
    net.add_module("head", nn.Linear(5, 2))
    net(torch.zeros(2, 3, 8, 8))
    net.eval()
    return net


def train_one_step(net, parameters):
    torch.manual_seed(1)
    loss = net(torch.rand(4, 3, 8, 8)).square().sum()
    parameters = list(parameters)
    for parameter, gradient in zip(parameters, torch.autograd.grad(loss, parameters), strict=True):
        parameter.data -= 0.1 * gradient


def test_a_frozen_body_passes(model, capsys):
    before = copy.deepcopy(model.state_dict())
    train_one_step(model, model.head.parameters())
    assert check_frozen(before, model) is True
    assert capsys.readouterr().out.startswith("✔ ")


def test_the_first_parameter_that_moved_is_named(model, capsys):
    before = copy.deepcopy(model.state_dict())
    train_one_step(model, model.parameters())
    assert check_frozen(before, model) is False
    printed = capsys.readouterr().out
    assert "'body.0.weight' moved" in printed
    assert "requires_grad=True" in printed
    assert "more moved" in printed


def test_a_running_statistic_that_moved_is_named(model, capsys):
    before = copy.deepcopy(model.state_dict())
    model.requires_grad_(False).head.requires_grad_(True)
    model.train()
    train_one_step(model, model.head.parameters())
    assert check_frozen(before, model) is False
    printed = capsys.readouterr().out
    assert "'body.1.running_mean' moved" in printed
    assert "eval()" in printed


def test_a_parameter_moved_without_gradient_is_named(model, capsys):
    before = copy.deepcopy(model.state_dict())
    model.requires_grad_(False)
    model.body[0].bias.data += 1
    assert check_frozen(before, model) is False
    assert "'body.0.bias' moved, a parameter without gradient" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("change", "culprit"),
    [
        (lambda before: before, "nothing moved, not even head"),
        (lambda before: {}, "is empty"),
        (lambda before: None, "is empty"),
        (lambda before: {k: v for k, v in before.items() if "head" not in k}, "only one of the two states"),
    ],
)
def test_an_unusable_comparison_is_told(model, change, culprit, capsys):
    assert check_frozen(change(copy.deepcopy(model.state_dict())), model) is False
    assert culprit in capsys.readouterr().out


def test_a_state_that_was_not_cloned_is_told(model, capsys):
    before = model.state_dict()
    train_one_step(model, model.parameters())
    assert check_frozen(before, model) is False
    assert "clone" in capsys.readouterr().out


def test_messages_are_printed_one_a_line(capsys):
    assert report_check(False, ["first", "second"]) is False
    assert capsys.readouterr().out == "✘ first\n✘ second\n"


@pytest.mark.parametrize(
    ("guess", "measured", "words"),
    [
        (50, 80.5, "you guessed 50, measured 80.5: you were 30.5 too low."),
        (90, torch.tensor(80.0), "you were 10 too high."),
        (80, 80.5, "spot on"),
        (None, 80.5, "measured 80.5. (No guess yet"),
        (..., 80.5, "No guess yet"),
        ("about half", 80.5, "No guess yet"),
        (50, math.nan, "measured nan"),
        (0, 0, "spot on"),
    ],
)
def test_a_guess_is_compared_kindly(guess, measured, words, capsys):
    Prediction("accuracy, %", guess).compare(measured)
    assert words in capsys.readouterr().out
