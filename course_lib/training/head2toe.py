"""Head2Toe: a linear head on features of many layers, of which the most useful are selected.

Source: U. Evci, V. Dumoulin, H. Larochelle, M. C. Mozer, Head2Toe: Utilizing intermediate representations for better
transfer learning (ICML 2022), and its code (google-research/head2toe). As there, each layer's vector of an image is
normalised to unit length, a linear head is trained with a group penalty of weight 1e-5, a feature is scored by the norm
of its weights, and a linear head is trained without penalty on the share of features that validation chooses. Ours:
layers are averaged over all positions instead of down to 512 to 8192 values, and the heads begin at 0 and are trained
by Adam (rate 0.01, 500 steps) on all images at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from course_lib.training.target import target_of

SHARES = (0.01, 0.02, 0.05, 0.1, 0.2, 1.0)  # of the features, tried on the validation images
PENALTY, RATE, STEPS = 1e-5, 0.01, 500


@dataclass(frozen=True, eq=False)
class SelectedFeatures:
    """A linear head on the selected features of several layers.

    Attributes:
        kept: (F,) places of the features among those of all layers side by side.
        head: from these to logits.
        share: of the features that are kept.
        scores: validation score of each share that was tried.
    """

    kept: Tensor
    head: nn.Linear
    share: float
    scores: dict[float, float]

    @torch.no_grad()
    def logits(self, layers: Sequence[Tensor]) -> Tensor:
        """Compute the logits (N, C) from the features (N, D) of each layer."""
        return self.head(join_layers(layers)[:, self.kept])


def join_layers(layers: Sequence[Tensor]) -> Tensor:
    """Normalise each layer's features (N, D) to unit length for every image, and put them side by side."""
    return torch.cat([nn.functional.normalize(layer.float(), dim=1) for layer in layers], dim=1)


def select_features(
    train: Sequence[Tensor], labels: Tensor, val: Sequence[Tensor], val_labels: Tensor, shares=SHARES
) -> SelectedFeatures:
    """Select features by a group penalty, choose their share by the validation score, and train a head on them.

    Of equal scores the smaller share wins. The heads see the training images only.

    Args:
        train, val: features (N, D) of each layer.
        labels, val_labels: (N,) or (N, K), see `target_of`.
        shares: tried ones, each above 0 and up to 1.

    Raises:
        ValueError: a share out of range.
    """
    if wrong := [share for share in shares if not 0 < share <= 1]:
        raise ValueError(f"share {wrong[0]:g} of the features: give numbers above 0 and up to 1")
    x, x_val, target = join_layers(train), join_layers(val), target_of(labels)
    num_outputs = labels.shape[1] if labels.ndim == 2 else int(max(labels.max(), val_labels.max())) + 1
    usefulness = _train(x, labels, num_outputs, PENALTY).weight.detach().square().sum(dim=0)  # (D,)
    order = usefulness.argsort(descending=True, stable=True)
    best, scores = None, {}
    for share in sorted(shares):
        kept = order[: max(1, round(share * len(order)))].sort().values
        head = _train(x[:, kept], labels, num_outputs)
        with torch.no_grad():
            scores[share] = target.score(target.units(head(x_val[:, kept]), val_labels))
        if best is None or scores[share] > scores[best[2]]:
            best = kept, head, share
    return SelectedFeatures(*best, scores)


def _train(x: Tensor, labels: Tensor, num_outputs: int, penalty: float = 0.0) -> nn.Linear:
    """Train a linear head on features (N, D); the penalty is that of the weights' norm of each feature."""
    head, target = nn.Linear(x.shape[1], num_outputs, device="meta").to_empty(device=x.device), target_of(labels)
    nn.init.zeros_(head.weight)
    nn.init.zeros_(head.bias)
    optimizer = torch.optim.Adam(head.parameters(), lr=RATE)
    for _ in range(STEPS):
        loss = target.loss(head(x), labels)
        if penalty:  # the norm has no gradient at 0
            loss = loss + penalty * (head.weight.square().sum(dim=0) + 1e-12).sqrt().sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return head.requires_grad_(False)
