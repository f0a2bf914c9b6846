"""Eight pairs of target and source in the mini world: five that we judge close in meaning, three far.

As sets A and B of Dube et al. (2018), section 4.2, who judged closeness by meaning, too. Source:
https://arxiv.org/abs/1807.11459.
"""

from dataclasses import dataclass

from course_lib.data.mini.catalogue import SPECIES
from course_lib.data.mini.domains import DOMAINS
from course_lib.data.spec import DataSpec

FLOWERS = "flowers"  # stands for Oxford Flowers: exactly ten training images of each class
_PER_SPECIES = 10
_FORTIETH = 40  # a tenth of a quarter of a domain trains a target


@dataclass(frozen=True)
class Transfer:
    """A target and the source that its start was trained on.

    Attributes:
        target, source: names of the mini world's sources without ``mini:``.
        close: whether we judge the two close (set A) or far (set B).
    """

    target: str
    source: str
    close: bool

    @property
    def name(self) -> str:
        """Name of the pair in tables and figures: target, then source."""
        return f"{self.target} ← {self.source}"

    @property
    def weights(self) -> str:
        """Name of the weights of the source network."""
        return f"mini_resnet18_{self.source}"

    @property
    def images_per_label(self) -> int:
        """Number of training images of each class of the target."""
        return _PER_SPECIES if self.target == FLOWERS else DOMAINS[self.target].per_category // _FORTIETH

    @property
    def num_train(self) -> int:
        """Number of training images of the target."""
        classes = len(SPECIES) if self.target == FLOWERS else len(DOMAINS[self.target].categories)
        return classes * self.images_per_label

    def target_data(self, *, size: int = 48, seed: int = 0) -> DataSpec:
        """Images of the target: of a domain the rule ``target``, of the flowers ten a species; `seed` says which."""
        return target_data(self.target, size=size, seed=seed)

    def source_data(self, *, size: int = 48, seed: int = 0) -> DataSpec:
        """Images of the source: the rule ``source``."""
        return DataSpec(source=f"mini:{self.source}", size=size, split="source", seed=seed)


TRANSFERS = (
    Transfer("tools", "household", close=True),
    Transfer("household", "tools", close=True),
    Transfer("flowers", "plants", close=True),
    Transfer("animals", "people", close=True),
    Transfer("instruments", "tools", close=True),
    Transfer("vehicles", "plants", close=False),
    Transfer("buildings", "animals", close=False),
    Transfer("plants", "vehicles", close=False),
)


def target_data(name: str, *, size: int = 48, seed: int = 0) -> DataSpec:
    """Images of a target of the mini world, e.g. ``"tools"`` or ``"flowers"``.

    Of a domain a tenth of its third quarter trains, as many images validate, and its fourth quarter tests. Of each
    flower species ten images train, ten validate and sixty test.
    """
    if name == FLOWERS:
        return DataSpec(source="mini:flowers", size=size, split="official", val=0.5, seed=seed)
    return DataSpec(source=f"mini:{name}", size=size, split="target", seed=seed)
