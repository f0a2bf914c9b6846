"""Heads: modules from a backbone's features to logits."""

import copy
from itertools import pairwise

import torch
from torch import nn

from course_lib.models.catalogue import find_architecture
from course_lib.models.staged import StagedModel


def new_head(num_features: int, num_outputs: int, hidden: tuple[int, ...] = ()) -> nn.Module:
    """Make a head with random weights: a linear layer, or hidden layers with ReLU between them and then a linear layer.

    The hidden layers are the extension layers of FT3-ex(L)-(D) (Pittaras et al. 2017): L layers of width D. Weights are
    drawn from torch's global generator, as `nn.Linear` does.

    Args:
        num_features: D, values per image that come in.
        num_outputs: logits per image.
        hidden: widths of the hidden layers, from the features to the logits.

    Returns:
        Module from (N, D) to (N, num_outputs).

    Raises:
        ValueError: a width is not a positive whole number.
    """
    widths = (num_features, *hidden, num_outputs)
    for width in widths:
        if not isinstance(width, int) or width < 1:
            raise ValueError(f"a head's widths must be positive whole numbers: got {width!r} in {widths}")
    layers: list[nn.Module] = []
    for width, next_width in pairwise(widths):
        layers += [nn.Linear(width, next_width), nn.ReLU()]
    layers.pop()  # logits have no ReLU
    return layers[0] if len(layers) == 1 else nn.Sequential(*layers)


def replace_head(model: StagedModel, num_outputs: int, hidden: tuple[int, ...] = ()) -> StagedModel:
    """Give a model a new head, in place; see `new_head`.

    SqueezeNet's original classifier works on maps and pools afterwards; a new head there goes behind a global pool.

    Returns:
        The same model.
    """
    head = new_head(model.num_features, num_outputs, hidden)
    if isinstance(model.stages["pool"], nn.Identity):
        model.stages["pool"] = global_pool()
    model.head = head.to(next(model.parameters()).device)
    return model


def add_auxiliary_heads(
    model: StagedModel, after: tuple[str, ...], num_outputs: int, hidden: tuple[int, ...] = ()
) -> None:
    """Give a model new auxiliary heads, in place: each is a global pool and a head of `new_head`.

    Weights are drawn from torch's global generator, one head after the other.

    Args:
        after: the stages whose outputs they are given.

    Raises:
        ValueError: a stage that the model does not have, or one without maps (N, C, h, w).
    """
    for stage in after:
        if stage not in model.inner_stages:
            known = ", ".join(model.inner_stages)
            raise ValueError(f"aux_heads name the unknown stage '{stage}': an auxiliary head can follow {known}")
        channels = _output_channels(model, stage)
        model.add_auxiliary_head(stage, nn.Sequential(global_pool(), new_head(channels, num_outputs, hidden)))


def _output_channels(model: StagedModel, stage: str) -> int:
    """Count the channels of a stage's output, on a copy without values."""
    names = list(model.stages)[: list(model.stages).index(stage) + 1]
    stages = copy.deepcopy(nn.Sequential(*(model.stages[name] for name in names))).to("meta").eval()
    size = find_architecture(model.architecture).size
    shape = stages(torch.zeros(1, 3, size, size, device="meta")).shape
    if len(shape) != 4:
        raise ValueError(f"stage '{stage}' of {model.architecture} gives no maps (N, C, h, w): no auxiliary head fits")
    return shape[1]


def global_pool() -> nn.Module:
    """Make a module that averages over all positions: (N, D, h, w) -> (N, D)."""
    return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(1))


def head_sizes(head: nn.Module) -> tuple[tuple[int, ...], int]:
    """Read the widths of a head's hidden layers and its number of outputs.

    Raises:
        ValueError: not a head that `new_head` makes.
    """
    layers = list(head) if isinstance(head, nn.Sequential) else [head]
    linear = [layer for layer in layers if isinstance(layer, nn.Linear)]
    if not linear or any(not isinstance(layer, nn.Linear | nn.ReLU) for layer in layers):
        raise ValueError(f"a {type(head).__name__} is not one of new_head's: give the model one with replace_head")
    *hidden, num_outputs = (layer.out_features for layer in linear)
    return tuple(hidden), num_outputs
