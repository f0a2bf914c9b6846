"""Source domains: the eight domains of the catalogue, each with its own number of pictures (no torch is imported)."""

from dataclasses import dataclass

from course_lib.data.mini.catalogue import SOURCE_DOMAINS
from course_lib.data.mini.dials import HARD, Dials

# Other pictures than those of 'source', which the weights mini_resnet18 were trained on.
DOMAIN_SEED = 1
# Degrees of difficulty below HARD: the fewer pictures a domain has, the easier they are, so that a network trained
# on a quarter of it is neither lost nor perfect at home (data/README.md).
MEDIUM = Dials(
    rotation=20.0,
    scale=(0.8, 1.5),
    shift=0.2,
    clutter=(2, 5),
    occluders=2,
    jitter=1.25,
    repaint=0.3,
    line_art=0.15,
)
MILD = Dials(
    rotation=8.0,
    scale=(1.0, 1.3),
    shift=0.08,
    clutter=(0, 2),
    occluders=0,
    jitter=1.0,
    repaint=0.1,
    line_art=0.05,
)


@dataclass(frozen=True)
class Domain:
    """A source domain of the mini world.

    Attributes:
        name: as in the catalogue; its source is ``"mini:<name>"``.
        dials: how hard its pictures are.
        per_category: pictures of each category, a multiple of 40: a fortieth of them trains a target.
        illustrated: share of the pictures drawn as cartoons.
    """

    name: str
    dials: Dials
    per_category: int
    illustrated: float = 0.8

    @property
    def categories(self) -> tuple[str, ...]:
        """The categories, sorted."""
        return SOURCE_DOMAINS[self.name]

    @property
    def num_images(self) -> int:
        """Number of pictures."""
        return self.per_category * len(self.categories)


DOMAINS = {
    domain.name: domain
    for domain in (
        Domain("animals", MEDIUM, 800),
        Domain("people", MEDIUM, 800),
        Domain("plants", HARD, 8000),
        Domain("instruments", HARD, 4000),
        Domain("buildings", HARD, 2000),
        Domain("vehicles", MEDIUM, 1200),
        Domain("tools", MILD, 200),
        Domain("household", MEDIUM, 400),
    )
}
