"""Names known without importing torch: architectures, normalisation modes, shipped weights."""

from pathlib import Path

from course_lib.paths import shipped_dir

OFFICIAL = "torchvision:"  # begins the names of weights that torchvision publishes

ARCHITECTURES = {
    "mini_resnet18": "ResNet-18 of width 16 (16, 32, 64, 128 channels) for 48-pixel images; 0.7 M parameters",
    "mini_squeezenet": "narrow SqueezeNet without BatchNorm, 32 first filters of 7×7; 0.2 M parameters",
    "resnet18": "He et al. 2016, torchvision; 11.7 M parameters",
    "resnet34": "He et al. 2016, torchvision; 21.8 M parameters",
    "resnet50": "He et al. 2016, torchvision; 25.6 M parameters",
    "squeezenet1_0": "Iandola et al. 2016, torchvision; 96 first filters of 7×7; 1.2 M parameters",
    "squeezenet1_1": "SqueezeNet with less arithmetic, torchvision; 64 first filters of 3×3; 1.2 M parameters",
    "googlenet": "Szegedy et al. 2015, torchvision, without auxiliary classifiers; 6.6 M parameters",
}

MINI_ARCHITECTURES = ("mini_resnet18", "mini_squeezenet")

NORMALISATION_MODES = ("batch", "running", "frozen", "affine_only")


def list_architectures() -> tuple[str, ...]:
    """Names that `build` knows; the dictionary `ARCHITECTURES` says what each is."""
    return tuple(ARCHITECTURES)


def check_architecture(architecture: str) -> None:
    """Raises ValueError listing the known names if `architecture` is none of them."""
    if architecture not in ARCHITECTURES:
        raise ValueError(f"unknown architecture {architecture!r}: choose one of {', '.join(ARCHITECTURES)}")


def list_weights() -> tuple[str, ...]:
    """Names of the weights that the course ships, as `load_weights` takes them."""
    return tuple(sorted(path.stem for path in shipped_dir("data/weights").glob("*.safetensors")))


def find_weights(weights: str | Path) -> Path:
    """The file of weights, by the name of shipped ones or by their path; not of torchvision's, which have no file here.

    Raises:
        FileNotFoundError: there is none.
    """
    path = Path(weights).expanduser()
    if path.suffix != ".safetensors":
        if (name := str(weights)) not in list_weights():
            shipped = ", ".join(list_weights()) or "none"
            raise FileNotFoundError(f"no weights '{name}': give a shipped name ({shipped}) or a .safetensors file")
        path = shipped_dir("data/weights") / f"{name}.safetensors"
    if not path.is_file():
        raise FileNotFoundError(f"there is no weights file {path}: check the path")
    return path
