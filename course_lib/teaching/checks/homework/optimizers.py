"""Checks of lesson 08: a step of Adam, the loss before training; McNemar's test has its own module."""

import math
from collections.abc import Callable
from functools import partial

import numpy as np
import torch

from course_lib.teaching.checks.cases import case_generator
from course_lib.teaching.checks.common import as_truth, attempt, fault_of, find_hidden_fault, verdict
from course_lib.teaching.checks.mistakes import draw_cases, number_fault

_NUM_STEPS = 5
_SIZES = (2, 5, 20, 100, 500, 2500)  # numbers of classes
_FACTORS = ((0.9, 1), (1.25, 1.35), (1.65, 1.75), (2, 4))  # of the logarithm; 1.5 is the limit
_REL = 1e-5  # of the weights: wherever the small number is added to the root


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
    draw = case_generator()
    cases = draw_cases(lambda: [_draw_steps(draw, 3) for _ in range(2)], _pytorch_weights, mistakes, _REL)
    hidden = {
        "a single weight": [_draw_steps(draw, 2)],
        "twenty weights": [_draw_steps(draw, 20)],
        "other rates and gradients": [_draw_steps(draw, 4) for _ in range(3)],
    }
    function = partial(_weights, adam_step)
    return number_fault(function, cases, _pytorch_weights, mistakes, hidden=hidden, describe=_steps_in_words, rel=_REL)


def _draw_steps(draw: np.random.Generator, num_weights: int) -> tuple[float, tuple, tuple]:
    """(rate, first weights, gradients of each step); the last weight's gradient is always 0.

    The gradients differ from step to step, else β₂ would not matter, and none but the last weight's is small.
    """
    sizes = draw.uniform(0.2, 3, (_NUM_STEPS, num_weights)) * draw.choice([-1, 1], (_NUM_STEPS, num_weights))
    sizes[:, -1] = 0
    weights = draw.uniform(1, 3, num_weights) * draw.choice([-1, 1], num_weights)
    rate = round(draw.uniform(0.01, 0.1), 3)
    return rate, tuple(weights.round(2).tolist()), tuple(map(tuple, sizes.round(2).tolist()))


def _steps_in_words(lr: float, weights: tuple, gradients: tuple) -> str:
    return f"rate {lr}, weights {', '.join(map(str, weights))} and first gradients {', '.join(map(str, gradients[0]))}"


def _vector(values: tuple[float, ...]) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64)


def _pytorch_weights(lr: float, weights: tuple, gradients: tuple) -> list[float]:
    """Weights after each step, one step after the other, of PyTorch's Adam."""
    weight, seen = _vector(weights).requires_grad_(), []
    optimizer = torch.optim.Adam([weight], lr=lr)
    for gradient in gradients:
        weight.grad = _vector(gradient)
        optimizer.step()
        seen += weight.tolist()
    return seen


def _weights(adam_step: Callable, lr: float, weights: tuple, gradients: tuple) -> list[float]:
    """Weights after each step, one step after the other, of a student's Adam."""
    weight, seen = _vector(weights), []
    mean, square = torch.zeros_like(weight), torch.zeros_like(weight)
    for count, gradient in enumerate(gradients, 1):
        weight, mean, square = adam_step(weight, _vector(gradient), mean, square, count, lr)
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
    draw = case_generator()
    starts = _draw_starts(draw)
    answers = []
    for loss, num_classes, expected, _ in starts:
        answer, fault = attempt(start_is_plausible, loss, num_classes)
        if fault:
            return fault
        if (truth := as_truth(answer)) is None:
            return f"it should return True or False, not {type(answer).__name__}."
        answers.append(truth == expected)
    if not any(answers[:-1]):
        return "the answer is upside down: True means plausible."
    if wrong := [words for right, (*_, words) in zip(answers, starts, strict=True) if not right]:
        return wrong[0]
    hidden = {
        "other numbers of classes": [_draw_start(draw, n, factors) for n in _SIZES for factors in _FACTORS],
        "an infinite loss": [(math.inf, 7, False)],
    }
    return find_hidden_fault(partial(_is_wrong, start_is_plausible), hidden)


def _is_wrong(start_is_plausible: Callable, loss: float, num_classes: int, expected: bool) -> bool:
    answer, fault = attempt(start_is_plausible, loss, num_classes)
    return fault is not None or as_truth(answer) is not expected


def _draw_start(draw: np.random.Generator, least: int, factors: tuple[float, float]) -> tuple[float, int, bool]:
    """(loss, number of classes, whether it is plausible); the loss is the logarithm times one of these factors."""
    num_classes = int(draw.integers(least, 2 * least))
    return draw.uniform(*factors) * math.log(num_classes), num_classes, factors[1] < 1.5


def _draw_starts(draw: np.random.Generator) -> list[tuple[float, int, bool, str]]:
    """(loss, number of classes, whether it is plausible, what an answer that says otherwise got wrong)."""
    few, many = int(draw.integers(7, 12)), int(draw.integers(500, 2000))
    starts = [
        (math.log(1000), few, False, _THOUSAND),
        (1.05 * math.log(few), few, True, _A_LITTLE_OFF),
        (math.log(many), many, True, _NO_CLASSES),
        (draw.uniform(1.2, 1.33) * math.log(2), 2, True, _A_LITTLE_OFF),
        (draw.uniform(1.75, 1.95) * math.log(2), 2, False, _TOO_HIGH),
        (many / 20, many, False, "{loss:.2f} with {n} classes passes: the limit must grow like log(num_classes)."),
        (math.nan, few, False, "nan passes: it is above nothing and below nothing, ask whether the loss is *below*."),
    ]
    return [(loss, n, fits, words.format(loss=loss, n=n, log=math.log(n))) for loss, n, fits, words in starts]


_THOUSAND = (
    "{loss:.2f} with {n} classes passes, the thousand-output mistake: the limit must follow log(num_classes), which is "
    "{log:.2f}."
)
_A_LITTLE_OFF = (
    "{loss:.2f} with {n} classes is refused: log({n}) = {log:.2f}, the natural logarithm, and a new head may be a "
    "little off."
)
_NO_CLASSES = "{loss:.2f} with {n} classes is refused, but it is log({n}): the limit must depend on num_classes."
_TOO_HIGH = "{loss:.2f} with {n} classes passes, log({n}) = {log:.2f}: natural logarithm, and a factor of 1.5."
