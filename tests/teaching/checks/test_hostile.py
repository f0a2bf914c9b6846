"""Code that ends the program, prints without end, reseeds or changes what it gets: a check says so in one sentence."""

import asyncio
import random
import sys

import numpy as np
import pytest
import torch

from course_lib.teaching.checks import list_checks
from course_lib.teaching.checks.common import attempt, fault_of


class OwnError(BaseException):
    """An error that `except Exception` does not catch."""


class Mute(Exception):
    """An error that cannot say what it is."""

    def __str__(self):
        raise RuntimeError("no")


def raises(error):
    def function(*arguments):
        raise error

    return function


def huge(*arguments):
    return np.ones(10**14).sum()


def endless(*arguments):
    return endless(*arguments)


HOSTILE = {
    "sys.exit()": (lambda *_: sys.exit(), "it ends the program"),
    "sys.exit(1)": (lambda *_: sys.exit(1), "it ends the program"),
    "SystemExit": (raises(SystemExit("bye")), "it ends the program"),
    "GeneratorExit": (raises(GeneratorExit()), "GeneratorExit"),
    "cancelled": (raises(asyncio.CancelledError()), "CancelledError"),
    "own error": (raises(OwnError("own")), "OwnError"),
    "mute error": (raises(Mute()), "RuntimeError"),
    "too much memory": (huge, "it asks for more memory than there is"),
    "endless recursion": (endless, "RecursionError"),
}


def run(exercise, answer, request):
    return list_checks()[exercise.check](answer, *exercise.needs(request.getfixturevalue))


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_code_fails_in_words(exercise, kind, request, capsys):
    if exercise.check == "check_divergence":
        pytest.skip("its answer is a number")
    answer, words = HOSTILE[kind]
    assert run(exercise, answer, request) is False
    printed = capsys.readouterr().out
    assert printed.startswith(f"✘ {exercise.name}: ")
    assert words in printed
    assert printed.count("\n") == 1


def test_a_real_interruption_still_interrupts():
    with pytest.raises(KeyboardInterrupt):
        attempt(raises(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        fault_of(raises(KeyboardInterrupt()))


def test_an_object_that_exits_when_it_is_used_is_told(capsys):
    class Exits:
        def __float__(self):
            sys.exit(3)

    assert list_checks()["check_epochs"](lambda *_: Exits()) is False
    assert "SystemExit" in capsys.readouterr().out


def test_what_a_right_answer_prints_is_no_flood(exercise, reference, request, capsys):
    right = reference(exercise.lesson, exercise.name)
    if not callable(right):
        pytest.skip("its answer is a number")

    def noisy(*arguments):
        print("called")
        return right(*arguments)

    assert run(exercise, noisy, request) is True
    assert capsys.readouterr().out.count("called") <= 30


def test_a_check_leaves_the_global_random_numbers_alone(exercise, reference, request, capsys):
    right = reference(exercise.lesson, exercise.name)
    needs = exercise.needs(request.getfixturevalue)

    def seeded(*arguments):
        torch.manual_seed(5)
        np.random.seed(5)
        random.seed(5)
        return right(*arguments)

    def draws():
        return random.random(), np.random.rand(), torch.rand(1).item()

    states = random.getstate(), np.random.get_state(), torch.get_rng_state()
    expected = draws()
    random.setstate(states[0])
    np.random.set_state(states[1])
    torch.set_rng_state(states[2])
    list_checks()[exercise.check](seeded if callable(right) else right, *needs)
    assert draws() == expected


def test_a_right_answer_may_destroy_its_arguments_afterwards_or_is_told_so(exercise, reference, request, capsys):
    right = reference(exercise.lesson, exercise.name)
    if not callable(right):
        pytest.skip("its answer is a number")

    def careless(*arguments):
        answer = right(*arguments)
        for argument in arguments:
            if isinstance(argument, torch.Tensor | np.ndarray):
                argument[...] = 0
            elif isinstance(argument, list):
                argument.clear()
        return answer

    passed = run(exercise, careless, request)
    assert passed or "changes" in capsys.readouterr().out
