"""Forward passes without learning: logits, probabilities, losses, features of layers."""

from collections.abc import Sequence
from copy import deepcopy

import torch
from torch import Tensor

from course_lib.data.imageset import ImageSet
from course_lib.models.layers import layer_module
from course_lib.models.network import HEAD, Network
from course_lib.training.device import pick_device
from course_lib.training.inputs import EVAL_BATCH, Inputs, Pixels
from course_lib.training.precision import autocast, memory_format
from course_lib.training.target import Units, target_of


@torch.no_grad()
def compute_logits(model: Network, inputs: Inputs, head: str = HEAD) -> Tensor:
    """Compute the logits (N, C) of a head in evaluation mode: float32, on the device of the inputs.

    Raises:
        ValueError: the model has no head of that path.
    """
    if head not in model.head_paths:
        raise ValueError(f"unknown head '{head}': this model has {', '.join(model.head_paths)}")
    model.eval()
    device, parts = inputs.labels.device, []
    for rows in torch.arange(len(inputs), device=device).split(EVAL_BATCH):
        with autocast(device, inputs.after):
            parts.append(model.logits(inputs.batch(rows)[0], after=inputs.after)[head].float())
    return torch.cat(parts)  # (N, C)


def mean_probabilities(model: Network, inputs: Inputs, heads: Sequence[str]) -> Tensor:
    """Compute the mean (N, C) of the probabilities of heads (late fusion), in evaluation mode.

    Raises:
        ValueError: the model has no head of one of the paths.
    """
    to_probabilities = target_of(inputs.labels).probabilities
    return torch.stack([to_probabilities(compute_logits(model, inputs, head)) for head in heads]).mean(dim=0)


@torch.no_grad()
def layer_features(model: Network, inputs: Pixels, layers: Sequence[str]) -> dict[str, Tensor]:
    """Compute the outputs of layers in evaluation mode, averaged over all positions: (N, D) float32 for each layer.

    Args:
        layers: see `layer_names`; each is computed once.

    Raises:
        ValueError: the model has no layer of that name.
    """
    model.eval()
    found: dict[str, list[Tensor]] = {layer: [] for layer in layers}

    def keep(layer: str):
        return lambda _module, _inputs, output: found[layer].append(pool_positions(output))

    hooks = [layer_module(model, layer).register_forward_hook(keep(layer)) for layer in found]
    try:
        for rows in torch.arange(len(inputs), device=inputs.labels.device).split(EVAL_BATCH):
            with autocast(inputs.labels.device):
                model.logits(inputs.batch(rows)[0])
    finally:
        for hook in hooks:
            hook.remove()
    return {layer: torch.cat(parts) for layer, parts in found.items()}


def pool_positions(output: Tensor) -> Tensor:
    """Average maps (N, C, h, w) or tokens (N, L, D) over all positions."""
    positions = {4: (2, 3), 3: (1,)}.get(output.ndim)
    return (output.mean(dim=positions) if positions else output.flatten(1)).float()


def predict_probabilities(model: Network, images: ImageSet, mean: Tensor, std: Tensor, device: str = "cpu") -> Tensor:
    """Compute probabilities (N, C) in evaluation mode, on the CPU. Of classes, each row sums to 1.

    A copy of the model does the work: its own mode, device and memory format stay as they are.
    """
    target = pick_device(device)
    copy = deepcopy(model).to(target, memory_format=memory_format(target))
    return target_of(images.labels).probabilities(compute_logits(copy, Pixels(images, mean, std, target))).cpu()


def evaluate(model: Network, inputs: Inputs) -> tuple[float, Units]:
    """Compute the mean loss and the units of the score of the main head; see `Target.units`.

    Returns:
        (loss, units): a float in nats, and an array on the CPU.
    """
    logits, target = compute_logits(model, inputs), target_of(inputs.labels)
    return target.loss(logits, inputs.labels).item(), target.units(logits, inputs.labels)
