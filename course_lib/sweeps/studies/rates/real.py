"""Graduated rates and sources on real images: twelve small tasks cut from CIFAR-100 and PACS."""

from collections.abc import Iterator
from dataclasses import dataclass

from course_lib.data.real_tasks import REAL_TASKS
from course_lib.sweeps.profiles import Profile
from course_lib.sweeps.studies.rates.layered import VARY
from course_lib.sweeps.study import Study
from course_lib.sweeps.trial import Trial
from course_lib.training.graduated import BASE_RATE, BASELINE_HEAD, HEAD_MULTIPLIER, graduated_recipe
from course_lib.training.recipe import Recipe

REAL_SOURCE = "cifar100"  # one of the two sources of images stands for both


@dataclass(frozen=True, kw_only=True)
class RealProfile(Profile):
    """A profile of the studies on real images.

    Attributes:
        scales: of the graduated rates of the network with real weights.
        running_scales: the same with running statistics, where a rate that is too high diverges.
        source_scales: those among `scales` that every source is tried with.
        mini_sources: networks of the mini world that are sources, too.
        scratch_rates: of networks that begin with random weights.
        momentum: of SGD.
    """

    scales: tuple[float, ...]
    running_scales: tuple[float, ...]
    source_scales: tuple[float, ...]
    mini_sources: tuple[str, ...]
    scratch_rates: tuple[float, ...]
    momentum: float


# An hour on one core allows 64 pixels and eight epochs, which are 40 to 80 steps.
REAL = RealProfile(
    name="real",
    short=True,
    source=REAL_SOURCE,
    architecture="efficientnet_lite0",
    weights="imagenet:efficientnet_lite0",
    epochs=8,
    seeds=3,  # each of twelve tasks, an interval is over the tasks
    batch_size=16,
    size=64,
    momentum=0.9,
    scales=(0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0),
    running_scales=(0.03, 0.06, 0.12, 0.25, 0.5, 1.0),
    source_scales=(0.25, 1.0, 3.0, 10.0),
    mini_sources=("mini_resnet18", "mini_resnet18_animals"),
    scratch_rates=(0.01, 0.03, 0.1),
)


def _settings(profile: RealProfile, **network) -> dict:
    common = {"architecture": profile.architecture, "epochs": profile.epochs, "batch_size": profile.batch_size}
    return {**common, "optimizer": "sgd", "momentum": profile.momentum, **network}


def _scale_recipes(profile: RealProfile) -> Iterator[Recipe]:
    """The document's baseline (IL 0, LL 10), the last layer alone at its rate of each scale, and every scale."""
    settings = _settings(profile, start=profile.weights)
    for head in (BASELINE_HEAD, *(HEAD_MULTIPLIER * scale for scale in profile.scales)):
        yield Recipe.last_layer(**settings, lr=BASE_RATE * head)
    for scale in profile.scales:
        yield graduated_recipe(scale, **settings)


def _running_recipes(profile: RealProfile) -> Iterator[Recipe]:
    """Scales with each trained stage normalised by the statistics of the weights, not by those of its small batch.

    The lower ones bring the last layer alone at their rates, too: it has every rate that validation may choose here.
    """
    settings = _settings(profile, start=profile.weights)
    for scale in sorted(set(profile.running_scales) - set(profile.scales)):
        yield Recipe.last_layer(**settings, lr=BASE_RATE * HEAD_MULTIPLIER * scale)
    for scale in profile.running_scales:
        yield graduated_recipe(scale, **settings, normalisation="running")


def _source_recipes(profile: RealProfile) -> Iterator[Recipe]:
    """Networks of the mini world at the same scales, and both networks from random weights at rates of their own."""
    for weights in profile.mini_sources:
        for scale in profile.source_scales:
            yield graduated_recipe(scale, **_settings(profile, architecture="mini_resnet18", start=weights))
    for architecture in ("mini_resnet18", profile.architecture):
        for rate in profile.scratch_rates:
            yield Recipe.scratch(**_settings(profile, architecture=architecture), lr=rate)


def _study(name: str, about: str, recipes) -> Study:
    def build(profile: RealProfile, source: str, seeds: range) -> list[Trial]:
        if source != REAL_SOURCE:
            raise ValueError(f"{name} trains on tasks of its own, not on '{source}': name no source")
        return [
            Trial(recipe, task.data(size=profile.size, seed=seed), seed)
            for seed in seeds
            for task in REAL_TASKS
            for recipe in recipes(profile)
        ]

    return Study(name, about, build, {REAL.name: REAL}, "rates", data=REAL_SOURCE, vary=VARY)


REAL_STUDIES = (
    _study("real_scales", "graduated rates of a network with ImageNet weights, twelve real tasks", _scale_recipes),
    _study("real_running", "low scales, normalised by running statistics, twelve real tasks", _running_recipes),
    _study("real_sources", "other networks to start from, and random weights, twelve real tasks", _source_recipes),
)
