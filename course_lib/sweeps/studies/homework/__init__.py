"""The homework's studies: its six grids, its augmentations, and the questions that its numbers leave open."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace

from course_lib.data.spec import DataSpec
from course_lib.sweeps.profiles import pick_profile
from course_lib.sweeps.studies.homework.profiles import OPTIMIZERS, PROFILES, REAL, HomeworkProfile
from course_lib.sweeps.studies.homework.table_viii import MISTAKEN_ORDERS, ORDER_ROWS, TABLE_VIII, normalised_fill
from course_lib.sweeps.study import Study
from course_lib.sweeps.trial import Trial
from course_lib.training.former import Former
from course_lib.training.probes import Direct
from course_lib.training.recipe import Recipe, make_recipe


def get_profile(name: str) -> HomeworkProfile:
    """Find the homework's profile by its name.

    Raises:
        ValueError: there is none.
    """
    return pick_profile(ALL_PROFILES, name)


ADAM_UP_TO = 0.3
MOMENTUM = 0.9
FEW_EPOCHS = 5
NATIVE_SIZE = 224  # of the photographs that the real network was trained on
FORGETTING_RATES = (1e-6, 1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03)
GRIDS = ("scratch", "last_layer", "full", "few_shot_scratch", "few_shot_last_layer", "few_shot_full")
LARGE, SMALL = 1687, 189  # training images of the homework's two splits

_TABLE_VIII_RATES = (0.01, 0.03)  # the only ones that ever won a row
_BESIDE_TABLE_VIII_RATES = (0.003, 0.1)
# What might have made SGD diverge in Section II-A, next to the thousand outputs.
SUSPECTS = {
    "SGD": {"optimizer": "sgd", "momentum": 0.0, "normalisation": "batch"},
    "SGD, momentum 0.9": {"optimizer": "sgd", "momentum": 0.9, "normalisation": "batch"},
    "SGD, eval()": {"optimizer": "sgd", "momentum": 0.0, "normalisation": "running"},
    "Adam, eval()": {"optimizer": "adam", "momentum": 0.0, "normalisation": "running"},
}
_HOMEWORK_BATCH = 8


def recipes_of(
    strategy: str,
    profile: HomeworkProfile,
    *,
    few_shot: bool = False,
    optimizers: Iterable[str] = OPTIMIZERS,
    rates: Iterable[float] | None = None,
    **settings,
) -> list[Recipe]:
    """Make the recipes of a strategy: every optimiser and rate, with the profile's numbers changed by `settings`."""
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
    """Build a grid of every rate with both optimisers, as in the homework's Section II."""

    name = f"few_shot_{strategy}" if few_shot else strategy

    def build(profile: HomeworkProfile, source: str, seeds: range) -> list[Trial]:
        recipes = _of_grid(name, profile, profile.rates_of(name), **settings)
        return _trials(recipes, profile, source, seeds, few_shot=few_shot)

    return build


def _of_grid(name: str, profile: HomeworkProfile, rates: Mapping[str, Iterable[float]], **settings) -> list[Recipe]:
    """Make the recipes of one of `GRIDS` with the rates of each optimiser."""
    few_shot, strategy = name.startswith("few_shot_"), name.removeprefix("few_shot_")
    common = {"few_shot": few_shot, "epochs": profile.epochs_of(name), **settings}
    return [
        recipe
        for optimizer, own in rates.items()
        for recipe in recipes_of(strategy, profile, optimizers=(optimizer,), rates=own, **common)
    ]


def _higher_rates(profile: HomeworkProfile, source: str, seeds: range) -> list[Trial]:
    """Go on where the homework's six grids end, since most of them are best at their highest rate."""
    trials = []
    for name in profile.higher_grids or GRIDS:
        recipes = _of_grid(name, profile, _rates_above(profile))
        trials += _trials(recipes, profile, source, seeds, few_shot=name.startswith("few_shot_"))
    return trials


def _rates_above(profile: HomeworkProfile) -> dict[str, list[float]]:
    """List the rates above the homework's for each optimiser."""
    limits = {"sgd": math.inf, "adam": ADAM_UP_TO}
    return {optimizer: [r for r in profile.higher_rates if r <= limit] for optimizer, limit in limits.items()}


def _last_layer_224(profile: HomeworkProfile, source: str, seeds: range) -> list[Trial]:
    """Train the last layer at the size of the network's own training images, whatever the profile's size."""
    profile, trials = replace(profile, size=NATIVE_SIZE), []
    for few_shot in (False, True):
        trials += _grid("last_layer", few_shot=few_shot)(profile, source, seeds)
    return trials + _higher_rates(profile, source, seeds)


def _last_layer_random_split(profile: HomeworkProfile, source: str, seeds: range) -> list[Trial]:
    """Train the last layer at 224 pixels on a random split of the same images."""
    grids = (profile.rates_of("last_layer"), _rates_above(profile))
    recipes = [recipe for rates in grids for recipe in _of_grid("last_layer", profile, rates)]
    return _trials(recipes, replace(profile, size=NATIVE_SIZE), source, seeds, split="stratified")


def _momentum(profile: HomeworkProfile, source: str, seeds: range) -> list[Trial]:
    """Train from scratch by SGD with momentum, where a step is up to ten times as long as the rate says."""
    rates = [rate for rate in (*profile.rates, *profile.higher_rates) if 0.01 <= rate <= 0.3]
    settings, trials = {"optimizers": ("sgd",), "rates": rates, "momentum": MOMENTUM}, []
    for few_shot in (False, True):
        recipes = recipes_of("scratch", profile, few_shot=few_shot, **settings)
        trials += _trials(recipes, profile, source, seeds, few_shot=few_shot)
    return trials


def _forgetting(profile: HomeworkProfile, source: str, seeds: range) -> list[Trial]:
    """Fine-tune everything for a few epochs at each rate, and ask for the former task and the new one at the end.

    At the lowest rate the weights practically stay: only BatchNorm's running statistics move.
    """
    settings = {"optimizers": ("adam",), "rates": FORGETTING_RATES, "epochs": min(profile.epochs, FEW_EPOCHS)}
    probes = [Direct(epoch="last")]
    if profile.former:
        probes += [Former(source=profile.former, epoch="last", statistics=kind) for kind in ("run", "former")]
    trials = _trials(recipes_of("full", profile, **settings), profile, source, seeds)
    return [replace(trial, probes=tuple(probes)) for trial in trials]


def _table_viii(profile: HomeworkProfile, source: str, seeds: range) -> list[Trial]:
    recipes = [recipe for name in _rows(profile) for recipe in _augmented(profile, name)]
    return _trials(recipes, profile, source, seeds, few_shot=True)


def _augmentation_rates(profile: HomeworkProfile, source: str, seeds: range) -> list[Trial]:
    """Train every row of Table VIII at the rates beside the homework's two, so that its best rate lies between."""
    rates = [rate for rate in (*profile.rates, *profile.higher_rates) if rate in _BESIDE_TABLE_VIII_RATES]
    recipes = [recipe for name in _rows(profile) for recipe in _augmented(profile, name, rates=rates)]
    return _trials(recipes, profile, source, seeds, few_shot=True)


def _rates_of_rows(profile: HomeworkProfile) -> Iterable[float]:
    return profile.own_rates["augmentation"]["sgd"] if "augmentation" in profile.own_rates else _proven_rates(profile)


def _rows(profile: HomeworkProfile) -> tuple[str, ...]:
    return profile.table_viii_rows or tuple(TABLE_VIII)


def _table_viii_seeds(profile: HomeworkProfile) -> int:
    return profile.seeds if profile.table_viii_seeds is None else profile.table_viii_seeds


def _mistaken_orders(profile: HomeworkProfile, source: str, seeds: range) -> list[Trial]:
    recipes = [
        recipe
        for name in profile.order_rows or ORDER_ROWS
        for order in profile.orders or MISTAKEN_ORDERS
        for recipe in _augmented(
            profile, name, augmentation=normalised_fill(TABLE_VIII[name]), augmentation_order=order
        )
    ]
    return _trials(recipes, profile, source, seeds, few_shot=True)


def _augmented(profile: HomeworkProfile, name: str, **settings) -> list[Recipe]:
    common = {"augmentation": TABLE_VIII[name], "optimizers": ("sgd",), "rates": _rates_of_rows(profile)}
    return recipes_of("full", profile, few_shot=True, **common | settings)


def _more_steps(profile: HomeworkProfile, source: str, seeds: range) -> list[Trial]:
    """Train on 189 images for at least as many steps as `profile.epochs` epochs of 1687 images have."""
    steps = profile.epochs * _steps(LARGE, profile.batch_size)
    epochs = math.ceil(steps / _steps(SMALL, profile.few_shot_batch_size))
    recipes = [
        recipe
        for strategy, optimizer, lr in _LONG_RUNS
        if lr in profile.rates  # so that each long run has its short one in the grids
        for recipe in recipes_of(strategy, profile, few_shot=True, optimizers=(optimizer,), rates=(lr,), epochs=epochs)
    ]
    return _trials(recipes, profile, source, seeds, few_shot=True)


def _steps(num_images: int, batch_size: int) -> int:
    """Count the steps of an epoch; the last, smaller batch is a step, too."""
    return math.ceil(num_images / batch_size)


def _random_split(profile: HomeworkProfile, source: str, seeds: range) -> list[Trial]:
    """Train from scratch on a random split, at the rates that do well, with either optimiser."""
    recipes = recipes_of("scratch", profile, rates=_proven_rates(profile))
    return _trials(recipes, profile, source, seeds, split="stratified")


def _divergence(profile: HomeworkProfile, source: str, seeds: range) -> list[Trial]:
    """Train one epoch in batches of eight: at the homework's rates, and at eight times these rates.

    Eight times the rate with a mean loss is the rate itself with a loss that is summed over the batch.
    """
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
    return _trials(recipes, profile, source, seeds, few_shot=True)


# Nine times as long as the others, so only with rates that do well in the grids.
_LONG_RUNS = (("scratch", "sgd", 0.03), ("scratch", "adam", 0.01), ("full", "sgd", 0.01), ("full", "adam", 0.001))


def _proven_rates(profile: HomeworkProfile) -> list[float]:
    return [rate for rate in profile.rates if rate in _TABLE_VIII_RATES]


def _trials(recipes: list[Recipe], profile: HomeworkProfile, source: str, seeds: range, **split) -> list[Trial]:
    data = DataSpec(source=source, size=profile.size, **split)
    return [Trial(recipe, data, seed) for seed in seeds for recipe in recipes]


ALL_PROFILES = {**PROFILES, REAL.name: REAL}


def _study(name: str, about: str, build, *, profiles=PROFILES, **settings) -> Study:
    return Study(name, about, build, profiles, "homework", **settings)


_REAL = {"profiles": ALL_PROFILES}
_VIII = {"seeds": _table_viii_seeds}
_REAL_VIII = {**_VIII, **_REAL}
STUDIES = {
    study.name: study
    for study in (
        _study("scratch", "training from scratch, 1687 images (Table II)", _grid("scratch"), **_REAL),
        _study("last_layer", "fine-tuning the classifier, 1687 images (Table III)", _grid("last_layer"), **_REAL),
        _study("full", "full fine-tuning, 1687 images (Table IV)", _grid("full"), **_REAL),
        _study(
            "few_shot_scratch", "training from scratch, 189 images (Table V)", _grid("scratch", few_shot=True), **_REAL
        ),
        _study(
            "few_shot_last_layer", "the classifier, 189 images (Table VI)", _grid("last_layer", few_shot=True), **_REAL
        ),
        _study("few_shot_full", "full fine-tuning, 189 images (Table VII)", _grid("full", few_shot=True), **_REAL),
        _study("higher_rates", "the six grids at rates above the homework's", _higher_rates, **_REAL),
        _study(
            "last_layer_224", "the last layer at 224 pixels, 1687 and 189 images (lesson 09)", _last_layer_224,
            profiles={REAL.name: REAL},
        ),
        _study(
            "last_layer_random_split", "the last layer at 224 pixels on a random split of the same images (lesson 09)",
            _last_layer_random_split, profiles={REAL.name: REAL},
        ),
        _study("momentum", "from scratch by SGD with momentum 0.9, 1687 and 189 images", _momentum),
        _study("augmentation", "full fine-tuning, 189 images augmented (Table VIII)", _table_viii, **_REAL_VIII),
        _study("augmentation_rates", "the same rows at lower and higher rates", _augmentation_rates, **_VIII),
        _study("augmentation_order", "some rows augmented after normalisation", _mistaken_orders, **_REAL_VIII),
        _study("few_shot_steps", "189 images for as many steps as 1687 get", _more_steps),
        _study("random_split", "from scratch on a random split of the same images", _random_split),
        _study(
            "thousand_outputs", "full fine-tuning, 189 images, 1000 outputs for 7 classes (Section II-A)",
            _grid("full", few_shot=True, num_outputs=1000),
        ),
        _study("forgetting", "what a few epochs of full fine-tuning leave of the former task", _forgetting),
        _study("divergence", "one epoch of 189 images that SGD may not survive (Section II-A)", _divergence),
    )
}  # fmt: skip
