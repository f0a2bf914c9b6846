"""The one vocabulary for every strategy: where to start, which head, which rate for which stage, for how long."""

import json
import math
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, NonNegativeInt, PositiveInt, model_validator

from course_lib.data.augmentation import Transform
from course_lib.data.fields import FrozenDict, Settings
from course_lib.models.catalogue import (
    NORMALISATION_MODES,
    architecture_of_weights,
    find_architecture,
    plain_architecture,
)
from course_lib.models.forms import Form, Routed
from course_lib.models.network import HEAD, INNER, check_names, is_head, value_at
from course_lib.training.penalties.settings import Penalty
from course_lib.training.schedules import SCHEDULES, schedule_factor
from course_lib.training.strategies import strategy_settings

Rate = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Factor = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Names = Annotated[tuple[str, ...], AfterValidator(lambda names: tuple(sorted(set(names))))]
ByStage = Annotated[dict[str, Factor], AfterValidator(FrozenDict)]

Part = Literal["train", "val", "test"]

# The settings of the first edition. They are always part of a recipe's identity; a later setting only when it differs
# from its default, so that a new setting changes no key.
FOUNDING = (
    "architecture", "start", "hidden", "num_outputs", "lr", "optimizer", "momentum", "weight_decay", "multipliers",
    "schedule", "normalisation", "penalty", "statistics", "epochs", "batch_size", "shuffle",
)  # fmt: skip
LABEL = "name"
FINDS_STEPS = ("dog", "ldog")  # optimisers without a learning rate


class Recipe(Settings):
    """Everything that decides how a classifier is trained, apart from the images and the seed.

    `lr` is the learning rate of the head, unless the head is frozen. A stage's rate is ``lr × multiplier``; a stage
    with multiplier 0 is frozen completely, running statistics included. `multipliers`, `decays` and `fresh` are told by
    stage path (``"stem"``, ``"stage1"`` … ``"head"``, ``"head.aux1"``): the longest dotted prefix wins, then
    ``"inner"``, which stands for all stages that are no head; a multiplier that nobody names is 1. A multiplier of the
    head becomes part of `lr`, so equal trainings are equal recipes: ``lr=0.001, multipliers={"head": 10}`` becomes
    ``lr=0.01`` and ``multipliers={"inner": 0.1}``.

    A recipe never changes; `replace` makes another one.
    """

    name: str = "custom"  # a label for tables; two recipes that differ only in it are the same recipe
    architecture: Annotated[str, AfterValidator(plain_architecture)] = "mini_resnet18"
    start: str | None = None  # name of weights, None = random
    hidden: tuple[PositiveInt, ...] = ()  # widths of hidden layers in the new head
    num_outputs: PositiveInt | None = None  # None = one for each class
    lr: Rate = 1e-3
    optimizer: Literal["sgd", "adam", "dog", "ldog"] = "adam"  # DoG and L-DoG compute their steps: lr = 1
    momentum: Annotated[float, Field(ge=0, lt=1)] = 0.0  # SGD only
    weight_decay: Factor = 0.0
    multipliers: ByStage = FrozenDict()
    schedule: Literal[SCHEDULES] = "constant"
    normalisation: Literal[NORMALISATION_MODES] = "batch"  # of trained stages
    penalty: Penalty = None
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
    fresh: Names = ()  # stages that begin with random weights although `start` has them
    decays: ByStage = FrozenDict()  # weight decay by stage path; `weight_decay` for all others
    milestones: tuple[PositiveInt, ...] = ()  # of the schedule "steps": epochs (0-based) from which the rate is smaller
    step_factor: Rate = 0.1  # of the schedule "steps": what each milestone multiplies the rate by
    warmup_epochs: NonNegativeInt = 0  # of the schedule "steps": the rate rises in equal steps before
    # "auto_rgn": each epoch multiplies the rate of a stage by its relative gradient norm, see `RelativeGradients`
    layer_rates: Literal["multipliers", "auto_rgn"] = "multipliers"
    aux_heads: tuple[str, ...] = ()  # stages after which an auxiliary head sits; their paths: head.aux1, head.aux2 …
    aux_weight: Factor = 0.3  # of each auxiliary head's loss beside the main head's
    class_weights: Literal["none", "balanced"] = "none"  # in the loss; "balanced": every class has the same share
    ties: Literal["earlier", "loss"] = "earlier"  # of epochs with the same validation score; the lower loss in it wins
    network: Form | None = None  # two copies of the architecture as one network; their stage paths are those of `Form`

    @model_validator(mode="after")
    def _fold_head(self) -> Self:
        """Fold the head's multiplier into `lr`, so that equal trainings are equal recipes."""
        head = self.multipliers.get(HEAD, 1.0)
        kept = {stage: value for stage, value in self.multipliers.items() if stage != HEAD}
        if head not in (0.0, 1.0):
            kept = {stage: _rounded(value / head) for stage, value in {INNER: 1.0, **kept}.items()}
            lr = _rounded(self.lr * head)
            if not 0 < lr < math.inf:
                raise ValueError(f"lr = {self.lr:g} and the multiplier {head:g} of the head make a rate of {lr:g}")
            object.__setattr__(self, "lr", lr)
        if kept.get(INNER) == 1.0:
            del kept[INNER]
        object.__setattr__(self, "multipliers", FrozenDict(kept | ({HEAD: 0.0} if head == 0 else {})))
        return self

    @model_validator(mode="after")
    def _check_start(self) -> Self:
        known = self.start and architecture_of_weights(self.start)
        if known and known != self.architecture:
            default = find_architecture(self.architecture).start
            other = f"start = '{default}' or " if default else ""
            raise ValueError(
                f"start = '{self.start}' are weights of {known}, they do not fit architecture = '{self.architecture}': "
                f"use {other}architecture = '{known}'"
            )
        if self.start is None and isinstance(self.network, Routed):
            raise ValueError(
                "network = Routed(…) without start: the frozen copy would keep random weights, name a start"
            )
        if self.fresh and self.start is None:
            raise ValueError(f"fresh = {list(self.fresh)} without start: every stage begins with random weights anyway")
        return self

    @model_validator(mode="after")
    def _check_schedule(self) -> Self:
        if (self.schedule == "steps") != bool(self.milestones):
            raise ValueError(
                f"schedule = '{self.schedule}' with milestones = {list(self.milestones)}: "
                "the schedule 'steps' needs milestones, and no other has any"
            )
        if list(self.milestones) != sorted(set(self.milestones)):
            raise ValueError(f"milestones = {list(self.milestones)}: name each epoch once, in rising order")
        if self.milestones and self.milestones[-1] >= self.epochs:
            raise ValueError(f"milestones = {list(self.milestones)} lie beyond the {self.epochs} epochs")
        if self.milestones and self.warmup_epochs > self.milestones[0]:
            raise ValueError(f"warmup_epochs = {self.warmup_epochs} go on after the first of {list(self.milestones)}")
        return self

    @model_validator(mode="after")
    def _check_unused(self) -> Self:
        """Refuse settings without effect: they would give one training two keys."""
        for name, needs in (
            ("aux_weight", "aux_heads"),
            ("step_factor", "milestones"),
            ("warmup_epochs", "milestones"),
        ):
            if name in self.changed() and not getattr(self, needs):
                raise ValueError(f"{name} = {getattr(self, name):g} has no effect without {needs}: leave it out")
        return self

    @model_validator(mode="after")
    def _check_steps(self) -> Self:
        """Refuse rates for an optimiser that has none."""
        if not self.finds_steps:
            return self
        rates = {"lr": self.lr, **{f"the multiplier of {stage}": value for stage, value in self.multipliers.items()}}
        wrong = [f"{name} = {rate:g}" for name, rate in rates.items() if rate not in (0, 1)]
        wrong += [
            f"{name} = {getattr(self, name)}"
            for name in ("momentum", "schedule", "layer_rates")
            if getattr(self, name) != type(self).model_fields[name].default
        ]
        if wrong:
            raise ValueError(
                f"optimizer = '{self.optimizer}' computes its steps without a learning rate, so {' and '.join(wrong)} "
                "must go: use lr = 1, multipliers of 0 or 1, and no schedule, momentum or layer_rates"
            )
        return self

    @model_validator(mode="after")
    def _check_views(self) -> Self:
        if self.cached_views and not self.augmentation:
            raise ValueError(f"cached_views = {self.cached_views} without augmentation: all views would be the same")
        return self

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        order = self.augmentation_order
        if order == "before_normalisation":
            return self
        if not self.augmentation:
            raise ValueError(f"augmentation_order = '{order}' without augmentation: name transforms or leave it out")
        if self.cached_views:
            raise ValueError(f"augmentation_order = '{order}': cached_views are always made before normalisation")
        return self

    @property
    def finds_steps(self) -> bool:
        """Whether the optimiser computes its own steps; then rates say only which stages train: 1, or 0 for frozen."""
        return self.optimizer in FINDS_STEPS

    def augments(self, part: Part) -> bool:
        """Tell whether the images of a part are augmented: training images; validation images only by mistake."""
        mistaken = self.augmentation_order == "after_normalisation_and_in_val" and part == "val"
        return bool(self.augmentation) and (part == "train" or mistaken)

    def multiplier_of(self, stage: str) -> float:
        """Find the learning rate multiplier of a stage path."""
        return value_at(self.multipliers, stage, 1.0)

    def rate_of(self, stage: str, epoch: int = 0) -> float:
        """Compute the learning rate of a stage path in an epoch (0-based): lr × multiplier × schedule.

        What `layer_rates` and an optimiser that `finds_steps` make of it is known only while training.
        """
        steps = {name: getattr(self, name) for name in ("milestones", "step_factor", "warmup_epochs")}
        return self.lr * self.multiplier_of(stage) * schedule_factor(self.schedule, epoch, self.epochs, **steps)

    def decay_of(self, stage: str) -> float:
        """Find the weight decay of a stage path."""
        return value_at(self.decays, stage, self.weight_decay)

    def is_fresh(self, stage: str) -> bool:
        """Tell whether a stage path begins with random weights although `start` has weights for it."""
        return value_at(dict.fromkeys(self.fresh, True), stage, False)

    def begins_random(self, stage: str) -> bool:
        """Tell whether a stage path begins with random weights.

        These are heads, fresh stages, the policy network of a `RoutedNetwork`, and every stage without a `start`.
        """
        own = self.network is not None and stage in self.network.random
        return is_head(stage) or self.start is None or own or self.is_fresh(stage)

    def rates(self, stages: tuple[str, ...], epoch: int = 0) -> dict[str, float]:
        """Compute the learning rate of every stage path.

        Raises:
            ValueError: `multipliers` name a stage that is not among them.
        """
        check_names("multipliers name", self.multipliers, stages)
        return {stage: self.rate_of(stage, epoch) for stage in stages}

    def identity(self) -> str:
        """Write all settings that can change the result as canonical JSON, in which ``1`` and ``1.0`` are alike."""
        kept = self.changed().union(FOUNDING) - {LABEL}
        values = self.model_dump(mode="json", include=kept)
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

    @classmethod
    def layered(cls, *, inner: float, head: float, **settings) -> "Recipe":
        """IL-n/LL-m: learning rate n for all inner stages, m for the head (Dube et al., arXiv 1807.11459, Section 2).

        Args:
            inner: n, in steps per gradient like `lr`; 0 freezes all inner stages.
            head: m, above 0.
        """
        if head <= 0:
            raise ValueError(f"head = {head}: the learning rate of the head must be above 0")
        return make_recipe(
            "full", **{"name": "layered", **settings, "lr": head, "multipliers": {INNER: _rounded(inner / head)}}
        )


def make_recipe(strategy: str, **settings) -> Recipe:
    """Make a recipe of one of `STRATEGIES`, with some settings changed; see `strategy_settings`.

    Raises:
        ValueError: unknown strategy, unknown setting or a value out of range; one sentence names each culprit.
    """
    architecture = settings.get("architecture", Recipe.model_fields["architecture"].default)
    return Recipe(**{LABEL: strategy, **strategy_settings(strategy, architecture, settings)})


def _rounded(value: float) -> float:
    """Round to twelve digits, so that 0.001 × 10 and 0.01 are one rate."""
    return float(f"{value:.12g}")
