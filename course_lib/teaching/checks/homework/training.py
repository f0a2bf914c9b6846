"""Checks of lesson 03: accuracy over batches, choice by validation, a rate that diverges."""

import math
from collections.abc import Callable, Sequence

import torch

from course_lib.data.splits import Splits
from course_lib.teaching.checks.common import as_numbers, attempt, fault_of, find_mistake, verdict
from course_lib.teaching.checks.mistakes import number_fault
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
    """What is wrong with the accuracy, or None; a case is (right, images) of each batch."""
    cases = (((32, 32), (0, 4)), ((20, 32), (30, 32), (5, 5)), ((0, 8), (3, 3)))
    mistakes = [(message, _from_counts(wrong)) for message, wrong in _WRONG_ACCURACIES]
    arguments = [(_batches(case),) for case in cases]
    return number_fault(accuracy_of, arguments, _from_counts(_accuracy), mistakes, describe=_words, rel=1e-5)


def _from_counts(function: Callable) -> Callable:
    """A function of batches from one of their counts."""
    return lambda batches: function(_count(batches))


def _batches(counts: Counts) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Predictions and labels (n,) of batches with the given numbers of right predictions and of images."""
    return [(torch.arange(n), torch.arange(n) + (torch.arange(n) >= right)) for right, n in counts]


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
        "0.5 for 32 of 32 and 0 of 4 is the mean of the two batches: the 4 images got the weight of 32.",
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


# For each rate: test accuracy, then (training loss, validation loss, validation accuracy) of epochs 0, 1, 2, 3.
# Each column has its best value in another place, so the choice reveals the column it was made by.
_RUNS = {
    0.1: (0.81, ((1.9, 1.5, 0.30), (1.6, 1.9, 0.41), (1.5, 2.1, 0.45), (1.4, 2.0, 0.52))),
    0.01: (0.62, ((1.2, 1.3, 0.58), (0.7, 1.2, 0.77), (0.4, 1.1, 0.71), (0.3, 1.4, 0.63))),
    0.003: (0.66, ((1.3, 1.1, 0.60), (0.6, 0.9, 0.69), (0.2, 1.2, 0.68), (0.01, 1.6, 0.67))),
    0.001: (0.70, ((1.5, 1.4, 0.50), (1.0, 1.2, 0.61), (0.8, 1.1, 0.66), (0.5, 1.0, 0.72))),
}


def check_choice(choose: Callable) -> bool:
    """Check a function that chooses the rate and the epoch among finished runs.

    Args:
        choose: ``choose(records) -> (lr, epoch)``, epoch 0-based, for records as `course_lib.sweeps.run_study` gives.

    Returns:
        whether it takes the highest validation accuracy; the message names by what it chose instead.
    """
    return verdict(
        "choose", fault_of(_choice_fault, choose), "the epoch with the highest validation accuracy, the test unseen."
    )


def _choice_fault(choose: Callable) -> str | None:
    """What is wrong with the choice, or None; it must not depend on the order of the records."""
    forward = _records()
    given = []
    for records in (forward, forward[::-1]):
        answer, fault = attempt(choose, records)
        if fault:
            return fault
        pair = as_numbers(answer, 2)
        if pair is None:
            return f"it should return two numbers (lr, epoch), not {type(answer).__name__}."
        given.append(pair)
    if given == [(0.01, 1)] * 2:
        return None
    mistakes = [
        ("epochs are counted from 0: yours is one too high.", (0.01, 2)),
        ("the right rate, but not its best epoch: the last one may be worse.", (0.01, 3)),
        ("it chose by the test: the test set is scored once, after all choices.", (0.1, 3)),
        ("it chose by the training loss, which is lowest where the images are known by heart.", (0.003, 3)),
        ("it looks at the last epochs only: search all epochs of each run.", (0.001, 3)),
        ("it chose by the validation loss: here the question is the highest validation *accuracy*.", (0.003, 1)),
        ("this is the lowest validation accuracy: take the highest.", (0.1, 0)),
        ("the order is (lr, epoch), yours is (epoch, lr).", (1, 0.01)),
        ("this is the accuracy, not where it was reached: return (lr, epoch).", (0.77, 1)),
    ]
    if named := find_mistake(given, [(text, [wrong] * 2) for text, wrong in mistakes], lambda a, b: a == b):
        return named
    if given[0] != given[1]:
        return "it depends on the order of the records: compare all of them, not only the first or the last."
    lr, epoch = given[0]
    return f"the highest validation accuracy, 0.77, is that of lr 0.01 in epoch 1; yours is lr {lr:g}, epoch {epoch:g}."


def _records() -> list[dict]:
    """Four finished runs with the fields of a real record that the exercise uses."""
    records = []
    for lr, (test_accuracy, epochs) in _RUNS.items():
        names = ("train_loss", "val_loss", "val_accuracy")
        history = [{"epoch": n, **dict(zip(names, epoch, strict=True))} for n, epoch in enumerate(epochs)]
        best_epoch = max(history, key=lambda epoch: epoch["val_accuracy"])
        kept = {"best_epoch": best_epoch["epoch"], "val_accuracy": best_epoch["val_accuracy"]}
        records.append({"recipe": {"lr": lr}, "status": "finished", "history": history, **kept})
        records[-1]["test_accuracy"] = test_accuracy
    return records


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
    if isinstance(my_rate, bool) or not isinstance(my_rate, int | float):
        return "set my_rate to a number, for example 1.0."
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
