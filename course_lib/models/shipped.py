"""Facts about the shipped weights, read from their files without torch."""

import json
from dataclasses import dataclass
from pathlib import Path

from course_lib.paths import shipped_dir

NOT_SHIPPED = ("resnet26",)  # too large; `course pretrain NAME` makes them, and then they are found as shipped ones are


@dataclass(frozen=True)
class ShippedWeights:
    """What a file of shipped weights says of itself.

    Attributes:
        name: as `load_weights` takes it.
        architecture: of the network.
        source: of the images that it was trained on.
        num_classes: of that source.
        test_accuracy: at home, on ``num_test`` images of the source that took no part in training.
        num_test: number of these images.
    """

    name: str
    architecture: str
    source: str
    num_classes: int
    test_accuracy: float
    num_test: int


def list_weights() -> tuple[str, ...]:
    """List the names of the weights that the course ships, as `load_weights` takes them."""
    return tuple(sorted(path.stem for path in shipped_dir("data/weights").glob("*.safetensors")))


def describe_shipped(name: str) -> ShippedWeights:
    """Read the facts of shipped weights; `load_weights` verifies the file, this does not.

    Raises:
        FileNotFoundError: no weights of that name are shipped. ValueError: the file is damaged.
    """
    file = shipped_file(name)
    try:
        with file.open("rb") as content:  # safetensors: length of the header, the header as JSON, the tensors
            length = min(int.from_bytes(content.read(8), "little"), file.stat().st_size)
            header = json.loads(content.read(length))
        meta = json.loads(header["__metadata__"]["course"])["meta"]
        facts = {key: meta[key] for key in ("architecture", "source", "num_classes")}
        facts |= {key: meta["training"][key] for key in ("test_accuracy", "num_test")}
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"the weights file {file} is damaged: delete it and fetch or train it again") from error
    return ShippedWeights(name, **facts)


def shipped_file(name: str) -> Path:
    """The file of shipped weights, whether it is there or not."""
    return shipped_dir("data/weights") / f"{name}.safetensors"


def find_weights(weights: str | Path) -> Path:
    """Find the file of weights by the name of shipped weights or by its path.

    Raises:
        FileNotFoundError: there is none.
    """
    path = Path(weights).expanduser()
    if path.suffix != ".safetensors":
        if (name := str(weights)) not in list_weights():
            if name in NOT_SHIPPED:
                raise FileNotFoundError(f"the weights '{name}' are not shipped: 'course pretrain {name}' trains them")
            shipped = ", ".join(list_weights()) or "none"
            raise FileNotFoundError(f"no weights '{name}': give a shipped name ({shipped}) or a .safetensors file")
        path = shipped_file(name)
    if not path.is_file():
        raise FileNotFoundError(f"there is no weights file {path}: check the path")
    return path
