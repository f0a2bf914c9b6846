"""Freezing of stages: which parameters train, and what BatchNorm layers do meanwhile.

A BatchNorm layer holds four things: the affine pair γ and β, which are parameters, and the running mean and variance,
which are buffers: no optimiser touches them, but every forward pass in training mode does. So a backbone whose
parameters are frozen still changes under a plain ``model.train()``. Here the whole stage is put in the right state:

| mode, for a stage with rate > 0 | normalises with | running statistics | γ, β | other parameters |
|---|---|---|---|---|
| ``"batch"`` | the batch | updated | trained | trained |
| ``"running"`` | running statistics | kept | trained | trained |
| ``"frozen"`` | running statistics | kept | kept | trained |
| ``"affine_only"`` | running statistics | kept | trained | kept |
| ``"stochastic"`` | the batch or running statistics, drawn for each channel and batch | updated | trained | trained |

Layers that normalise each image by itself (LayerNorm, GroupNorm, RMSNorm) have no running statistics: their γ, β train
or stay as those of BatchNorm do, and the rest of the table means nothing to them. A stage with rate 0 is kept
completely, whatever the mode. The head trains whenever its rate is above 0, also in the mode ``"affine_only"``.
"""

import math
from collections.abc import Mapping

import torch
from torch import Tensor, nn

from course_lib.models.catalogue import NORMALISATION_MODES
from course_lib.models.network import Network, is_head
from course_lib.models.norms import is_batch_norm, is_norm
from course_lib.models.stochastic_norm import make_plain, make_stochastic


def set_trainable(model: Network, rates: Mapping[str, float], mode: str = "batch") -> None:
    """Set ``requires_grad`` of every parameter, once before training.

    Gradients of parameters that are kept are dropped, so that no optimiser can still apply them. In the mode
    ``"stochastic"`` BatchNorm layers of stages that move become stochastic, until `make_plain` undoes it.

    Args:
        model: the model to prepare, in place.
        rates: learning rate (or multiplier) by stage, with every inner stage and every head; 0 keeps a stage as it is.
        mode: one of `NORMALISATION_MODES`; see the module's table.

    Raises:
        ValueError: unknown mode or stage, a stage without a rate, a rate that is negative or not finite.
    """
    _check(model, rates, mode)
    for stage in model.paths:
        moves = _moves(rates, stage)
        (make_stochastic if moves and mode == "stochastic" else make_plain)(model.stage_module(stage))
        for module in model.stage_module(stage).modules():
            trained = moves and (is_head(stage) or _is_trained(module, mode))
            for parameter in module.parameters(recurse=False):
                parameter.requires_grad_(trained)
                if not trained:
                    parameter.grad = None


def has_affine_pairs(model: Network) -> bool:
    """Tell whether a stage that is no head has a layer that normalises, with γ and β."""
    inner = (model.stage_module(stage) for stage in model.inner_stages)
    return any(_is_trained(module, "affine_only") for stage in inner for module in stage.modules())


def train_mode(model: Network, rates: Mapping[str, float], mode: str = "batch") -> Network:
    """Put every stage into training or evaluation mode: call it each epoch in place of ``model.train()``.

    A stage with rate 0 is in evaluation state altogether, so its running statistics are kept and its dropout is off.
    Arguments and errors are those of `set_trainable`.

    Returns:
        The same model.
    """
    _check(model, rates, mode)
    model.train()
    for stage in model.paths:
        stage_module = model.stage_module(stage)
        if not _moves(rates, stage):
            stage_module.eval()
        elif mode not in ("batch", "stochastic"):
            for module in stage_module.modules():
                if is_batch_norm(module):
                    module.eval()
    return model


def snapshot(model: nn.Module) -> dict[str, Tensor]:
    """Copy all parameters and buffers by name, to compare with `changed_names` later."""
    return {name: value.detach().clone() for name, value in model.state_dict().items()}


def changed_names(model: nn.Module, before: Mapping[str, Tensor]) -> tuple[str, ...]:
    """List the parameters and buffers that are not bit-identical to a `snapshot`.

    Raises:
        ValueError: the snapshot is of a model with other tensors.
    """
    now = model.state_dict()
    if different := sorted(set(now) ^ set(before)):
        raise ValueError(f"the snapshot is of another model: only one of the two has '{different[0]}'")
    return tuple(name for name, value in now.items() if not _same_bits(value, before[name]))


def _same_bits(a: Tensor, b: Tensor) -> bool:
    if a.shape != b.shape or a.dtype != b.dtype:
        return False
    # bytes, not values: NaN equals itself here, and 0 differs from -0
    as_bytes = [value.detach().cpu().contiguous().reshape(-1).view(torch.uint8) for value in (a, b)]
    return torch.equal(*as_bytes)


def _is_trained(module: nn.Module, mode: str) -> bool:
    """Whether a module's own parameters train in a stage of the backbone that moves."""
    if mode == "affine_only":
        return is_norm(module)
    return mode != "frozen" or not is_norm(module)


def _moves(rates: Mapping[str, float], stage: str) -> bool:
    return rates.get(stage, 1.0) > 0  # only "pool" may have no rate: it has nothing to freeze


def _check(model: Network, rates: Mapping[str, float], mode: str) -> None:
    if mode not in NORMALISATION_MODES:
        raise ValueError(f"unknown normalisation mode {mode!r}: choose one of {', '.join(NORMALISATION_MODES)}")
    if unknown := sorted(set(rates) - set(model.paths)):
        raise ValueError(f"rates name the unknown stage '{unknown[0]}': this model has {', '.join(model.paths)}")
    for stage in model.trained_stages:
        if stage not in rates:
            raise ValueError(f"stage '{stage}' has no rate: give 0 to freeze it")
    for stage, rate in rates.items():
        if not (math.isfinite(rate) and rate >= 0):
            raise ValueError(f"the rate of stage '{stage}' is {rate}: it must be 0 or a positive number")
