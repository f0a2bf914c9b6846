"""What the training loop asks of any penalty, and which parameters are inherited and which new."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext

from torch import Tensor, nn

from course_lib.models.network import Network
from course_lib.training.recipe import Recipe


class Method:
    """A penalty at work in one training; this one, of recipes without a penalty, does nothing.

    For each batch the training loop calls `watching` around the forward pass, adds `term` to the loss, and calls
    `before_step` and `after_step` around the step of the optimiser. What a method knows of the starting point it must
    take when it is made: a training that goes on after an interrupt makes it on the starting weights again, before the
    later ones are restored, so a method has no state of its own.
    """

    def watching(self, inputs: Tensor, after: str | None) -> AbstractContextManager:
        """Look at what the network computes inside the block.

        Args:
            inputs: of the network: images (N, 3, H, W), or the outputs of stage `after`.
        """
        return nullcontext()

    def term(self) -> Tensor | float:
        """Compute what is added to the loss, a scalar."""
        return 0.0

    def before_step(self) -> None:
        """Act before the step of the optimiser, when the gradients are known."""

    def after_step(self) -> None:
        """Act on the weights after the step of the optimiser."""


def trained_parameters(model: Network, recipe: Recipe) -> Iterator[tuple[nn.Parameter, bool]]:
    """Iterate over the parameters that train, each with whether it is new; see `Recipe.begins_random`."""
    for name, w in model.named_parameters():
        if w.requires_grad:
            yield w, recipe.begins_random(model.stage_of(name))


def squared_norm(weights: list[nn.Parameter]) -> Tensor | float:
    """Compute the sum of all squared weights."""
    return sum(w.square().sum() for w in weights)


def new_weights(model: Network, recipe: Recipe) -> list[nn.Parameter]:
    """List the new weights of convolutions and linear layers that train."""
    return [w for w, new in trained_parameters(model, recipe) if new and w.ndim > 1]
