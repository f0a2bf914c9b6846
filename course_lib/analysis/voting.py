"""Votes of several trained networks on the same test images."""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from course_lib.analysis.records import answers_of, images_behind, labels_of, probabilities_of


def frequent_classes(answers: np.ndarray) -> np.ndarray:
    """Find for each image the class that most runs answered, (N,); of equally frequent ones the smallest index.

    This is the vote of hyperparameter ensembles in FewTrans (HPE), where `torch.mode` breaks ties in the same way.

    Args:
        answers: (R, N) class indices, a row for each run.

    Raises:
        ValueError: no run.
    """
    answers = _of_runs(answers)
    counts = np.zeros((answers.shape[1], answers.max(initial=0) + 1), dtype=int)  # (N, C)
    for row in answers:
        counts[np.arange(len(row)), row] += 1
    return counts.argmax(axis=1)


def average_classes(probabilities: np.ndarray) -> np.ndarray:
    """Find for each image the class with the highest mean probability over runs, (N,); of equal ones the smallest.

    Args:
        probabilities: (R, N, C).

    Raises:
        ValueError: no run.
    """
    return _of_runs(probabilities).mean(axis=0).argmax(axis=1)


def vote_units(records: Sequence[dict], by: Literal["classes", "probabilities"] = "classes") -> np.ndarray:
    """Let finished runs vote on their test images: 1 for each image that the vote has right, else 0; (N,).

    Their mean is the accuracy of the vote; they pair with the units of any run on these images.

    Args:
        records: of runs that were asked the probe `Answers`.
        by: the most frequent class, or the highest mean of the probabilities, which records keep rounded.

    Raises:
        ValueError: no runs, runs on different images or without answers, or an unknown `by`.
    """
    if by not in ("classes", "probabilities"):
        raise ValueError(f"unknown vote '{by}': choose classes or probabilities")
    if not records:
        raise ValueError("no runs to vote: the list of records is empty")
    if len({(images_behind(run), labels_of(run).tobytes()) for run in records}) > 1:
        raise ValueError("runs on different test images cannot vote together: give those of one task")
    if by == "classes":
        found = frequent_classes(np.stack([answers_of(run) for run in records]))
    else:
        found = average_classes(np.stack([probabilities_of(run) for run in records]))
    return (found == labels_of(records[0])).astype(float)


def _of_runs(values: np.ndarray) -> np.ndarray:
    values = np.asarray(values)
    if not len(values):
        raise ValueError("no runs to vote: give the answers of one or more")
    return values
