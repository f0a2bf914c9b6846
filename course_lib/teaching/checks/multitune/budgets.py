"""Check of lesson 17 on the terms of global-k in the loss."""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from course_lib.teaching.checks.cases import case_generator, draw_until
from course_lib.teaching.checks.common import attempt, fault_of, verdict
from course_lib.teaching.checks.mistakes import draw_cases, number_fault

_REL, _TINY = 1e-3, 1e-9  # 1e-4 or less may be added inside the logarithm


def check_global_k_loss(global_k_loss: Callable) -> bool:
    """Check the two terms by numbers, by gates that decide alike, and by their gradient.

    Args:
        global_k_loss: ``global_k_loss(decisions, k, budget, determinism) -> loss`` from decisions (N, G), 1. for the
            tuned copy: budget · (Σ n − k)² + determinism · Σ −n · log n, n the share of the images that tune a block.

    Returns:
        whether it is right; the message names the likely mistake.
    """
    praise = "a budget for the blocks, and a price for undecided ones."
    return verdict("global_k_loss", fault_of(_fault, global_k_loss), praise)


def _right(decisions: Tensor, k: float, budget: float, determinism: float) -> float:
    n = decisions.mean(dim=0)
    return float(budget * (n.sum() - k) ** 2 + determinism * _entropy(n))


def _entropy(n: Tensor) -> Tensor:
    return -(n * (n + _TINY).log()).sum()


def _of(budget_term: Callable, entropy_term: Callable = lambda d: _entropy(d.mean(dim=0))) -> Callable:
    def loss(decisions: Tensor, k: float, budget: float, determinism: float) -> float:
        return float(budget * budget_term(decisions, k) + determinism * entropy_term(decisions))

    return loss


def _square(decisions: Tensor, k: float) -> Tensor:
    return (decisions.mean(dim=0).sum() - k) ** 2


def _both_entropies(decisions: Tensor) -> Tensor:
    n = decisions.mean(dim=0)
    return _entropy(n) + _entropy(1 - n)


_MISTAKES = (
    (
        "the budget is asked of each image: the mean over images comes first, then the square.",
        _of(lambda d, k: ((d.sum(dim=1) - k) ** 2).mean()),
    ),
    (
        "the mean over gates stands in the place of the sum: k counts blocks.",
        _of(lambda d, k: (d.mean() - k) ** 2),
    ),
    (
        "the square is missing: (Σ n − k)².",
        _of(lambda d, k: d.mean(dim=0).sum() - k),
    ),
    ("it is the absolute value of Σ n − k: its square is wanted.", _of(lambda d, k: (d.mean(dim=0).sum() - k).abs())),
    (
        "the budget is asked of each block: Σ n − k is one number, with one square.",
        _of(lambda d, k: ((d.mean(dim=0) - k) ** 2).sum()),
    ),
    (
        "n is a number of images: divide by the size of the batch.",
        _of(lambda d, k: (d.sum() - k) ** 2, lambda d: _entropy(d.sum(dim=0))),
    ),
    ("the second term has the wrong sign: Σ −n · log n is positive.", _of(_square, lambda d: -_entropy(d.mean(dim=0)))),
    ("the second term is the entropy of both copies: only −n · log n is wanted.", _of(_square, _both_entropies)),
    (
        "the logarithm has base 2: the natural one is wanted.",
        _of(_square, lambda d: _entropy(d.mean(dim=0)) / np.log(2)),
    ),
    ("the second term is a mean over the gates: their sum is wanted.",
     _of(_square, lambda d: _entropy(d.mean(dim=0)) / d.shape[1])),
    (
        "n is a share of the images: take the mean over them, dim=0, not over the gates.",
        _of(lambda d, k: (d.mean(dim=1).sum() - k) ** 2, lambda d: _entropy(d.mean(dim=1))),
    ),
    ("the factor n is missing in the second term: −n · log n.",
     _of(_square, lambda d: -(d.mean(dim=0) + _TINY).log().sum())),
    ("the second term has the logarithm of 1 + n: that of n is wanted.",
     _of(_square, lambda d: -(d.mean(dim=0) * d.mean(dim=0).log1p()).sum())),
    ("a weight is missing: budget · first + determinism · second.", lambda d, k, *_: _right(d, k, 1, 1)),
    ("a weight is missing: budget · first + determinism · second.", lambda d, k, b, _: _right(d, k, b, 1)),
    ("a weight is missing: budget · first + determinism · second.", lambda d, k, _, s: _right(d, k, 1, s)),
    ("the first term alone counts: the second needs n, the mean over images, before the logarithm.",
     _of(_square, lambda d: torch.zeros(()))),
    ("the second term alone is there.", _of(lambda d, k: torch.zeros(()))),
    ("the weights are exchanged.", lambda d, k, budget, determinism: _right(d, k, determinism, budget)),
)  # fmt: skip


def _fault(global_k_loss: Callable) -> str | None:
    draw = case_generator()
    cases = draw_cases(lambda: [_draw(draw) for _ in range(3)], _right, _MISTAKES, _REL)
    alike = [_draw(draw, alike=True) for _ in range(2)]
    if nan := _nan_fault(global_k_loss, alike[0]):
        return nan
    hidden = {
        "gates that decide alike for all images": alike,
        "a single image": [_draw(draw, images=1, alike=True)],
        "a block that one of 200 images tunes": [_rare(draw)],
    }
    fault = number_fault(
        global_k_loss, cases, _right, _MISTAKES, hidden=hidden, rel=_REL,
        describe=lambda d, k, budget, determinism: (
            f"{len(d)} images at {d.shape[1]} gates, k {k:g}, budget {budget:g} and determinism {determinism:g}"
        ),
    )  # fmt: skip
    mixed = draw_until(lambda: _draw(draw), lambda case: bool(case[0].std(dim=0).all()))  # no gate decides alike
    return fault or _gradient_fault(global_k_loss, mixed) or _finite_fault(global_k_loss, alike[0])


def _draw(draw: np.random.Generator, *, images: int = 8, alike: bool = False) -> tuple[Tensor, float, float, float]:
    gates = int(draw.integers(4, 8))
    decisions = draw.random((images, gates)) < draw.uniform(0.2, 0.8, gates)
    if alike:
        decisions[:] = decisions[:1]
        decisions[:, 0], decisions[:, 1] = True, False
    k = gates + 3.25 if alike else int(draw.integers(0, 3)) + 0.25  # the first term is never 0, nor small beside 1e-4
    return torch.from_numpy(decisions).float(), k, float(draw.uniform(0.5, 3)), float(draw.uniform(0.5, 3))


def _rare(draw: np.random.Generator) -> tuple[Tensor, float, float, float]:
    """A case of 200 images, of which one tunes the first block, and the second term alone."""
    decisions, k, _, determinism = _draw(draw, images=200)
    decisions[:, 0] = 0
    decisions[int(draw.integers(200)), 0] = 1
    return decisions, k, 0.0, determinism


def _nan_fault(global_k_loss: Callable, case: tuple) -> str | None:
    answer, fault = attempt(global_k_loss, case[0].clone(), *case[1:])
    if not fault and isinstance(answer, Tensor | float) and bool(torch.isnan(torch.as_tensor(answer)).any()):
        return "it is NaN where no image tunes a block: 0 · log 0 is 0, add a tiny number inside the logarithm."
    return None


def _gradient(global_k_loss: Callable, case: tuple) -> tuple[Tensor | None, str | None]:
    """(gradient of the loss for the decisions, None), or (None, fault)."""
    decisions = case[0].clone().requires_grad_()
    with torch.enable_grad():
        loss, fault = attempt(global_k_loss, decisions * 1, *case[1:])  # a leaf must not be changed in place
        if fault:
            return None, fault
        found = None
        if isinstance(loss, Tensor) and loss.requires_grad:
            (found,) = torch.autograd.grad(loss.sum(), decisions, allow_unused=True)
    none = "the number is right, but no gradient reaches the decisions: leave out item(), detach() and NumPy."
    return found, None if found is not None else none


def _gradient_fault(global_k_loss: Callable, case: tuple) -> str | None:
    mine, fault = _gradient(global_k_loss, case)
    if fault:
        return fault
    n = case[0].mean(dim=0)
    right = 2 * case[2] * (n.sum() - case[1]) - case[3] * ((n + _TINY).log() + n / (n + _TINY))
    same = torch.allclose(mine, (right / len(case[0])).expand_as(mine), rtol=1e-3, atol=1e-4)
    return None if same else "the number is right, but its gradient is not: a part of it is detached."


def _finite_fault(global_k_loss: Callable, case: tuple) -> str | None:
    """Whether the gradient is NaN or infinite where no image tunes a block; the clamp's 0 is as good as a number."""
    mine, fault = _gradient(global_k_loss, case)
    if fault or bool(mine.isfinite().all()):
        return fault
    return "its gradient is NaN or infinite where no image tunes a block: add a tiny number inside the logarithm."
