"""Check of lesson 16 on starts that follow the weights."""

import pytest
import torch

from course_lib.teaching.checks.cases import fixed_cases
from course_lib.teaching.checks.multitune import aliases


def right(weights, start):
    return [name for name in weights if weights[name].data_ptr() == start[name].data_ptr()]


def moved(weights, start):
    found = right(weights, start)
    with torch.no_grad():
        for w in weights.values():
            w.add_(1)
    return found


def by_gradient(weights, start):
    return [name for name, own in start.items() if own.requires_grad]


def in_other_memory(weights, start):
    found = right(weights, start)
    for w in weights.values():
        w.data = w.detach().clone()
    return found


def moving_the_starts(weights, start):
    found = right(weights, start)
    with torch.no_grad():
        for name, w in start.items():
            w.add_(0 if name in found else 1)
    return found


WRONG = {
    "check_aliased_names": [
        (lambda weights, start: [n for n in weights if torch.equal(weights[n], start[n])], "it names every start"),
        (lambda weights, start: list(weights), "it names every start"),
        (lambda weights, start: [n for n in weights if weights[n] is start[n]], "it finds the parameter itself alone"),
        (by_gradient, "it finds the parameter itself alone"),
        (lambda weights, start: [n for n in weights if n not in right(weights, start)], "it names the copies"),
        (lambda weights, start: [], "it finds none"),
        (lambda weights, start: [n for n in right(weights, start) if weights[n] is not start[n]], "is made by itself"),
        (in_other_memory, "it changes the weights"),
        (moving_the_starts, "it changes the starts"),
        (lambda weights, start: 2 * right(weights, start), "it names a start twice"),
        (lambda weights, start: (name for name in right(weights, start)), "it should return a list of names"),
        (moved, "it changes the weights"),
        (lambda weights, start: right(weights, start)[0], "it should return a list of names"),
        (lambda weights, start: [weights[n] for n in right(weights, start)], "it should return a list of names"),
        (lambda weights, start: right(weights, start) or ["stem"], "but not for starts that are all copies"),
    ]
}


@pytest.mark.parametrize("seed", range(3))
def test_the_right_search_passes_whatever_is_drawn(seed, capsys):
    with fixed_cases(seed):
        assert aliases.check_aliased_names(right) is True, capsys.readouterr().out
