"""Check of lesson 14 on an extension layer before a network's last layer."""

import copy
from collections.abc import Callable, Iterator
from itertools import permutations, product

import numpy as np
import torch
from torch import Tensor, nn

from course_lib.teaching.checks.cases import case_generator, torch_generator
from course_lib.teaching.checks.common import attempt, fault_of, find_hidden_fault, verdict
from course_lib.teaching.checks.extension.activations import MISTAKES, right

Sizes = tuple[int, int, int]  # features, width, outputs


def check_insert_extension(insert_extension: Callable) -> bool:
    """Check a new head with an extension layer: linear, ReLU, linear, all with random weights.

    Args:
        insert_extension: ``insert_extension(head, width) -> nn.Sequential`` from an nn.Linear of D features and K
            outputs: nn.Linear(D, width), nn.ReLU() and a new nn.Linear(width, K); `head` stays as it is.

    Returns:
        whether it is right; the message names the likely mistake.
    """
    praise = "a layer of the given width, a ReLU, and a new last layer."
    return verdict("insert_extension", fault_of(_insertion_fault, insert_extension), praise)


def _insertion_fault(insert_extension: Callable) -> str | None:
    draw = case_generator()
    for _ in range(2):
        if fault := _fault(insert_extension, draw, tuple(draw.choice(np.arange(6, 19), 3, replace=False).tolist())):
            return fault
    first, second = draw.choice(np.arange(6, 19), 2, replace=False).tolist()
    hidden = {
        "an extension as wide as the features": [(first, first, second)],
        "an extension as wide as the outputs": [(first, second, second)],
        "as many outputs as features": [(first, second, first)],
        "a single output": [(first, second, 1)],
        "a wide extension": [(first, 256, second)],
        "other sizes": [(40 + first, 20 + second, 30 + first)],
    }
    return find_hidden_fault(lambda *sizes: _fault(insert_extension, draw, sizes), hidden)


def _fault(insert_extension: Callable, draw: np.random.Generator, sizes: Sizes) -> str | None:
    """What is wrong with the answer for a head of these sizes, or None."""
    features, width, outputs = sizes
    head, generator = nn.Linear(features, outputs), torch_generator(draw)
    with torch.no_grad():
        for parameter in head.parameters():
            parameter.normal_(generator=generator)
    old, values = list(head.parameters()), [parameter.detach().clone() for parameter in head.parameters()]
    answer, fault = attempt(insert_extension, head, width)
    if fault:
        return fault
    if answer is head:
        return "it returns the given head: build a new nn.Sequential."
    if not isinstance(answer, nn.Module):
        return f"it should return an nn.Sequential, not {type(answer).__name__}."
    if _is_changed(head, old, values):
        return "it changes the given head: build new layers, and leave that one as it is."
    images = 3 * torch.randn(64, features, generator=generator)
    logits, fault = attempt(answer, images)  # a lazy layer finds its width here
    return (
        _reuse_fault(answer, old, values)
        or _layers_fault(answer, sizes, fault)
        or fault
        or _parameters_fault(answer, sizes)
        or _output_fault(logits, (len(images), outputs))
        or _behaviour_fault(answer, images, sizes, generator)
    )


def _is_changed(head: nn.Linear, old: list[Tensor], values: list[Tensor]) -> bool:
    now = list(head.parameters())
    same = len(now) == len(old) and all(a is b and torch.equal(b, c) for a, b, c in zip(now, old, values, strict=True))
    return not same or (head.out_features, head.in_features) != tuple(values[0].shape)


def _reuse_fault(answer: nn.Module, old: list[Tensor], values: list[Tensor]) -> str | None:
    """Whether parameters of the old layer, or a corner of their values, are in the new ones."""
    for parameter in _initialised(answer):
        for before, value in zip(old, values, strict=True):
            if parameter is before or _share(parameter, value):
                return "weights of the old layer are in the new head: begin with fresh, random ones."
    return None


def _initialised(module: nn.Module) -> list[Tensor]:
    return [parameter for parameter in module.parameters() if not nn.parameter.is_lazy(parameter)]


def _share(mine: Tensor, old: Tensor) -> bool:
    """Whether two weights, or two biases, agree as far as both reach."""
    if mine.dim() != old.dim():
        return False
    corner = tuple(slice(min(sizes)) for sizes in zip(mine.shape, old.shape, strict=True))
    return torch.equal(mine[corner], old[corner])


def _layers_fault(answer: nn.Module, sizes: Sizes, error: str | None) -> str | None:
    """What is wrong with the number and the widths of its nn.Linear, or None; without any, parameters are judged.

    A module may define its layers in another order than it calls them in, if that gives no error.
    """
    features, width, outputs = sizes
    layers = [module for module in answer.modules() if isinstance(module, nn.Linear)]
    if not layers:
        return None
    if len(layers) != 2:
        return f"{len(layers)} nn.Linear: two are wanted, the extension layer and a new last layer."
    found = [(layer.in_features, layer.out_features) for layer in layers]
    wanted = [(features, width), (width, outputs)]
    if found != wanted and found[::-1] == wanted:
        if error:
            return "the two linear layers are in the wrong order: the extension layer comes first."
        found = wanted
    if found != wanted and [pair[::-1] for pair in found] == wanted:
        return "inputs and outputs are exchanged: nn.Linear(inputs, outputs)."
    places = ("the extension layer", "the last layer")
    for place, (inputs, outs), (right_inputs, right_outs) in zip(places, found, wanted, strict=True):
        if inputs != right_inputs:
            return f"{place} takes {inputs} numbers: it gets {right_inputs}."
        if outs != right_outs:
            return f"{place} has {outs} outputs: {right_outs} are wanted."
    return "the bias is missing: each linear layer has one." if any(layer.bias is None for layer in layers) else None


def _parameters_fault(answer: nn.Module, sizes: Sizes) -> str | None:
    features, width, outputs = sizes
    wanted = sorted([tuple(sorted((features, width))), (width,), tuple(sorted((width, outputs))), (outputs,)])
    parameters = list(answer.parameters())
    found = sorted(tuple(sorted(parameter.shape)) for parameter in parameters)
    if found != wanted:
        shapes = ", ".join(str(tuple(parameter.shape)) for parameter in parameters) or "none"
        return f"its parameters have the shapes {shapes}: two linear layers with bias, and nothing else, are wanted."
    if not all(parameter.requires_grad for parameter in parameters):
        return "the new layers cannot learn: they need parameters with requires_grad=True."
    if any(parameter.dim() == 2 and bool((parameter == parameter[0, 0]).all()) for parameter in parameters):
        return "all weights of a layer are equal: leave nn.Linear's random ones."
    return None


def _output_fault(logits: object, shape: tuple[int, int]) -> str | None:
    if not isinstance(logits, Tensor):
        return f"the new head returns {type(logits).__name__}: it should return the logits."
    if logits.shape != shape:
        return f"the new head returns the shape {tuple(logits.shape)}: {shape} is wanted."
    return None


@torch.no_grad()
def _behaviour_fault(answer: nn.Module, images: Tensor, sizes: Sizes, generator: torch.Generator) -> str | None:
    """Whether it computes linear, ReLU, linear, told by a copy with larger random weights."""
    trial = copy.deepcopy(answer).train()
    for parameter in trial.parameters():
        parameter.copy_(torch.randn(parameter.shape, generator=generator))
    logits = trial(images)
    if not torch.equal(logits, trial(images)):
        return "two passes of the same images differ: leave the dropout out."
    if any(_agree(logits, right(images, *parts)) for parts in _parts(list(trial.parameters()), sizes)):
        return None
    for message, wrong in MISTAKES:
        if any(_agree(logits, wrong(images, *parts)) for parts in _parts(list(trial.parameters()), sizes)):
            return message
    return "it computes something else than linear, ReLU, linear."


def _agree(mine: Tensor, other: Tensor) -> bool:
    return mine.shape == other.shape and torch.allclose(mine, other, rtol=1e-4, atol=1e-4)


def _parts(parameters: list[Tensor], sizes: Sizes) -> Iterator[tuple[Tensor, ...]]:
    """Each way to read parameters as weight, bias, weight, bias; several ones if sizes coincide."""
    features, width, outputs = sizes
    shapes = [(width, features), (width,), (outputs, width), (outputs,)]
    for order, first, second in product(permutations(parameters), (False, True), (False, True)):
        parts = [
            part.T if turned and part.dim() == 2 else part
            for part, turned in zip(order, (first, 0, second, 0), strict=True)
        ]
        if [tuple(part.shape) for part in parts] == shapes:
            yield tuple(parts)
