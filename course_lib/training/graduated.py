"""Graduated learning rates: the later a stage, the higher its rate; and rates of stages drawn at random."""

from collections.abc import Iterator, Sequence

import numpy as np

from course_lib.training.recipe import Recipe

# Dube et al., arXiv 1807.11459, Section 4.3: the rate of a layer is scale × multiplier × 0.001.
BASE_RATE = 0.001
MULTIPLIERS = (0.0, 1.0, 2.0, 4.0, 8.0)  # of IL1 … IL5
HEAD_MULTIPLIER = 16.0  # of LL
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
