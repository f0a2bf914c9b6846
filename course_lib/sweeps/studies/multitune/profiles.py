"""The numbers of the studies of MultiTune and SpotTune at each profile."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from course_lib.sweeps.profiles import Profile

PRINTED_EPOCHS = 110
MULTITUNE, ONE_BLOCK = "MultiTune", "MultiTune, one block"
ANEW = "one branch, one block"  # of MultiTune with one new block: what is left without the second branch
FAST_HEAD = "full, head ×10"  # what one would do without the document: a new head learns faster than the rest
# Images of each class: the rows of Table 3 for either set; None takes all of the training part.
ROWS = (None, 20, 15, 10, 5)
# Naming the first set of a pair means both: a fine-grained and a general one (Table 2).
PAIRS = (("mini:beetles", "mini:general"), ("aircraft", "cifar100"))


@dataclass(frozen=True, kw_only=True)
class MultituneProfile(Profile):
    """A profile of these studies.

    Attributes:
        crop: training sees random windows of so many pixels a side.
        rates: learning rates, among which validation chooses.
        rates_by_row: other ones for rows of Table 3 whose best rate lies at an end of these.
        further_rates: by the name of a method, more of them, for a method whose best rate lies at an end.
        rows: images of each class, see `ROWS`.
        routing_rates: learning rates of the study of SpotTune's variants.
        k_rates: those of global-k and of its control, whose few trained blocks take higher ones.
        wide: a network with about the parameters of two, and the name of its weights.
        alphas: strengths α of L2 and L2-SP.
        k: numbers of blocks of global-k.
        shown: the profile whose finished runs a lesson shows, if it is not this one: those of `smoke` prove that the
            studies run and say nothing else.
        imagenet: a network with ImageNet's weights, which plain fine-tuning and L2-SP start from, too, with a size, a
            crop, a number of epochs and learning rates of its own.
        val: the share of the training images that validates, for sets without a validation part; None for a fifth.
        votes: keep the probabilities of single networks, so that two runs can vote. They are kept in ninths, too coarse
            for unsure answers among a hundred classes.
        later_rates: of SpotTune and plain fine-tuning with SpotTune's printed schedule in the comparison; none where
            the study of SpotTune's variants has them.
    """

    crop: int
    rates: tuple[float, ...]
    rates_by_row: Mapping[int | None, tuple[float, ...]] = field(default_factory=dict)
    further_rates: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    routing_rates: tuple[float, ...]
    k_rates: tuple[float, ...]
    rows: tuple[int | None, ...] = ROWS
    wide: str | None = None
    alphas: tuple[float, ...] = (0.001, 0.01, 0.1)
    k: tuple[int, ...] = (0, 2, 3, 4, 6, 8, 10, 12)
    shown: str = ""
    imagenet: str | None = None
    imagenet_size: int = 48
    imagenet_crop: int = 40
    imagenet_epochs: int = 4
    imagenet_rates: tuple[float, ...] = (0.003, 0.01, 0.03)
    val: float | None = None
    votes: bool = True
    later_rates: tuple[float, ...] = ()

    def rates_of(self, per_class: int | None, method: str = "") -> tuple[float, ...]:
        """The learning rates of a method on a row of Table 3, rising."""
        rates = self.rates_by_row.get(per_class, self.rates)
        return tuple(sorted({*rates, *self.further_rates.get(method, ())}))

    def sets(self, source: str) -> tuple[str, ...]:
        """The sets that a source stands for: the first one of a pair for both, any other for itself."""
        return next((pair for pair in PAIRS if source == pair[0]), (source,))

    def milestones(self, printed: tuple[int, ...]) -> tuple[int, ...]:
        """Convert epochs among the document's 110 to those of this profile; the rate falls from each of them on."""
        return tuple(dict.fromkeys(max(1, round(epoch * self.epochs / PRINTED_EPOCHS)) for epoch in printed))


_MINI = {"architecture": "mini_resnet26", "weights": "mini_resnet26", "source": PAIRS[0][0], "size": 36, "crop": 32}
PROFILES = {
    profile.name: profile
    for profile in (
        MultituneProfile(
            name="smoke", epochs=2, seeds=2, batch_size=32, rates=(0.02,), routing_rates=(0.02,), k_rates=(0.02,),
            rows=(10, 5), alphas=(0.01,), k=(0, 3, 12), shown="mini", **_MINI,
        ),
        MultituneProfile(
            name="mini", epochs=16, seeds=4, batch_size=16, rates=(0.003, 0.01, 0.03, 0.1),
            rates_by_row={None: (0.001, 0.003, 0.01, 0.03, 0.1), 5: (0.01, 0.03, 0.1, 0.3)},
            further_rates={FAST_HEAD: (0.0003, 0.001, 0.003)}, routing_rates=(0.001, 0.003, 0.01, 0.03),
            k_rates=(0.003, 0.01, 0.03, 0.1),
            wide="mini_resnet26_wide", **_MINI,
        ),
        MultituneProfile(
            name="paper", epochs=PRINTED_EPOCHS, seeds=3, batch_size=128, rates=(0.01, 0.03, 0.1, 0.3),
            routing_rates=(0.01, 0.03, 0.1), k_rates=(0.01, 0.03, 0.1, 0.3), architecture="resnet26",
            weights="resnet26", source=PAIRS[1][0], size=72, crop=64,
        ),
        MultituneProfile(
            name="real", short=True, epochs=8, seeds=3, batch_size=16, rates=(0.01, 0.03, 0.1),
            further_rates={FAST_HEAD: (0.001, 0.003), MULTITUNE: (0.3,), ONE_BLOCK: (0.3,), ANEW: (0.3,)},
            routing_rates=(0.01,), k_rates=(0.01,), rows=ROWS[1:], val=0.1, votes=False,
            later_rates=(0.003, 0.01, 0.03, 0.1), imagenet="efficientnet_lite0", **{**_MINI, "source": "cifar100"},
        ),
    )
}  # fmt: skip

# Of studies that real images are not trained for.
DRAWN = {name: profile for name, profile in PROFILES.items() if name != "real"}
