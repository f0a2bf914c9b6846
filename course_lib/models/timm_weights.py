"""Weights of timm: from the user's own files, from the hub's cache, or downloaded where there is a network."""

import urllib.request
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from course_lib.data.network import TIMEOUT_S
from course_lib.errors import need
from course_lib.models.imagenet import IMAGENET_CLASSES
from course_lib.models.loaded import LoadedWeights, as_float32, weights_hash
from course_lib.models.official import fetch_official
from course_lib.models.timm_nets import PREFIX, cut, find_entry, timm_net
from course_lib.paths import user_dir

_FILE = "model.safetensors"  # of each of timm's repositories on the hub


def timm_weights_architecture(name: str) -> str:
    """Find the architecture that weights of timm belong to: their name without the tag.

    Raises:
        ValueError, MissingExtraError: as `find_entry`.
    """
    find_entry(name)
    return f"{PREFIX}{name.partition('.')[0]}"


def load_timm(name: str) -> LoadedWeights:
    """Load weights of timm, with the preprocessing that timm names for them.

    Args:
        name: e.g. ``"resnet18.a1_in1k"``; without a tag, the installed timm's default.

    Raises:
        ValueError: timm knows no such network or tag, or it has no weights; a damaged file, or one of another network.
        FileNotFoundError: the weights are neither here nor downloadable.
        MissingExtraError: timm is not installed.
    """
    entry, architecture = find_entry(name), timm_weights_architecture(name)
    if not entry.has_weights:
        raise ValueError(f"timm has no weights for '{PREFIX}{name}': start = None trains it from scratch")
    values, exact = fetch_timm(entry), f"{PREFIX}{entry.architecture}.{entry.tag}"
    with torch.random.fork_rng(devices=[]):  # timm draws random weights first
        try:
            net = timm_net(exact, pretrained=True, pretrained_cfg_overlay={"state_dict": values})
        except (RuntimeError, KeyError) as error:
            raise ValueError(f"the file with the weights '{exact}' is of another network: delete it") from error
    model = cut(architecture, net)
    state = as_float32(model.state_dict())
    meta = {
        "architecture": architecture,
        "num_classes": entry.num_classes,
        "hidden": () if isinstance(model.head, nn.Linear) else None,
        "class_names": _class_names(entry),
        "mean": tuple(entry.mean),
        "std": tuple(entry.std),
        "size": entry.input_size[-1],
        "source": exact,
        "training": {"hub": entry.hf_hub_id or entry.url},
        "precision": "float32",
    }
    return LoadedWeights(state, meta, weights_hash(state))


def fetch_timm(entry: Any) -> dict[str, Tensor]:
    """Fetch the tensors of timm's entry: the user's own file, the hub's cache, or a download into that cache.

    The own file is ``weights/NAME.TAG.safetensors`` in the course's folder.

    Raises:
        FileNotFoundError: they are neither here nor downloadable; one sentence says what to put where.
        ValueError: the file is damaged.
    """
    own = user_dir() / "weights" / f"{entry.architecture}.{entry.tag}.safetensors"
    if own.is_file():
        return _read(own)
    if not entry.hf_hub_id:
        return fetch_official(entry.url)
    hub = need("huggingface_hub", "imagenet")
    cached = hub.try_to_load_from_cache(entry.hf_hub_id, _FILE)
    return _read(Path(cached if isinstance(cached, str) else _download(hub, entry.hf_hub_id, own)))


def _download(hub: Any, repository: str, own: Path) -> str:
    """Download into the hub's cache; the hub alone would try for minutes where no network answers."""
    url = hub.hf_hub_url(repository, _FILE)
    try:
        if not hub.constants.HF_HUB_OFFLINE:
            urllib.request.urlopen(urllib.request.Request(url, method="HEAD"), timeout=TIMEOUT_S).close()
        return hub.hf_hub_download(repository, _FILE)
    except Exception as error:  # the hub's library has errors of three libraries
        why = " ".join(str(error).split())[:200]
        raise FileNotFoundError(
            f"the weights of {repository} are not here and could not be downloaded ({why}): "
            f"fetch {url} on a connected machine and save it as {own}"
        ) from error


def _read(path: Path) -> dict[str, Tensor]:
    try:
        return load_file(path)
    except Exception as error:  # safetensors' own, or the system's
        raise ValueError(f"the weights file {path} is damaged ({error}): delete it") from error


def _class_names(entry: Any) -> tuple[str, ...]:
    data = need("timm.data", "imagenet")
    subset = data.infer_imagenet_subset(entry.to_dict())
    if subset == "imagenet-1k":
        return IMAGENET_CLASSES
    if subset:
        return tuple(data.ImageNetInfo(subset).label_descriptions())
    return tuple(f"class {index}" for index in range(entry.num_classes))
