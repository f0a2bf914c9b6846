"""Runs of a second on a folder of coloured PNGs (fixture `folder`)."""

from course_lib.data.spec import DataSpec
from course_lib.sweeps.studies.homework import PROFILES
from course_lib.sweeps.study import Study
from course_lib.sweeps.trial import Trial
from course_lib.training.recipe import Recipe


def make_trial(folder, strategy="scratch", seed=0, **settings) -> Trial:
    """One run of one epoch, if the settings of its recipe do not say otherwise."""
    data = DataSpec(source=f"folder:{folder}", size=32, split="stratified")
    return Trial(getattr(Recipe, strategy)(**{"epochs": 1, **settings}), data, seed)


def make_trials(folder, seeds=3, **settings) -> list[Trial]:
    """Two rates for each seed."""
    return [make_trial(folder, seed=seed, lr=lr, **settings) for seed in range(seeds) for lr in (1e-3, 1e-2)]


def make_study(trials, name="tiny") -> Study:
    """A study of these trials, whatever the profile."""
    return Study(name, "a few tiny runs", lambda *_: list(trials), PROFILES)
