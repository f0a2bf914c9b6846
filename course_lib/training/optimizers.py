"""Optimisers with one parameter group for each stage, and the rates that they hold."""

import torch

from course_lib.models.network import Network
from course_lib.training.recipe import Recipe


def make_optimizer(recipe: Recipe, model: Network) -> torch.optim.Optimizer:
    """Make SGD or Adam with one parameter group for each stage that trains, labelled with its ``"stage"``."""
    groups = []
    for stage in model.trained_stages:
        trained = [p for p in model.stage_parameters(stage) if p.requires_grad]
        if trained:
            rate, decay = recipe.rate_of(stage), recipe.decay_of(stage)
            groups.append({"params": trained, "stage": stage, "lr": rate, "weight_decay": decay})
    if not groups:
        raise ValueError("nothing to train: every stage has multiplier 0")
    common = {"lr": recipe.lr}
    common["fused"] = groups[0]["params"][0].device.type in ("cpu", "cuda")  # one pass over all weights
    if recipe.optimizer == "adam":
        return torch.optim.Adam(groups, **common)
    return torch.optim.SGD(groups, momentum=recipe.momentum, **common)


def effective_rates(optimizer: torch.optim.Optimizer, stages: tuple[str, ...]) -> dict[str, float]:
    """Read the learning rate of each stage from the optimiser; 0 for stages that it does not hold."""
    held = {group["stage"]: group["lr"] for group in optimizer.param_groups}
    return {stage: held.get(stage, 0.0) for stage in stages}
