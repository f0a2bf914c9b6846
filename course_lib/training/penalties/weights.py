"""Penalties on the size of weights and on their distance from the start: L2 and L2-SP."""

from torch import Tensor

from course_lib.models.network import Network
from course_lib.training.penalties.method import Method, squared_norm, trained_parameters
from course_lib.training.recipe import Recipe


class WeightDistance(Method):
    """L2-SP: α/2·‖w_S − w⁰_S‖² + β/2·‖w_new‖², w_S the inherited weights and w_new the new ones.

    L2 is the same with w⁰ = 0. As in the authors' code only weights of convolutions and linear layers count, no biases
    and no BatchNorm, unless the settings say ``tensors="all"``.
    Source: Li, Grandvalet, Davoine (ICML 2018), eq. 3.

    Args:
        model: prepared by `set_trainable`; its present weights are copied as the starting point.
        recipe: with the penalty `L2` or `L2SP`; what `Recipe.begins_random` has nothing to be pulled back to.
    """

    def __init__(self, model: Network, recipe: Recipe):
        self.alpha, self.beta = recipe.penalty.alpha, recipe.penalty.beta
        settings, self.inherited, self.new = recipe.penalty, [], []
        self.factor = 0.5 if getattr(settings, "half", True) else 1.0
        for w, new in trained_parameters(model, recipe):
            if w.ndim < 2 and getattr(settings, "tensors", "weights") == "weights":
                continue
            if new:
                self.new.append(w)
            elif settings.kind == "l2":
                self.inherited.append((w, 0.0))
            else:  # a copy: a reference follows the weights, and the distance stays zero for ever
                self.inherited.append((w, w.detach() if settings.start == "aliased" else w.detach().clone()))

    def term(self) -> Tensor | float:
        pull = sum((w - start).square().sum() for w, start in self.inherited)
        return self.factor * self.alpha * pull + self.factor * self.beta * squared_norm(self.new)
