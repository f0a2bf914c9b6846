"""Feature maps of stages before their last ReLU, negative values included."""

import torch
from torch import Tensor, nn

from course_lib.models.staged import StagedModel, evaluation_mode


@torch.no_grad()
def stage_maps(model: StagedModel, x: Tensor) -> dict[str, Tensor]:
    """Compute the input of the last ReLU of every inner stage; a max-pool after that ReLU is left out, too.

    Args:
        x: normalised images (N, 3, H, W).

    Returns:
        stage → (N, C, h, w); the ReLU of it is what the stage passes on. Two ReLUs whose outputs are joined (a Fire
        module's) are joined here, too.

    Raises:
        ValueError: a stage without such a ReLU, e.g. GoogLeNet's, whose ReLUs are no modules.
    """
    maps = {}
    with evaluation_mode(model):
        for stage in model.inner_stages:
            x, given = _run(model.stage_module(stage), x)
            maps[stage] = _join_last(given, x.shape[1], stage)
    return maps


def _run(module: nn.Module, x: Tensor) -> tuple[Tensor, list[Tensor]]:
    """Run a module; return its output and the inputs of its ReLUs, in the order in which they ran."""
    given = []
    relus = [part for part in module.modules() if isinstance(part, nn.ReLU)]
    hooks = [relu.register_forward_pre_hook(lambda _, inputs: given.append(inputs[0].clone())) for relu in relus]
    try:
        return module(x), given
    finally:
        for hook in hooks:
            hook.remove()


def _join_last(given: list[Tensor], channels: int, stage: str) -> Tensor:
    for count in (1, 2):
        last = given[-count:]
        if len(last) == count and sum(maps.shape[1] for maps in last) == channels:
            return torch.cat(last, dim=1)
    raise ValueError(f"no ReLU gives the {channels} channels of stage '{stage}': its maps before the ReLU are unknown")
