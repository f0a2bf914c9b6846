"""Graduated learning rates: the later a stage, the higher its rate; and rates of stages drawn at random."""

import math
from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np

from course_lib.models.architectures import build
from course_lib.models.network import HEAD
from course_lib.training.defaults import default_recipe
from course_lib.training.recipe import Recipe

# Dube et al., arXiv 1807.11459, Section 4.3: the rate of a layer is scale × multiplier × 0.001.
BASE_RATE = 0.001
MULTIPLIERS = (0.0, 1.0, 2.0, 4.0, 8.0)  # of IL1 … IL5
HEAD_MULTIPLIER = 16.0  # of LL
BASELINE_HEAD = 10.0  # of LL where the inner layers are frozen
SCALES = (0.25, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 7.0, 10.0)
STAGES = ("stem", "stage1", "stage2", "stage3", "stage4")


def graduated_recipe(
    scale: float,
    *,
    base_rate: float = BASE_RATE,
    multipliers: Sequence[float] = MULTIPLIERS,
    head_multiplier: float = HEAD_MULTIPLIER,
    stages: Sequence[str] = STAGES,
    **settings,
) -> Recipe:
    """Make a recipe in which the rate of each stage is scale × multiplier × base rate, by default the document's.

    Args:
        scale: above 0.
        multipliers: one for each of `stages`, 0 freezes it.
        head_multiplier: of the head, above 0.
        settings: further ones of the recipe.

    Raises:
        ValueError: numbers of multipliers and stages differ, a scale or head multiplier of 0 or less, or as `Recipe`.
    """
    if len(multipliers) != len(stages):
        raise ValueError(f"{len(multipliers)} multipliers for the {len(stages)} stages {', '.join(stages)}: give each")
    if min(scale, head_multiplier) <= 0:
        raise ValueError(f"scale = {scale:g}, head_multiplier = {head_multiplier:g}: both must be above 0")
    by_stage = dict(zip(stages, multipliers, strict=True)) | {"head": head_multiplier}
    return Recipe.full(**{"name": "graduated", **settings, "lr": base_rate * scale, "multipliers": by_stage})


def rate_settings(
    multipliers: Sequence[float], head_multiplier: float = HEAD_MULTIPLIER, scale: float = 1.0, **settings
) -> dict:
    """Make the settings of `train_classifier` in which a stage's rate is scale × multiplier × base rate.

    Trained as in the studies: by SGD with momentum 0.9 at a constant rate, unless `settings` say otherwise.

    Args:
        multipliers: five, for the stem and four stages; 0 freezes. `spread_multipliers` says what other networks get.
        head_multiplier, scale: above 0.
        settings: of the recipe `full`; ``lr`` is the base rate, by default 0.001.

    Raises:
        ValueError: a wrong number of multipliers, one below 0, or ``multipliers`` among the settings; as `Recipe`.
    """
    _check_rates(multipliers, head_multiplier, scale)
    if "multipliers" in settings:
        raise ValueError("rates and the setting multipliers both give the stages' rates: leave one out")
    settings = {"optimizer": "sgd", "momentum": 0.9, "schedule": "constant", "lr": BASE_RATE, **settings}
    if settings["optimizer"] != "sgd" and settings["momentum"] == 0.9:
        del settings["momentum"]  # of SGD alone
    recipe = default_recipe("full", 0, **settings)
    by_stage = spread_multipliers(recipe.architecture, multipliers)
    return settings | {"lr": recipe.lr * scale, "multipliers": by_stage | {HEAD: float(head_multiplier)}}


def spread_multipliers(architecture: str, multipliers: Sequence[float]) -> dict[str, float]:
    """Give each inner stage of a network its multiplier: the first stage the first one, the last stage the last one.

    A network with the document's five stages takes them one by one; of more or fewer stages, each takes the multiplier
    at its relative place.

    Raises:
        ValueError: the network has a single inner stage.
    """
    stages = _inner_stages(architecture)
    if len(stages) < 2:
        raise ValueError(
            f"{architecture} has the single stage '{stages[0]}', so its stages cannot have rates of their own: "
            "leave rates out, or choose another network"
        )
    places = np.linspace(0, len(multipliers) - 1, len(stages)).round().astype(int)
    return {stage: float(multipliers[place]) for stage, place in zip(stages, places, strict=True)}


@cache
def _inner_stages(architecture: str) -> tuple[str, ...]:
    return build(architecture, num_classes=2).inner_stages


def _check_rates(multipliers: Sequence[float], head_multiplier: float, scale: float) -> None:
    if len(multipliers) != len(STAGES):
        raise ValueError(
            f"rates = {_listed(multipliers)}: give {len(STAGES)} multipliers, for {', '.join(STAGES)}, "
            f"e.g. {_listed(MULTIPLIERS)}"
        )
    if any(not 0 <= value < math.inf for value in multipliers):
        raise ValueError(f"rates = {_listed(multipliers)}: a multiplier is 0, which freezes the stage, or above 0")
    for name, value in (("head rate", head_multiplier), ("scale", scale)):
        if not 0 < value < math.inf:
            raise ValueError(f"{name} = {value:g}: it must be a number above 0")


def _listed(values: Sequence[float]) -> str:
    return ",".join(f"{value:g}" for value in values)


def random_recipes(
    count: int,
    *,
    seed: int = 0,
    scales: Sequence[float] = SCALES,
    choices: Sequence[float] = MULTIPLIERS,
    **options,
) -> Iterator[Recipe]:
    """Draw graduated recipes at random: a scale, and a multiplier for each stage by itself; no training twice.

    The same seed gives the same recipes on every machine, and a longer list begins with the shorter one.

    Args:
        count: how many.
        scales, choices: what is drawn from, each value with the same chance.
        options: as of `graduated_recipe`, but for the multipliers.

    Raises:
        ValueError: there are fewer different recipes than `count`, or as `graduated_recipe`.
    """
    stages = options.get("stages", STAGES)
    if count > (possible := len(set(scales)) * len(set(choices)) ** len(stages)):
        raise ValueError(f"count = {count}: there are only {possible} different recipes to draw")
    draw, seen = np.random.RandomState(seed), set()  # numpy promises that its stream stays the same
    while len(seen) < count:
        scale = scales[draw.randint(len(scales))]
        multipliers = tuple(choices[draw.randint(len(choices))] for _ in stages)
        if (scale, multipliers) not in seen:
            seen.add((scale, multipliers))
            yield graduated_recipe(scale, multipliers=multipliers, **{"name": "random", **options})
