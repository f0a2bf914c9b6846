"""Patches of images to which filters of a first convolution answer most strongly, and their likeness to the filter."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Favourites:
    """The patches with a filter's strongest answers, at most one of each image, the strongest first.

    Attributes:
        windows: (K, 3) integers: image, top row and left column of each patch.
        cosines: (K,) cosine similarity of each patch and the filter: 1 for the same picture up to its contrast, 0 for
            no relation.
        others: (K,) the same for patches at the same places of other images.
    """

    windows: np.ndarray
    cosines: np.ndarray
    others: np.ndarray


def favourite_patches(answers, images, filters, *, count: int = 50, stride: int = 2, padding: int = 3):
    """Find the favourite patches of each filter of a first convolution; patches that meet the padding are left out.

    Args:
        answers: (N, F, h, w) of the convolution, before the ReLU.
        images: (N, C, H, W) that it was given; answers and images are arrays or CPU tensors.
        filters: (F, C, k, k) weights.
        count: greatest number of patches of a filter.

    Returns:
        a list of F `Favourites`.

    Raises:
        ValueError: shapes that do not fit, fewer than two images, or images that no filter fits into.
    """
    answers, images, filters = (np.asarray(values) for values in (answers, images, filters))
    (n, f, h, w), side = answers.shape, filters.shape[-1]
    rim = -(-padding // stride)  # answers at either end whose patches meet the padding
    inner = answers[:, :, rim : h - rim, rim : w - rim]
    if n < 2 or inner.size == 0 or len(images) != n or len(filters) != f or images.shape[1] != filters.shape[1]:
        raise ValueError(
            f"answers {answers.shape}, images {images.shape} and filters {filters.shape} do not fit: "
            "need (N, F, h, w), (N, C, H, W) and (F, C, k, k), at least two images, each larger than a filter"
        )
    found = []
    for index, kernel in enumerate(filters):
        flat = inner[:, index].reshape(n, -1)
        chosen = np.argsort(-flat.max(axis=1), kind="stable")[:count]
        rows, columns = np.unravel_index(flat[chosen].argmax(axis=1), inner.shape[2:])
        corners = (np.stack([rows, columns], axis=1) + rim) * stride - padding
        windows = np.column_stack([chosen, corners])
        elsewhere = np.column_stack([(chosen + 1) % n, corners])
        likeness = (np.array([_cosine(kernel, cut(images, w, side)) for w in each]) for each in (windows, elsewhere))
        found.append(Favourites(windows, *likeness))
    return found


def cut(images, window, side: int) -> np.ndarray:
    """The patch (C, side, side) of images (N, C, H, W) at (image, top row, left column)."""
    image, top, left = map(int, window)
    return np.asarray(images[image])[:, top : top + side, left : left + side]


def neighbour_correlation(weights) -> float:
    """Correlation of each weight of filters (F, C, k, k) with the one to its right: 0 for noise, near 1 if smooth."""
    weights = np.asarray(weights)
    return float(np.corrcoef(weights[..., :-1].ravel(), weights[..., 1:].ravel())[0, 1])


def _cosine(a: np.ndarray, b: np.ndarray) -> float:
    length = np.linalg.norm(a) * np.linalg.norm(b)
    return float((a * b).sum() / length) if length else 0.0
