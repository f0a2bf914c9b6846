"""The answers of a run for each test image, as short texts in its record."""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from course_lib.data.fields import Settings

_ZERO = ord("0")  # one sign for each number: 0 to 9 are their own digits
_MOST = 0xD7FF - _ZERO  # beyond lie characters that no text may hold
LEVELS = 10  # of a probability, 0 to 9


class Answers(Settings):
    """Probe: what the network answers for each test image, so that finished runs can vote.

    Attributes:
        keep: the class of each image, or also the probability of every class, rounded to ninths.
    """

    keep: Literal["classes", "probabilities"] = "classes"

    @property
    def name(self) -> str:
        """``"answers"`` for both: a run is asked one of them."""
        return "answers"


def answer_texts(keep: str, probabilities: np.ndarray, labels: np.ndarray) -> dict[str, str]:
    """Write answers and labels as texts with one sign for each image, or for each image and class.

    Args:
        keep: as of `Answers`.
        probabilities: (N, C).
        labels: (N,).

    Returns:
        ``answers`` and ``labels``, N signs each; with probabilities also ``probabilities``, N·C signs, image by image.
    """
    texts = {"answers": encode(probabilities.argmax(axis=1)), "labels": encode(labels)}
    if keep == "probabilities":
        texts["probabilities"] = encode(np.rint(probabilities * (LEVELS - 1)).astype(int).ravel())
    return texts


def decode_probabilities(text: str, num_images: int) -> np.ndarray:
    """Read probabilities (N, C) from their text; each is right to 1/18."""
    return decode(text).reshape(num_images, -1) / (LEVELS - 1)


def encode(numbers: Sequence[int]) -> str:
    """Write whole numbers from 0 to 55 247 as a text of one sign each; those below 10 are digits.

    Raises:
        ValueError: a number out of range.
    """
    numbers = np.asarray(numbers)
    if numbers.size and not 0 <= numbers.min() <= numbers.max() <= _MOST:
        raise ValueError(f"numbers from {numbers.min()} to {numbers.max()}: a text holds those from 0 to {_MOST}")
    return "".join(chr(_ZERO + number) for number in numbers.tolist())


def decode(text: str) -> np.ndarray:
    """Read whole numbers (N,) from a text of `encode`."""
    return np.array([ord(sign) - _ZERO for sign in text], dtype=int)
