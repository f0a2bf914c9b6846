"""Penalties on the weights, added to the loss."""

from torch import Tensor

from course_lib.models.network import Network, is_head
from course_lib.training.recipe import Recipe


class StartingPointPenalty:
    """L2-SP: α/2·‖w_S − w⁰_S‖² + β/2·‖w_new‖², w_S the inherited weights and w_new those of heads and fresh stages.

    As in the authors' code only weights of convolutions and linear layers count: no biases, no BatchNorm.
    Source: Li, Grandvalet, Davoine (ICML 2018), eq. 3.

    Args:
        model: its present weights are copied as the starting point.
        recipe: with a penalty; its `fresh` stages have nothing to be pulled back to.
    """

    def __init__(self, model: Network, recipe: Recipe):
        self.settings = recipe.penalty
        self.inherited, self.new = [], []
        for name, w in model.named_parameters():
            if w.ndim < 2 or not w.requires_grad:
                continue
            path = model.stage_of(name)
            if is_head(path) or recipe.is_fresh(path):
                self.new.append(w)
            else:  # a copy: a reference would follow the weights, and the distance would stay zero for ever
                self.inherited.append((w, w.detach().clone()))

    def __call__(self) -> Tensor | float:
        """Compute the penalty of the present weights, a scalar."""
        pull = sum((w - start).square().sum() for w, start in self.inherited)
        size = sum(w.square().sum() for w in self.new)
        return 0.5 * self.settings.alpha * pull + 0.5 * self.settings.beta * size
