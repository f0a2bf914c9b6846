"""Two sets to compare fine-tuning methods on: look-alike species, and very different categories (no torch is imported).

They stand in for FGVC-Aircraft and CIFAR-100 of Wang et al. (2020), Table 2. The names of their images begin with
``train/``, ``val/`` or ``test/``: ``DataSpec(source="mini:beetles", split="official", per_class=5)`` trains on five
images of each class and has the same validation and test images as any other number.
"""

from dataclasses import dataclass

from course_lib.data.mini.catalogue import Category
from course_lib.data.mini.dials import Dials
from course_lib.data.mini.tables_sets import BEETLES, GENERAL


@dataclass(frozen=True)
class ComparisonSet:
    """A set with official training, validation and test parts.

    Attributes:
        name: its source is ``"mini:<name>"``.
        about: what it shows, in words.
        classes: class name -> what is drawn.
        counts: part -> images of each class.
        dials: how hard its pictures are.
        seed: of its pictures, which no other source has.
        illustrated: share of the pictures drawn as cartoons.
    """

    name: str
    about: str
    classes: dict[str, Category]
    counts: dict[str, int]
    dials: Dials
    seed: int
    illustrated: float = 0.5

    @property
    def num_images(self) -> int:
        """Number of pictures of all parts."""
        return len(self.classes) * sum(self.counts.values())


# The colours of a beetle are part of its species: none is painted otherwise or drawn in ink alone.
_BEETLE_DIALS = Dials(
    rotation=45.0, scale=(0.85, 1.4), shift=0.15, clutter=(1, 4), occluders=1, jitter=1.5, repaint=0.0, line_art=0.0
)
_GENERAL_DIALS = Dials(
    rotation=35.0, scale=(0.65, 1.6), shift=0.25, clutter=(4, 7), occluders=3, jitter=1.5, repaint=0.3, line_art=0.2
)

COMPARISON_SETS = {
    each.name: each
    for each in (
        ComparisonSet(
            "beetles",
            "12 species of beetles that look alike",
            {name: Category(name, "beetles", plan, table, 0.1) for name, (plan, table) in sorted(BEETLES.items())},
            {"train": 33, "val": 33, "test": 42},
            _BEETLE_DIALS,
            seed=200,
        ),
        ComparisonSet(
            "general",
            "16 categories of very different kinds",
            {
                name: Category(name, "general", plan, table, indoor)
                for name, (plan, table, indoor) in sorted(GENERAL.items())
            },
            {"train": 60, "val": 20, "test": 40},
            _GENERAL_DIALS,
            seed=201,
        ),
    )
}
