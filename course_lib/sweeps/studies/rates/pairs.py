"""The pairs of a target and the network that it starts from, as in Dube et al. 2018, section 4.1."""

import math
from dataclasses import dataclass

from course_lib.data.mini.domains import DOMAINS
from course_lib.data.spec import DataSpec

FLOWERS = "flowers"  # the target that stands for Oxford Flowers: exactly ten training images of each class
_FLOWER_SPECIES, _FLOWER_IMAGES = 20, 10
_FORTIETH = 40  # a tenth of a quarter of a domain trains a target


@dataclass(frozen=True)
class Pair:
    """A target, and the source domain whose network it starts from.

    Attributes:
        target: name of a domain, or ``"flowers"``; its source of images is ``"mini:<target>"``.
        source: name of the domain of the network; its weights are ``"mini_resnet18_<source>"``.
        close: whether a person would call the two domains close: the document's set A; the others are its set B.
    """

    target: str
    source: str
    close: bool

    @property
    def weights(self) -> str:
        """Name of the weights of the source network."""
        return f"mini_resnet18_{self.source}"

    @property
    def images_per_label(self) -> int:
        """Number of training images of each class."""
        return _FLOWER_IMAGES if self.target == FLOWERS else DOMAINS[self.target].per_category // _FORTIETH

    @property
    def num_train(self) -> int:
        """Number of training images."""
        classes = _FLOWER_SPECIES if self.target == FLOWERS else len(DOMAINS[self.target].categories)
        return classes * self.images_per_label

    def data(self, size: int, seed: int) -> DataSpec:
        """Describe the target's images; the seed says which images train."""
        if self.target == FLOWERS:
            return DataSpec(source="mini:flowers", size=size, split="official", seed=seed)
        return DataSpec(source=f"mini:{self.target}", size=size, split="target", seed=seed)

    def epochs(self, steps: int, batch_size: int) -> int:
        """Number of epochs that take at least so many steps."""
        return math.ceil(steps / math.ceil(self.num_train / batch_size))


# From 5 to 200 images a label. Set A holds domains that look alike, set B crosses from living things to made ones.
PAIRS = (
    Pair("flowers", "plants", close=True),
    Pair("tools", "household", close=True),
    Pair("household", "tools", close=True),
    Pair("people", "animals", close=True),
    Pair("instruments", "tools", close=True),
    Pair("vehicles", "animals", close=False),
    Pair("buildings", "people", close=False),
    Pair("plants", "vehicles", close=False),
)
