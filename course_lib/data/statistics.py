"""Mean and standard deviation of each colour channel in one pass over the images."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from course_lib.data.imageset import ImageSet


@dataclass(frozen=True, eq=False)
class Moments:
    """Count, mean and population variance of each channel's pixel values in [0, 1]; two of them can be merged.

    Attributes:
        count: pixels seen (in each channel).
        mean: (C,) float64.
        var: (C,) float64, divided by `count`, not by count − 1.
    """

    count: int
    mean: Tensor
    var: Tensor

    @classmethod
    def of(cls, images: Tensor) -> "Moments":
        """Moments of (N, C, H, W) or (C, H, W) images, uint8 in [0, 255] or floats as they are.

        Raises:
            ValueError: another shape, or no pixels.
        """
        channels = torch.from_numpy(_by_channel(images.cpu().numpy())).to(torch.float64)  # (C, pixels)
        if images.dtype == torch.uint8:
            channels = channels / 255
        mean = channels.mean(dim=1)
        return cls(channels.shape[1], mean, (channels - mean[:, None]).square().mean(dim=1))

    @property
    def std(self) -> Tensor:
        """(C,) population standard deviation."""
        return self.var.sqrt()

    def merge(self, other: "Moments") -> "Moments":
        """Moments of both sets of pixels together: Eq. (1) of the homework (section II), for any n and m > 0."""
        n, m = self.count, other.count
        total = n + m
        mean = (m * other.mean + n * self.mean) / total
        between = (n / total) * (m / total) * (other.mean - self.mean).square()
        return Moments(total, mean, (m * other.var + n * self.var) / total + between)


def streaming_statistics(batches: Iterable[Tensor]) -> Moments:
    """Merge the moments of `batches`, each (N, C, H, W) or (C, H, W), of any sizes and in any order, in one pass.

    Raises:
        ValueError: there is no batch, or one has a wrong shape.
    """
    total = None
    for batch in batches:
        moments = Moments.of(batch)
        total = moments if total is None else total.merge(moments)
    if total is None:
        raise ValueError("statistics of no images: give at least one batch")
    return total


@dataclass(eq=False)
class PixelHistogram:
    """Exact counts of each of the 256 values in each channel; the order in which images are counted does not matter.

    Attributes:
        counts: (3, 256) int64.
    """

    counts: Tensor = field(default_factory=lambda: torch.zeros(3, 256, dtype=torch.int64))

    def update(self, images: Tensor) -> "PixelHistogram":
        """Count the pixels of (N, 3, H, W) or (3, H, W) uint8 images; returns itself.

        Raises:
            ValueError: another type or shape, or no pixels.
        """
        if images.dtype != torch.uint8:
            raise ValueError(f"a histogram counts uint8 pixels, got {images.dtype}: count before scaling to [0, 1]")
        # numpy, because torch's threads would compete with the threads that decode the next images.
        channels = _by_channel(images.cpu().numpy())
        if len(channels) != len(self.counts):
            raise ValueError(f"a histogram counts images of 3 channels, got {len(channels)}: convert them to RGB")
        for counts, channel in zip(self.counts, channels, strict=True):
            counts += torch.from_numpy(np.bincount(channel, minlength=256))
        return self

    def merge(self, other: "PixelHistogram") -> "PixelHistogram":
        """The histogram of both sets of pixels together."""
        return PixelHistogram(self.counts + other.counts)

    @property
    def num_pixels(self) -> int:
        """Pixels counted (in each channel)."""
        return int(self.counts[0].sum())

    @property
    def mean(self) -> Tensor:
        """(3,) float64 mean of the values in [0, 1]."""
        return torch.tensor([first / count / 255 for count, first, _ in self._sums()], dtype=torch.float64)

    @property
    def std(self) -> Tensor:
        """(3,) float64 population standard deviation of the values in [0, 1]."""
        # count·Σx² − (Σx)² is exact in Python's integers: nothing cancels, however narrow the distribution.
        variances = [(count * second - first * first) / (count * count) for count, first, second in self._sums()]
        return torch.tensor(variances, dtype=torch.float64).sqrt() / 255

    def _sums(self) -> list[tuple[int, int, int]]:
        if not self.num_pixels:
            raise ValueError("statistics of no images: count some pixels first")
        sums = []
        for counts in self.counts.tolist():
            first = sum(value * count for value, count in enumerate(counts))
            second = sum(value * value * count for value, count in enumerate(counts))
            sums.append((sum(counts), first, second))
        return sums


def channel_statistics(images: ImageSet, batch_size: int = 256) -> tuple[Tensor, Tensor]:
    """Exact mean (3,) and population standard deviation (3,) of the pixels of an image set, in [0, 1], float64."""
    histogram = PixelHistogram()
    for start in range(0, len(images), batch_size):
        histogram.update(images.batch(slice(start, start + batch_size))[0])
    return histogram.mean, histogram.std


def _by_channel(images: np.ndarray) -> np.ndarray:
    """(N, C, H, W) or (C, H, W) images as (C, pixels)."""
    if images.ndim not in (3, 4) or images.size == 0:
        raise ValueError(f"images must be (N, C, H, W) or (C, H, W) and not empty, got {images.shape}")
    channels = np.moveaxis(images, -3, 0)
    return channels.reshape(len(channels), -1)
