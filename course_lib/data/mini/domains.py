"""Source domains: the eight domains of the catalogue, each with its own number of pictures (no torch is imported)."""

from dataclasses import dataclass

from course_lib.data.mini.catalogue import SOURCE_DOMAINS
from course_lib.data.mini.dials import Dials

# Other pictures than those of 'source', which the weights mini_resnet18 were trained on.
DOMAIN_SEED = 1
# Between EASY and HARD: a network trained on a quarter of a domain reaches 50 to 95 % at home (data/README.md).
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


@dataclass(frozen=True)
class Domain:
    """A source domain of the mini world.

    Attributes:
        name: as in the catalogue; its source is ``"mini:<name>"``.
        per_category: pictures of each category, a multiple of 40: a fortieth of them trains a target.
        illustrated: share of the pictures drawn as cartoons.
        dials: how hard they are.
    """

    name: str
    per_category: int
    illustrated: float = 0.8
    dials: Dials = MEDIUM

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
        Domain("animals", 800),
        Domain("people", 800),
        Domain("plants", 8000),
        Domain("instruments", 4000),
        Domain("buildings", 2000),
        Domain("vehicles", 1200),
        Domain("tools", 200),
        Domain("household", 400),
    )
}
