"""The weight of each channel in DELTA: how much the loss rises when the channel is zeroed."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from course_lib.models.staged import StagedModel
from course_lib.training.inputs import Inputs, peek
from course_lib.training.target import Target, target_of

TEMPERATURE = 5.0
NUM_IMAGES = 64  # to measure losses on, spread evenly over the training images


@torch.no_grad()
def channel_attention(model: StagedModel, train: Inputs, stages: Sequence[str]) -> dict[str, Tensor]:
    """Compute the weights (C,) of the channels of each stage, whose mean is 1.

    A linear head is trained on the features of the frozen network. Then each channel of a stage's output is zeroed, one
    by one; the increase of the head's loss is standardised over the channels, divided by the temperature 5, and goes
    through a softmax, times C. The authors zero filters of single convolutions, and use more images.
    Source: Li et al., DELTA (ICLR 2019), and the authors' code.

    Args:
        model: the frozen network, in evaluation mode.
        train: the training images; what they are augmented with later stays as it is.
        stages: in the order in which they run, none before ``train.after``.
    """
    x, labels = _first_batch(train)
    target, features = target_of(labels), model.features(x, after=train.after)
    head = _fit_head(features, labels, target)
    usual, last, found = target.loss(head(features), labels), train.after, {}
    for stage in stages:
        x, last = model.features(x, until=stage, after=last), stage
        losses = [target.loss(head(model.features(_without(x, c), after=stage)), labels) for c in range(x.shape[1])]
        found[stage] = weights_of(torch.stack(losses) - usual)
    return found


def weights_of(increases: Tensor) -> Tensor:
    """Convert increases (C,) of the loss to weights (C,) of mean 1; equal increases give equal weights."""
    spread = increases.std(correction=0)
    scores = (increases - increases.mean()) / spread if spread > 0 else torch.zeros_like(increases)
    return len(increases) * (scores / TEMPERATURE).softmax(dim=0)


def _first_batch(train: Inputs) -> tuple[Tensor, Tensor]:
    """Take some training images, spread evenly."""
    count = len(train)
    rows = torch.arange(min(count, NUM_IMAGES), device=train.labels.device) * count // min(count, NUM_IMAGES)
    return peek(train, rows)


def _without(x: Tensor, channel: int) -> Tensor:
    x = x.clone()
    x[:, channel] = 0
    return x


@torch.enable_grad()
def _fit_head(features: Tensor, labels: Tensor, target: Target) -> nn.Module:
    """Train a linear head (C = 1) on standardised features (N, D), from zero weights."""
    features = features.detach().flatten(1)
    mean, std = features.mean(dim=0), features.std(dim=0, correction=0)
    num_outputs = int(labels.max()) + 1 if labels.ndim == 1 else labels.shape[1]
    linear = nn.utils.skip_init(nn.Linear, features.shape[1], num_outputs, device=features.device)  # draws nothing
    nn.init.zeros_(linear.weight), nn.init.zeros_(linear.bias)
    head = nn.Sequential(_Standardise(mean, std), linear)
    optimizer = torch.optim.LBFGS(linear.parameters(), max_iter=100, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = target.loss(head(features), labels) + linear.weight.square().sum() / (2 * len(features))
        loss.backward()
        return loss

    optimizer.step(closure)
    return head


class _Standardise(nn.Module):
    def __init__(self, mean: Tensor, std: Tensor):
        super().__init__()
        self.mean, self.std = mean, std

    def forward(self, x: Tensor) -> Tensor:
        return (x.flatten(1) - self.mean) / torch.where(self.std > 0, self.std, 1.0)
