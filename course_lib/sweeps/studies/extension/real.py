"""Direct output, features and fusion with a real network on collages of real photographs."""

from collections.abc import Iterator
from dataclasses import dataclass

from course_lib.data.spec import DataSpec
from course_lib.sweeps.profiles import Profile
from course_lib.sweeps.studies.extension.questions import questions
from course_lib.sweeps.studies.extension.strategies import MOMENTUM
from course_lib.sweeps.study import Study
from course_lib.sweeps.trial import Trial
from course_lib.training.recipe import Recipe

COLLAGES = "collages"
VARY = ("lr",)


@dataclass(frozen=True, kw_only=True)
class CollageProfile(Profile):
    """A profile of the study on collages.

    Attributes:
        frozen_lr: learning rates of a head on the frozen network; validation chooses.
        lr: learning rates of the new layers where the pretrained ones are fine-tuned, too.
        k: learning rate multiplier of the pretrained layers.
    """

    frozen_lr: tuple[float, ...]
    lr: tuple[float, ...]
    k: float


REAL = CollageProfile(
    name="real",
    short=True,
    source=COLLAGES,
    architecture="efficientnet_lite0",
    weights="imagenet:efficientnet_lite0",
    epochs=6,
    seeds=3,
    batch_size=16,
    size=112,
    frozen_lr=(0.1, 0.3, 1.0),
    lr=(0.03, 0.1, 0.3),
    k=0.1,
)


def _recipes(profile: CollageProfile) -> Iterator[Recipe]:
    """The last layer alone, and FT1-def; running statistics, since batches are small."""
    common = {
        "architecture": profile.architecture,
        "start": profile.weights,
        "optimizer": "sgd",
        "momentum": MOMENTUM,
        "epochs": profile.epochs,
        "batch_size": profile.batch_size,
    }
    for lr in profile.frozen_lr:
        yield Recipe(name="last layer", lr=lr, multipliers={"inner": 0.0}, **common)
    tuned = common | {"multipliers": {"inner": profile.k}, "normalisation": "running"}
    for lr in profile.lr:
        yield Recipe(name="FT1-def", lr=lr, **tuned)


def _collages(profile: CollageProfile, source: str, seeds: range) -> list[Trial]:
    data = DataSpec(source=source, size=profile.size, split="official", val=0.2, seed=0)
    return [
        Trial(recipe, data, seed, questions(recipe, source, thorough=True))
        for seed in seeds
        for recipe in _recipes(profile)
    ]


REAL_STUDY = Study(
    "collages",
    "direct output, features and fusion of a network with ImageNet weights, collages of photographs",
    _collages,
    {REAL.name: REAL},
    "extension",
    data=COLLAGES,
    vary=VARY,
)
