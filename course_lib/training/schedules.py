"""Schedules of the learning rate by epoch, the same for all stages."""

import math
from collections.abc import Sequence

SCHEDULES = ("constant", "cosine", "warmup_cosine", "steps")
WARMUP = 0.15  # share of the epochs; equal steps up get nets without BatchNorm going


def schedule_factor(
    schedule: str,
    epoch: int,
    epochs: int,
    *,
    milestones: Sequence[int] = (),
    step_factor: float = 0.1,
    warmup_epochs: int = 0,
) -> float:
    """Compute the factor by which a schedule multiplies all rates in an epoch (0-based) of `epochs`.

    ``"steps"`` multiplies by `step_factor` from each of the `milestones` on: with the milestones 20, 50, 80 and 0.1 the
    factors are 1, 0.1, 0.01 and 0.001. Before, the first `warmup_epochs` rise to 1 in equal steps.

    Args:
        schedule: one of `SCHEDULES`.
    """
    if schedule == "constant":
        return 1.0
    warmup = {"warmup_cosine": math.ceil(WARMUP * epochs), "steps": warmup_epochs}.get(schedule, 0)
    if epoch < warmup:
        return (epoch + 1) / (warmup + 1)
    if schedule == "steps":
        return step_factor ** sum(epoch >= milestone for milestone in milestones)
    return 0.5 * (1 + math.cos(math.pi * (epoch - warmup) / (epochs - warmup)))
