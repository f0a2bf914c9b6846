"""Checks of lesson 04 on the last layer: a head of the right shape, and when features may be stored."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from course_lib.models import StagedModel, snapshot
from course_lib.teaching.checks.common import attempt, fault_of, verdict
from course_lib.training import Recipe

_STAGES = ("stem", "stage1", "stage2", "stage3", "stage4")


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
    for num_features, num_classes in ((12, 7), (8, 3)):
        model = _small_model(num_features)
        old, before = model.head, snapshot(model.stages)
        _, fault = attempt(lambda: (put_head(model, num_classes), True))  # noqa: B023 (called at once)
        if fault:
            return fault
        if model.head is old:
            return "model.head is still the old one, of 20 other classes: assign a new layer to model.head."
        if not isinstance(model.head, nn.Module):
            return f"model.head is {type(model.head).__name__}, no layer: a head is an nn.Linear."
        if fault := _shape_fault(model.head, num_features, num_classes):
            return fault
        after = snapshot(model.stages)
        if any(not torch.equal(value, after[name]) for name, value in before.items()):
            return "the stages before the head have changed too: only the head may be new."
        if not all(parameter.requires_grad for parameter in model.head.parameters()):
            return "the new head cannot learn: its parameters need requires_grad=True."
    return None


def _small_model(num_features: int) -> StagedModel:
    """A network of one layer, with a head for 20 classes."""
    stem = nn.Conv2d(3, num_features, 3)
    pool = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(1))
    return StagedModel("tiny", {"stem": stem, "pool": pool}, nn.Linear(num_features, 20), num_features)


def _shape_fault(head: nn.Module, num_features: int, num_classes: int) -> str | None:
    """What is wrong with the shape of what goes in and comes out, or None."""
    linear = [layer for layer in head.modules() if isinstance(layer, nn.Linear)]
    if linear and linear[0].in_features == num_classes and linear[-1].out_features == num_features:
        return f"the two sizes are swapped: in go {num_features} features, out come {num_classes} logits."
    if linear and linear[0].in_features != num_features:
        return (
            f"the head expects {linear[0].in_features} numbers, this backbone gives {num_features} features of an "
            "image: ask model.num_features."
        )
    logits, fault = attempt(head, torch.randn(5, num_features))
    if fault:
        return fault
    if not isinstance(logits, Tensor) or logits.shape != (5, num_classes):
        found = logits.shape[-1] if isinstance(logits, Tensor) else type(logits).__name__
        return f"{found} outputs for {num_classes} classes: the head needs one output for each class."
    if torch.allclose(logits.sum(dim=1), torch.ones(5), atol=1e-4):
        return "the head returns probabilities: cross_entropy wants logits, leave the softmax out."
    if torch.allclose(logits.exp().sum(dim=1), torch.ones(5), atol=1e-4):
        return "the head returns log-probabilities: cross_entropy takes the softmax itself, return logits."
    if (logits >= 0).all():
        return "no logit is ever negative: leave the ReLU after the last layer out."
    return None


def check_storable(can_be_stored: Callable) -> bool:
    """Check a function that says whether a recipe's features may be computed once and stored.

    Args:
        can_be_stored: ``can_be_stored(recipe, inner_stages) -> bool``.

    Returns:
        whether it is right for recipes of many kinds; the message names the first recipe that it is wrong about.
    """
    fault = fault_of(_storable_fault, can_be_stored)
    return verdict("can_be_stored", fault, "stored where nothing before the head moves and the images stay the same.")


def _storable_cases() -> list[tuple[Recipe, bool, str]]:
    """(recipe, whether its features can be stored, why)."""
    from course_lib.data import RandomHorizontalFlip

    frozen = {"inner": 0}
    return [
        (Recipe.last_layer(), True, "the last layer alone moves"),
        (Recipe.full(), False, "with full fine-tuning every stage moves, and the features with it"),
        (Recipe.full(multipliers={**frozen, "stage4": 1}), False, "stage4 moves, and it makes the features"),
        (Recipe.full(multipliers={**frozen, "stem": 1}), False, "the stem moves, and all later stages build on it"),
        (Recipe.full(multipliers={"inner": 0.001}), False, "a small rate moves the stages, too: only 0 is frozen"),
        (
            Recipe.last_layer(augmentation=(RandomHorizontalFlip(),)),
            False,
            "augmentation makes other images in every epoch, so other features",
        ),
        (
            Recipe.scratch(multipliers=frozen),
            True,
            "random filters that stand still give the same features each time, if not good ones",
        ),
        (
            Recipe.last_layer(optimizer="sgd", lr=0.1, weight_decay=0.1, hidden=(64,)),
            True,
            "rate, optimiser and hidden layers of the head change nothing before the head",
        ),
    ]


def _storable_fault(can_be_stored: Callable) -> str | None:
    """What is wrong with the answers, or None."""
    for recipe, wanted, why in _storable_cases():
        answer, fault = attempt(can_be_stored, recipe, _STAGES)
        if fault:
            return fault
        if not isinstance(answer, bool):
            return f"it should return True or False, not {type(answer).__name__}."
        if answer != wanted:
            return f"{answer} is wrong for one recipe: {why}."
    return None
