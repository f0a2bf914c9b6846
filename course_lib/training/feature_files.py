"""Features of a source's images by a trained network: computed once, kept in the cache, written as a file."""

import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from course_lib.data.cache import cached_array
from course_lib.data.imageset import ImageSet
from course_lib.data.sources import load_images
from course_lib.errors import MissingExtraError
from course_lib.models.catalogue import best_start
from course_lib.models.layers import layer_module
from course_lib.models.loaded import LoadedWeights
from course_lib.models.staged import StagedModel
from course_lib.models.weights import load_model, load_weights
from course_lib.paths import cache_dir, check_writable, write_whole
from course_lib.training.device import pick_device
from course_lib.training.inputs import Pixels
from course_lib.training.precision import memory_format, precision
from course_lib.training.prediction import layer_features
from course_lib.training.run import TRAINING_VERSION

SUFFIXES = (".npz", ".parquet")


@dataclass(frozen=True, eq=False)
class ImageFeatures:
    """Features of images, layer by layer.

    Attributes:
        names: of the N images.
        labels: (N,) positions of class names, or (N, K) of 0, 1 and NaN (not judged).
        class_names: of classes or concepts.
        layers: features (N, D) float32 by layer.
        meta: ``source``, ``size`` (pixels), ``weights``, ``weights_hash``, ``architecture``, ``mean``, ``std``,
            ``fingerprint`` of the images.
    """

    names: tuple[str, ...]
    labels: np.ndarray
    class_names: tuple[str, ...]
    layers: dict[str, np.ndarray]
    meta: dict

    def write(self, path: Path | str, *, overwrite: bool = False) -> None:
        """Write a ``.npz`` file, or a ``.parquet`` file if pyarrow is installed.

        A ``.npz`` file has the arrays ``names``, ``labels``, ``class_names``, ``features.LAYER`` for each layer, and
        ``meta``, a text of JSON. A parquet file has a row for each image: ``name``, ``label`` (the class) or a
        column ``label.CONCEPT`` for each concept, and a list of numbers ``features.LAYER`` for each
        layer; its metadata have the key ``course``, a text of JSON with ``class_names`` beside `meta`.

        Raises:
            ValueError, OSError, MissingExtraError: as `check_file`.
        """
        path = Path(path)
        check_file(path, overwrite=overwrite)
        write_whole(path, self._as_npz() if path.suffix == ".npz" else self._as_parquet())

    def _as_npz(self) -> bytes:
        arrays = {f"features.{layer}": values for layer, values in self.layers.items()}
        about = {"names": np.array(self.names), "class_names": np.array(self.class_names)}
        file = io.BytesIO()
        np.savez(file, labels=self.labels, meta=json.dumps(self.meta), **about, **arrays)
        return file.getvalue()

    def _as_parquet(self) -> bytes:
        import pyarrow as pa
        from pyarrow import parquet

        columns = {"name": pa.array(self.names)}
        if self.labels.ndim == 1:
            columns["label"] = pa.array([self.class_names[label] for label in self.labels])
        else:
            columns |= {
                f"label.{name}": pa.array(own, mask=np.isnan(own))
                for name, own in zip(self.class_names, self.labels.T, strict=True)
            }
        for layer, values in self.layers.items():
            columns[f"features.{layer}"] = pa.FixedSizeListArray.from_arrays(pa.array(values.ravel()), values.shape[1])
        meta = json.dumps({**self.meta, "class_names": self.class_names})
        file = io.BytesIO()
        parquet.write_table(pa.table(columns).replace_schema_metadata({"course": meta}), file)
        return file.getvalue()


def check_file(path: Path, *, overwrite: bool = False) -> None:
    """Check that features can be written to a file, before any of them are computed.

    Raises:
        ValueError: the name ends in none of `SUFFIXES`.
        FileExistsError: there is such a file, and `overwrite` is false.
        OSError: the folder is missing or cannot be written.
        MissingExtraError: a parquet file without pyarrow.
    """
    if path.suffix not in SUFFIXES or path.is_dir():
        raise ValueError(f"'{path}' is no name for a file of features: end it in {' or '.join(SUFFIXES)}")
    if path.exists() and not overwrite:
        raise FileExistsError(f"there is a file '{path}' already: give another name, or add --overwrite")
    check_writable(path.parent)
    if path.suffix == ".parquet":
        try:
            import pyarrow  # noqa: F401
        except ImportError:
            raise MissingExtraError(
                f"'{path}' needs the package pyarrow: pip install pyarrow, or end the name in .npz"
            ) from None


def extract_features(
    source: str,
    layers: Sequence[str] = ("pool",),
    weights: str | None = None,
    *,
    size: int | None = None,
    device: str = "auto",
    progress: bool = False,
) -> ImageFeatures:
    """Compute the features of all images of a source, averaged over all positions; a second call reads the cache.

    Args:
        source: see `source_names`.
        layers: see `layer_names`.
        weights: what `load_weights` takes, e.g. the file of a model from `train_classifier`; by default the best
            installed ones.
        size: pixels a side; by default what the weights were trained with.
        progress: whether to show a bar while images are decoded or drawn (on stderr).

    Raises:
        ValueError: unknown source, layer or device, no layer, a layer named twice, or unusable weights.
        FileNotFoundError: there is no such source or file.
    """
    if not layers or len(set(layers)) < len(layers):
        raise ValueError(f"layers = {list(layers)}: name one layer or more, each once")
    weights = weights or best_start()
    loaded, target = load_weights(weights), pick_device(device)
    model = load_model(loaded)
    for layer in layers:
        layer_module(model, layer)
    size = size or int(loaded.meta["size"])
    images = load_images(source, size=size, progress=progress)
    found = _kept_features(model, loaded, images, layers, target)
    mean, std = (list(loaded.meta[key]) for key in ("mean", "std"))
    meta = {"source": source, "size": size, "weights": Path(weights).name, "weights_hash": loaded.hash}
    meta |= {"architecture": model.architecture, "mean": mean, "std": std, "fingerprint": images.fingerprint}
    return ImageFeatures(tuple(images.names), images.labels.numpy(), tuple(images.class_names), found, meta)


def _kept_features(
    model: StagedModel, loaded: LoadedWeights, images: ImageSet, layers: Sequence[str], device: torch.device
) -> dict[str, np.ndarray]:
    """Read the features of each layer from the cache; the network runs once for all that are not there."""
    pixels = hashlib.sha256("".join(images.pixel_hashes()).encode()).hexdigest()
    identity = [pixels, loaded.hash, loaded.meta["mean"], loaded.meta["std"]]
    identity += [TRAINING_VERSION, torch.__version__, device.type, str(precision(device))]
    computed: dict[str, np.ndarray] = {}

    def make(layer: str):
        if layer not in computed:
            on_device = model.to(device, memory_format=memory_format(device))
            found = layer_features(on_device, Pixels(images, *loaded.normalisation, device), layers)
            computed.update({name: values.cpu().numpy() for name, values in found.items()})
        return computed[layer].shape, iter(computed[layer]), {}

    result = {}
    for layer in layers:
        own = [*identity, layer, "averaged"]
        label = f"{model.architecture} {layer} {hashlib.sha256(json.dumps(own).encode()).hexdigest()[:12]}"
        options = {"dtype": np.float32, "folder": cache_dir() / "features"}
        values, _ = cached_array(label, images.size[0], own, lambda layer=layer: make(layer), **options)
        result[layer] = values.numpy()
    return result
