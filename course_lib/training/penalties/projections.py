"""Penalties that act on the weights after each step: SPD and the projection of MARS-PGM."""

import torch
from torch import Tensor, nn

from course_lib.models.network import Network
from course_lib.models.norms import is_batch_norm
from course_lib.training.penalties.method import Method, trained_parameters
from course_lib.training.recipe import Recipe

_EPS = 1e-6  # beside the variance, as in the authors' code of MARS-PGM


class SelectiveDecay(Method):
    """Selective projection decay of each inherited tensor, biases and BatchNorm's γ and β included.

    With w⁰ the start, w before the step, g its gradient, w̃ after the step, and λ the strength: if c = −⟨g, w − w⁰⟩ is
    below 0, then w = w̃ − λ·r·(w̃ − w⁰) with r = (‖w̃ − w⁰‖ − ‖w − w⁰‖) / ‖w̃ − w⁰‖, cut to [0, 1]. Where c < 0 a small
    plain gradient step comes nearer to w⁰ by itself, and r is 0: what is pulled back are steps that momentum, Adam's
    scaling or a high rate lead away.
    Source: Tian, Huang, Kira (NeurIPS 2024), arXiv 2411.01713.

    Args:
        model: prepared by `set_trainable`; its present weights are copied as the starting point.
        recipe: with the penalty `SPD`.
    """

    def __init__(self, model: Network, recipe: Recipe):
        self.strength = recipe.penalty.strength
        self._inherited = [(w, w.detach().clone()) for w, new in trained_parameters(model, recipe) if not new]
        self._before: list[tuple[nn.Parameter, Tensor, Tensor, Tensor]] = []  # w, w⁰, ‖w − w⁰‖, whether c < 0

    @torch.no_grad()
    def before_step(self) -> None:
        self._before = []
        for w, start in self._inherited:
            if w.grad is not None:
                moved = w - start
                self._before.append((w, start, moved.norm(), (w.grad * moved).sum() > 0))

    @torch.no_grad()
    def after_step(self) -> None:
        for w, start, distance, agrees in self._before:
            moved = w - start
            now = moved.norm()
            ratio = ((now - distance) / now).nan_to_num(0.0).clamp(0, 1)
            w.sub_(moved * (self.strength * ratio * agrees))


class BallProjection(Method):
    """The projection of MARS-PGM: after each step every layer is in a ball around its start again.

    The distance is the maximum absolute row sum: for each output of a convolution or linear layer Σ|w − w⁰| over its
    inputs, which is scaled down to γ where it is larger. Of BatchNorm the scale γ_bn/√(σ² + 1e-6) of each channel keeps
    to the same distance from that of the start, with the running variances then and now. New layers are in a ball
    around zero of a radius of their own; biases are free.
    Source: Gouk, Hospedales, Pontil (ICLR 2021), and the authors' code.

    Args:
        model: prepared by `set_trainable`; its present weights are copied as the starting point.
        recipe: with the penalty `MARS`.
    """

    def __init__(self, model: Network, recipe: Recipe):
        settings, self._layers, self._norms = recipe.penalty, [], []
        for path in model.paths:
            new = recipe.begins_random(path)
            radius = settings.head_gamma if new else settings.gamma
            for module in model.stage_module(path).modules():
                if is_batch_norm(module):
                    if module.running_var is not None and module.weight is not None and module.weight.requires_grad:
                        self._norms.append((module, _centre(_scale(module), new), radius))
                    continue
                for w in module.parameters(recurse=False):
                    if w.requires_grad and w.ndim > 1:
                        self._layers.append((w, _centre(w.detach(), new), radius))

    @torch.no_grad()
    def after_step(self) -> None:
        for w, centre, radius in self._layers:
            sums = (w - centre).abs().flatten(1).sum(dim=1)  # (outputs,)
            sums = sums.view(-1, *[1] * (w.ndim - 1))
            w.copy_(torch.where(sums > radius, centre + (w - centre) * (radius / sums), w))
        for module, centre, radius in self._norms:
            moved = _scale(module) - centre
            nearest = (centre + moved.clamp(-radius, radius)) * _deviation(module)
            module.weight.copy_(torch.where(moved.abs() > radius, nearest, module.weight))


def _centre(start: Tensor, new: bool) -> Tensor:
    return torch.zeros_like(start) if new else start.clone()


def _deviation(norm: nn.Module) -> Tensor:
    return (norm.running_var + _EPS).sqrt()


def _scale(norm: nn.Module) -> Tensor:
    return norm.weight.detach() / _deviation(norm)
