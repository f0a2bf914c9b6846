"""Weights on disk: safetensors with their preprocessing and provenance, verified whenever they are read."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
import torch
from pydantic import TypeAdapter
from torch import Tensor, nn

from course_lib.models.architectures import build
from course_lib.models.catalogue import find_origin, origin_loader
from course_lib.models.composing import build_composed
from course_lib.models.forms import Form
from course_lib.models.heads import head_sizes
from course_lib.models.loaded import LoadedWeights, as_float32, weights_hash
from course_lib.models.network import Network
from course_lib.models.shipped import find_weights
from course_lib.paths import write_whole

_REQUIRED = ("class_names", "mean", "std", "size", "source")
_OPTIONAL = ("training",)
_FORM = TypeAdapter(Form)
_METADATA_KEY = "course"  # one key: safetensors writes several in random order, and the file would never be the same


def save_weights(model: Network, path: str | Path, meta: Mapping[str, Any], *, half: bool = False) -> str:
    """Write a model's weights and metadata; the same content always gives the same file, whole or not at all.

    Args:
        model: its head must be one of `new_head`'s; auxiliary heads, which help only in training, are left out.
        path: ends in ``.safetensors``; the folder is made.
        meta: ``class_names``, ``mean``, ``std``, ``size``, ``source`` as in `LoadedWeights`; optionally ``training``, a
            dict that JSON can hold. Architecture and head are read from the model.
        half: half precision on disk, for small files.

    Returns:
        The hash that `load_weights` will report.

    Raises:
        ValueError: metadata missing, unknown or not fitting the model; weights that are not finite, or not in half
            precision.
    """
    path = Path(path)
    if path.suffix != ".safetensors":
        raise ValueError(f"weights are kept in files that end in .safetensors: got '{path.name}'")
    full_meta = _complete_meta(model, meta, half)
    kept = {name: value for name, value in model.state_dict().items() if not name.startswith("aux.")}
    stored = {name: _storable(name, value, half) for name, value in kept.items()}
    full_meta["hash"] = weights_hash(as_float32(stored))
    envelope = {"meta": full_meta, "checksum": _checksum(full_meta)}
    content = safetensors.torch.save(stored, {_METADATA_KEY: json.dumps(envelope, sort_keys=True)})
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, content)
    except OSError as error:
        raise OSError(f"cannot write '{path}' ({error.strerror or error}): make room or use another folder") from None
    return full_meta["hash"]


def load_weights(weights: str | Path) -> LoadedWeights:
    """Read and verify weights.

    Args:
        weights: a name that the course ships (`list_weights`), e.g. ``"mini_resnet18"``; the path of a
            ``.safetensors`` file; ImageNet's from a package, ``"imagenet:efficientnet_lite0"``; torchvision's official
            ones, ``"torchvision:resnet18"`` for its IMAGENET1K_V1 or ``"torchvision:ResNet50_Weights.IMAGENET1K_V2"``;
            or timm's, ``"timm:resnet18.a1_in1k"``.

    Raises:
        FileNotFoundError: no such weights or file; official weights or timm's neither in a cache nor downloadable.
        ValueError: damaged file, metadata missing, a name that its origin does not know.
        MissingExtraError: weights that need an extra that is not installed.
    """
    if found := find_origin(weights):
        origin, name = found
        return origin_loader(origin)(name)
    return _load_file(find_weights(weights))


def load_model(weights: str | Path | LoadedWeights) -> Network:
    """Build the complete model that weights describe, head included, in evaluation mode.

    The caller's random generator is left alone.

    Raises:
        As `load_weights`.
    """
    loaded = weights if isinstance(weights, LoadedWeights) else load_weights(weights)
    meta = loaded.meta
    sizes = () if meta["hidden"] is None else (meta["num_classes"], meta["hidden"])
    with torch.random.fork_rng(devices=[]):
        if form := meta.get("network"):
            model = build_composed(_FORM.validate_python(form), meta["architecture"], *sizes)
        else:
            model = build(meta["architecture"], *sizes)
    fill(model, loaded.state, meta["architecture"])
    return model.eval()


def _load_file(path: Path) -> LoadedWeights:
    try:
        path.open("rb").close()  # safetensors would not say why it cannot
        with safetensors.safe_open(path, framework="pt") as file:
            raw = file.metadata() or {}
            state = as_float32({name: file.get_tensor(name) for name in file.keys()})  # noqa: SIM118 (not a dict)
    except PermissionError:
        raise PermissionError(f"the weights file {path} may not be read: change its permissions") from None
    except (safetensors.SafetensorError, OSError, ValueError, RuntimeError) as error:
        raise _damaged(path, "it cannot be read as safetensors") from error
    meta = _read_meta(path, raw)
    stored_hash = meta.pop("hash")
    if weights_hash(state) != stored_hash:
        raise _damaged(path, "its tensors do not match the hash stored with them")
    return LoadedWeights(state, meta, stored_hash)


def _read_meta(path: Path, raw: Mapping[str, str]) -> dict[str, Any]:
    if _METADATA_KEY not in raw:
        raise ValueError(
            f"{path} has no metadata of the course (architecture, preprocessing): write it by save_weights"
        )
    try:
        envelope = json.loads(raw[_METADATA_KEY])
        meta, checksum = dict(envelope["meta"]), envelope["checksum"]
    except (ValueError, KeyError, TypeError) as error:
        raise _damaged(path, "its metadata cannot be read") from error
    if missing := {*_REQUIRED, "architecture", "num_classes", "hidden", "hash"} - set(meta):
        raise ValueError(f"the metadata in {path} lack '{min(missing)}': write the file again by save_weights")
    if _checksum(meta) != checksum:
        raise _damaged(path, "its metadata do not match their checksum")
    return meta | {key: tuple(meta[key]) for key in ("class_names", "mean", "std", "hidden")}


def _damaged(path: Path, why: str) -> ValueError:
    return ValueError(f"the weights file {path} is damaged ({why}): delete it and fetch or train it again")


def _complete_meta(model: Network, meta: Mapping[str, Any], half: bool) -> dict[str, Any]:
    """Check metadata and complete them, with the types that JSON returns."""
    if missing := [key for key in _REQUIRED if key not in meta]:
        raise ValueError(f"the metadata lack '{missing[0]}': weights need {', '.join(_REQUIRED)}")
    if unknown := sorted(set(meta) - {*_REQUIRED, *_OPTIONAL}):
        raise ValueError(f"unknown metadata '{unknown[0]}': known are {', '.join(_REQUIRED + _OPTIONAL)}")
    hidden, num_classes = head_sizes(model.head)
    if len(meta["class_names"]) != num_classes:
        raise ValueError(f"{len(meta['class_names'])} class names for a head with {num_classes} outputs: name each")
    for key in ("mean", "std"):
        if len(meta[key]) != 3:
            raise ValueError(f"'{key}' has {len(meta[key])} values: it needs one for each of the 3 channels")
    return {
        "architecture": model.architecture,
        "num_classes": num_classes,
        "hidden": list(hidden),
        "class_names": [str(name) for name in meta["class_names"]],
        "mean": [float(value) for value in meta["mean"]],
        "std": [float(value) for value in meta["std"]],
        "size": int(meta["size"]),
        "source": str(meta["source"]),
        "training": json.loads(json.dumps(meta.get("training", {}))),
        "precision": "float16" if half else "float32",
        **({} if model.form is None else {"network": model.form.model_dump(mode="json")}),
    }


def _checksum(meta: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(meta, sort_keys=True).encode()).hexdigest()


def _storable(name: str, value: Tensor, half: bool) -> Tensor:
    value = value.detach().cpu()
    if value.is_floating_point():
        value = value.to(torch.float16 if half else torch.float32)
        if not value.isfinite().all():
            precision = "half precision" if half else "these weights"
            raise ValueError(f"'{name}' has values that are not finite in {precision}: they cannot be saved")
    return value.contiguous()


def fill(module: nn.Module, state: Mapping[str, Tensor], architecture: str) -> None:
    """Load a state into a module, whose tensors must have these names and shapes.

    Raises:
        ValueError: they have not; the message names `architecture`.
    """
    shapes = {name: tuple(value.shape) for name, value in module.state_dict().items()}
    given = {name: tuple(value.shape) for name, value in state.items()}
    for name in sorted(set(shapes) | set(given)):
        if shapes.get(name) != given.get(name):
            found = f"has shape {given[name]}" if name in given else "is missing"
            wanted = f"it should have {shapes[name]}" if name in shapes else "there should be none"
            raise ValueError(f"the weights do not fit {architecture}: '{name}' {found}, {wanted}: choose others")
    module.load_state_dict(state)
