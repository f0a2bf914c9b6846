"""BatchNorm that normalises each channel with the batch or with the running statistics, by chance: StochNorm."""

from functools import cache

import torch
from torch import Tensor, nn

from course_lib.models.norms import is_batch_norm

SHARE = 0.5  # p of the authors


class StochasticNorm(nn.Module):
    """What makes a BatchNorm layer stochastic: each channel takes the batch's statistics with probability `share`.

    The others take the running statistics as they were before the batch. All running statistics are updated as
    BatchNorm updates them, and evaluation is that of BatchNorm. The published code computes the gradient of channels
    with running statistics with those *after* the update; here it is the gradient of what was computed.

    Source: Kou et al., Stochastic Normalization (NeurIPS 2020).

    Attributes:
        share: p; 1 is BatchNorm, 0 is BatchNorm with running statistics.
    """

    share = SHARE

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return super().forward(x)
        by_running = self._by_running(x)
        by_batch = super().forward(x)
        chosen = torch.rand(self.num_features, device=x.device) < self.share
        return torch.where(chosen.view(1, -1, *[1] * (x.ndim - 2)), by_batch, by_running)

    def _by_running(self, x: Tensor) -> Tensor:
        """Normalise as in evaluation, with copies of the statistics: the gradient needs them unchanged."""
        mean, var = self.running_mean, self.running_var
        self.training, self.running_mean, self.running_var = False, mean.clone(), var.clone()
        try:
            return super().forward(x)
        finally:
            self.training, self.running_mean, self.running_var = True, mean, var


def make_stochastic(module: nn.Module) -> None:
    """Make all BatchNorm layers of a module stochastic, in place.

    A layer gets another class and stays the same object, with its tensors and their names, so that optimisers, hooks
    and copies of the state are not concerned.
    """
    for layer in module.modules():
        if is_batch_norm(layer) and layer.running_mean is not None and not isinstance(layer, StochasticNorm):
            layer.__class__ = _stochastic(type(layer))


def make_plain(module: nn.Module) -> None:
    """Undo `make_stochastic`, in place."""
    for layer in module.modules():
        if isinstance(layer, StochasticNorm):
            layer.__class__ = type(layer).__bases__[1]


@cache
def _stochastic(norm: type[nn.Module]) -> type[nn.Module]:
    return type(f"Stochastic{norm.__name__}", (StochasticNorm, norm), {})
