"""Table 3 and Figure 2 with further methods: every method on every row, at every rate."""

from course_lib.data.spec import DataSpec
from course_lib.sweeps.studies.multitune.methods import (
    ANEW,
    FAST_HEAD,
    FULL,
    SPOTTUNE,
    fair_recipes,
    imagenet_recipes,
    later_recipes,
)
from course_lib.sweeps.studies.multitune.profiles import PROFILES, MultituneProfile
from course_lib.sweeps.study import Study
from course_lib.sweeps.trial import Trial
from course_lib.training.answers import Answers
from course_lib.training.direct import Direct
from course_lib.training.probes import Probe
from course_lib.training.recipe import Recipe
from course_lib.training.routes import Routes

VARY = ("lr",)
LAST = Direct(epoch="last")


def row_data(profile: MultituneProfile, source: str, per_class: int | None, **fields) -> DataSpec:
    """Describe a row of Table 3: a set with so many training images of each class, and its own other parts."""
    fields = {"size": profile.size, "crop": profile.crop, "val": profile.val, "seed": 0, **fields}
    return DataSpec(source=source, split="official", per_class=per_class, **fields)


def _questions(profile: MultituneProfile, recipe: Recipe) -> tuple[Probe, ...]:
    """The last epoch's score; of single networks their answers, if two runs shall vote; of SpotTune the routes."""
    voters = (FULL, FAST_HEAD, ANEW) if profile.votes else ()
    further = {**dict.fromkeys(voters, Answers(keep="probabilities")), SPOTTUNE: Routes()}
    return (LAST, further[recipe.name]) if recipe.name in further else (LAST,)


def _comparison(profile: MultituneProfile, source: str, seeds: range) -> list[Trial]:
    trials = [
        Trial(recipe, row_data(profile, one, per_class), seed, _questions(profile, recipe))
        for one in profile.sets(source)
        for per_class in profile.rows
        for seed in seeds
        for recipe in _recipes(profile, per_class)
    ]
    return trials + (_from_imagenet(profile, source, seeds) if profile.imagenet else [])


def _recipes(profile: MultituneProfile, per_class: int | None) -> list[Recipe]:
    """Every method at each of its rates, those of all methods first, with SpotTune's schedule last."""
    rates = (lr for name in ("", *profile.further_rates) for lr in profile.rates_of(per_class, name))
    recipes = [
        recipe
        for lr in dict.fromkeys(rates)
        for recipe in fair_recipes(profile, lr, controls=per_class is None)
        if lr in profile.rates_of(per_class, recipe.name)
    ]
    return recipes + [recipe for lr in profile.later_rates for recipe in later_recipes(profile, lr)]


def _from_imagenet(profile: MultituneProfile, source: str, seeds: range) -> list[Trial]:
    size = {"size": profile.imagenet_size, "crop": profile.imagenet_crop}
    return [
        Trial(recipe, row_data(profile, one, per_class, **size), seed, (LAST,))
        for one in profile.sets(source)
        for per_class in profile.rows
        for seed in seeds
        for lr in profile.imagenet_rates
        for recipe in imagenet_recipes(profile, lr)
    ]


TWO_NETWORKS = Study(
    "two_networks",
    "MultiTune, SpotTune and plain fine-tuning on a fine-grained and a general set of five sizes (Table 3, Figure 2)",
    _comparison,
    PROFILES,
    "multitune",
    data="mini:beetles",
    vary=VARY,
)
