"""Targets: one class per image, or any number of concepts; loss, score and probabilities of each."""

from abc import ABC, abstractmethod

import numpy as np
import torch
from torch import Tensor, nn

from course_lib.training.average_precision import average_precision

Units = np.ndarray


class Target(ABC):
    """The loss and the score that labels ask for. A target follows from the labels and is never a setting.

    A score is the mean of units: of right or wrong per image for classes, of average precision per concept for
    concepts. So a paired interval, a bootstrap or a table is one function over units.

    Attributes:
        metric: name of the score: ``"accuracy"`` or ``"map"``.
    """

    metric: str

    @abstractmethod
    def loss(self, logits: Tensor, labels: Tensor, class_weights: Tensor | None = None) -> Tensor:
        """Compute the mean loss (nats) of logits (N, C), a scalar.

        Args:
            class_weights: (C,), what the loss of each image of a class is multiplied by; concepts ignore it.
        """

    @abstractmethod
    def probabilities(self, logits: Tensor) -> Tensor:
        """Compute probabilities (N, C) from logits (N, C)."""

    @abstractmethod
    def units(self, scores: Tensor, labels: Tensor) -> Units:
        """Compute the units whose mean is the score, from scores (N, C) that rise with probability."""

    @abstractmethod
    def batch_right(self, logits: Tensor, labels: Tensor) -> Tensor:
        """Count the right images of a batch; for concepts the share of right answers times the images. A scalar."""

    def score(self, units: Units) -> float:
        """Average the units that are known; NaN if none is."""
        known = units[np.isfinite(units)]
        return float(known.mean()) if known.size else float("nan")


class Classes(Target):
    """One class per image: labels (N,) int64, cross-entropy, accuracy."""

    metric = "accuracy"

    def loss(self, logits: Tensor, labels: Tensor, class_weights: Tensor | None = None) -> Tensor:
        if class_weights is None:
            return nn.functional.cross_entropy(logits, labels)
        return (class_weights[labels] * nn.functional.cross_entropy(logits, labels, reduction="none")).mean()

    def probabilities(self, logits: Tensor) -> Tensor:
        return logits.softmax(dim=1)

    def units(self, scores: Tensor, labels: Tensor) -> Units:
        """Compute 1 for each image whose highest score is its label's, else 0; (N,)."""
        return (scores.argmax(dim=1) == labels).cpu().numpy().astype(np.int64)

    def batch_right(self, logits: Tensor, labels: Tensor) -> Tensor:
        return (logits.argmax(dim=1) == labels).sum()

    def score(self, units: Units) -> float:
        return int(units.sum()) / len(units)


class Concepts(Target):
    """Any number of concepts per image: labels (N, K) of 0, 1 and NaN (not judged), binary cross-entropy, MAP.

    Loss and units look only at what is judged.
    """

    metric = "map"

    def loss(self, logits: Tensor, labels: Tensor, class_weights: Tensor | None = None) -> Tensor:
        judged = labels.isfinite()
        if not judged.any():  # a batch that nobody judged teaches nothing
            return logits.sum() * 0
        return nn.functional.binary_cross_entropy_with_logits(logits[judged], labels[judged])

    def probabilities(self, logits: Tensor) -> Tensor:
        return logits.sigmoid()

    def units(self, scores: Tensor, labels: Tensor) -> Units:
        """Compute the average precision of each concept (K,); NaN for a concept without a judged positive image."""
        return average_precision(labels.cpu().numpy(), scores.float().cpu().numpy())

    def batch_right(self, logits: Tensor, labels: Tensor) -> Tensor:
        judged = labels.isfinite()
        right = ((logits[judged] > 0) == (labels[judged] > 0.5)).float()
        return right.sum() / max(1, right.numel()) * len(labels)


CLASSES, CONCEPTS = Classes(), Concepts()


def balanced_weights(labels: Tensor) -> Tensor:
    """Compute weights (C,) by which every class has the same share in the loss: N / (C · images of the class).

    They are scikit-learn's ``class_weight="balanced"``; over the images their mean is 1. A class without images counts
    in no share.

    Args:
        labels: (N,) int64.

    Raises:
        ValueError: the labels are concepts.
    """
    if target_of(labels) is not CLASSES:
        raise ValueError("class_weights = 'balanced' needs one class per image: concepts have none, leave it out")
    counts = torch.bincount(labels)
    return len(labels) / ((counts > 0).sum() * counts.clamp_min(1))


def target_of(labels: Tensor) -> Target:
    """Choose the target by the shape of the labels: `CLASSES` for labels (N,), `CONCEPTS` for labels (N, K).

    Raises:
        ValueError: labels of another shape.
    """
    if labels.ndim not in (1, 2):
        raise ValueError(f"labels of shape {tuple(labels.shape)} ask for nothing known: give (N,) or (N, K)")
    return CLASSES if labels.ndim == 1 else CONCEPTS
