"""The numbers of the homework's studies: at three scales, and on real cartoons with a real network."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from course_lib.sweeps.profiles import Profile

OPTIMIZERS = ("sgd", "adam")
HOMEWORK_RATES = (0.01, 0.03, 0.001, 0.003, 0.0001)  # in the homework's order: of equally good runs the earlier wins


@dataclass(frozen=True, kw_only=True)
class HomeworkProfile(Profile):
    """A profile of the homework's studies.

    Attributes:
        rates: the learning rates of a grid, in the homework's order.
        few_shot_batch_size: of the small training set, which needs small batches to take enough steps.
        higher_rates: rates above the homework's, for SGD; Adam gets those up to `ADAM_UP_TO`.
        higher_grids: the grids that go on with the higher rates; None: all six.
        own_rates: study → optimiser → its rates; for grids that are too long for all rates, or need others. Those of
            `augmentation` are also those of the mistaken orders.
        own_epochs: study → its epochs.
        former: images of the task that `weights` were trained for, if there are any.
        table_viii_seeds: seeds for each of that table's 28 rows and their orders; None: as many as `seeds`.
        table_viii_rows: the rows of that table that are trained; None: all.
        order_rows: the rows that are also trained in a mistaken order; None: all of `ORDER_ROWS`.
        orders: the mistaken orders; None: all of `MISTAKEN_ORDERS`.
    """

    rates: tuple[float, ...]
    higher_rates: tuple[float, ...] = (0.1, 0.3, 1.0, 3.0)
    higher_grids: tuple[str, ...] | None = None
    own_rates: Mapping[str, Mapping[str, tuple[float, ...]]] = field(default_factory=dict)
    own_epochs: Mapping[str, int] = field(default_factory=dict)
    few_shot_batch_size: int
    former: str | None = None
    table_viii_seeds: int | None = None
    table_viii_rows: tuple[str, ...] | None = None
    order_rows: tuple[str, ...] | None = None
    orders: tuple[str, ...] | None = None

    def rates_of(self, study: str) -> Mapping[str, tuple[float, ...]]:
        """Find the rates of each optimiser in one of the six grids."""
        return self.own_rates.get(study) or dict.fromkeys(OPTIMIZERS, self.rates)

    def epochs_of(self, study: str) -> int:
        """Find the number of epochs of one of the six grids."""
        return self.own_epochs.get(study, self.epochs)


_MINI = {
    "architecture": "mini_resnet18",
    "weights": "mini_resnet18",
    "former": "mini:unseen",
    "few_shot_batch_size": 32,
}
_FLIP = "RandomHorizontalFlip(p=0.5)"
_JITTER = "ColorJitter(contrast=0.05)"  # among the rows that collapsed in print
# Lesson 09. Twelve epochs of full fine-tuning on 189 images, or two on 1687, take a core more than a minute: hence 96
# pixels, few epochs, and in long grids only the rates around the best. The last layer costs little. From scratch a
# network needs more steps than from trained weights, so it gets twice as many with 189 images and four times as many
# with 1687, at one rate of each optimiser.
_AROUND_THE_BEST = {"sgd": (0.03, 0.1, 0.3), "adam": (0.0003, 0.001, 0.003)}
REAL = HomeworkProfile(
    name="real", short=True, source="pacs:cartoon",
    architecture="efficientnet_lite0", weights="imagenet:efficientnet_lite0",
    epochs=12, seeds=3, rates=HOMEWORK_RATES, batch_size=32, few_shot_batch_size=16, size=96,
    own_rates={
        "full": _AROUND_THE_BEST,
        "augmentation": _AROUND_THE_BEST,
        "few_shot_full": {"sgd": (*HOMEWORK_RATES, 0.1, 0.3), "adam": HOMEWORK_RATES},
        "scratch": {"sgd": (0.03,), "adam": (0.001,)},
        "few_shot_scratch": {"sgd": (0.03,), "adam": (0.001,)},
    },
    own_epochs={
        "last_layer": 50, "few_shot_last_layer": 50,
        "full": 3, "scratch": 12,  # 159 and 636 steps of 1687 images; `epochs` are 144 steps of 189
        "few_shot_scratch": 24,
    },
    table_viii_rows=("none", _JITTER, _FLIP, f"{_FLIP}, RandomAffine(± 10 deg)"), order_rows=(_JITTER,),
    orders=("after_normalisation_and_in_val",), higher_grids=("last_layer", "few_shot_last_layer"),
)  # fmt: skip
PROFILES = {
    profile.name: profile
    for profile in (
        HomeworkProfile(
            name="smoke", epochs=1, seeds=3, rates=(0.01, 0.001), higher_rates=(0.1,), batch_size=128, size=32,
            table_viii_seeds=2, **_MINI,
        ),
        HomeworkProfile(name="mini", epochs=50, seeds=5, rates=HOMEWORK_RATES, batch_size=64, size=48, **_MINI),
        HomeworkProfile(
            name="paper", epochs=50, seeds=5, rates=HOMEWORK_RATES, batch_size=8, few_shot_batch_size=8, size=227,
            architecture="resnet18", weights="torchvision:resnet18",
        ),
    )
}  # fmt: skip
