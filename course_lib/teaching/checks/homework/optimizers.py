"""Checks of lesson 08: a step of Adam, the exact McNemar test, the loss before training."""

import math
from collections.abc import Callable
from functools import partial

import numpy as np
import torch
from scipy import stats

from course_lib.teaching.checks.common import attempt, fault_of, verdict
from course_lib.teaching.checks.homework.few_shot import outcomes
from course_lib.teaching.checks.mistakes import number_fault

_ADAM_CASES = ((0.1, (1000.0, 0.001, 0.0)), (0.01, (0.3, -2.0, 0.05)))  # rate, first gradients of three weights
_GROWTH = (1, 3, 0.5, 2, 1)  # gradients of five steps: with equal ones β₂ would not matter


def check_mcnemar(mcnemar_p: Callable) -> bool:
    """Check the exact two-sided McNemar test of two models on the same images.

    Args:
        mcnemar_p: ``mcnemar_p(right_a, right_b) -> float`` from two arrays (N,) of 0 and 1 in the same order of images.

    Returns:
        whether it is right; the message names the likely mistake, as taking the images for independent ones.
    """
    cases = [outcomes(150, 22, 8, 56), outcomes(200, 3, 11, 22), outcomes(90, 5, 5, 136)]
    fault = number_fault(mcnemar_p, cases, _mcnemar, _WRONG_MCNEMARS, describe=_pair_in_words)
    return verdict("mcnemar_p", fault, "only the images on which the two disagree decide.")


def _pair_in_words(a: np.ndarray, b: np.ndarray) -> str:
    return f"{np.sum(a > b)} images right by A alone and {np.sum(b > a)} by B alone"


def _mcnemar(a: np.ndarray, b: np.ndarray, alternative: str = "two-sided") -> float:
    return stats.binomtest(int((a > b).sum()), int((a != b).sum()), alternative=alternative).pvalue


def _chi_square(a: np.ndarray, b: np.ndarray, correction: int) -> float:
    only_a, only_b = (a > b).sum(), (b > a).sum()
    return float(stats.chi2.sf(max(abs(only_a - only_b) - correction, 0) ** 2 / (only_a + only_b), 1))


def _crossed(a: np.ndarray, b: np.ndarray) -> list[list[int]]:
    """Right and wrong of A and of B, as if the images were different ones."""
    return [[int(a.sum()), int((1 - a).sum())], [int(b.sum()), int((1 - b).sum())]]


_INDEPENDENT = (
    "it treats the images as independent, two sets of them: A and B saw the same ones, "
    "count those that only one of them got right."
)
_EXACT = "an approximation for many images: the exact test counts coins, stats.binomtest."
_ONE_SIDED = "that is one side only: a difference either way counts, use the two-sided test."
_WRONG_MCNEMARS = (
    (_INDEPENDENT, lambda a, b: stats.fisher_exact(_crossed(a, b))[1]),
    (_INDEPENDENT, lambda a, b: stats.chi2_contingency(_crossed(a, b))[1]),
    (_INDEPENDENT, lambda a, b: stats.chi2_contingency(_crossed(a, b), correction=False)[1]),
    (_INDEPENDENT, lambda a, b: stats.ttest_ind(a, b).pvalue),
    (_INDEPENDENT, lambda a, b: stats.binomtest(int(a.sum()), int(a.sum() + b.sum())).pvalue),
    (
        "images on which both agree decide nothing: leave them out, n is the number that only one got right.",
        lambda a, b: stats.binomtest(int((a > b).sum()), a.size).pvalue,
    ),
    (_ONE_SIDED, partial(_mcnemar, alternative="greater")),
    (_ONE_SIDED, partial(_mcnemar, alternative="less")),
    (_EXACT, partial(_chi_square, correction=0)),
    (_EXACT, partial(_chi_square, correction=1)),
)


def check_adam(adam_step: Callable) -> bool:
    """Check one step of Adam against five of PyTorch's.

    Args:
        adam_step: ``adam_step(weight, gradient, mean, square, count, lr) -> (weight, mean, square)`` with tensors (D,).

    Returns:
        whether the weights are PyTorch's; the message names the likely mistake. Source: Kingma and Ba (2015).
    """
    return verdict("adam_step", fault_of(_adam_fault, adam_step), "five steps of Adam, the same as PyTorch's.")


def _adam_fault(adam_step: Callable) -> str | None:
    zeros = torch.zeros(2, dtype=torch.float64)
    result, fault = attempt(adam_step, zeros + 1, zeros + 1, zeros.clone(), zeros.clone(), 1, 0.1)
    if fault:
        return fault
    if not isinstance(result, tuple | list) or len(result) != 3:
        return "return three things: weight, mean, square."
    mistakes = [(message, partial(_weights, partial(_adam_step, **wrong))) for message, wrong in _WRONG_ADAMS]
    return number_fault(
        partial(_weights, adam_step),
        _ADAM_CASES,
        _pytorch_weights,
        mistakes,
        describe=lambda lr, gradients: f"rate {lr} and first gradients {', '.join(map(str, gradients))}",
        rel=1e-5,
    )


def _gradients(first: tuple[float, ...]):
    """(count, gradient) of each step; the second weight's changes its sign."""
    for count, growth in enumerate(_GROWTH, 1):
        gradient = growth * torch.tensor(first, dtype=torch.float64)
        gradient[1] *= (-1) ** (count + 1)
        yield count, gradient


def _start() -> torch.Tensor:
    return torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64)


def _pytorch_weights(lr: float, first: tuple[float, ...]) -> list[float]:
    """Weights after each of five steps, one step after the other, of PyTorch's Adam."""
    weight, seen = _start().requires_grad_(), []
    optimizer = torch.optim.Adam([weight], lr=lr)
    for _, weight.grad in _gradients(first):
        optimizer.step()
        seen += weight.tolist()
    return seen


def _weights(adam_step: Callable, lr: float, first: tuple[float, ...]) -> list[float]:
    """Weights after each of five steps, one step after the other, of a student's Adam."""
    weight, mean, square, seen = _start(), torch.zeros(3).double(), torch.zeros(3).double(), []
    for count, gradient in _gradients(first):
        weight, mean, square = adam_step(weight, gradient, mean, square, count, lr)
        seen += weight.tolist()
    return seen


def _adam_step(
    weight, gradient, mean, square, count, lr, *,
    betas=(0.9, 0.999), power=2, undo_mean=True, undo_square=True, undo_shift=0,
    keep=False, root=True, eps=1e-8, sign=-1,
):  # fmt: skip
    """A step of Adam in which one thing may be wrong."""
    mean = betas[0] * mean + (1 - betas[0]) * gradient
    square = betas[1] * square + (1 - betas[1]) * gradient**power
    up = mean / (1 - betas[0] ** (count + undo_shift)) if undo_mean else mean
    down = square / (1 - betas[1] ** (count + undo_shift)) if undo_square else square
    weight = weight + sign * lr * up / ((down.sqrt() if root else down) + eps)
    return (weight, up, down) if keep else (weight, mean, square)


_START_AT_ZERO = "the start at zero is not undone: divide mean and square by 1 − β^count."
_WRONG_ADAMS = (
    (_START_AT_ZERO, {"undo_mean": False, "undo_square": False}),
    ("the start at zero of the mean is not undone: divide it by 1 − 0.9^count.", {"undo_mean": False}),
    ("the start at zero of the square is not undone: divide it by 1 − 0.999^count.", {"undo_square": False}),
    ("`count` starts at 1: the power is β^count, not β^(count + 1).", {"undo_shift": 1}),
    ("return the running mean and square themselves, not those with the start undone.", {"keep": True}),
    ("the square root is missing: divide by √square.", {"root": False}),
    ("`square` is the running mean of the *squared* gradient.", {"power": 1}),
    ("β₁ and β₂ are swapped: 0.9 for the mean, 0.999 for the square.", {"betas": (0.999, 0.9)}),
    ("0.9 for both means: the square has β₂ = 0.999.", {"betas": (0.9, 0.9)}),
    ("it walks uphill: subtract the step.", {"sign": 1}),
    ("a weight with gradient 0 becomes nan: add a small number, 1e-8, to the root.", {"eps": 0}),
)


def check_start(start_is_plausible: Callable) -> bool:
    """Check a student's test of the loss before training.

    Args:
        start_is_plausible: ``start_is_plausible(first_loss, num_classes) -> bool``, with a factor of 1.5 to spare.

    Returns:
        whether it tells plausible losses from others; the message names the likely mistake.
    """
    fault = fault_of(_start_fault, start_is_plausible)
    return verdict("start_is_plausible", fault, "seven classes do not start at log(1000), a thousand do.")


def _start_fault(start_is_plausible: Callable) -> str | None:
    answers = []
    for loss, num_classes, expected, _ in _STARTS:
        answer, fault = attempt(start_is_plausible, loss, num_classes)
        if fault:
            return fault
        try:
            answers.append(bool(answer) == expected)
        except Exception:  # an array has no truth value
            return f"it returns a {type(answer).__name__}, return True or False."
    if not any(answers[:-1]):
        return "the answer is upside down: True means plausible."
    return next((text for right, (*_, text) in zip(answers, _STARTS, strict=True) if not right), None)


# loss, number of classes, whether it is plausible, what an answer that says otherwise got wrong
_STARTS = (
    (
        math.log(1000),
        7,
        False,
        "6.91 with 7 classes passes, the thousand-output mistake: the limit must follow log(num_classes), 1.95.",
    ),
    (
        2.05,
        7,
        True,
        "2.05 with 7 classes is refused: log(7) = 1.95, the natural logarithm, and a new head may be a little off.",
    ),
    (
        math.log(1000),
        1000,
        True,
        "6.91 with 1000 classes is refused, but it is log(1000): the limit must depend on num_classes.",
    ),
    (0.75, 2, True, "0.75 with 2 classes is refused: log(2) = 0.69, and a new head may be a little off."),
    (1.3, 2, False, "1.30 with 2 classes passes, 1.9 times log(2) = 0.69: natural logarithm, and a factor of 1.5."),
    (math.nan, 7, False, "nan passes: it is above nothing and below nothing, so ask whether the loss is *below*."),
)
