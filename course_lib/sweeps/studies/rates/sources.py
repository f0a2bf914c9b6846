"""Choosing a source: every source network for every small target (Fig 2), ten times the data (Fig 1)."""

import math
from collections.abc import Callable

from course_lib.data.mini.domains import DOMAINS
from course_lib.data.spec import DataSpec
from course_lib.data.targets import domain_target, small_target, target_names
from course_lib.models.network import INNER
from course_lib.sweeps.studies.rates.layered import MOMENTUM, VARY, refuse_other
from course_lib.sweeps.studies.rates.profiles import PROFILES, RatesProfile
from course_lib.sweeps.study import Study
from course_lib.sweeps.trial import Trial
from course_lib.training.readouts import Readout
from course_lib.training.recipe import Recipe

OWN_SOURCE = "mini:tools"  # one of the targets stands for all of them
# What a network starts from: the weights of a domain, or None, random initialisation.
STARTS = {**{domain: f"mini_resnet18_{domain}" for domain in DOMAINS}, "random": None}
SVM = Readout(by="svm")  # a linear support vector machine for each class on the frozen features
_ASKS_SVM = 0.1  # the rate of the run that is asked; the features do not depend on it
TIMES = 10  # the document's large data set is so many times the small one


def _full(profile: RatesProfile, start: str | None, **settings) -> Recipe:
    """Fine-tune all layers at one rate that falls along a cosine; the same recipe whatever it starts from."""
    common = {
        "name": "full" if start else "scratch",
        "architecture": profile.architecture,
        "start": start,
        "optimizer": "sgd",
        "momentum": MOMENTUM,
        "schedule": "cosine",
        "batch_size": profile.batch_size,
    }
    return Recipe(**(common | settings))


def _sources(profile: RatesProfile, source: str, seeds: range) -> list[Trial]:
    """Every start for every target, at every rate: validation chooses among the same rates whatever the start."""
    refuse_other(source, OWN_SOURCE, "sources")
    return [
        Trial(_full(profile, start, lr=lr, epochs=profile.source_epochs), _target(name, profile, seed), seed)
        for name in profile.source_targets or target_names()
        for seed in seeds
        for start in STARTS.values()
        for lr in profile.source_rates
    ]


def _heads(profile: RatesProfile, source: str, seeds: range) -> list[Trial]:
    """The last layer alone on the frozen features of every start; one of its runs asks the support vector machine."""
    refuse_other(source, OWN_SOURCE, "source_heads")
    return [
        Trial(
            _full(profile, start, name="last_layer", lr=lr, multipliers={INNER: 0.0}, epochs=profile.source_epochs),
            _target(name, profile, seed),
            seed,
            (SVM,) if lr == _ASKS_SVM else (),
        )
        for name in profile.source_targets or target_names()
        for seed in seeds
        for start in STARTS.values()
        for lr in profile.head_rates
    ]


def _fair_random(profile: RatesProfile, source: str, seeds: range) -> list[Trial]:
    """Random initialisation at high rates, for as many epochs and twice as many: what the study of sources lacks."""
    refuse_other(source, OWN_SOURCE, "source_random")
    return [
        Trial(_full(profile, None, lr=lr, epochs=times * profile.source_epochs), _target(name, profile, seed), seed)
        for name in profile.source_targets or target_names()
        for seed in seeds
        for times in (1, 2)
        for lr in profile.random_rates
    ]


def _data_sizes(profile: RatesProfile, source: str, seeds: range) -> list[Trial]:
    """Each domain from scratch on few images and on ten times as many, for as many steps (Fig 1).

    Few images have the lowest rate to choose from, too: what is unequal favours them.
    """
    refuse_other(source, OWN_SOURCE, "data_sizes")
    trials = []
    for name in profile.size_domains or tuple(DOMAINS):
        small = _small_number(name, profile.source_images)
        for seed in seeds:
            for count, rates in ((small, profile.size_rates), (TIMES * small, profile.size_rates[1:])):
                data = domain_target(name, count, size=profile.size, seed=seed, val=max(1, small // 2))
                images = count * len(DOMAINS[name].categories)
                epochs = math.ceil(profile.size_steps / math.ceil(images / profile.batch_size))
                trials += [Trial(_full(profile, None, lr=lr, epochs=epochs), data, seed) for lr in rates]
    return trials


def _small_number(domain: str, images: int) -> int:
    """Images of each class of the small set: about `images` in all, and so few that the domain has ten times more."""
    most = DOMAINS[domain].per_category // 4 // (TIMES + 2)
    return max(1, min(most, round(images / len(DOMAINS[domain].categories))))


def _target(name: str, profile: RatesProfile, seed: int) -> DataSpec:
    return small_target(name, size=profile.size, seed=seed, images=profile.source_images)


def _study(name: str, about: str, build: Callable, **settings) -> Study:
    return Study(name, about, build, PROFILES, "rates", data=OWN_SOURCE, vary=VARY, **settings)


SOURCE_STUDIES = (
    _study("sources", "nine starts for each of fifteen small targets (Fig 2)", _sources),
    _study("source_heads", "the last layer alone and a support vector machine, the same starts and targets", _heads),
    _study("source_random", "random initialisation for these targets, at a higher rate and for longer", _fair_random),
    _study("data_sizes", "each domain from scratch, and on ten times as many images (Fig 1)", _data_sizes),
)
