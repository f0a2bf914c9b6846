"""torchvision's official weights: finding them by name, fetching them, renaming them for a `StagedModel`."""

import hashlib
import http.client
import re
import sys
from collections.abc import Mapping
from contextlib import redirect_stdout
from pathlib import Path
from urllib.parse import urlparse

import torch
import torchvision
from torch import Tensor
from torchvision.models import WeightsEnum

from course_lib.data.network import socket_timeout
from course_lib.models.catalogue import ARCHITECTURES
from course_lib.models.loaded import LoadedWeights, as_float32, weights_hash
from course_lib.models.torchvision_nets import cut, torchvision_net


def find_official(name: str) -> tuple[str, WeightsEnum]:
    """Find the architecture and torchvision's entry for a name.

    Args:
        name: an architecture, e.g. ``"resnet18"``, which means its ``IMAGENET1K_V1``; or one exact entry, e.g.
            ``"ResNet50_Weights.IMAGENET1K_V2"``. Never torchvision's ``DEFAULT``, which differs between its versions.

    Raises:
        ValueError: no such weights, or of an architecture the course does not build.
    """
    known = [entry.name for entry in ARCHITECTURES.values() if entry.start == f"torchvision:{entry.name}"]
    for architecture in known:
        entries = torchvision.models.get_model_weights(architecture)
        if name == architecture:
            return architecture, entries["IMAGENET1K_V1"]
        family, _, version = name.partition(".")
        if family == entries.__name__ and version in entries.__members__:
            return architecture, entries[version]
    raise ValueError(
        f"unknown official weights 'torchvision:{name}': give an architecture ({', '.join(known)}) "
        "or an exact name such as 'ResNet18_Weights.IMAGENET1K_V1'"
    )


def official_architecture(name: str) -> str:
    """Find the architecture that official weights belong to; see `find_official`."""
    return find_official(name)[0]


def load_official(name: str) -> LoadedWeights:
    """Load official weights, with torchvision's own preprocessing.

    Raises:
        ValueError: as `find_official` and `fetch_official`. FileNotFoundError: as `fetch_official`.
    """
    architecture, entry = find_official(name)
    state = as_float32(rename_official(architecture, fetch_official(entry.url)))
    preset = entry.transforms()
    meta = {
        "architecture": architecture,
        "num_classes": len(entry.meta["categories"]),
        "hidden": None,
        "class_names": tuple(entry.meta["categories"]),
        "mean": tuple(preset.mean),
        "std": tuple(preset.std),
        "size": preset.crop_size[0],
        "source": f"torchvision:{entry}",
        "training": {"url": entry.url},
        "precision": "float32",
    }
    return LoadedWeights(state, meta, weights_hash(state))


def fetch_official(url: str) -> dict[str, Tensor]:
    """Fetch the tensors behind a URL of torchvision, from torch's cache or downloaded into it.

    The cache is torch's own, ``$TORCH_HOME/hub/checkpoints``; the hash in the file's name is checked in both cases.

    Raises:
        FileNotFoundError: not in the cache, and the download failed.
        ValueError: the file's content does not match the hash in its name.
    """
    name = Path(urlparse(url).path).name
    folder = Path(torch.hub.get_dir()) / "checkpoints"
    path = folder / name
    if not path.exists():
        _download(url, path)
    wanted = re.search(r"-([0-9a-f]{8,})\.", name)
    if wanted and not _file_hash(path).startswith(wanted.group(1)):
        raise ValueError(f"the file {path} is damaged (its content does not match the hash in its name): delete it")
    return torch.load(path, map_location="cpu", weights_only=True)


def rename_official(architecture: str, state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Rename torchvision's tensors to the names of a `StagedModel` with the original classifier.

    Auxiliary classifiers of GoogLeNet are dropped: torchvision's are not trained.

    Raises:
        ValueError: the state is not of this architecture.
    """
    with torch.device("meta"):  # names only
        net = torchvision_net(architecture)
        model = cut(architecture, net)
    staged_names = {id(value): name for name, value in model.state_dict(keep_vars=True).items()}
    renamed = {}
    for name, value in net.state_dict(keep_vars=True).items():
        if name in state:
            renamed[staged_names[id(value)]] = state[name]
        elif name.endswith("num_batches_tracked"):  # files written before PyTorch 0.4.1 lack this counter
            renamed[staged_names[id(value)]] = torch.tensor(0)
        else:
            raise ValueError(f"these are not weights of {architecture}: the parameter '{name}' is missing")
    extra = [name for name in state if name not in net.state_dict() and not name.startswith(("aux1.", "aux2."))]
    if extra:
        raise ValueError(f"these are not weights of {architecture}: it has no parameter '{extra[0]}'")
    return renamed


def _download(url: str, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with socket_timeout(), redirect_stdout(sys.stderr):  # torch announces it on stdout, which is for results
            # to a temporary name, renamed when the hash is right
            torch.hub.load_state_dict_from_url(url, check_hash=True, map_location="cpu", weights_only=True)
    except (OSError, http.client.HTTPException) as error:
        raise FileNotFoundError(
            f"the official weights {path.name} are not here and could not be downloaded ({error}): "
            f"fetch {url} on a connected machine and put the file into {path.parent}"
        ) from error
    except RuntimeError as error:
        raise ValueError(f"the download of {url} is damaged ({error}): try again") from error


def _file_hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
