"""Check of lesson 17 on the straight-through step: hard decisions forward, the softmax's gradient backward."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from course_lib.teaching.checks.cases import case_generator, torch_generator
from course_lib.teaching.checks.common import attempt, fault_of, find_hidden_fault, verdict

_FORWARD, _GRADIENT = 1e-4, 1e-4
Step = Callable[[Tensor, Tensor, float], Tensor]


@dataclass(frozen=True)
class Case:
    """Logits and noise (N, G, 2), and a temperature; `weight` (N, G) turns decisions into one number."""

    logits: Tensor
    noise: Tensor
    temperature: float
    weight: Tensor


def check_straight_through(straight_through: Step) -> bool:
    """Check the step by its decisions and by their gradient, with fresh logits.

    Args:
        straight_through: ``straight_through(logits, noise, temperature) -> decisions`` from logits and Gumbel noise
            (N, G, 2), the last index 1 for the tuned copy, to decisions (N, G): 1. where the noisy logit of the tuned
            copy is the larger one, else 0., with the gradient of the softmax of the noisy logits at the temperature.

    Returns:
        whether it is right; the message names the likely mistake.
    """
    praise = "hard decisions forward, the gradient of the softmax backward."
    return verdict("straight_through", fault_of(_fault, straight_through), praise)


def _fault(straight_through: Step) -> str | None:
    draw = case_generator()
    for _ in range(2):
        if fault := _case_fault(straight_through, _draw(draw, 64, 5, float(draw.uniform(2, 6)))):
            return fault
    hidden = {
        "a single image": [_draw(draw, 1, 7, 3.0)],
        "a single gate": [_draw(draw, 32, 1, 3.0)],
        "a temperature below 1": [_draw(draw, 32, 4, 0.5)],
        "large logits": [_draw(draw, 32, 4, 5.0, scale=30.0)],
    }
    cases = {kind: [(case,) for case in own] for kind, own in hidden.items()}
    return find_hidden_fault(lambda case: _case_fault(straight_through, case), cases)


def _draw(draw: np.random.Generator, images: int, gates: int, temperature: float, scale: float = 1.5) -> Case:
    generator = torch_generator(draw)
    logits = scale * torch.randn(images, gates, 2, generator=generator)
    uniform = torch.rand(images, gates, 2, generator=generator).clamp(1e-6, 1 - 1e-6)
    return Case(logits, -torch.log(-torch.log(uniform)), temperature, torch.randn(images, gates, generator=generator))


def _case_fault(straight_through: Step, case: Case) -> str | None:
    logits = case.logits.clone().requires_grad_()
    with torch.enable_grad():
        given = logits * 1  # a leaf must not be changed in place
        answer, fault = attempt(straight_through, given, case.noise.clone(), case.temperature)
        if fault:
            return fault
        if not isinstance(answer, Tensor):
            return f"it should return a tensor of decisions (N, G), not {type(answer).__name__}."
        shape = tuple(case.weight.shape)
        if tuple(answer.shape) == (*shape, 2):
            return "it returns both columns: the decision is that of the tuned copy, the last index 1."
        if tuple(answer.shape) != shape:
            return f"it returns the shape {tuple(answer.shape)}: {shape} is wanted, a decision for each image and gate."
        return _forward_fault(answer, case) or _gradient_fault(answer, logits, case)


def _noisy(case: Case) -> Tensor:
    return case.logits + case.noise


def _soft(case: Case, scores: Tensor | None = None) -> Tensor:
    scores = _noisy(case) if scores is None else scores
    return (scores / case.temperature).softmax(dim=-1)[..., 1]


def _forward_fault(answer: Tensor, case: Case) -> str | None:
    """What is wrong with the decisions, or None."""
    mine = answer.detach().float()
    if _near(mine, _hard(_noisy(case))):
        return None
    soft = {
        "forward is soft: it returns probabilities. Decide 0 or 1, and let only the gradient be that of the softmax.": (
            _soft(case),
            _noisy(case).softmax(dim=-1)[..., 1],
            (case.logits / case.temperature).softmax(dim=-1)[..., 1],
            case.logits.softmax(dim=-1)[..., 1],
        ),
        "the noise is missing: without it the same route is taken every time, and no other is tried.": (
            _hard(case.logits),
        ),
        "the decisions are those of the frozen copy: the tuned copy is the last index 1.": (
            1 - _hard(_noisy(case)),
            1 - _soft(case),
            1 - _hard(case.logits),
        ),
        "the temperature divides only one of logits and noise: divide their sum, or it changes what is drawn.": (
            _hard(case.logits / case.temperature + case.noise),
            _hard(case.logits + case.noise / case.temperature),
        ),
        "the noise is subtracted: add it to the logits.": (_hard(case.logits - case.noise),),
        "the noise is multiplied: add it to the logits.": (_hard(case.logits * case.noise),),
    }
    for message, wrong in soft.items():
        if any(_near(mine, other) for other in wrong):
            return message
    if not bool(((mine.abs() <= _FORWARD) | ((mine - 1).abs() <= _FORWARD)).all()):  # NaN is neither
        return "the decisions are not all 0 or 1."
    share = float((mine != _hard(_noisy(case))).float().mean())
    return f"{100 * share:.0f} % of the decisions differ: the larger of logit plus the given noise wins."


def _gradient_fault(answer: Tensor, logits: Tensor, case: Case) -> str | None:
    """What is wrong with the gradient, or None."""
    none = (
        "gradient is zero: argmax, comparing, rounding and detach() have none. Add the softmax, and take it away "
        "detached."
    )
    if not answer.requires_grad:
        return none
    try:
        (mine,) = torch.autograd.grad((answer * case.weight).sum(), logits, allow_unused=True)
    except RuntimeError:  # of a student's backward pass
        return "its gradient cannot be computed: write the decisions into a new tensor, not into the softmax."
    right = _gradient(_soft, case)
    if mine is None or (bool((mine == 0).all()) and bool((right != 0).any())):
        return f"{none} Or the softmax cancels itself: one of the two has to be detached."
    if _near(mine, right, _GRADIENT * float(right.abs().max())):
        return None
    wrong = {
        "the temperature is missing in the gradient: divide the noisy logits by it before the softmax.": (
            lambda own, scores: scores.softmax(dim=-1)[..., 1]
        ),
        "the gradient is of the logits without noise: take the softmax of logits plus noise.": (
            lambda own, scores: _soft(own, scores - own.noise)
        ),
        "the temperature multiplies: divide the noisy logits by it.": (
            lambda own, scores: (scores * own.temperature).softmax(dim=-1)[..., 1]
        ),
        "the gradient has the wrong sign: it is that of the frozen copy's probability.": (
            lambda own, scores: 1 - _soft(own, scores)
        ),
        "the softmax is taken over the gates: dim=-1 holds the two copies.": (
            lambda own, scores: (scores / own.temperature).softmax(dim=1)[..., 1]
        ),
        "the softmax is taken over the images: dim=-1 holds the two copies.": (
            lambda own, scores: (scores / own.temperature).softmax(dim=0)[..., 1]
        ),
        "the temperature divides only the logits in the gradient: divide logits plus noise.": (
            lambda own, scores: ((scores - own.noise) / own.temperature + own.noise).softmax(dim=-1)[..., 1]
        ),
        "the temperature divides twice in the gradient: once is enough.": (
            lambda own, scores: (scores / own.temperature**2).softmax(dim=-1)[..., 1]
        ),
    }
    for message, soft in wrong.items():
        other = _gradient(soft, case)
        if _near(mine, other, _GRADIENT * float(other.abs().max())):
            return message
    return "the decisions are right, but their gradient is not that of softmax((logits + noise) / temperature)."


def _gradient(soft: Callable, case: Case) -> Tensor:
    """The gradient of the weighted sum of soft decisions for the logits."""
    logits = case.logits.clone().requires_grad_()
    with torch.enable_grad():
        return torch.autograd.grad((soft(case, logits + case.noise) * case.weight).sum(), logits)[0]


def _hard(scores: Tensor) -> Tensor:
    return (scores[..., 1] > scores[..., 0]).float()


def _near(mine: Tensor, other: Tensor, tolerance: float = _FORWARD) -> bool:
    return bool((mine - other).abs().max() <= tolerance)
