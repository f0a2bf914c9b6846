"""Check of lesson 16 on joining two branches."""

import pytest
import torch

from course_lib.teaching.checks.cases import fixed_cases
from course_lib.teaching.checks.multitune import joins


def right(x1, x2, eta):
    return torch.cat((eta * x1, (1 - eta) * x2), dim=1)


def in_place(x1, x2, eta):
    x1 *= eta
    x2 *= 1 - eta
    return torch.cat((x1, x2), dim=1)


WRONG = {
    "check_join": [
        (lambda a, b, e: torch.cat(((1 - e) * a, e * b), 1), "the shares are exchanged"),
        (lambda a, b, e: torch.cat(((1 - e) * b, e * a), 1), "the branches are exchanged"),
        (lambda a, b, e: torch.cat((a, b), 1), "η is missing"),
        (lambda a, b, e: e * torch.cat((a, b), 1), "the second branch has the share η, too"),
        (lambda a, b, e: torch.cat((a, (1 - e) * b), 1), "the first branch has no share"),
        (lambda a, b, e: torch.cat((e * a, b), 1), "the second branch has no share"),
        (lambda a, b, e: torch.cat((e * a, (1 - e) * b), 0), "below each other"),
        (lambda a, b, e: e * a + (1 - e) * b, "it adds the branches"),
        (lambda a, b, e: torch.stack((e * a, (1 - e) * b)), "it stacks the branches"),
        (lambda a, b, e: right(a, b, 0.5), "its numbers are not those"),
        (lambda a, b, e: right(a, b, e).sum(1), "the answer has shape"),
        (lambda a, b, e: right(a, b, e).detach(), "no gradient reaches the branches"),
        (lambda a, b, e: right(a.detach(), b, e), "no gradient reaches the first branch"),
        (lambda a, b, e: right(a, b.data, e), "no gradient reaches the second branch"),
        (lambda a, b, e: torch.stack((e * a, (1 - e) * b), 2).flatten(1), "its numbers are not those"),
        (in_place, "it changes the features that it is given"),
        (lambda a, b, e: right(a, b, e).detach().numpy(), "it should return a tensor, not ndarray"),
        (lambda a, b, e: right(a, b, e) if e else torch.cat((a, b), 1), "but not for η = 0"),
    ]
}


@pytest.mark.parametrize("seed", range(3))
def test_the_usual_mistakes_are_told_apart_whatever_is_drawn(seed, capsys):
    for message, mistake in joins._MISTAKES:
        with fixed_cases(seed):
            assert joins.check_join(mistake) is False
        assert message in capsys.readouterr().out
