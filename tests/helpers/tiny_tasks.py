"""Runs of a second on a folder of coloured PNGs (fixture `folder`)."""

from course_lib.sweeps.dataspec import DataSpec
from course_lib.sweeps.task import Task
from course_lib.training.recipe import Recipe


def make_task(folder, strategy="scratch", seed=0, **settings) -> Task:
    """One run of one epoch, if the settings of its recipe do not say otherwise."""
    data = DataSpec(source=f"folder:{folder}", size=32, split="stratified")
    return Task(getattr(Recipe, strategy)(**{"epochs": 1, **settings}), data, seed)


def make_tasks(folder, seeds=3, **settings) -> list[Task]:
    """Two rates for each seed."""
    return [make_task(folder, seed=seed, lr=lr, **settings) for seed in range(seeds) for lr in (1e-3, 1e-2)]
