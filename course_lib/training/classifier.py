"""Classify new images with a saved classifier."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from course_lib.data.decode import decode_image, map_parallel, resize_and_crop
from course_lib.models.weights import load_model, load_weights
from course_lib.training.device import pick_device
from course_lib.training.inputs import normalise
from course_lib.training.precision import memory_format
from course_lib.training.target import CLASSES, CONCEPTS

BATCH = 32  # images decoded and classified together: bounds the memory


class Answer(NamedTuple):
    """What a classifier says about a file: its answer, or why the file cannot be read.

    Attributes:
        file: as given.
        found: as `Classifier.predict` returns it; None if the file cannot be read.
        error: one sentence; None if the file was classified.
    """

    file: Path
    found: dict | None
    error: str | None


class Classifier:
    """A saved classifier with the preprocessing it was trained with.

    Attributes:
        model: in evaluation mode, on `device`.
        class_names: one for each output.
        size: pixels a side of the images it is given.
        mean, std: (3,) of the normalisation, on `device`.
        meta: what the file says about itself; see `LoadedWeights`.
    """

    def __init__(self, model: torch.nn.Module, meta: dict, device: str = "cpu"):
        self.device = pick_device(device)
        self.model = model.to(self.device, memory_format=memory_format(self.device)).eval()
        self.meta = dict(meta)
        self.class_names = tuple(meta["class_names"])
        self.size = int(meta["size"])
        self.target = CONCEPTS if meta["training"].get("metric") == CONCEPTS.metric else CLASSES
        self.mean, self.std = (torch.tensor(meta[key], device=self.device) for key in ("mean", "std"))

    @classmethod
    def load(cls, path: Path | str, device: str = "cpu") -> "Classifier":
        """Read a file written by `train_classifier`.

        Raises:
            FileNotFoundError, ValueError: there is no such file, or it is damaged or not a classifier.
        """
        if not Path(path).is_file():
            raise FileNotFoundError(f"there is no model '{path}': 'course train' writes one and prints its name")
        loaded = load_weights(path)
        return cls(load_model(loaded), loaded.meta, device)

    def predict(self, file: Path | str) -> dict:
        """Classify one image file.

        Returns:
            ``class`` and ``probabilities`` by class, which sum to 1; of a model of concepts ``concepts`` (those above
            one half) and ``probabilities`` by concept.

        Raises:
            ValueError, FileNotFoundError: the file cannot be read as an image.
        """
        return self._describe(self.probabilities(self._read(Path(file))[None])[0])

    def predict_files(self, files: Sequence[Path | str]) -> Iterator[Answer]:
        """Classify image files in batches; yield an answer for each, in order. A file that cannot be read ends nothing.

        The probabilities are those of `predict` up to rounding.
        """
        files = [Path(file) for file in files]
        for start in range(0, len(files), BATCH):
            names = files[start : start + BATCH]
            images = list(map_parallel(self._try_to_read, names, progress=False))
            readable = [image for image in images if isinstance(image, Tensor)]
            rows = iter(self.probabilities(torch.stack(readable)) if readable else ())
            for file, image in zip(names, images, strict=True):
                if isinstance(image, Tensor):
                    yield Answer(file, self._describe(next(rows)), None)
                else:
                    yield Answer(file, None, image)

    @torch.no_grad()
    def probabilities(self, images: Tensor) -> Tensor:
        """Compute probabilities (N, C), on the CPU, of uint8 images (N, 3, size, size)."""
        inputs = normalise(images.to(self.device), self.mean, self.std)
        return self.target.probabilities(self.model(inputs.contiguous(memory_format=memory_format(self.device)))).cpu()

    def _read(self, file: Path) -> Tensor:
        return resize_and_crop(decode_image(file), self.size)  # (3, size, size) uint8

    def _try_to_read(self, file: Path) -> "Tensor | str":
        try:
            return self._read(file)
        except (ValueError, OSError) as error:
            return str(error)

    def _describe(self, probabilities: Tensor) -> dict:
        found = dict(zip(self.class_names, probabilities.tolist(), strict=True))
        if self.target is CONCEPTS:
            return {"concepts": [name for name, p in found.items() if p > 0.5], "probabilities": found}
        return {"class": max(found, key=found.get), "probabilities": found}
