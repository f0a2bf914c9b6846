"""Auto-RGN: learning rates by relative gradient norm."""

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor, nn

from course_lib.models.network import Network
from course_lib.models.norms import is_batch_norm

NUM_BATCHES = 5  # of the epoch, to measure gradients on


class RelativeGradients:
    """The relative gradient norm ‖g‖/‖w‖ of each stage that trains, without BatchNorm's γ and β.

    Auto-RGN multiplies the learning rate of a stage by its relative gradient norm over the largest one of all stages.
    The authors' code measures *each tensor* at the beginning of every epoch, averages the ratio over 5 batches, trains
    no γ and β of BatchNorm, begins a new Adam every epoch, and lets the 5 passes change the running statistics. Here a
    rate belongs to a *stage*: g and w are all its tensors but γ and β, which then move at the stage's rate; the
    optimiser goes on, and running statistics are put back. Measuring takes as long as training on 5 more batches.

    Source: Lee et al., Surgical fine-tuning (ICLR 2023), arXiv 2210.11466, and the authors' code.

    Args:
        model: prepared by `set_trainable`.
        stages: paths of the stages that train.

    Raises:
        ValueError: a stage has nothing but γ and β of BatchNorm to train.
    """

    def __init__(self, model: Network, stages: Sequence[str]):
        self._model = model
        self._weights = {stage: _measured(model.stage_module(stage)) for stage in stages}
        if empty := [stage for stage, weights in self._weights.items() if not weights]:
            raise ValueError(
                f"layer_rates = 'auto_rgn': stage '{empty[0]}' trains nothing but BatchNorm's γ and β, which have no "
                "relative gradient norm: use another normalisation mode, or freeze it"
            )

    def shares(self, losses: Iterable[Tensor]) -> dict[str, float]:
        """Compute by stage the relative gradient norm, the mean over batches, over the largest one of all stages.

        Args:
            losses: of batches, each computed when it is asked for; the model is left as it was.

        Returns:
            1 for one stage, less for the others; 0 for all where no gradient is above 0, NaN where one is not finite.
        """
        buffers = [(buffer, buffer.clone()) for buffer in self._model.buffers()]
        norms = torch.stack([self._norms(loss) for loss in losses]).mean(dim=0)  # (stages,)
        for buffer, before in buffers:
            buffer.copy_(before)
        largest = norms.max()
        return dict(zip(self._weights, (norms / largest if largest else norms).tolist(), strict=True))

    def _norms(self, loss: Tensor) -> Tensor:
        weights = [w for own in self._weights.values() for w in own]
        gradients = torch.autograd.grad(loss, weights, allow_unused=True, materialize_grads=True)
        by_weight = dict(zip(weights, gradients, strict=True))
        return torch.stack([_norm([by_weight[w] for w in own]) / _norm(own) for own in self._weights.values()])


def _measured(module: nn.Module) -> list[nn.Parameter]:
    own = (m.parameters(recurse=False) for m in module.modules() if not is_batch_norm(m))
    return [parameter for parameters in own for parameter in parameters if parameter.requires_grad]


def _norm(tensors: Sequence[Tensor]) -> Tensor:
    return torch.linalg.vector_norm(torch.stack([torch.linalg.vector_norm(tensor.detach()) for tensor in tensors]))
