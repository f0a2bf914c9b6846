"""The edition of the mini world, and fingerprints that show whether its pictures have changed."""

import hashlib

import torch

from course_lib.data.mini.catalogue import CATEGORIES
from course_lib.data.mini.drawing import STYLES, draw

# Raise by one whenever any picture changes: caches of drawn worlds are kept by this number.
WORLD_VERSION = 1


def world_fingerprint() -> str:
    """SHA-256 of a small sample: two pictures of every category and style, pooled to 8 x 8 squares of 16 levels.

    Coarse levels forgive most differences of one grey level, not all; `world_means` can be compared with tolerance.
    """
    digest = hashlib.sha256(str(WORLD_VERSION).encode())
    for category in sorted(CATEGORIES):
        for style in STYLES:
            digest.update(_coarse(draw(category, style, (1, 2), size=32)).numpy().tobytes())
    return digest.hexdigest()


def world_means(categories=None) -> dict[str, tuple[float, ...]]:
    """Mean red, green and blue (0 to 255) of eight pictures of each category, keyed 'dog/cartoon'."""
    means = {}
    for category in sorted(categories or CATEGORIES):
        for style in STYLES:
            pictures = draw(category, style, range(1, 9), size=32)
            means[f"{category}/{style}"] = tuple(round(v, 2) for v in pictures.double().mean((0, 2, 3)).tolist())
    return means


def _coarse(pictures: torch.Tensor) -> torch.Tensor:
    """(N, 3, 32, 32) uint8 to (N, 3, 8, 8) with values 0 to 15, in whole-number arithmetic."""
    blocks = pictures.to(torch.int64).view(*pictures.shape[:2], 8, 4, 8, 4).sum((3, 5))
    return (blocks // 256).to(torch.uint8)
