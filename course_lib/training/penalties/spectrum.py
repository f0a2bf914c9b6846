"""A penalty on the smallest singular values of a batch's features: BSS."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor

from course_lib.models.network import HEAD, Network
from course_lib.training.penalties.method import Method
from course_lib.training.recipe import Recipe


class SpectralShrinkage(Method):
    """Batch spectral shrinkage: η·Σ σ² over the k smallest singular values of the features of a batch.

    The features (N, D) are what the main head is given. A batch has min(N, D) singular values; where these are fewer
    than k, all of them count.
    Source: Chen et al., Catastrophic forgetting meets negative transfer (NeurIPS 2019).

    Args:
        model: prepared by `set_trainable`.
        recipe: with the penalty `BSS`.

    Raises:
        ValueError: nothing before the head trains, so the features are what they are.
    """

    def __init__(self, model: Network, recipe: Recipe):
        self.settings, self._head = recipe.penalty, model.stage_module(HEAD)
        self._features: Tensor | None = None
        if not any(recipe.multiplier_of(stage) for stage in model.inner_stages):
            raise ValueError("the penalty BSS has no effect where only heads train: leave it out, or train more stages")

    @contextmanager
    def watching(self, inputs: Tensor, after: str | None) -> Iterator[None]:
        hook = self._head.register_forward_pre_hook(self._keep)
        try:
            yield
        finally:
            hook.remove()

    def _keep(self, _head, given: tuple[Tensor, ...]) -> None:
        self._features = given[0]

    def term(self) -> Tensor:
        features, self._features = self._features, None
        values = torch.linalg.svdvals(features.flatten(1).float())  # falling
        return self.settings.weight * values[-self.settings.k :].square().sum()
