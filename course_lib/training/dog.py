"""DoG and L-DoG: SGD that computes the length of each step from the distance travelled and the gradients so far."""

from collections.abc import Iterable

import torch
from torch import Tensor
from torch.linalg import vector_norm

FIRST_DISTANCE = 1e-6  # ρ, the distance of the first step as a share of 1 + ‖x₀‖; with BatchNorm it never gets going
FIRST_DISTANCE_BATCH_NORM = 1e-4
_EPS = 1e-8


class DistanceOverGradients(torch.optim.Optimizer):
    """Steps of length r̄/√G: the largest distance from the start so far, over the root of all squared gradients so far.

    With the start x₀ and the gradient g_t of step t: r̄₀ = ρ·(1 + ‖x₀‖), later r̄_t = max(r̄_{t−1}, ‖x_t − x₀‖);
    G_t = ε + Σ_{i≤t} ‖g_i‖²; x ← x − r̄_t/√G_t · g_t. DoG takes all tensors as one vector, L-DoG each tensor by itself.
    Weight decay is added to the gradient first. A tensor without a gradient has the gradient 0. No learning rate, no
    momentum; a group's ``"lr"`` is not used. Evaluation is meant to be of the `WeightAverage`.

    Source: Ivgi, Hinder, Carmon (ICML 2023), arXiv 2302.12022, and the authors' code.

    Args:
        groups: parameter groups with ``"params"`` and ``"weight_decay"``.
        by_tensor: whether each tensor has its own step (L-DoG).
        first_distance: ρ.
    """

    def __init__(self, groups: Iterable[dict], *, by_tensor: bool, first_distance: float):
        super().__init__(groups, {"weight_decay": 0.0})
        self.by_tensor, self.first_distance = by_tensor, first_distance

    @torch.no_grad()
    def step(self) -> None:
        """Take one step with the gradients that the parameters hold."""
        weights = [w for group in self.param_groups for w in group["params"]]
        gradients = [_gradient(w, group["weight_decay"]) for group in self.param_groups for w in group["params"]]
        states = [self.state[w] for w in weights]
        if not states[0]:
            distances = self.first_distance * (1 + self._norms(weights))
            for state, w in zip(states, weights, strict=True):
                state |= {"start": w.clone(), "squares": torch.full((), _EPS, device=w.device)}
        else:
            travelled = self._norms([w - state["start"] for w, state in zip(weights, states, strict=True)])
            distances = torch.maximum(_stacked(states, "distance"), travelled)
        squares = _stacked(states, "squares") + self._norms(gradients).square()
        for state, distance, square in zip(states, distances.unbind(), squares.unbind(), strict=True):
            state["distance"], state["squares"] = distance.clone(), square.clone()
        for w, gradient, length in zip(weights, gradients, (distances / squares.sqrt()).unbind(), strict=True):
            w.addcmul_(gradient, length, value=-1)

    def mean_step(self, group: dict) -> float:
        """Compute the mean over a group's tensors of r̄/√G at the last step."""
        states = [self.state[w] for w in group["params"]]
        return (_stacked(states, "distance") / _stacked(states, "squares").sqrt()).double().cpu().mean().item()

    def _norms(self, tensors: list[Tensor]) -> Tensor:
        """The norm (T,) of each tensor; of DoG the norm of all together, T times."""
        norms = torch.stack([vector_norm(tensor) for tensor in tensors])
        return norms if self.by_tensor else vector_norm(norms).expand(len(tensors))


def _gradient(w: Tensor, decay: float) -> Tensor:
    gradient = torch.zeros_like(w) if w.grad is None else w.grad
    return gradient.add(w, alpha=decay) if decay else gradient


def _stacked(states: list[dict], name: str) -> Tensor:
    return torch.stack([state[name] for state in states])
