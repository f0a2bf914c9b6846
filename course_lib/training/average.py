"""The running average of a network's weights."""

from copy import deepcopy

import torch
from torch import Tensor

from course_lib.models.network import Network

_GAMMA = 8.0


class WeightAverage:
    """A copy of a network with the running average of its weights, in which later steps count more.

    x̄_t = (1 − s)·x̄_{t−1} + s·x_t with s = (γ + 1)/(γ + t), γ = 8, t from 1: over parameters and running statistics
    alike. What counts in whole numbers is copied. A stage that does not move is left as it is.

    Source: polynomial-decay averaging of Shamir and Zhang (ICML 2013), with the γ of Ivgi et al. (ICML 2023).

    Args:
        model: the network that is trained; its tensors must be updated in place.
        stages: paths of the stages that move.

    Attributes:
        model: the copy, to be evaluated.
        steps: t, the number of updates.
    """

    def __init__(self, model: Network, stages: tuple[str, ...]):
        self.model, self.steps = deepcopy(model), 0
        now, kept = model.state_dict(), self.model.state_dict()
        moving = [name for name in now if model.stage_of(name) in stages]
        self._pairs = [(kept[name], now[name]) for name in moving]

    @torch.no_grad()
    def update(self) -> None:
        """Take the present weights into the average."""
        self.steps += 1
        share = (_GAMMA + 1) / (_GAMMA + self.steps)
        for kept, now in self._pairs:
            if kept.is_floating_point():
                kept.lerp_(now, share)
            else:
                kept.copy_(now)

    def state(self) -> dict[str, dict[str, Tensor] | int]:
        """Collect what `restore` needs, for a checkpoint."""
        return {"model": self.model.state_dict(), "steps": self.steps}

    def restore(self, state: dict) -> None:
        """Go back to a state of `state`."""
        self.model.load_state_dict(state["model"])
        self.steps = state["steps"]
