"""Check of lesson 16 on L2-SP."""

import pytest
import torch

from course_lib.teaching.checks.cases import fixed_cases
from course_lib.teaching.checks.multitune import pulls


def made(start_of, alpha=lambda a, b: a, beta=lambda a, b: b, half=0.5, power=2):
    """L2-SP with another start, other strengths, factor or power."""

    def make(inherited, new, a, b):
        start = [start_of(w) for w in inherited]

        def penalty():
            pull = sum((w - w0).abs().pow(power).sum() for w, w0 in zip(inherited, start, strict=True))
            return half * alpha(a, b) * pull + half * beta(a, b) * sum(w.abs().pow(power).sum() for w in new)

        return penalty

    return make


def clone(w):
    return w.detach().clone()


right = made(clone)


def once(inherited, new, a, b):
    value = right(inherited, new, a, b)()
    return lambda: value


def item(inherited, new, a, b):
    penalty = right(inherited, new, a, b)
    return lambda: penalty().item()


def detached(inherited, new, a, b):
    penalty = right(inherited, new, a, b)
    return lambda: penalty().detach()


def new_too(inherited, new, a, b):
    old, both = right(inherited, [], a, b), right(new, [], b, a)
    return lambda: old() + both()


def attached(inherited, new, a, b):
    """The start is a copy whose gradient cancels that of the weights."""
    return made(lambda w: w.clone())(inherited, new, a, b)


def lazy(inherited, new, a, b):
    """The start is taken at the first call."""
    kept = []

    def penalty():
        kept[:] = kept or [right(inherited, new, a, b)]
        return kept[0]()

    return penalty


def since_the_last_call(inherited, new, a, b):
    kept = [right(inherited, new, a, b)]

    def penalty():
        value = kept[0]()
        kept[0] = right(inherited, new, a, b)
        return value

    return penalty


def detached_part(of_new):
    def make(inherited, new, a, b):
        old, zero = right(inherited, [], a, b), right([], new, a, b)
        return lambda: old() + zero().detach() if of_new else old().detach() + zero()

    return make


def means(inherited, new, a, b):
    start = [clone(w) for w in inherited]
    return lambda: (
        a / 2 * sum(((w - w0) ** 2).mean() for w, w0 in zip(inherited, start, strict=True))
        + b / 2 * sum((w**2).mean() for w in new)
    )


WRONG = {
    "check_make_l2sp": [
        (made(lambda w: w), "w⁰ is w itself"),
        (made(lambda w: w.detach()), "w⁰ is w itself"),
        (made(lambda w: w.data), "Keep a copy of the weights (clone)"),
        (made(clone, half=1.0), "the factor ½ is missing"),
        (made(clone, alpha=lambda a, b: b, beta=lambda a, b: a), "α and β are exchanged"),
        (made(torch.zeros_like), "that is L2"),
        (made(clone, beta=lambda a, b: 0.0), "the new weights are missing"),
        (made(clone, power=1), "it takes absolute distances"),
        (made(clone, alpha=lambda a, b: 1.0), "α is missing"),
        (new_too, "the new weights are pulled to their start"),
        (means, "it takes means"),
        (once, "at the time it was made"),
        (item, "should be a tensor, not float"),
        (detached, "the loss learns nothing from it"),
        (attached, "its gradient does not pull the inherited weights"),
        (detached_part(of_new=False), "its gradient does not pull the inherited weights"),
        (detached_part(of_new=True), "its gradient does not pull the new weights"),
        (lazy, "but not for a first call after the step"),
        (since_the_last_call, "but not for several calls after the step"),
        (lambda *given: right(*given)(), "it should return a function"),
        (lambda inherited, new, a, b: right(inherited[:1], new, a, b), "the first inherited layer alone"),
        (lambda inherited, new, a, b: right(inherited, new[:1], a, b), "but not for several new layers"),
        (lambda inherited, new, a, b: lambda: sum(w.sum() for w in inherited), "after a step the penalty is"),
    ]
}


@pytest.mark.parametrize("seed", range(3))
def test_the_right_penalty_passes_whatever_is_drawn(seed, capsys):
    with fixed_cases(seed):
        assert pulls.check_make_l2sp(right) is True, capsys.readouterr().out
