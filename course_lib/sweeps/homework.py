"""The homework's studies: its six grids, its augmentations, and the questions that its numbers leave open."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from operator import attrgetter

from course_lib.data.augmentation import (
    ColorJitter,
    GaussianBlur,
    RandomAffine,
    RandomGrayscale,
    RandomHorizontalFlip,
    RandomInvert,
    Transform,
)
from course_lib.sweeps.dataspec import DataSpec
from course_lib.sweeps.profiles import Profile
from course_lib.sweeps.task import Task
from course_lib.training.recipe import Recipe, make_recipe

OPTIMIZERS = ("sgd", "adam")
GRIDS = ("scratch", "last_layer", "full", "few_shot_scratch", "few_shot_last_layer", "few_shot_full")
LARGE, SMALL = 1687, 189  # training images of the homework's two splits

# What 0, torchvision's default, means to an image normalised by the homework's few-shot statistics: the mean colour.
_MEAN_COLOUR = (0.7739, 0.7576, 0.7179)


def _turn(degrees: float) -> RandomAffine:
    return RandomAffine(degrees=degrees, fill=_MEAN_COLOUR)


_FLIP = RandomHorizontalFlip()
# Table VIII, row by row, under its own names. "Greyscale()" takes every image's colour away, as its name says;
# "GaussianBlur(1)" changes nothing: a kernel of one pixel is the image.
TABLE_VIII: dict[str, tuple[Transform, ...]] = {
    "none": (),
    "ColorJitter(brightness=0.01)": (ColorJitter(brightness=0.01),),
    "ColorJitter(brightness=0.05)": (ColorJitter(brightness=0.05),),
    "ColorJitter(contrast=0.05)": (ColorJitter(contrast=0.05),),
    "ColorJitter(saturation=0.05)": (ColorJitter(saturation=0.05),),
    "ColorJitter(hue=0.05)": (ColorJitter(hue=0.05),),
    "Greyscale()": (RandomGrayscale(p=1),),
    "RandomInvert(p=0.5)": (RandomInvert(),),
    "RandomHorizontalFlip(p=0.5)": (_FLIP,),
    "RandomAffine(± 1 deg)": (_turn(1),),
    **{
        f"RandomHorizontalFlip(p=0.5), RandomAffine(± {degrees} deg)": (_FLIP, _turn(degrees))
        for degrees in (1, 5, 7, 10, 22, 30, 45, 60)
    },
    "RandomHorizontalFlip(p=0.5), RandomAffine(± 10 deg), RandomAffine(± 10 deg)": (_FLIP, _turn(10), _turn(10)),
    **{f"GaussianBlur({size})": (GaussianBlur(kernel_size=size),) for size in (1, 3, 5, 7, 9, 13, 17, 23, 27)},
}
# The rows whose order the homework leaves open, and two that it should not hurt.
ORDER_ROWS = (
    *(name for name in TABLE_VIII if name.startswith("ColorJitter")),
    "RandomInvert(p=0.5)",
    "RandomHorizontalFlip(p=0.5), RandomAffine(± 10 deg)",
)
MISTAKEN_ORDERS = ("after_normalisation", "after_normalisation_and_in_val")
_TABLE_VIII_RATES = (0.01, 0.03)  # the only ones that ever won a row
# What might have made SGD diverge in Section II-A, next to the thousand outputs.
SUSPECTS = {
    "SGD": {"optimizer": "sgd", "momentum": 0.0, "normalisation": "batch"},
    "SGD, momentum 0.9": {"optimizer": "sgd", "momentum": 0.9, "normalisation": "batch"},
    "SGD, eval()": {"optimizer": "sgd", "momentum": 0.0, "normalisation": "running"},
    "Adam, eval()": {"optimizer": "adam", "momentum": 0.0, "normalisation": "running"},
}
_HOMEWORK_BATCH = 8


@dataclass(frozen=True)
class Study:
    """A named grid: `build` turns a profile, a source and seeds into tasks.

    `seeds` is how many there are at a profile if nobody says otherwise.
    """

    name: str
    about: str
    build: Callable[[Profile, str, range], list[Task]]
    seeds: Callable[[Profile], int] = attrgetter("seeds")


def recipes_of(
    strategy: str,
    profile: Profile,
    *,
    few_shot: bool = False,
    optimizers: Iterable[str] = OPTIMIZERS,
    rates: Iterable[float] | None = None,
    **settings,
) -> list[Recipe]:
    """A strategy with every optimiser and rate at the profile's numbers; `settings` change them."""
    common = {
        "architecture": profile.architecture,
        "epochs": profile.epochs,
        "batch_size": profile.few_shot_batch_size if few_shot else profile.batch_size,
    }
    if strategy != "scratch":
        common["start"] = profile.weights
    return [
        make_recipe(strategy, **{**common, "optimizer": optimizer, "lr": lr, **settings})
        for optimizer in optimizers
        for lr in (profile.rates if rates is None else rates)
    ]


def _grid(strategy: str, *, few_shot: bool = False, **settings):
    """Every rate with both optimisers, as in the homework's Section II."""

    def build(profile: Profile, source: str, seeds: range) -> list[Task]:
        recipes = recipes_of(strategy, profile, few_shot=few_shot, **settings)
        return _tasks(recipes, profile, source, seeds, few_shot=few_shot)

    return build


def _table_viii(profile: Profile, source: str, seeds: range) -> list[Task]:
    recipes = [recipe for name in TABLE_VIII for recipe in _augmented(profile, name)]
    return _tasks(recipes, profile, source, seeds, few_shot=True)


def _table_viii_seeds(profile: Profile) -> int:
    return profile.seeds if profile.table_viii_seeds is None else profile.table_viii_seeds


def _mistaken_orders(profile: Profile, source: str, seeds: range) -> list[Task]:
    recipes = [
        recipe
        for name in ORDER_ROWS
        for order in MISTAKEN_ORDERS
        for recipe in _augmented(
            profile, name, augmentation=_normalised_fill(TABLE_VIII[name]), augmentation_order=order
        )
    ]
    return _tasks(recipes, profile, source, seeds, few_shot=True)


def _augmented(profile: Profile, name: str, **settings) -> list[Recipe]:
    common = {"augmentation": TABLE_VIII[name], "optimizers": ("sgd",), "rates": _proven_rates(profile)}
    return recipes_of("full", profile, few_shot=True, **common | settings)


def _normalised_fill(transforms: tuple[Transform, ...]) -> tuple[Transform, ...]:
    """The same transforms for normalised images, whose mean colour is 0."""
    black = {"fill": (0.0, 0.0, 0.0)}
    return tuple(t.model_copy(update=black) if isinstance(t, RandomAffine) else t for t in transforms)


def _more_steps(profile: Profile, source: str, seeds: range) -> list[Task]:
    """At least as many steps with 189 images as `profile.epochs` epochs of 1687 take, each set in its own batches."""
    steps = profile.epochs * _steps(LARGE, profile.batch_size)
    epochs = math.ceil(steps / _steps(SMALL, profile.few_shot_batch_size))
    recipes = [
        recipe
        for strategy, optimizer, lr in _LONG_RUNS
        if lr in profile.rates  # so that each long run has its short one in the grids
        for recipe in recipes_of(strategy, profile, few_shot=True, optimizers=(optimizer,), rates=(lr,), epochs=epochs)
    ]
    return _tasks(recipes, profile, source, seeds, few_shot=True)


def _steps(num_images: int, batch_size: int) -> int:
    """Of one epoch: its last batch is smaller, and a step too."""
    return math.ceil(num_images / batch_size)


def _random_split(profile: Profile, source: str, seeds: range) -> list[Task]:
    """At the rates that do well from scratch, with either optimiser."""
    recipes = recipes_of("scratch", profile, rates=_proven_rates(profile))
    return _tasks(recipes, profile, source, seeds, split="stratified")


def _divergence(profile: Profile, source: str, seeds: range) -> list[Task]:
    """One epoch in batches of eight, at the rates that broke and at these as a loss summed over a batch acts."""
    settings = {
        "epochs": 1,
        "batch_size": _HOMEWORK_BATCH,
        "rates": sorted(round(rate * factor, 6) for rate in _proven_rates(profile) for factor in (1, _HOMEWORK_BATCH)),
    }
    recipes = [
        recipe
        for suspect in ({**changes, "optimizers": (changes["optimizer"],)} for changes in SUSPECTS.values())
        for outputs in (None, 1000)
        for recipe in recipes_of("full", profile, few_shot=True, **settings, **suspect, num_outputs=outputs)
    ]
    return _tasks(recipes, profile, source, seeds, few_shot=True)


# Nine times as long as the others, so only with rates that do well in the grids.
_LONG_RUNS = (("scratch", "sgd", 0.03), ("scratch", "adam", 0.01), ("full", "sgd", 0.01), ("full", "adam", 0.001))


def _proven_rates(profile: Profile) -> list[float]:
    return [rate for rate in profile.rates if rate in _TABLE_VIII_RATES]


def _tasks(recipes: list[Recipe], profile: Profile, source: str, seeds: range, **split) -> list[Task]:
    data = DataSpec(source=source, size=profile.size, **split)
    return [Task(recipe, data, seed) for seed in seeds for recipe in recipes]


STUDIES = {
    study.name: study
    for study in (
        Study("scratch", "training from scratch, 1687 images (Table II)", _grid("scratch")),
        Study("last_layer", "fine-tuning the classifier, 1687 images (Table III)", _grid("last_layer")),
        Study("full", "full fine-tuning, 1687 images (Table IV)", _grid("full")),
        Study("few_shot_scratch", "training from scratch, 189 images (Table V)", _grid("scratch", few_shot=True)),
        Study("few_shot_last_layer", "the classifier, 189 images (Table VI)", _grid("last_layer", few_shot=True)),
        Study("few_shot_full", "full fine-tuning, 189 images (Table VII)", _grid("full", few_shot=True)),
        Study(
            "augmentation",
            "full fine-tuning, 189 augmented images, 28 ways (Table VIII)",
            _table_viii,
            _table_viii_seeds,
        ),
        Study(
            "augmentation_order",
            "some of these after normalisation, in validation too",
            _mistaken_orders,
            _table_viii_seeds,
        ),
        Study("few_shot_steps", "189 images for as many steps as 1687 get", _more_steps),
        Study("random_split", "from scratch on a random split of the same images", _random_split),
        Study(
            "thousand_outputs",
            "full fine-tuning, 189 images, 1000 outputs for 7 classes (Section II-A)",
            _grid("full", few_shot=True, num_outputs=1000),
        ),
        Study("divergence", "one epoch of 189 images that SGD may not survive (Section II-A)", _divergence),
    )
}
