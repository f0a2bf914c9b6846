"""What an answer costs at inference: operations, memory and time per image, direct or by classifiers on features."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from course_lib.models.layers import layer_module
from course_lib.models.network import HEAD, is_head
from course_lib.models.staged import StagedModel, evaluation_mode
from course_lib.models.work import stage_work
from course_lib.training.linear_models import LinearModels
from course_lib.training.prediction import pool_positions
from course_lib.training.timing import take_turns

BYTES = 4  # of a parameter, as float32


@dataclass(frozen=True)
class InferenceCost:
    """The cost of one way to answer for one image.

    Attributes:
        name: ``"direct"``, or the layers whose features classifiers are given.
        macs: multiply-accumulate operations of the convolutions and matrix products.
        memory_mb: parameters of the network and of the classifiers, in MB of 10⁶ bytes.
        seconds: shortest time of one image by itself, on the CPU: whatever else the machine does only adds to it.
        ratio: these seconds over those of the direct answer.
    """

    name: str
    macs: int
    memory_mb: float
    seconds: float
    ratio: float


@torch.no_grad()
def inference_costs(
    model: StagedModel, size: int, layer_sets: Sequence[Sequence[str]], num_concepts: int, *, rounds: int = 30
) -> list[InferenceCost]:
    """Measure the direct answer and, for each set of layers, a linear classifier for each concept and layer.

    A network runs only as far as the last layer that is asked for. With several layers the answer is the mean of the
    scores of all of them (late fusion). All ways take turns, so that a slow moment of the machine hits each of them.

    Args:
        model: on the CPU; as it is, auxiliary heads do not run for the direct answer.
        size: pixels a side.
        layer_sets: stages, hidden layers and the main head, see `layer_names`.
        num_concepts: K.
        rounds: of the measurement.

    Returns:
        The cost of the direct answer, and of each set of layers.

    Raises:
        ValueError: no layer of that name, an auxiliary head, or no layer at all.
    """
    for layer in (layer for layers in layer_sets for layer in layers):
        layer_module(model, layer)
        if is_head(layer) and layer != HEAD:
            raise ValueError(f"'{layer}': the cost of auxiliary heads is not measured, name stages or hidden layers")
    if not all(layer_sets):
        raise ValueError("a set of layers is empty: name one layer or more")
    image = torch.zeros(1, 3, size, size)
    with evaluation_mode(model):
        ways = {"direct": _Way(model, size, (), num_concepts)}
        ways |= {"+".join(layers): _Way(model, size, tuple(layers), num_concepts) for layers in layer_sets}
        seconds = take_turns({name: lambda way=way: way(image) for name, way in ways.items()}, rounds)
    return [
        InferenceCost(name, way.macs, way.memory_mb, seconds[name], seconds[name] / seconds["direct"])
        for name, way in ways.items()
    ]


class _Way:
    """One way to answer: the network up to its last stage that is needed, and classifiers on its layers."""

    def __init__(self, model: StagedModel, size: int, layers: tuple[str, ...], num_concepts: int):
        places = {layer: self._stage(model, layer) for layer in layers or (HEAD,)}
        last = max(model.stage_names.index(stage) for stage in places.values())
        self.stages, self.model, self.layers = model.stage_names[: last + 1], model, layers
        self.found: dict[str, torch.Tensor] = {}
        self(torch.zeros(1, 3, size, size), classify=False)  # to learn the widths
        work, widths = stage_work(model, size), {layer: self.found[layer].shape[1] for layer in layers}
        self.classifiers = {layer: _blank(width, num_concepts) for layer, width in widths.items()}
        self.macs = sum(found.forward for stage, found in work.items() if stage in self.stages) // 2
        self.macs += sum(widths.values()) * num_concepts
        parameters = sum(value.numel() for stage in self.stages for value in model.stage_module(stage).parameters())
        parameters += sum((width + 1) * num_concepts + 2 * width for width in widths.values())
        self.memory_mb = parameters * BYTES / 1e6

    @staticmethod
    def _stage(model: StagedModel, layer: str) -> str:
        return layer if layer in model.stage_names else HEAD  # hidden layers are inside the head

    def __call__(self, x: torch.Tensor, *, classify: bool = True) -> np.ndarray | torch.Tensor:
        hooks = [layer_module(self.model, layer).register_forward_hook(self._keeper(layer)) for layer in self.layers]
        try:
            for stage in self.stages:
                x = self.model.stage_module(stage)(x)
        finally:
            for hook in hooks:
                hook.remove()
        if not self.layers or not classify:
            return x
        return np.mean([self.classifiers[layer].scores(self.found[layer].numpy()) for layer in self.layers], axis=0)

    def _keeper(self, layer: str) -> Callable:
        return lambda _module, _inputs, output: self.found.__setitem__(layer, pool_positions(output))


def _blank(width: int, num_concepts: int) -> LinearModels:
    """Models of that size: what they have learned does not change their speed."""
    weights, bias = np.zeros((width, num_concepts)), np.zeros(num_concepts)
    return LinearModels("logistic", 1.0, weights, bias, np.zeros(width), np.ones(width))
