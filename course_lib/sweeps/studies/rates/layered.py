"""The document's grid of rates: IL-n/LL-m for eight pairs of target and source (Tables 1 and 2, Figs 6 to 9)."""

import math

from course_lib.data.transfers import TRANSFERS, Transfer
from course_lib.sweeps.studies.rates.profiles import PROFILES, RatesProfile
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
    settings = common_settings(pair, profile) | settings
    return Recipe.layered(inner=inner, head=head, **settings)


def common_settings(pair: Transfer, profile: RatesProfile) -> dict:
    """Settings of all recipes of a pair: SGD with momentum from its source network, the rate falls twice."""
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
    return common


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


def refuse_other(source: str, own: str, study: str) -> None:
    """Refuse images that are not the study's own.

    Raises:
        ValueError: another source was named.
    """
    if source != own:
        raise ValueError(f"{study} trains on its own images of the mini world, not on '{source}': name no source")


LAYER_RATES = Study(
    "layer_rates",
    "rates of the inner layers and of the last one, eight targets (Tables 1 and 2, Figs 6 to 9)",
    _layer_rates,
    PROFILES,
    "rates",
    data=_OWN_IMAGES,
    vary=VARY,
)
