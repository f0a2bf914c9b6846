"""Inputs of the training loop: images as uint8 on the device, or outputs of frozen stages."""

import numpy as np
import torch
from torch import Tensor

from course_lib.data.augmentation import Transform, augment
from course_lib.data.imageset import ImageSet
from course_lib.data.transforms import random_windows
from course_lib.training.precision import memory_format

EVAL_BATCH = 256


def normalise(images: Tensor, mean: Tensor, std: Tensor) -> Tensor:
    """Normalise uint8 images (N, 3, H, W): scale them to [0, 1], then (x − mean)/std for each channel."""
    return _standardise(images / 255, mean, std)


class Pixels:
    """The images of a set as input; copied to a GPU as uint8, used in place on the CPU.

    Args:
        images: the set.
        mean, std: (3,) of the normalisation.
        device: where the batches are wanted.
        transforms: how each image is augmented, afresh each time.
        seed: of the windows and the augmentation.
        normalise_first: augment normalised images, which is a mistake: see `Recipe.augmentation_order`.
        crop: take a random window of so many pixels a side of each image, before it is augmented.

    Attributes:
        after: None; see `StageOutputs`.
        num_views: 1; see `StageOutputs`.
        labels: (N,) int64, or (N, K) float32 of concepts.
        generator: of the windows and the augmentation, on the CPU.
    """

    after, num_views = None, 1

    def __init__(
        self,
        images: ImageSet,
        mean: Tensor,
        std: Tensor,
        device: torch.device,
        *,
        transforms: tuple[Transform, ...] = (),
        seed: int = 0,
        normalise_first: bool = False,
        crop: int | None = None,
    ):
        on_cpu = device.type == "cpu"
        self._pixels = images.pixels if on_cpu else images.images.to(device)  # (M, 3, H, W)
        self._rows = images.rows if on_cpu else torch.arange(len(images), device=device)
        self.labels = images.labels.to(device)
        self._mean, self._std = mean.to(device), std.to(device)
        self._transforms, self._normalise_first, self._crop = transforms, normalise_first, crop
        # A stream of its own: the order of the images must not depend on whether they are augmented.
        stream = int(np.random.SeedSequence([seed, 1]).generate_state(1)[0])
        self.generator = torch.Generator().manual_seed(stream)
        self._format = memory_format(device)

    def __len__(self) -> int:
        return len(self.labels)

    def batch(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Return normalised images (B, 3, H, W) and labels (B,) of the images `rows` (on the device)."""
        images = self._pixels[self._rows[rows]]
        if self._crop is not None:
            images = random_windows(images, self._crop, self.generator)
        images = images.float().div_(255)
        images = self._augment(images) if self._transforms else _standardise(images, self._mean, self._std)
        # Last, since arithmetic by channel is slow where the three channels lie side by side.
        return images.contiguous(memory_format=self._format), self.labels[rows]

    def _augment(self, images: Tensor) -> Tensor:
        """Augment and normalise images, in this order or the reverse; `images` is overwritten."""
        if self._normalise_first:
            return augment(_standardise(images, self._mean, self._std), self._transforms, self.generator, inplace=True)
        images = augment(images, self._transforms, self.generator, inplace=True)
        return _standardise(images, self._mean, self._std)


class StageOutputs:
    """The outputs of a network's frozen stages as input, one for each image.

    Args:
        values: (k·N, …), view after view.
        labels: (N,) int64, or (N, K) float32 of concepts, on the device.
        after: the stage whose output it is.

    Attributes:
        values: as given, on the device of the labels.
        num_views: k, the views of each image that a batch can pick from.
        generator: None; see `Pixels`.
    """

    generator = None

    def __init__(self, values: Tensor, labels: Tensor, after: str):
        self.values, self.labels, self.after = values.to(labels.device), labels, after
        self.num_views = len(values) // len(labels)

    def __len__(self) -> int:
        return len(self.labels)

    def batch(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Return outputs (B, …) and labels (B,) at `rows` of the values."""
        return self.values[rows], self.labels[rows % len(self.labels)]


Inputs = Pixels | StageOutputs


def peek(inputs: Inputs, rows: Tensor) -> tuple[Tensor, Tensor]:
    """Return a batch as ``inputs.batch(rows)``, and leave the generator of windows and augmentation as it was."""
    state = inputs.generator and inputs.generator.get_state()
    batch = inputs.batch(rows)
    if state is not None:
        inputs.generator.set_state(state)
    return batch


class BatchOrder:
    """The order of images in batches: one permutation an epoch, drawn on the CPU.

    Args:
        inputs: what the batches are taken from.
        batch_size: images in a batch; a last batch of one image joins the one before, since BatchNorm cannot
            normalise a single image.
        shuffle: False keeps the order of the set.
        seed: of the permutations.
    """

    def __init__(self, inputs: Inputs, batch_size: int, shuffle: bool, seed: int):
        self.count, self.num_views = len(inputs), inputs.num_views
        self.shuffle, self.device = shuffle, inputs.labels.device
        self.generator = torch.Generator().manual_seed(seed)
        full, rest = divmod(self.count, batch_size)
        self.sizes = [batch_size] * full + [rest] * (rest > 0)
        if rest == 1 and full:
            self.sizes[-2:] = [batch_size + 1]

    def next_epoch(self) -> list[Tensor]:
        """Draw the rows (B,) of each batch, on the device; of several views of an image one is picked at random."""
        rows = torch.randperm(self.count, generator=self.generator) if self.shuffle else torch.arange(self.count)
        if self.num_views > 1:
            rows = rows + self.count * torch.randint(self.num_views, (self.count,), generator=self.generator)
        return list(rows.to(self.device).split(self.sizes))


def _standardise(images: Tensor, mean: Tensor, std: Tensor) -> Tensor:
    return images.sub_(mean.view(3, 1, 1)).div_(std.view(3, 1, 1))
