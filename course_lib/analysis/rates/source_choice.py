"""What it is worth to fine-tune from every source and to let validation choose, beside rules that choose before."""

from collections.abc import Sequence

import numpy as np

from course_lib.analysis.intervals import Interval
from course_lib.analysis.rates.sources import over_targets, source_matrix
from course_lib.data.mini.domains import DOMAINS


def choice_gain(records: Sequence[dict]) -> dict[str, Interval]:
    """Gain of fine-tuning from every source and keeping the network with the highest validation accuracy.

    Each seed chooses by its own validation images and is measured by its test images, as one student would; of equal
    sources the mean counts. It is compared with a source taken at random, with the one trained on the most images, and
    with the one that reaches most for the other targets (test accuracies); t-intervals over targets.

    Args:
        records: runs of the study `sources`.
    """
    matrix = source_matrix(records)
    tested, validated = matrix.candidates, source_matrix(records, part="val").candidates
    top = validated == np.nanmax(validated, axis=1, keepdims=True)
    chosen = np.nanmean(np.where(top, tested, np.nan), axis=1).mean(axis=1)
    means = tested.mean(axis=2)
    images = np.array([DOMAINS[source].num_images for source in matrix.sources])
    others = {
        "a source taken at random": np.nanmean(means, axis=1),
        "the source with the most images": _of_highest(images, means),
        "the source best for the other targets": _of_highest(merit_elsewhere(means), means),
    }
    return {name: over_targets(chosen - own) for name, own in others.items()}


def excess(means: np.ndarray) -> np.ndarray:
    """Accuracy of each candidate minus the mean over its target's candidates, (T, S)."""
    return means - np.nanmean(means, axis=1, keepdims=True)


def merit_elsewhere(means: np.ndarray) -> np.ndarray:
    """Mean excess of each source over all targets but the row's own, (T, S)."""
    found = excess(means)
    return np.array([np.nanmean(np.delete(found, row, axis=0), axis=0) for row in range(len(found))])


def _of_highest(scores: np.ndarray, means: np.ndarray) -> np.ndarray:
    """Accuracy (T,) of each target's candidate with the highest score."""
    chosen = np.nanargmax(np.where(np.isnan(means), np.nan, scores), axis=1)
    return means[np.arange(len(means)), chosen]
