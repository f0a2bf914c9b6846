"""What each branch of a joined network adds to the logits, and what the same weights answer at another η."""

from dataclasses import dataclass

import numpy as np
import torch

from course_lib.models.joined import BRANCHES, JoinedNetwork
from course_lib.models.staged import evaluation_mode
from course_lib.training.inputs import EVAL_BATCH, Inputs

_HALF = 0.5


@dataclass(frozen=True)
class Branches:
    """Logits of a trained joined network by branch: Z = η · a + (1 − η) · b + bias (equation 1, multiplied out).

    Attributes:
        a, b: W_a X₁ and W_b X₂, each (N, C), without η.
        bias: (C,).
        labels: (N,).
        eta: η of the training.
        weights: branch → norm of the weights of each class in the joined layer, (C,).
    """

    a: np.ndarray
    b: np.ndarray
    bias: np.ndarray
    labels: np.ndarray
    eta: float
    weights: dict[str, np.ndarray]

    def logits(self, eta: float) -> np.ndarray:
        """Logits (N, C) of these weights at another η.

        Raises:
            ValueError: η outside 0 … 1.
        """
        if not 0 <= eta <= 1:
            raise ValueError(f"η = {eta}: choose between 0 and 1")
        return eta * self.a + (1 - eta) * self.b + self.bias

    def right(self, eta: float) -> np.ndarray:
        """1.0 for each image that is answered correctly at η, else 0.0; (N,)."""
        return (self.logits(eta).argmax(axis=1) == self.labels).astype(float)

    def shares(self, eta: float) -> dict[str, float]:
        """Share of the logits' variance that each branch explains at η; the shares sum to 1, and one may be negative.

        Only differences between classes decide, so the mean over the classes is taken off. A branch's share is the
        covariance of its part with the whole, over the variance of the whole.
        """
        parts = {"a": eta * self.a, "b": (1 - eta) * self.b}
        parts = {name: part - part.mean(axis=1, keepdims=True) for name, part in parts.items()}
        whole = parts["a"] + parts["b"]
        centred = whole - whole.mean(axis=0)
        return {name: float((part * centred).sum() / (whole * centred).sum()) for name, part in parts.items()}


@torch.no_grad()
def read_branches(model: JoinedNetwork, inputs: Inputs) -> Branches:
    """Compute the parts of both branches of a trained network on some images.

    Raises:
        ValueError: the network has no joined layer, or hidden layers after it.
    """
    if not isinstance(model, JoinedNetwork) or not isinstance(model.head, torch.nn.Linear):
        raise ValueError("only a joined network with a single linear layer can be read by branch (MultiTune)")
    form, features = model.form, []
    rows = torch.arange(len(inputs), device=inputs.labels.device).split(EVAL_BATCH)
    try:
        model.form = form.replace(eta=_HALF)  # both branches in equal parts, so that neither is lost at η = 0 or 1
        with evaluation_mode(model):
            features = torch.cat([model.features(inputs.batch(part)[0]) for part in rows]) / _HALF
    finally:
        model.form = form
    weights = model.branch_weights()
    parts = zip(features.chunk(2, dim=1), weights.values(), strict=True)
    a, b = ((x @ w.T).cpu().double().numpy() for x, w in parts)
    norms = {name: weights[name].norm(dim=1).cpu().double().numpy() for name in BRANCHES}
    bias, labels = model.head.bias.cpu().double().numpy(), inputs.labels.cpu().numpy()
    return Branches(a, b, bias, labels, form.eta, norms)
