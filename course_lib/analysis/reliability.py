"""Calibration of a classifier: how often it is right, by how sure it is."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Reliability:
    """Images in bins of their confidence, the highest probability of each; empty bins are left out.

    Attributes:
        confidence: mean confidence of each bin, (B,).
        accuracy: share of right images of each bin, (B,).
        counts: images of each bin, (B,).
        error: expected calibration error, the mean over images of ``|accuracy − confidence|`` of their bin (Naeini et
            al. 2015; Guo et al. 2017, eq. 3).
        error_by_chance: a perfectly calibrated classifier of these confidences shows less than this error in 95 of 100
            tests with as many images.
    """

    confidence: np.ndarray
    accuracy: np.ndarray
    counts: np.ndarray
    error: float
    error_by_chance: float


def reliability(labels, probabilities, *, bins: int = 10, draws: int = 2000) -> Reliability:
    """Compute the reliability curve of a classifier and its expected calibration error.

    Args:
        labels: (N,) integers below C.
        probabilities: (N, C), rows sum to 1.
        bins: of equal width between 0 and 1.
        draws: simulated tests for `Reliability.error_by_chance`.

    Raises:
        ValueError: no images, or shapes that do not fit.
    """
    from sklearn.calibration import calibration_curve

    labels, probabilities = np.asarray(labels), np.asarray(probabilities, dtype=float)
    if probabilities.ndim != 2 or labels.shape != probabilities.shape[:1] or not labels.size:
        raise ValueError(f"labels {labels.shape} and probabilities {probabilities.shape} do not fit: (N,) and (N, C)")
    confidence = probabilities.max(axis=1).clip(0, 1)
    right = (probabilities.argmax(axis=1) == labels).astype(int)
    shares, means = calibration_curve(right, confidence, n_bins=bins, strategy="uniform")
    # scikit-learn's own bins: a value at an edge belongs to the lower one
    place = np.searchsorted(np.linspace(0, 1, bins + 1)[1:-1], confidence)
    counts = np.bincount(place, minlength=bins)
    error = float(counts[counts > 0] @ np.abs(shares - means) / len(labels))
    chance = np.random.default_rng(0).random((draws, len(labels))) < confidence
    return Reliability(means, shares, counts[counts > 0], error, _error_by_chance(chance, confidence, place, bins))


def _error_by_chance(outcomes: np.ndarray, confidence: np.ndarray, place: np.ndarray, bins: int) -> float:
    """95 % quantile of the calibration error of simulated outcomes (D, N)."""
    member = np.eye(bins)[place]  # (N, bins)
    gaps = np.abs((outcomes - confidence) @ member)  # (D, bins), each times the images of the bin
    return float(np.quantile(gaps.sum(axis=1) / len(confidence), 0.95))
