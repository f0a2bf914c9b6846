"""Operations of a training step of a chain, stage by stage: what freezing saves."""

import copy
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode, conv_flop_count

from course_lib.models.staged import StagedModel, evaluation_mode


@dataclass(frozen=True)
class StageWork:
    """Size of a stage, and its operations for one image, as PyTorch counts them (convolutions and matrix products).

    Going backward, a stage that moves needs the gradient of its weights; one with a moving stage below it has to pass
    the gradient on. A stage below all that move is not reached.
    """

    num_parameters: int
    forward: int
    backward: int  # moves, and passes the gradient on
    backward_last: int  # moves, and nothing below it does: no need to pass anything on
    backward_frozen: int  # is frozen, and passes the gradient on


def stage_work(model: StagedModel, size: int) -> dict[str, StageWork]:
    """Count the operations of every stage with parameters, for one image of `size` × `size` pixels.

    Each is counted by running the stage alone, forward and backward, in a copy without values: nothing is computed, and
    the counts are those of the usual convolutions, whatever short form a processor has for them.
    """
    model = copy.deepcopy(model).to("meta")
    found, x = {}, torch.zeros(1, 3, size, size, device="meta")
    with evaluation_mode(model):
        for stage in model.stage_names:
            module = model.stage_module(stage)
            if stage in (*model.inner_stages, "head"):
                found[stage] = _count(module, x)
            with torch.no_grad():
                x = module(x)
    return found


def step_work(work: Mapping[str, StageWork], moving: Collection[str]) -> dict[str, tuple[int, int]]:
    """Count the (forward, backward) operations of each stage in a step that trains only the stages `moving`.

    Raises:
        ValueError: a stage that `work` does not have.
    """
    if unknown := sorted(set(moving) - set(work)):
        raise ValueError(f"unknown stage '{unknown[0]}': this model has {', '.join(work)}")
    step, reached = {}, False  # has the gradient a moving stage below to reach?
    for stage, found in work.items():
        if stage in moving:
            backward = found.backward if reached else found.backward_last
        else:
            backward = found.backward_frozen if reached else 0
        step[stage] = (found.forward, backward)
        reached = reached or stage in moving
    return step


def _count(module: nn.Module, x: torch.Tensor) -> StageWork:
    parameters = list(module.parameters())
    forward = count_operations(module, x, [])
    wanted = {"backward_last": (parameters, False), "backward": (parameters, True), "backward_frozen": ([], True)}
    counts = {}
    for name, (moving, passes_on) in wanted.items():
        image = x.clone().requires_grad_(passes_on)
        counts[name] = count_operations(module, image, [*moving, image] if passes_on else moving) - forward
    return StageWork(sum(p.numel() for p in parameters), forward, **counts)


def count_operations(module: nn.Module, x: torch.Tensor, wanted: list[torch.Tensor]) -> int:
    """Count the operations of a forward pass of `x`, on the device ``"meta"``, and of the gradients of `wanted`."""
    counted = {torch.ops.aten.convolution_backward: _backward_flops}
    with FlopCounterMode(display=False, custom_mapping=counted) as counter, torch.set_grad_enabled(bool(wanted)):
        outputs = module(x * 1)  # a leaf must not be changed by a ReLU that works in place
        if wanted:
            torch.autograd.grad(outputs.sum(), wanted)
    return counter.get_total_flops()


def _backward_flops(grad, x, weight, _bias, _stride, _pad, _dilation, transposed, _more, _groups, mask, **_) -> int:
    """Count a convolution's backward pass: each gradient costs what the forward pass does, with groups, too.

    PyTorch's own count knows no groups: for a convolution of each channel by itself it is far too large.
    """
    return conv_flop_count(x, weight, grad, transposed=transposed) * (mask[0] + mask[1])
