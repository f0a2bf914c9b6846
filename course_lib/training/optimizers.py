"""Optimisers with one parameter group for each stage, and the rates that they hold."""

import torch

from course_lib.models.network import Network
from course_lib.models.norms import is_batch_norm
from course_lib.training.dog import FIRST_DISTANCE, FIRST_DISTANCE_BATCH_NORM, DistanceOverGradients
from course_lib.training.recipe import Recipe


def make_optimizer(recipe: Recipe, model: Network) -> torch.optim.Optimizer:
    """Make the recipe's optimiser with one parameter group for each stage that trains, labelled with its ``"stage"``.

    The first distance of DoG and L-DoG is the one that their authors advise: larger for a network with BatchNorm.
    """
    groups = []
    for stage in model.trained_stages:
        trained = [p for p in model.stage_parameters(stage) if p.requires_grad]
        if trained:
            rate, decay = recipe.rate_of(stage), recipe.decay_of(stage)
            groups.append({"params": trained, "stage": stage, "lr": rate, "weight_decay": decay})
    if not groups:
        raise ValueError("nothing to train: every stage has multiplier 0")
    if recipe.finds_steps:
        first = FIRST_DISTANCE_BATCH_NORM if any(map(is_batch_norm, model.modules())) else FIRST_DISTANCE
        return DistanceOverGradients(groups, by_tensor=recipe.optimizer == "ldog", first_distance=first)
    common = {"lr": recipe.lr}
    common["fused"] = groups[0]["params"][0].device.type in ("cpu", "cuda")  # one pass over all weights
    if recipe.optimizer == "adam":
        return torch.optim.Adam(groups, **common)
    return torch.optim.SGD(groups, momentum=recipe.momentum, **common)


def effective_rates(optimizer: torch.optim.Optimizer, stages: tuple[str, ...]) -> dict[str, float]:
    """Read the learning rate of each stage from the optimiser; 0 for stages that it does not hold.

    DoG and L-DoG have none: the rate of a stage is the mean length of its tensors' last steps, as a multiple of the
    gradient.
    """
    finds_steps = isinstance(optimizer, DistanceOverGradients)
    groups = {group["stage"]: group for group in optimizer.param_groups}
    held = {stage: optimizer.mean_step(group) if finds_steps else group["lr"] for stage, group in groups.items()}
    return {stage: held.get(stage, 0.0) for stage in stages}
