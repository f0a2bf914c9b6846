"""Scores of a classifier class by class: recall with its interval, precision, F1, and their means over classes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from course_lib.analysis.intervals import Interval, accuracy_interval
from course_lib.analysis.metrics import confusion_table
from course_lib.analysis.reliability import reliability


@dataclass(frozen=True)
class ClassScore:
    """How one class fared on labelled images; scores are fractions.

    Attributes:
        name: of the class.
        num_images: with this label.
        num_right: of them, those that were given this class.
        recall: ``num_right / num_images`` with Wilson's interval; None for a class without images.
        precision: share of the images given this class that have its label; None where no image was given it.
        f1: harmonic mean of recall and precision; 0 where no image of the class was right.
    """

    name: str
    num_images: int
    num_right: int
    recall: Interval | None
    precision: float | None
    f1: float

    def record(self) -> dict:
        """Return the scores as plain values for JSON."""
        recall = self.recall
        return {
            "class": self.name,
            "num_images": self.num_images,
            "num_right": self.num_right,
            "recall": recall and recall.estimate,
            "recall_interval": recall and [recall.low, recall.high],
            "precision": self.precision,
            "f1": self.f1,
        }


def score_classes(labels, predictions, class_names: Sequence[str]) -> list[ClassScore]:
    """Score each class, in the order of the names.

    Args:
        labels, predictions: (N,) integers below the number of class names.

    Raises:
        ValueError: no images, or different lengths.
    """
    counts = confusion_table(labels, predictions, class_names).to_numpy()  # rows = true class
    scores = []
    for k, name in enumerate(class_names):
        right, with_label, given = int(counts[k, k]), int(counts[k].sum()), int(counts[:, k].sum())
        recall = accuracy_interval(right, with_label) if with_label else None
        f1 = 2 * right / (with_label + given) if with_label + given else 0.0
        scores.append(ClassScore(name, with_label, right, recall, right / given if given else None, f1))
    return scores


def balanced_accuracy(scores: Sequence[ClassScore]) -> float:
    """Average the recall over the classes that have images (macro-averaged accuracy)."""
    return float(np.mean([score.recall.estimate for score in scores if score.recall]))


def macro_f1(scores: Sequence[ClassScore]) -> float:
    """Average F1 over the classes that have images."""
    return float(np.mean([score.f1 for score in scores if score.num_images]))


def describe_predictions(labels, probabilities, class_names: Sequence[str]) -> dict:
    """Collect what is known of a classifier on labelled images, as plain values for JSON.

    Args:
        labels: (N,) integers below C.
        probabilities: (N, C), rows sum to 1.

    Returns:
        ``num_images``, ``accuracy`` and ``accuracy_interval`` (Wilson, 95 %), ``balanced_accuracy``, ``macro_f1``,
        ``calibration_error`` and what chance alone would give, ``classes`` (`ClassScore.record` of each) and
        ``confusion`` (counts; rows = true class, columns = predicted, in the order of ``classes``).

    Raises:
        ValueError: no images, or shapes that do not fit.
    """
    labels, probabilities = np.asarray(labels), np.asarray(probabilities)
    calibration = reliability(labels, probabilities)
    predictions = probabilities.argmax(axis=1)
    scores = score_classes(labels, predictions, class_names)
    overall = accuracy_interval(sum(score.num_right for score in scores), len(labels))
    return {
        "num_images": len(labels),
        "accuracy": overall.estimate,
        "accuracy_interval": [overall.low, overall.high],
        "balanced_accuracy": balanced_accuracy(scores),
        "macro_f1": macro_f1(scores),
        "calibration_error": calibration.error,
        "calibration_error_by_chance": calibration.error_by_chance,
        "classes": [score.record() for score in scores],
        "confusion": confusion_table(labels, predictions, class_names).to_numpy().tolist(),
    }
