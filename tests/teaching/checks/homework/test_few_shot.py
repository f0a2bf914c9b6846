"""Checks of lesson 06: equal steps, enough images, the same images."""

import math

import numpy as np
import pytest

from course_lib import analysis
from course_lib.teaching.checks import homework
from course_lib.teaching.checks.homework.few_shot import outcomes


def needed(p, h, z=1.96):
    return z**2 * p * (1 - p) / h**2


def spread(values):
    return 1.96 * values.std() / math.sqrt(len(values))


def independent(a, b):
    return a.mean() - b.mean(), math.hypot(spread(a), spread(b))


def added_widths(a, b):
    return a.mean() - b.mean(), spread(a) + spread(b)


WRONG = {
    "check_epochs": [
        (lambda steps, n, b: math.ceil(steps / max(1, n // b)), "the last batch"),
        (lambda steps, n, b: math.ceil(steps * b / n), "the last batch"),
        (lambda steps, n, b: -(-steps // math.ceil(n / b)) - 1, "images and batches of"),
        (lambda steps, n, b: steps // math.ceil(n / b), "round the epochs up"),
        (lambda steps, n, b: round(steps / math.ceil(n / b)), "round the epochs up"),
        (lambda steps, n, b: steps / math.ceil(n / b), "whole numbers"),
        (lambda steps, n, b: steps // math.ceil(n / b) + 1, "one epoch too many"),
        (lambda steps, n, b: math.ceil(n / b), "the steps of an epoch"),
        (lambda steps, n, b: 225, "images and batches of"),
        (lambda steps, n, b: max(2, math.ceil(steps / math.ceil(n / b))), "a single step"),
        (lambda steps, n, b: [], "one number"),
        (lambda steps, n, b: steps // (n // b), "stops with ZeroDivisionError"),
    ],
    "check_images_needed": [
        (lambda p, h: int(needed(p, h)), "round up"),
        (lambda p, h: round(needed(p, h)), "round up"),
        (needed, "whole numbers"),
        (lambda p, h: math.ceil(1.96**2 * p * (1 - p) / h), "square `half_width`"),
        (lambda p, h: math.ceil(1.96 * p * (1 - p) / h**2), "square 1.96"),
        (lambda p, h: math.ceil(p * (1 - p) / h**2), "1.96 is missing"),
        (lambda p, h: math.ceil(needed(p, h, 1.645)), "holds 90 %"),
        (lambda p, h: math.ceil(needed(p, h / 2)), "do not halve it"),
        (lambda p, h: math.ceil(needed(0.5, h)), "it ignores `accuracy`"),
        (lambda p, h: math.ceil(1.96**2 * math.sqrt(p * (1 - p)) / h**2), "the variance"),
        (lambda p, h: math.ceil(needed(p, h, 2)), "rule of thumb"),
        (lambda p, h: math.ceil(needed(max(p, 0.5), h)), "an accuracy below one half"),
        (lambda p, h: 100, "yours is 100."),
    ],
    "check_paired": [
        (independent, "it treats the images as independent"),
        (added_widths, "it treats the images as independent"),
        (lambda a, b: ((b - a).mean(), spread(b - a)), "the sign is turned"),
        (lambda a, b: ((a - b).mean(), 1.96 * (a - b).std()), "divide by √n"),
        (lambda a, b: ((a - b).mean(), 1.96 * (a - b).std() / len(a)), "not by n"),
        (lambda a, b: ((a - b).mean(), (a - b).std() / math.sqrt(len(a))), "1.96 is missing"),
        (lambda a, b: ((a - b).mean(), 2 * spread(a - b)), "the whole width"),
        (lambda a, b: (abs(a - b).mean(), spread(abs(a - b))), "has a sign"),
        (lambda a, b: ((a - b)[a != b].mean(), spread((a - b)[a != b])), "both agree count, too"),
        (lambda a, b: ((a - b).mean(), 2 / 1.96 * spread(a - b)), "the answer is"),
        (lambda a, b: (0.05, 0.03), "the answer is"),
        (lambda a, b: ((a - b).mean() * 1.003, spread(a - b)), "the answer is"),
        (lambda a, b: (a - b).mean(), "it should return 2 numbers, not float64"),
    ],
}


@pytest.mark.parametrize(
    ("check", "answer"),
    [
        ("check_epochs", lambda steps, n, b: float(math.ceil(steps / -(-n // b)))),
        ("check_images_needed", lambda p, h: np.ceil(1.959964**2 * p * (1 - p) / h**2)),
        ("check_paired", lambda a, b: [np.mean(a - b), 1.959964 * np.std(a - b, ddof=1) / len(a) ** 0.5]),
    ],
)
def test_another_right_way_passes(check, answer):
    assert getattr(homework, check)(answer)


def test_the_paired_interval_is_the_bootstrap_of_the_library(reference):
    a, b = outcomes(330, 40, 12, 118, np.random.default_rng(0))
    found = analysis.paired_difference("".join(map(str, a)), "".join(map(str, b)))
    difference, half_width = reference(6, "paired_interval")(a, b)
    assert difference == pytest.approx(found.estimate)
    assert half_width == pytest.approx((found.high - found.low) / 2, rel=0.1)
    assert independent(a, b)[1] > 1.5 * half_width
