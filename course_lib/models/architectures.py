"""Building networks by name, and what their first layer computes."""

import torch
from torch import Tensor, nn

from course_lib.models.catalogue import find_architecture
from course_lib.models.heads import replace_head
from course_lib.models.staged import StagedModel, evaluation_mode


def build(architecture: str, num_classes: int | None = None, hidden: tuple[int, ...] = ()) -> StagedModel:
    """Build a network with random weights, drawn from torch's global generator.

    Args:
        architecture: one of `list_architectures`.
        num_classes: outputs of a new head; None keeps the network's own classifier.
        hidden: widths of the new head's hidden layers; see `new_head`.

    Raises:
        ValueError: unknown architecture; no `num_classes` for a mini network; hidden layers without `num_classes`.
    """
    entry = find_architecture(architecture)
    if num_classes is None and (hidden or not entry.has_classifier):
        raise ValueError(
            f"{architecture} needs num_classes: it has no original classifier, or hidden layers replace it"
        )
    model = entry.build()
    return model if num_classes is None else replace_head(model, num_classes, hidden)


def first_convolution(model: StagedModel) -> nn.Conv2d:
    """Find the first convolution; its ``.weight`` (F, 3, k, k) are small pictures (homework, Fig. 4)."""
    return next(module for module in model.stages.modules() if isinstance(module, nn.Conv2d))


@torch.no_grad()
def first_maps(model: StagedModel, x: Tensor) -> tuple[Tensor, Tensor]:
    """Compute the feature maps of the first convolution, before and after the ReLU (homework, Fig. 2 and 3).

    Between the two lies BatchNorm, if the network has it, with its running statistics. EfficientNet-Lite has a ReLU
    that ends at 6.

    Args:
        x: normalised images (N, 3, H, W).

    Returns:
        (linear, rectified): both (N, F, h, w), without gradients.

    Raises:
        ValueError: no ReLU follows the first convolution.
    """
    first, maps = first_convolution(model), []

    def keep(module: nn.Module, _inputs: tuple, output: Tensor) -> None:
        rectifies = isinstance(getattr(module, "act", module), nn.ReLU | nn.ReLU6)  # timm's BatchNorm has one inside
        if module is first or (len(maps) == 1 and rectifies):
            maps.append(output.clone())  # SqueezeNet's ReLU works in place

    stem = next(iter(model.stages.values()))
    hooks = [module.register_forward_hook(keep) for module in stem.modules()]
    try:
        with evaluation_mode(model):
            stem(x)
    finally:
        for hook in hooks:
            hook.remove()
    if len(maps) < 2:
        raise ValueError(f"no ReLU follows the first convolution of {model.architecture}: it has no rectified maps")
    return maps[0], maps[1]
