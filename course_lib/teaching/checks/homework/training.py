"""Checks of lesson 03: accuracy over batches, a rate that diverges; the choice by validation has its own module."""

import math
from collections.abc import Callable, Sequence

import numpy as np
import torch

from course_lib.data.splits import Splits
from course_lib.teaching.checks.cases import case_generator
from course_lib.teaching.checks.common import as_numbers, fault_of, verdict
from course_lib.teaching.checks.mistakes import draw_cases, number_fault
from course_lib.training import Recipe, fit

Counts = Sequence[tuple[int, int]]  # of each batch: right ones, images


def check_accuracy(accuracy_of: Callable) -> bool:
    """Check a function that computes an accuracy over batches of different sizes.

    Args:
        accuracy_of: ``accuracy_of(batches) -> float`` for a list of (predictions, labels), each (n,).

    Returns:
        whether each image counts once; the message names the likely mistake.
    """
    return verdict("accuracy_of", fault_of(_accuracy_fault, accuracy_of), "each image counts once.")


def _accuracy_fault(accuracy_of: Callable) -> str | None:
    """What is wrong with the accuracy, or None; a case is a list of batches."""
    draw = case_generator()
    right, mistakes = _from_counts(_accuracy), [(text, _from_counts(wrong)) for text, wrong in _WRONG_ACCURACIES]
    cases = draw_cases(lambda: [(_draw_batches(draw, count),) for count in (2, 3, 4)], right, mistakes)
    size = int(draw.integers(5, 40))
    hidden = {
        "a single batch": [(_draw_batches(draw, 1),)],
        "batches that are all wrong": [([_draw_batch(draw, 0, size), _draw_batch(draw, 0, 3)],)],
        "batches that are all right": [([_draw_batch(draw, size, size), _draw_batch(draw, 1, 1)],)],
        "other batches": [(_draw_batches(draw, int(count)),) for count in draw.integers(2, 9, 4)],
    }
    return number_fault(accuracy_of, cases, right, mistakes, hidden=hidden, describe=_words, rel=1e-5)


def _from_counts(function: Callable) -> Callable:
    """A function of batches from one of their counts."""
    return lambda batches: function(_count(batches))


def _draw_batches(draw: np.random.Generator, count: int) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Predictions and labels (n,) of `count` batches of one size, the last of which is smaller."""
    size = int(draw.integers(12, 40))
    sizes = [size] * (count - 1) + [int(draw.integers(2, size // 2))]
    return [_draw_batch(draw, int(draw.integers(0, n + 1)), n) for n in sizes]


def _draw_batch(draw: np.random.Generator, right: int, size: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Predictions and labels (n,) of a batch with so many right predictions at random places."""
    labels = draw.integers(0, 7, size)
    wrong = draw.permutation(size) >= right
    return torch.as_tensor((labels + wrong * draw.integers(1, 7, size)) % 7), torch.as_tensor(labels)


def _count(batches: list) -> Counts:
    return [(int((predictions == labels).sum()), len(labels)) for predictions, labels in batches]


def _words(batches: list) -> str:
    return " and ".join(f"{right} of {n}" for right, n in _count(batches)) + " right"


def _right(counts: Counts) -> int:
    return sum(right for right, _ in counts)


def _accuracy(counts: Counts) -> float:
    return _right(counts) / sum(n for _, n in counts)


_WRONG_ACCURACIES = (
    (
        "this is the mean of the batches: the few images of the last one got the weight of a whole batch.",
        lambda counts: sum(right / n for right, n in counts) / len(counts),
    ),
    ("this is the number of right images: divide it by the number of all.", _right),
    (
        "you divide by the number of batches: divide by the number of images.",
        lambda counts: _right(counts) / len(counts),
    ),
    (
        "the last batch is taken for a full one: add up the sizes of the batches as they are.",
        lambda counts: _right(counts) / (len(counts) * counts[0][1]),
    ),
    ("only the last batch is in it: add up over all batches.", lambda counts: _accuracy(counts[-1:])),
    (
        "this is the share that is wrong: count where prediction and label are equal.",
        lambda counts: 1 - _accuracy(counts),
    ),
    ("these are per cent: divide by the number of images, nothing more.", lambda counts: 100 * _accuracy(counts)),
)


def check_divergence(my_rate: float, splits: Splits, architecture: str) -> bool:
    """Check that training from scratch with SGD at this rate breaks down, by training for two epochs.

    Args:
        my_rate: a learning rate.
        splits: what to train on.
        architecture: which network.

    Returns:
        whether the loss became NaN or infinite within two epochs.
    """
    fault = fault_of(_divergence_fault, my_rate, splits, architecture)
    return verdict("my_rate", fault, "at this rate the loss became infinite or NaN within two epochs.")


def _divergence_fault(my_rate: float, splits: Splits, architecture: str) -> str | None:
    """Why training does not diverge at this rate, or None."""
    numbers = None if isinstance(my_rate, bool) else as_numbers(my_rate, 1)
    if numbers is None:
        return "set my_rate to a number, for example 1.0."
    (my_rate,) = numbers
    if not (math.isfinite(my_rate) and my_rate > 0):
        return f"{my_rate} is no learning rate: a rate is a finite number above 0."
    run = fit(Recipe.scratch(optimizer="sgd", lr=my_rate, epochs=2, architecture=architecture), splits)
    if run.status == "diverged":
        return None
    loss, guess = run.history[-1].train_loss, math.log(splits.num_classes)
    if loss < guess:
        return f"at {my_rate:g} the network learns (loss {loss:.2f}, a guess costs {guess:.2f}): go up."
    return (
        f"at {my_rate:g} the loss is {loss:.2f}, bad but finite: BatchNorm holds it together, go up by factors of ten."
    )
