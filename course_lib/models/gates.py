"""The policy network of SpotTune and its decisions: Gumbel-softmax with a straight-through gradient."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

FROZEN, TUNED = 0, 1
SIZE = 72  # pixels a side of the images that SpotTune's policy network was made for
_MOMENTUM = 0.1  # of the running shares, as of BatchNorm's running statistics


class Policy(nn.Module):
    """Decide for each image and gate whether the block's frozen or its tuned copy is used.

    Images of at least twice 72 pixels a side are averaged to about 72 first: at 224 pixels SpotTune's policy network
    would take three times the multiply-adds of EfficientNet-Lite0, the network that it routes through.

    Args:
        network: images (N, 3, H, W) -> (N, 2·G).
        num_gates: G.

    Attributes:
        shares: (G,) running mean over training batches of the share of images that each gate sends to the tuned copy;
            kept, as BatchNorm's running statistics are, where the policy is in evaluation mode.
    """

    def __init__(self, network: nn.Module, num_gates: int):
        super().__init__()
        self.network = network
        self.register_buffer("shares", torch.full((num_gates,), 0.5))

    def forward(self, images: Tensor) -> Tensor:
        """Compute the logits (N, G, 2) of the decisions; the last index is `FROZEN` or `TUNED`."""
        if (times := min(images.shape[-2:]) // SIZE) > 1:
            images = F.avg_pool2d(images, times)
        return self.network(images).view(-1, len(self.shares), 2)

    def draw(self, logits: Tensor, temperature: float) -> Tensor:
        """Draw the decisions (N, G) of training: 1 for the tuned copy, with the gradient of the softmax.

        Source: SpotTune, equations 3 to 5 (Jang et al. 2017).
        """
        decisions = F.gumbel_softmax(logits, tau=temperature, hard=True)[..., TUNED]
        if self.training:
            with torch.no_grad():
                self.shares.lerp_(decisions.mean(dim=0), _MOMENTUM)
        return decisions

    def decide(self, logits: Tensor, routes: str, k: float | None) -> Tensor:
        """Make the decisions (N, G) of evaluation, True for the tuned copy; see `Routed.routes`."""
        if routes == "global":
            chosen = torch.zeros_like(self.shares, dtype=torch.bool)
            chosen[self.shares.topk(round(k)).indices] = True
            return chosen.expand_as(logits[..., TUNED])
        if routes == "sample":
            return F.gumbel_softmax(logits, hard=True)[..., TUNED] > 0.5
        return logits[..., TUNED] > logits[..., FROZEN]


def global_k_loss(decisions: Tensor, k: float, budget: float, determinism: float) -> Tensor:
    """Compute budget·(Σ n − k)² + determinism·Σ −n log n, n the share of a batch's images that tune a block.

    Source: SpotTune, Section 3.3, in the form of itsShnik/adaptively-finetuning-transformers; the weights that the
    paper used are not known.

    Args:
        decisions: (N, G), 1 for the tuned copy.
    """
    n = decisions.mean(dim=0)
    return budget * (n.sum() - k).square() + determinism * -(n * (n + 1e-9).log()).sum()
