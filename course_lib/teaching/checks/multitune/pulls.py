"""Check of lesson 16 on the penalty L2-SP, whose start must be a copy."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from course_lib.teaching.checks.cases import are_told_apart, case_generator, draw_until, torch_generator
from course_lib.teaching.checks.common import attempt, fault_of, find_hidden_fault, find_mistake, verdict

_SHAPES = ((3, 4), (2, 3, 2, 2))  # a linear layer, a convolution
_DETACH = "detach the start when you copy it (w.detach().clone()), and not the weights."
_GRADIENT = "the loss learns nothing from it: return a tensor that depends on the weights, without detach or item."


@dataclass(frozen=True)
class _Case:
    """Weights at the start and after a step, and the strengths."""

    start: list[Tensor]
    moved: list[Tensor]
    new: list[Tensor]
    moved_new: list[Tensor]
    alpha: float
    beta: float


def check_make_l2sp(make_l2sp: Callable) -> bool:
    """Check a penalty that pulls inherited weights to their values at the time it was made, and new ones to zero.

    Args:
        make_l2sp: ``make_l2sp(inherited, new, alpha, beta)`` from two lists of parameters; it returns a function
            without arguments, which returns α/2·Σ‖w − w⁰‖² + β/2·Σ‖w_new‖² of the weights as they are then.

    Returns:
        whether it is right; the message names the likely mistake.
    """
    praise = "the start is a copy, and the penalty grows as the weights leave it."
    return verdict("make_l2sp", fault_of(_fault, make_l2sp), praise)


def _fault(make_l2sp: Callable) -> str | None:
    draw = case_generator()
    functions = [("", _right), *_MISTAKES]

    def is_telling(cases: Sequence[_Case]) -> bool:
        return are_told_apart([(words, [value(case) for case in cases]) for words, value in functions], _same)

    cases = draw_until(lambda: [_draw(draw, _SHAPES, 1) for _ in range(2)], is_telling)
    answers = []
    for case in cases:
        answer, fault = _ask(make_l2sp, case)
        if fault:
            return fault
        answers.append(answer)
    if not all(_same(answer, _right(case)) for answer, case in zip(answers, cases, strict=True)):
        named = find_mistake(answers, [(words, [value(case) for case in cases]) for words, value in _MISTAKES], _same)
        return named or f"after a step the penalty is {_right(cases[0]):.5g}, yours is {answers[0]:.5g}."
    if fault := _gradient_fault(make_l2sp, cases[0]):
        return fault
    hidden = {
        "several new layers": [(_draw(draw, _SHAPES, 3),)],
        "many inherited layers": [(_draw(draw, _SHAPES * 4, 1),)],
        "no new layer": [(_draw(draw, _SHAPES, 0),)],
        "weights that were set by the step to new tensors": [(_draw(draw, _SHAPES, 1), True)],
        "a first call after the step": [(_draw(draw, _SHAPES, 1), False, 0, 1)],
        "several calls after the step": [(_draw(draw, _SHAPES, 1), False, 1, 2)],
    }
    return find_hidden_fault(lambda *given: _hidden_fault(make_l2sp, *given), hidden)


def _gradient_fault(make_l2sp: Callable, case: _Case) -> str | None:
    """What is wrong with the gradient of a penalty whose value is right; it must be α (w − w⁰) and β w_new."""
    inherited, new = ([nn.Parameter(w.clone()) for w in part] for part in (case.start, case.new))
    penalty = make_l2sp(inherited, new, case.alpha, case.beta)
    penalty()
    with torch.no_grad():
        for w, value in zip([*inherited, *new], [*case.moved, *case.moved_new], strict=True):
            w.copy_(value)
    penalty().backward()
    pull = [case.alpha * (w - start) for w, start in zip(case.moved, case.start, strict=True)]
    if not _pulls(inherited, pull):
        return f"its value is right, but its gradient does not pull the inherited weights to their start: {_DETACH}"
    if not _pulls(new, [case.beta * w for w in case.moved_new]):
        return "its value is right, but its gradient does not pull the new weights to zero: leave them in the graph."
    return None


def _pulls(weights: Sequence[nn.Parameter], wanted: Sequence[Tensor]) -> bool:
    return all(
        w.grad is not None and torch.allclose(w.grad, own, rtol=1e-4, atol=1e-6)
        for w, own in zip(weights, wanted, strict=True)
    )


def _hidden_fault(
    make_l2sp: Callable, case: _Case, replace: bool = False, before: int = 1, after: int = 1
) -> str | None:
    answer, fault = _ask(make_l2sp, case, replace=replace, before=before, after=after)
    return fault or (None if _same(answer, _right(case)) else "other numbers")


def _draw(draw: np.random.Generator, shapes: Sequence[tuple[int, ...]], num_new: int) -> _Case:
    generator = torch_generator(draw)

    def tensors(some: Sequence[tuple[int, ...]]) -> list[Tensor]:
        return [torch.randn(shape, generator=generator) for shape in some]

    start, new = tensors(shapes), tensors([(2, 4)] * num_new)
    steps = [0.5 * step for step in tensors(shapes)]
    moved = [w + step for w, step in zip(start, steps, strict=True)]
    moved_new = [w + 0.5 * step for w, step in zip(new, tensors([(2, 4)] * num_new), strict=True)]
    alpha, beta = (round(float(value), 3) for value in draw.uniform((0.1, 0.6), (0.4, 0.9)))
    return _Case(start, moved, new, moved_new, alpha, beta)


def _ask(
    make_l2sp: Callable, case: _Case, *, replace: bool = False, before: int = 1, after: int = 1
) -> tuple[float, str | None]:
    """The penalty after the step, or a fault; it is called so many times before and after."""
    inherited, new = ([nn.Parameter(w.clone()) for w in part] for part in (case.start, case.new))
    penalty, fault = attempt(make_l2sp, inherited, new, case.alpha, case.beta)
    if fault:
        return 0.0, fault
    if (len(inherited), len(new)) != (len(case.start), len(case.new)):
        return 0.0, "it changes the lists of weights: leave them as they are."
    if not callable(penalty):
        return 0.0, f"it should return a function without arguments, not {type(penalty).__name__}."
    for _ in range(before):
        if fault := attempt(penalty)[1]:
            return 0.0, f"the function that it returns: {fault}"
    for w, value in zip([*inherited, *new], [*case.moved, *case.moved_new], strict=True):
        if replace:
            w.data = value.clone()
        else:
            with torch.no_grad():
                w.copy_(value)
    for _ in range(after):
        answer, fault = attempt(penalty)
        if fault:
            return 0.0, f"the function that it returns: {fault}"
    if not isinstance(answer, Tensor):
        return 0.0, f"the penalty should be a tensor, not {type(answer).__name__}. {_GRADIENT}"
    if answer.numel() != 1:
        return 0.0, f"the penalty has shape {tuple(answer.shape)}: sum over all weights to one number."
    return float(answer.detach()), None if answer.requires_grad else _flat_or_aliased(answer, case)


def _flat_or_aliased(answer: Tensor, case: _Case) -> str:
    aliased = _same(float(answer.detach()), _new(case))
    return _ALIASED if aliased and not case.new else _GRADIENT


def _sum(pairs) -> float:
    return float(sum((w - start).square().sum() for w, start in pairs))


def _pull(case: _Case) -> float:
    return 0.5 * case.alpha * _sum(zip(case.moved, case.start, strict=True))


def _new(case: _Case) -> float:
    return 0.5 * case.beta * float(sum(w.square().sum() for w in case.moved_new))


def _right(case: _Case) -> float:
    return _pull(case) + _new(case)


def _norms(case: _Case) -> float:
    pull = sum((w - start).norm() for w, start in zip(case.moved, case.start, strict=True))
    return 0.5 * case.alpha * float(pull) + 0.5 * case.beta * float(sum(w.norm() for w in case.moved_new))


def _means(case: _Case) -> float:
    pull = sum((w - start).square().mean() for w, start in zip(case.moved, case.start, strict=True))
    return 0.5 * case.alpha * float(pull) + 0.5 * case.beta * float(sum(w.square().mean() for w in case.moved_new))


def _absolute(case: _Case) -> float:
    pull = sum((w - start).abs().sum() for w, start in zip(case.moved, case.start, strict=True))
    return 0.5 * case.alpha * float(pull) + 0.5 * case.beta * float(sum(w.abs().sum() for w in case.moved_new))


_ALIASED = "the distance is zero after a step: w⁰ is w itself. Keep a copy of the weights (clone) when it is made."
_MISTAKES = (
    (_ALIASED, _new),
    (
        "α and β are exchanged: α is of the inherited weights.",
        lambda c: _pull(c) / c.alpha * c.beta + _new(c) / c.beta * c.alpha,
    ),
    ("twice as large: the factor ½ is missing.", lambda c: 2 * _right(c)),
    ("the factor ½ is missing in the part of the new weights.", lambda c: _pull(c) + 2 * _new(c)),
    ("the factor ½ is missing in the part of the inherited weights.", lambda c: 2 * _pull(c) + _new(c)),
    (
        "that is L2: the inherited weights are pulled to zero, not to their start.",
        lambda c: 0.5 * c.alpha * float(sum(w.square().sum() for w in c.moved)) + _new(c),
    ),
    (
        "the new weights are pulled to their start: they have none, pull them to zero.",
        lambda c: _pull(c) + 0.5 * c.beta * _sum(zip(c.moved_new, c.new, strict=True)),
    ),
    ("the new weights are missing.", _pull),
    ("it takes norms: square the distance.", _norms),
    ("it takes means over the weights: sum them.", _means),
    ("it takes absolute distances: square them.", _absolute),
    ("α is missing, or 1.", lambda c: _pull(c) / c.alpha + _new(c)),
    (
        "the first inherited layer alone is pulled: sum over all of them.",
        lambda c: 0.5 * c.alpha * _sum([(c.moved[0], c.start[0])]) + _new(c),
    ),
    (
        "it is the penalty at the time it was made: read the weights again at each call.",
        lambda c: 0.5 * c.beta * float(sum(w.square().sum() for w in c.new)),
    ),
)


def _same(mine: float, other: float) -> bool:
    return bool(np.isclose(mine, other, rtol=1e-4, atol=1e-7))
