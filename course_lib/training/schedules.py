"""Schedules of the learning rate by epoch, the same for all stages."""

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from course_lib.training.recipe import Recipe

SCHEDULES = ("constant", "cosine", "warmup_cosine", "steps")
WARMUP = 0.15  # share of the epochs; equal steps up get nets without BatchNorm going


def schedule_factor(recipe: "Recipe", epoch: int) -> float:
    """Compute the factor by which a recipe's schedule multiplies all rates in an epoch (0-based).

    ``"steps"`` multiplies by `step_factor` from each of the `milestones` on: with the milestones 20, 50, 80 and 0.1 the
    factors are 1, 0.1, 0.01 and 0.001.
    """
    if recipe.schedule == "constant":
        return 1.0
    if recipe.schedule == "steps":
        return recipe.step_factor ** sum(epoch >= milestone for milestone in recipe.milestones)
    warmup = math.ceil(WARMUP * recipe.epochs) if recipe.schedule == "warmup_cosine" else 0
    if epoch < warmup:
        return (epoch + 1) / (warmup + 1)
    return 0.5 * (1 + math.cos(math.pi * (epoch - warmup) / (recipe.epochs - warmup)))
