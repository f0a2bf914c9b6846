"""Metrics of predictions: accuracy, top-k accuracy, confusion, the outcome of each image."""

import numpy as np


def accuracy(labels, predictions) -> float:
    """Share of images whose predicted class is the label. Both (N,) integers.

    Raises:
        ValueError: no images, or different lengths.
    """
    return float(_right(labels, predictions).mean())


def outcomes(labels, predictions) -> str:
    """``"0110…"``: one sign for each image, "1" for right. Both (N,) integers."""
    return "".join("1" if right else "0" for right in _right(labels, predictions))


def top_k_accuracy(labels, scores, k: int = 5) -> float:
    """Share of images whose label is among the `k` highest scores; a tie counts in favour.

    Args:
        labels: (N,) integers below C.
        scores: (N, C) logits or probabilities.

    Raises:
        ValueError: shapes do not fit, a label is not below C, or `k` is not between 1 and C.
    """
    labels, scores = np.asarray(labels), np.asarray(scores)
    if scores.ndim != 2 or labels.shape != scores.shape[:1] or not labels.size:
        raise ValueError(f"labels {labels.shape} and scores {scores.shape} do not fit: need (N,) and (N, C)")
    if not 1 <= k <= scores.shape[1] or labels.max() >= scores.shape[1]:
        raise ValueError(f"k = {k} and labels up to {labels.max()} do not fit scores of {scores.shape[1]} classes")
    own = scores[np.arange(len(labels)), labels]  # (N,)
    return float(((scores > own[:, None]).sum(axis=1) < k).mean())


def worst_mistakes(labels, probabilities) -> np.ndarray:
    """The most confident mistake of each true class: row numbers (K,), the most confident first.

    A class whose images were all right has none; of equally confident mistakes the first counts.

    Args:
        labels: (N,) integers below C.
        probabilities: (N, C), rows sum to 1.

    Raises:
        ValueError: shapes do not fit.
    """
    labels, probabilities = np.asarray(labels), np.asarray(probabilities)
    if probabilities.ndim != 2 or labels.shape != probabilities.shape[:1]:
        raise ValueError(f"labels {labels.shape} and probabilities {probabilities.shape} do not fit: (N,) and (N, C)")
    wrong = np.flatnonzero(probabilities.argmax(axis=1) != labels)
    by_confidence = wrong[np.argsort(-probabilities[wrong].max(axis=1), kind="stable")]
    _, first = np.unique(labels[by_confidence], return_index=True)
    return by_confidence[np.sort(first)]


def neighbour_agreement(features, labels, k: int = 1) -> float:
    """Share of images whose class is that of most of their `k` nearest other images, by their features.

    This is the leave-one-out accuracy of a k-nearest-neighbour classifier. Distances are Euclidean, after every feature
    was brought to mean 0 and variance 1. Of classes with equally many neighbours the one with the nearer ones counts
    (by the sum of their ranks, then the lower number).

    Args:
        features: (N, D) array or CPU tensor.
        labels: (N,) integers.
        k: at most N − 1.

    Raises:
        ValueError: features that are not one row for each label, or not more than `k` of them.
    """
    from sklearn.neighbors import NearestNeighbors
    from sklearn.preprocessing import StandardScaler

    features, labels = np.asarray(features, dtype=np.float64), np.asarray(labels)
    if features.ndim != 2 or labels.shape != features.shape[:1] or not 1 <= k < len(labels):
        shapes = f"features {features.shape} and labels {labels.shape}"
        raise ValueError(f"{shapes} do not fit k = {k}: need (N, D) and (N,), N > k ≥ 1")
    scaled = StandardScaler().fit_transform(features)
    nearest = NearestNeighbors(n_neighbors=k).fit(scaled).kneighbors(return_distance=False)  # (N, k), never itself
    names, classes = np.unique(labels, return_inverse=True)
    ballots = 1 + (k - np.arange(k)) / (k + 1) ** 2  # (k,): nearer ones decide only between equally many
    votes = np.zeros((len(labels), len(names)))
    np.add.at(votes, (np.arange(len(labels))[:, None], classes[nearest]), ballots)
    return float((votes.argmax(axis=1) == classes).mean())


def confusion_table(labels, predictions, class_names):
    """How often each class was taken for each other: DataFrame, rows = true class, columns = predicted, counts.

    Args:
        labels, predictions: (N,) integers below the number of class names.
    """
    import pandas as pd
    from sklearn.metrics import confusion_matrix

    _right(labels, predictions)
    names = list(class_names)
    counts = confusion_matrix(np.asarray(labels), np.asarray(predictions), labels=range(len(names)))
    return pd.DataFrame(counts, index=pd.Index(names, name="true"), columns=pd.Index(names, name="predicted"))


def _right(labels, predictions) -> np.ndarray:
    labels, predictions = np.asarray(labels), np.asarray(predictions)
    if labels.ndim != 1 or labels.shape != predictions.shape or not labels.size:
        raise ValueError(f"labels {labels.shape} and predictions {predictions.shape} do not fit: need one per image")
    return labels == predictions
