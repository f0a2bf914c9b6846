"""Folding of BatchNorm into the convolutions before it: fewer passes over the maps of a network that only evaluates."""

import copy

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from course_lib.models.staged import evaluation_mode

_TOLERANCE = 1e-3  # of the outputs' size


def fold_batch_norm(module: nn.Module, x: Tensor) -> nn.Module:
    """Copy a module in evaluation mode, each BatchNorm folded into the convolution whose output it is given.

    With its running statistics a BatchNorm is a fixed scale and shift, which the weights can take over: the same
    outputs up to rounding, in two thirds of the time. A forward pass shows which convolution comes before which
    BatchNorm; a second one checks that the outputs stay the same, otherwise nothing is folded.

    Args:
        module: on the device of `x`.
        x: an input for it.
    """
    with evaluation_mode(module):
        plain = copy.deepcopy(module)
    folded = copy.deepcopy(plain)
    with torch.no_grad():
        pairs, expected = _pairs(folded, x)
        for conv, norm in pairs:
            replace_module(folded, conv, fuse_conv_bn_eval(folded.get_submodule(conv), folded.get_submodule(norm)))
            # timm's BatchNorm has the activation inside
            replace_module(folded, norm, getattr(folded.get_submodule(norm), "act", nn.Identity()))
        try:
            found = folded(x.clone())
        except AttributeError:  # a block that looks at its BatchNorm
            return plain
    same = (found - expected).norm() <= _TOLERANCE * expected.norm()
    return folded if same else plain


def _pairs(module: nn.Module, x: Tensor) -> tuple[list[tuple[str, str]], Tensor]:
    """Find paths of convolutions and of the BatchNorms that are given their outputs; each runs once.

    Returns:
        (pairs, output): the paths, and what the module gives for `x`.
    """
    outputs: list[tuple[str, Tensor]] = []  # kept, so that no other tensor takes the same place in memory
    pairs, runs, hooks = [], [], []

    def keep(path: str):
        return lambda _module, _inputs, output: outputs.append((path, output))

    def match(path: str):
        def look(_module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
            runs.append(path)
            pairs.extend((conv, path) for conv, output in outputs if output is inputs[0])

        return look

    for path, part in module.named_modules():
        # By name: a convolution of another kind computes something else than its weight and bias say.
        if type(part).__name__ in ("Conv2d", "Conv2dSame"):
            hooks.append(part.register_forward_hook(keep(path)))
        elif isinstance(part, nn.BatchNorm2d) and part.track_running_stats:
            hooks.append(part.register_forward_pre_hook(match(path)))
    try:
        output = module(x.clone())
    finally:
        for hook in hooks:
            hook.remove()
    runs += [path for path, _ in outputs]
    return [pair for pair in pairs if all(runs.count(path) == 1 for path in pair)], output


def replace_module(module: nn.Module, path: str, other: nn.Module) -> None:
    """Put another module in the place of the one at a path, in place."""
    parent, _, name = path.rpartition(".")
    setattr(module.get_submodule(parent), name, other)
