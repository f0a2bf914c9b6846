"""The studies of learning rates per layer and of sources (Dube et al. 2018, https://arxiv.org/abs/1807.11459)."""

import math

from course_lib.data.transfers import TRANSFERS, Transfer
from course_lib.sweeps.studies.rates.profiles import PROFILES, RatesProfile
from course_lib.sweeps.studies.rates.real import REAL_STUDIES
from course_lib.sweeps.study import Study
from course_lib.sweeps.trial import Trial
from course_lib.training.recipe import Recipe

_OWN_IMAGES = "mini:flowers"  # one of the targets stands for all of them
MOMENTUM = 0.9  # our choice; the document gives none
# Validation chooses among the rates. Each seed also draws its own training and validation images of a target, so that
# an interval over seeds holds this draw, too; the test images are the same.
VARY = ("lr", "multipliers", "seed")


def layered_recipe(pair: Transfer, profile: RatesProfile, *, inner: float, head: float, **settings) -> Recipe:
    """Make the document's recipe IL-n/LL-m: SGD with momentum, the rate falls to a tenth after each third of the steps.

    Args:
        inner: rate n of all stages but the head. head: rate m of the head.
    """
    epochs = math.ceil(profile.steps / math.ceil(pair.num_train / profile.batch_size))
    common = {
        "architecture": profile.architecture,
        "start": pair.weights,
        "optimizer": "sgd",
        "momentum": MOMENTUM,
        "epochs": epochs,
        "batch_size": profile.batch_size,
    }
    if milestones := sorted({max(1, round(epochs * part / 3)) for part in (1, 2)} - {epochs}):
        common |= {"schedule": "steps", "milestones": tuple(milestones)}
    return Recipe.layered(inner=inner, head=head, **(common | settings))


def _layer_rates(profile: RatesProfile, source: str, seeds: range) -> list[Trial]:
    """Every rate of the inner layers with every rate of the last one, for every pair.

    Raises:
        ValueError: another source than the pairs' own was named.
    """
    if source != _OWN_IMAGES:
        raise ValueError(f"layer_rates trains on the pairs of the mini world, not on '{source}': name no source")
    return [
        Trial(
            layered_recipe(pair, profile, inner=inner, head=head), pair.target_data(size=profile.size, seed=seed), seed
        )
        for pair in TRANSFERS[: profile.targets]
        for seed in seeds
        for head, inners in profile.rates.items()
        for inner in inners
    ]


STUDIES = {
    study.name: study
    for study in (
        Study(
            "layer_rates",
            "rates of the inner layers and of the last one, eight targets (Tables 1 and 2, Figs 6 to 9)",
            _layer_rates,
            PROFILES,
            "rates",
            data=_OWN_IMAGES,
            vary=VARY,
        ),
        *REAL_STUDIES,
    )
}
