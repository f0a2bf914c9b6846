"""Naming a mistake by its numbers, and answers of every other kind: a check says what is wrong and never raises."""

import math

import numpy as np
import pytest
import torch
from torch import nn
from torchvision.transforms import v2

from course_lib.teaching.checks import list_checks
from course_lib.teaching.checks.homework import check_frozen
from course_lib.teaching.checks.mistakes import draw_cases, number_fault

CASES = ((1, 2), (3, 3), (5, 2))
MISTAKES = (("subtracts", lambda a, b: a - b), ("doubles", lambda a, b: 2 * b))


def fault(function, **options):
    return number_fault(function, CASES, lambda a, b: a + b, MISTAKES, **options)


def test_right_numbers_have_no_fault():
    assert fault(lambda a, b: b + a) is None
    assert fault(lambda a, b: torch.tensor(a + b)) is None
    assert fault(lambda a, b: (a + b) * (1 + 1e-9)) is None


def test_a_mistake_is_named_only_if_it_explains_every_case():
    assert fault(lambda a, b: a - b) == "subtracts"
    assert fault(lambda a, b: a - b if a < 4 else 0) == "with 1, 2 the answer is 3, yours is -1."


def test_a_case_is_described_in_the_given_words():
    assert fault(lambda a, b: 0, describe=lambda a, b: f"{a} plus {b}") == "with 1 plus 2 the answer is 3, yours is 0."


def test_the_tolerance_is_relative():
    assert fault(lambda a, b: 1.01 * (a + b), rel=0.02) is None
    assert fault(lambda a, b: 1.01 * (a + b), rel=0.001) is not None


def test_a_fault_names_the_kind_of_a_hidden_case_and_not_its_numbers():
    hidden = {"negative numbers": [(-4321, 1)]}
    assert fault(lambda a, b: a + b, hidden=hidden) is None
    assert (
        fault(lambda a, b: abs(a) + b, hidden=hidden) == "right for what was tried first, but not for negative numbers."
    )
    assert fault(lambda a, b: a + b if a > 0 else 1 / 0, hidden=hidden).endswith("not for negative numbers.")


def test_each_number_may_have_its_own_tolerance():
    def found(function):
        return number_fault(function, CASES, lambda a, b: (a, b), (), rel=(1e-6, 0.02))

    assert found(lambda a, b: (a, 1.01 * b)) is None
    assert found(lambda a, b: (1.01 * a, b)) is not None


def test_cases_are_drawn_until_every_mistake_shows():
    draws = iter([[(2, 2)], [(0, 0)], [(4, 1)]])
    squares = [("squares", lambda a, b: a * b)]
    assert draw_cases(lambda: next(draws), lambda a, b: a + b, squares) == [(4, 1)]
    assert draw_cases(lambda: [(2, 2)], lambda a, b: a + b, squares) == [(2, 2)]


def test_a_function_cannot_change_the_cases():
    def greedy(values):
        values += 1
        return values.sum()

    given = np.zeros(3)
    assert number_fault(greedy, [(given,), (given,)], lambda values: values.sum() + 3, ()) is None
    assert not given.any()


class Unwilling:
    """Answers nothing that it is asked."""

    def __getattr__(self, name):
        raise RuntimeError("no")

    def __bool__(self):
        raise RuntimeError("no")

    def __len__(self):
        raise RuntimeError("no")


def stop(*arguments):
    raise LookupError("in the middle of the student's code")


ODD = {
    "None": lambda *_: None,
    "dots": lambda *_: ...,
    "text": lambda *_: "42",
    "nan": lambda *_: math.nan,
    "infinite": lambda *_: -math.inf,
    "empty tuple": lambda *_: (),
    "three of nothing": lambda *_: (None, None, None),
    "dict": lambda *_: {"a": 1},
    "empty tensor": lambda *_: torch.zeros(0),
    "tensor with gradient": lambda *_: torch.zeros(3, requires_grad=True),
    "beyond every float": lambda *_: (10**400, 1),
    "numbers by name": {"stages.stem.weight": [1, 2], "head.weight": 3},
    "complex": lambda *_: 1j,
    "empty Compose": lambda *_: v2.Compose([v2.Identity()]),
    "a type": lambda *_: nn.Module,
    "unwilling": lambda *_: Unwilling(),
    "its first argument": lambda first, *_: first,
    "raises": stop,
    "other arguments": lambda: 1,
    "no function": 3,
}


@pytest.mark.parametrize("odd", ODD)
def test_no_answer_stops_a_check(exercise, odd, request, capsys):
    assert list_checks()[exercise.check](ODD[odd], *exercise.needs(request.getfixturevalue)) is False
    assert capsys.readouterr().out.startswith("✘ ")


@pytest.mark.parametrize("odd", ODD)
def test_no_state_stops_the_check_of_frozen_stages(odd, capsys):
    assert check_frozen(ODD[odd], nn.Linear(2, 2)) is False
    assert capsys.readouterr().out.startswith("✘ ")
