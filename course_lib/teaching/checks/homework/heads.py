"""Check of lesson 04 on the last layer: a fresh head of the right shape that gives logits."""

import copy
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn

from course_lib.models import StagedModel, snapshot
from course_lib.teaching.checks.cases import case_generator, torch_generator
from course_lib.teaching.checks.common import attempt, fault_of, find_hidden_fault, verdict

_OLD_CLASSES = 20


def check_head(put_head: Callable) -> bool:
    """Check a function that gives a model a fresh head.

    Args:
        put_head: ``put_head(model, num_classes)``, changes `model.head` in place.

    Returns:
        whether the head fits the features and the classes and gives logits; the message names what does not.
    """
    return verdict(
        "put_head", fault_of(_head_fault, put_head), "the head fits the features, and has one output for each class."
    )


def _head_fault(put_head: Callable) -> str | None:
    """What is wrong with the head, or None; two models, so that a width that was typed in shows."""
    draw = case_generator()
    widths = draw.choice(np.arange(6, 19), 8, replace=False).tolist()  # none is that of the old head
    for num_features, num_classes in (widths[:2], widths[2:4]):
        if fault := _model_fault(put_head, draw, num_features, num_classes):
            return fault
    hidden = {
        "two classes": [(widths[4], 2)],
        "more classes than features": [(3, widths[5])],
        "other backbones": [(widths[6], widths[7]), (int(draw.integers(24, 40)), int(draw.integers(21, 40)))],
    }
    return find_hidden_fault(lambda *sizes: _model_fault(put_head, draw, *sizes), hidden)


def _model_fault(put_head: Callable, draw: np.random.Generator, num_features: int, num_classes: int) -> str | None:
    """What is wrong with the head of a small model, or None."""
    model = _small_model(num_features)
    old, before, old_weights = model.head, snapshot(model.stages), list(model.head.parameters())
    _, fault = attempt(lambda: (put_head(model, num_classes), True))
    if fault:
        return fault
    head = model.head
    if head is old and any(parameter is old_weights[0] for parameter in head.parameters()):
        return f"model.head is still the old one, of {_OLD_CLASSES} other classes: assign a new layer to model.head."
    if not isinstance(head, nn.Module):
        return f"model.head is {type(head).__name__}, no layer: a head is an nn.Linear."
    features = torch.randn(64, num_features, generator=torch_generator(draw))
    if fault := _shape_fault(head, features, num_classes):
        return fault
    after = snapshot(model.stages)
    if any(not torch.equal(value, after[name]) for name, value in before.items()):
        return "the stages before the head have changed too: only the head may be new."
    parameters = list(head.parameters())
    if not parameters or not all(parameter.requires_grad for parameter in parameters):
        return "the new head cannot learn: it needs parameters with requires_grad=True."
    if any(_is_copied(parameter, old_weights[0]) for parameter in parameters):
        return "weights of the old head are in the new one: they stand for other classes, begin with fresh ones."
    return _kind_fault(head, features, draw)


def _small_model(num_features: int) -> StagedModel:
    """A network of one layer, with a head for 20 classes."""
    stem = nn.Conv2d(3, num_features, 3)
    pool = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(1))
    return StagedModel("tiny", {"stem": stem, "pool": pool}, nn.Linear(num_features, _OLD_CLASSES), num_features)


def _shape_fault(head: nn.Module, features: Tensor, num_classes: int) -> str | None:
    """What is wrong with the shape of what goes in and comes out, or None; a lazy layer finds its width here."""
    logits, fault = attempt(head, features)
    linear = [layer for layer in head.modules() if isinstance(layer, nn.Linear)]
    num_features = features.shape[1]
    if linear and linear[0].in_features != num_features:
        if linear[0].in_features == num_classes and linear[-1].out_features == num_features:
            return f"the two sizes are swapped: in go {num_features} features, out come {num_classes} logits."
        return (
            f"the head expects {linear[0].in_features} numbers, this backbone gives {num_features} features of an "
            "image: ask model.num_features."
        )
    if fault:
        return fault
    if not isinstance(logits, Tensor) or logits.shape != (len(features), num_classes):
        found = logits.shape[-1] if isinstance(logits, Tensor) else type(logits).__name__
        return f"{found} outputs for {num_classes} classes: the head needs one output for each class."
    return None


def _is_copied(weight: Tensor, old: Tensor) -> bool:
    """Whether the first rows of two weights are equal, and not just all zero."""
    if weight.shape[1:] != old.shape[1:]:
        return False
    rows = min(len(weight), len(old))
    return bool(weight.any()) and torch.equal(weight[:rows], old[:rows])


def _kind_fault(head: nn.Module, features: Tensor, draw: np.random.Generator) -> str | None:
    """Whether the head gives logits, told by a copy with random weights: a head of zeros is a right start, too."""
    trained = copy.deepcopy(head).eval()
    with torch.no_grad():
        for parameter in trained.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=torch_generator(draw)))
        logits = trained(features)
    ones = torch.ones(len(features))
    if torch.allclose(logits.sum(dim=1), ones, atol=1e-4):
        return "the head returns probabilities: cross_entropy wants logits, leave the softmax out."
    if torch.allclose(logits.exp().sum(dim=1), ones, atol=1e-4):
        return "the head returns log-probabilities: cross_entropy takes the softmax itself, return logits."
    if (logits.abs() <= 1).all():
        return "no output is larger than 1: cross_entropy wants logits, leave the sigmoid or tanh out."
    if (logits >= 0).all():
        return "no logit is ever negative: leave the ReLU after the last layer out."
    return None
