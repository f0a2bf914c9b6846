"""The one vocabulary for every strategy: where to start, which head, which rate for which stage, for how long."""

import json
import math
from typing import Annotated, Literal

from pydantic import Field, PositiveInt, model_validator

from course_lib.data.augmentation import Transform
from course_lib.data.fields import Settings

Rate = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Factor = Annotated[float, Field(ge=0, allow_inf_nan=False)]

Part = Literal["train", "val", "test"]

MINI_WEIGHTS = "mini_resnet18"


class L2SP(Settings):
    """Pull towards the starting point: α/2·‖w − w⁰‖² on inherited weights, β/2·‖w‖² on new ones.

    Source: Li, Grandvalet, Davoine (ICML 2018), eq. 3; MultiTune, eq. 2.
    """

    alpha: Factor = 0.01
    beta: Factor = 0.01


class Recipe(Settings):
    """Everything that decides how a classifier is trained, apart from the images and the seed.

    A stage's learning rate is ``lr × multiplier``; a stage with multiplier 0 is frozen completely, running
    statistics included. ``multipliers`` is keyed by stage (``"stem"``, ``"stage1"`` … ``"head"``); the key
    ``"inner"`` stands for every stage before the head that is not named itself; what is not named has multiplier 1.
    """

    name: str = "custom"  # a label for tables; two recipes that differ only in it are the same recipe
    architecture: str = "mini_resnet18"
    start: str | None = None  # name of weights, None = random
    hidden: tuple[PositiveInt, ...] = ()  # widths of hidden layers in the new head
    num_outputs: PositiveInt | None = None  # None = one for each class
    lr: Rate = 1e-3
    optimizer: Literal["sgd", "adam"] = "adam"
    momentum: Annotated[float, Field(ge=0, lt=1)] = 0.0  # SGD only
    weight_decay: Factor = 0.0
    multipliers: dict[str, Factor] = Field(default_factory=dict)
    schedule: Literal["constant", "cosine", "warmup_cosine"] = "constant"
    normalisation: Literal["batch", "running", "frozen", "affine_only"] = "batch"  # of trained stages
    penalty: L2SP | None = None
    statistics: Literal["train", "train_and_val", "weights"] = "train"  # of the input's normalisation
    epochs: PositiveInt = 30
    batch_size: PositiveInt = 16  # small enough for a folder of a hundred images
    shuffle: bool = True
    augmentation: tuple[Transform, ...] = ()  # of training images, in this order
    # Augmentation works on images in [0, 1]. The other two are mistakes to learn from (homework, Table VIII).
    augmentation_order: Literal["before_normalisation", "after_normalisation", "after_normalisation_and_in_val"] = (
        "before_normalisation"
    )
    # With a frozen prefix: augment each image only so many times, once for all epochs, and keep what the prefix makes
    # of these views, the same for all seeds. An approximation of fresh augmentation; None = always fresh.
    cached_views: PositiveInt | None = None

    @model_validator(mode="after")
    def _check_views(self) -> "Recipe":
        if self.cached_views and not self.augmentation:
            raise ValueError(f"cached_views = {self.cached_views} without augmentation: all views would be the same")
        return self

    @model_validator(mode="after")
    def _check_order(self) -> "Recipe":
        order = self.augmentation_order
        if order == "before_normalisation":
            return self
        if not self.augmentation:
            raise ValueError(f"augmentation_order = '{order}' without augmentation: name transforms or leave it out")
        if self.cached_views:
            raise ValueError(f"augmentation_order = '{order}': cached_views are always made before normalisation")
        return self

    def augments(self, part: Part) -> bool:
        """Whether the images of this part are augmented: those that train, and no others without a mistake."""
        mistaken = self.augmentation_order == "after_normalisation_and_in_val" and part == "val"
        return bool(self.augmentation) and (part == "train" or mistaken)

    def multiplier_of(self, stage: str) -> float:
        """The learning rate multiplier of a stage."""
        fallback = 1.0 if stage == "head" else self.multipliers.get("inner", 1.0)
        return self.multipliers.get(stage, fallback)

    def rate_of(self, stage: str, epoch: int = 0) -> float:
        """The learning rate of a stage in an epoch (0-based): lr × multiplier × schedule."""
        return self.lr * self.multiplier_of(stage) * self._schedule_factor(epoch)

    def _schedule_factor(self, epoch: int) -> float:
        if self.schedule == "constant":
            return 1.0
        # A warm-up in equal steps over the first 15 % of the epochs gets nets without BatchNorm going.
        warmup = math.ceil(0.15 * self.epochs) if self.schedule == "warmup_cosine" else 0
        if epoch < warmup:
            return (epoch + 1) / (warmup + 1)
        return 0.5 * (1 + math.cos(math.pi * (epoch - warmup) / (self.epochs - warmup)))

    def rates(self, stages: tuple[str, ...], epoch: int = 0) -> dict[str, float]:
        """The learning rate of every stage.

        Raises:
            ValueError: `multipliers` names a stage that the model does not have.
        """
        if unknown := sorted(set(self.multipliers) - set(stages) - {"inner"}):
            raise ValueError(f"multipliers name the unknown stage '{unknown[0]}': this model has {', '.join(stages)}")
        return {stage: self.rate_of(stage, epoch) for stage in stages}

    def identity(self) -> str:
        """Canonical JSON of all that can change the result: the label is left out, ``1`` and ``1.0`` are alike."""
        values = self.model_dump(mode="json", exclude={"name"})
        for late in (
            "augmentation",
            "augmentation_order",
            "cached_views",
        ):  # of later editions: unused, they change no key
            if getattr(self, late) == type(self).model_fields[late].default:
                del values[late]
        return json.dumps(values, sort_keys=True, separators=(",", ":"))

    @classmethod
    def scratch(cls, **settings) -> "Recipe":
        """Training from scratch: random start, every stage ×1 (homework, Section III)."""
        return make_recipe("scratch", **settings)

    @classmethod
    def last_layer(cls, **settings) -> "Recipe":
        """Fine-tuning the classifier: every inner stage ×0, head ×1 (homework, Section IV)."""
        return make_recipe("last_layer", **settings)

    @classmethod
    def full(cls, **settings) -> "Recipe":
        """Full fine-tuning: every stage ×1 from pretrained weights (homework, Section V)."""
        return make_recipe("full", **settings)


# The three strategies of the homework as the settings in which they differ.
STRATEGIES: dict[str, dict] = {
    "scratch": {"start": None},
    "last_layer": {"start": MINI_WEIGHTS, "multipliers": {"inner": 0.0}, "lr": 1e-2},
    "full": {"start": MINI_WEIGHTS},
}


def make_recipe(strategy: str, **settings) -> Recipe:
    """A recipe of one of `STRATEGIES`, with some settings changed.

    Raises:
        ValueError: unknown strategy, unknown setting or a value out of range; one sentence names each culprit.
    """
    if strategy not in STRATEGIES:
        raise ValueError(f"unknown recipe '{strategy}': choose one of {', '.join(STRATEGIES)}")
    if strategy == "scratch" and settings.get("start") is not None:
        raise ValueError(f"the recipe 'scratch' starts from random weights, not from '{settings['start']}': use 'full'")
    return Recipe(**{"name": strategy, **STRATEGIES[strategy], **settings})
