"""Check of lesson 16 on joining the features of two branches (equation 1 of MultiTune)."""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor

from course_lib.teaching.checks.cases import are_told_apart, case_generator, draw_until, torch_generator
from course_lib.teaching.checks.common import answers_to, attempt, fault_of, find_hidden_fault, find_mistake, verdict

_Case = tuple[Tensor, Tensor, float]
_IN_TORCH = "join them with torch, without detach or NumPy."


def check_join(join: Callable) -> bool:
    """Check concat[η X₁; (1 − η) X₂], what the joined layer of MultiTune is given.

    Args:
        join: ``join(x1, x2, eta) -> (N, 2D)`` from the features (N, D) of both branches.

    Returns:
        whether it is right; the message names the likely mistake.
    """
    return verdict("join", fault_of(_fault, join), "both branches side by side, each with its share.")


def _fault(join: Callable) -> str | None:
    draw = case_generator()
    functions = [("", _right), *_MISTAKES]

    def is_telling(cases: Sequence[_Case]) -> bool:
        return are_told_apart([(words, [function(*case) for case in cases]) for words, function in functions], _same)

    cases = draw_until(lambda: [_draw(draw, *sizes) for sizes in ((4, 3), (2, 5))], is_telling)
    answers, fault = answers_to(lambda case: _ask(join, case), cases)
    if fault:
        return fault
    wanted = [_right(*case) for case in cases]
    if not all(map(_same, answers, wanted)):
        mistakes = [(words, [function(*case) for case in cases]) for words, function in _MISTAKES]
        if named := find_mistake(answers, mistakes, _same):
            return named
        if answers[0].shape != wanted[0].shape:
            return f"the answer has shape {tuple(answers[0].shape)}: {tuple(wanted[0].shape)} is wanted."
        return "its numbers are not those of concat[η X₁; (1 − η) X₂]."
    hidden = {
        "one image": [(_draw(draw, 1, 4),)],
        "as many images as features": [(_draw(draw, 4, 4),)],
        "η = 0": [((*_draw(draw, 3, 4)[:2], 0.0),)],
        "η = 1": [((*_draw(draw, 3, 4)[:2], 1.0),)],
        "η = ½, both branches alike": [((*_draw(draw, 3, 4)[:2], 0.5),)],
    }
    return find_hidden_fault(lambda case: _hidden_fault(join, case), hidden) or _gradient_fault(join, draw)


def _gradient_fault(join: Callable, draw: np.random.Generator) -> str | None:
    *branches, eta = _draw(draw, 3, 4)
    answer, fault = attempt(join, *(x.requires_grad_().clone() for x in branches), eta)
    if fault or not answer.requires_grad:
        return fault or f"no gradient reaches the branches: {_IN_TORCH}"
    answer.sum().backward()
    for name, x, share in zip(("first", "second"), branches, (eta, 1 - eta), strict=True):
        if x.grad is None or not torch.allclose(x.grad, torch.full_like(x, share)):
            return f"no gradient reaches the {name} branch: {_IN_TORCH}"
    return None


def _draw(draw: np.random.Generator, images: int, features: int) -> _Case:
    generator = torch_generator(draw)
    x1, x2 = (torch.randn(images, features, generator=generator) for _ in range(2))
    return x1, x2, round(float(draw.uniform(0.15, 0.4)), 3)


def _ask(join: Callable, case: _Case) -> tuple[Tensor | None, str | None]:
    given = case[0].clone(), case[1].clone()
    answer, fault = attempt(join, *given, case[2])
    if not fault and not all(map(torch.equal, given, case[:2])):
        return None, "it changes the features that it is given: multiply them without *= or mul_."
    if fault or isinstance(answer, Tensor):
        return answer, fault
    return None, f"it should return a tensor, not {type(answer).__name__}."


def _hidden_fault(join: Callable, case: _Case) -> str | None:
    answer, fault = _ask(join, case)
    return fault or (None if _same(answer, _right(*case)) else "other numbers")


def _right(x1: Tensor, x2: Tensor, eta: float) -> Tensor:
    return torch.cat((eta * x1, (1 - eta) * x2), dim=1)


_MISTAKES = (
    ("the shares are exchanged: η is that of the first branch.", lambda a, b, e: torch.cat(((1 - e) * a, e * b), 1)),
    ("the branches are exchanged: X₁ comes first.", lambda a, b, e: torch.cat(((1 - e) * b, e * a), 1)),
    ("X₂ comes first and has the share of X₁.", lambda a, b, e: torch.cat((e * b, (1 - e) * a), 1)),
    ("η is missing: each branch has its share.", lambda a, b, e: torch.cat((a, b), 1)),
    ("the second branch has the share η, too: it has 1 − η.", lambda a, b, e: torch.cat((e * a, e * b), 1)),
    ("the first branch has no share.", lambda a, b, e: torch.cat((a, (1 - e) * b), 1)),
    ("the second branch has no share.", lambda a, b, e: torch.cat((e * a, b), 1)),
    ("it puts the images below each other: join the features, dim=1.", lambda a, b, e: torch.cat((e * a, (1 - e) * b))),
    ("it adds the branches: put their features side by side.", lambda a, b, e: e * a + (1 - e) * b),
    ("it stacks the branches: put their features side by side.", lambda a, b, e: torch.stack((e * a, (1 - e) * b), 1)),
    ("it stacks the branches: put their features side by side.", lambda a, b, e: torch.stack((e * a, (1 - e) * b))),
    ("it has one branch alone.", lambda a, b, e: e * a),
)


def _same(mine: Tensor, other: Tensor) -> bool:
    return mine.shape == other.shape and torch.allclose(mine.float(), other.float(), rtol=1e-5, atol=1e-6)
