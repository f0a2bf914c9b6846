"""Checks of lesson 04 on freezing: only the stages that may change have changed."""

import copy
from collections.abc import Callable, Mapping

import torch

from course_lib.models import StagedModel, evaluation_mode, snapshot
from course_lib.teaching.checks.cases import case_generator, torch_generator
from course_lib.teaching.checks.common import attempt, fault_of, find_hidden_fault, verdict

_RUNNING = ("running_mean", "running_var", "num_batches_tracked")


def check_frozen(
    before: Mapping[str, torch.Tensor], model: torch.nn.Module, moving: tuple[str, ...] = ("head",)
) -> bool:
    """Check that training changed only the stages in `moving`.

    Args:
        before: a *cloned* ``model.state_dict()`` from before the training; running statistics included.
        model: the model after the training.
        moving: names of the stages that may move.

    Returns:
        whether the rest is bit-identical; otherwise the message names the first tensor that moved, and how to stop it.
    """
    fault = fault_of(_frozen_fault, before, model, moving)
    return verdict("frozen", fault, f"nothing but {' and '.join(moving)} has moved.")


def _frozen_fault(before: Mapping, model: torch.nn.Module, moving: tuple[str, ...]) -> str | None:
    """What is wrong with the freezing, or None."""
    if not isinstance(before, Mapping) or not before:
        return "the state from before is empty: keep {name: tensor.clone()} of model.state_dict() first."
    after = model.state_dict()
    if odd := sorted(set(before) ^ set(after)):
        return f"'{odd[0]}' is in only one of the two states: compare the same model before and after."
    shared = [name for name in after if after[name].numel() and before[name].data_ptr() == after[name].data_ptr()]
    if shared:
        return f"'{shared[0]}' of the state from before is the live tensor, so it moved along: clone() it."
    changed = [name for name in after if not torch.equal(before[name].cpu(), after[name].cpu())]
    held = [name for name in changed if not any(name.startswith(f"{stage}.") for stage in moving)]
    if not held:
        return None if changed else f"nothing moved, not even {' or '.join(moving)}: was the model trained?"
    name, more = held[0], f" ({len(held) - 1} more moved, too)" if len(held) > 1 else ""
    if name.endswith(_RUNNING):
        hint = "a running statistic: train() moves it without any gradient, keep its stage in eval()"
    elif dict(model.named_parameters())[name].requires_grad:
        hint = "a parameter with requires_grad=True: freeze its stage"
    else:
        hint = (
            "a parameter without gradient: the optimiser moved it (momentum, weight decay) or weights were loaded anew"
        )
    return f"'{name}' moved, {hint}{more}."


def check_freeze(freeze: Callable, model: StagedModel, images: torch.Tensor, labels: torch.Tensor) -> bool:
    """Check a function that freezes all stages before the head, by a training step after it.

    Args:
        freeze: ``freeze(model)``, prepares the model in place.
        model: a network with BatchNorm; the function gets copies of it.
        images: normalised images (N, 3, H, W) of the step.
        labels: (N,) int64.

    Returns:
        whether the step moves the head and nothing else, and the head sees the features of evaluation mode; the message
        names the first tensor that moved.
    """
    return verdict(
        "freeze", fault_of(_freeze_fault, freeze, model, images, labels), "the head has moved, and nothing else."
    )


def _freeze_fault(freeze: Callable, model: StagedModel, images: torch.Tensor, labels: torch.Tensor) -> str | None:
    """What is wrong with the freezing, or None."""
    draw = case_generator()
    if fault := _step_fault(freeze, model, images, labels):
        return fault
    noise = torch.randn(images[:8].shape, generator=torch_generator(draw))
    hidden = {
        "images unlike those of the training": [(model, 2 * noise + 1, labels[:8])],
        "a model in evaluation mode": [(copy.deepcopy(model).eval(), images[:8], labels[:8])],
    }
    return find_hidden_fault(lambda *case: _step_fault(freeze, *case), hidden)


def _step_fault(freeze: Callable, given: StagedModel, images: torch.Tensor, labels: torch.Tensor) -> str | None:
    """What is wrong after the freezing of a copy and a few steps, or None."""
    model = copy.deepcopy(given)
    before = snapshot(model)
    with torch.no_grad(), evaluation_mode(model):
        features = model.features(images)
    _, fault = attempt(lambda: (freeze(model), True))
    if fault:
        return fault
    if stuck := [name for name, parameter in model.head.named_parameters() if not parameter.requires_grad]:
        return f"'head.{stuck[0]}' cannot learn any more: the head has to keep requires_grad=True."
    learning = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.SGD(learning, lr=0.1, momentum=0.9)
    for part in (slice(None), slice(len(images) // 2)):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(images[part]), labels[part]).backward()
        optimizer.step()
    return _frozen_fault(before, model, ("head",)) or _feature_fault(model, images, features)


def _feature_fault(model: StagedModel, images: torch.Tensor, features: torch.Tensor) -> str | None:
    """Whether the head sees other features than in evaluation mode, for instance ones that depend on the batch."""
    with torch.no_grad():
        now = model.features(images)
    if torch.allclose(now, features, rtol=1e-3, atol=1e-4):
        return None
    return (
        "nothing is stored anew, but the head sees other features than in evaluation mode: BatchNorm still uses mean "
        "and deviation of the batch, put the stages into eval()."
    )
