"""Graduated rates: the flowers (Fig 10), and seventy small tasks × eleven scales with their rivals (section 4.3)."""

from collections.abc import Callable, Iterator, Sequence

from course_lib.data.mini.tasks import NUM_TASKS, task_named, task_names
from course_lib.data.spec import DataSpec
from course_lib.data.transfers import FLOWERS, TRANSFERS
from course_lib.sweeps.studies.rates.layered import MOMENTUM, VARY, common_settings, refuse_other
from course_lib.sweeps.studies.rates.profiles import PROFILES, RatesProfile
from course_lib.sweeps.study import Study
from course_lib.sweeps.trial import Trial
from course_lib.training.answers import Answers
from course_lib.training.bit_rule import bit_recipe
from course_lib.training.graduated import (
    BASE_RATE,
    BASELINE_HEAD,
    HEAD_MULTIPLIER,
    graduated_recipe,
    random_recipes,
)
from course_lib.training.recipe import Recipe

TASKS_SOURCE = f"mini:{task_names()[0]}"  # one of the tasks stands for all of them
FLOWERS_SOURCE = f"mini:{FLOWERS}"
FIXED_SCALES = (3.0,)  # of the best on average here
# Multipliers of IL1 … IL5 with the flowers. The document compares the first four; the others are controls: higher
# uniform rates, the same five numbers the other way round, and their mean everywhere.
FLOWER_MULTIPLIERS = {
    "uniform 1": (1.0,) * 5,
    "uniform 2": (2.0,) * 5,
    "uniform 5": (5.0,) * 5,
    "graduated 0, 0, 1, 2, 5": (0.0, 0.0, 1.0, 2.0, 5.0),
    "uniform 10": (10.0,) * 5,
    "uniform 1.6": (1.6,) * 5,
    "reversed 5, 2, 1, 0, 0": (5.0, 2.0, 1.0, 0.0, 0.0),
    "graduated 0, 0, 2, 4, 10": (0.0, 0.0, 2.0, 4.0, 10.0),
    "inner layers frozen": (0.0,) * 5,
}
FLOWER_HEADS = (10.0, 20.0)  # the text says 10, the caption of Fig 10 says 20


def task_data(name: str, profile: RatesProfile, seed: int) -> DataSpec:
    """Images of a small task: four fifths of some 250 train, one fifth validates, 500 and more test."""
    return DataSpec(source=f"mini:{name}", size=profile.size, split="official", val=0.2, seed=seed)


def _task_base(profile: RatesProfile) -> dict:
    return {
        "architecture": profile.architecture,
        "start": profile.weights,
        "epochs": profile.task_epochs,
        "batch_size": profile.batch_size,
    }


def task_settings(profile: RatesProfile) -> dict:
    """Settings of all recipes on the small tasks: SGD with momentum at a constant rate, for the document's epochs."""
    return {"optimizer": "sgd", "momentum": MOMENTUM, **_task_base(profile)}


def _of_tasks(build: Callable[[str, RatesProfile, int], Iterator[Trial]], of: str) -> Callable:
    """Make the builder of a study on the small tasks from the builder for one task and seed."""

    def trials(profile: RatesProfile, source: str, seeds: Sequence[int]) -> list[Trial]:
        refuse_other(source, TASKS_SOURCE, of)
        tasks = task_names()[:: NUM_TASKS // profile.tasks]
        return [trial for seed in seeds for name in tasks for trial in build(name, profile, seed)]

    return trials


def _scales(name: str, profile: RatesProfile, seed: int) -> Iterator[Trial]:
    """Every scale of the document; the runs keep their answers, so that they can vote."""
    for scale in profile.scales:
        recipe = graduated_recipe(scale, **task_settings(profile))
        yield Trial(recipe, task_data(name, profile, seed), seed, (Answers(),))


def _heads(name: str, profile: RatesProfile, seed: int) -> Iterator[Trial]:
    """The document's baseline (IL 0, LL 10), and the last layer alone at its rate of each scale."""
    for head in (BASELINE_HEAD, *(HEAD_MULTIPLIER * scale for scale in profile.scales)):
        recipe = Recipe.last_layer(**task_settings(profile), lr=BASE_RATE * head)
        yield Trial(recipe, task_data(name, profile, seed), seed)


def _seeds(name: str, profile: RatesProfile, seed: int) -> Iterator[Trial]:
    """A fixed scale with as many seeds as there are scales, on the images of the first seed: they vote, too."""
    for scale in FIXED_SCALES:
        for each in range(len(profile.scales)):
            recipe = graduated_recipe(scale, **task_settings(profile))
            yield Trial(recipe, task_data(name, profile, seed), each, (Answers(),))


def _rules(name: str, profile: RatesProfile, seed: int) -> Iterator[Trial]:
    """Rules that leave nothing to choose: of Big Transfer, Auto-RGN, and L-DoG, which has no rate at all."""
    data, settings = task_data(name, profile, seed), _task_base(profile)
    yield Trial(bit_recipe(round(0.8 * task_named(name).facts()["images"]), **settings), data, seed)
    yield Trial(Recipe.full(**task_settings(profile), name="auto_rgn", lr=0.01, layer_rates="auto_rgn"), data, seed)
    yield Trial(Recipe.full(**settings, name="ldog", optimizer="ldog", lr=1), data, seed)


def _random(name: str, profile: RatesProfile, seed: int) -> Iterator[Trial]:
    """As many random multipliers and scales as there are scales, others for each task and seed."""
    draw = 100 * (seed + 1) + task_names().index(name)
    for recipe in random_recipes(len(profile.scales), seed=draw, **task_settings(profile)):
        yield Trial(recipe, task_data(name, profile, seed), seed)


def _flowers(profile: RatesProfile, source: str, seeds: Sequence[int]) -> list[Trial]:
    """Uniform and graduated multipliers of the inner layers, at both rates of the last layer (Fig 10)."""
    refuse_other(source, FLOWERS_SOURCE, "flower_rates")
    (pair,) = (pair for pair in TRANSFERS if pair.target == FLOWERS)
    return [
        Trial(
            graduated_recipe(
                1.0,
                **common_settings(pair, profile),
                name=name,
                multipliers=multipliers,
                head_multiplier=head,
            ),
            pair.target_data(size=profile.size, seed=seed),
            seed,
        )
        for seed in seeds
        for head in FLOWER_HEADS
        for name, multipliers in FLOWER_MULTIPLIERS.items()
    ]


def _study(name: str, about: str, build: Callable, **settings) -> Study:
    """A study on the small tasks."""
    return Study(name, about, _of_tasks(build, name), PROFILES, "rates", data=TASKS_SOURCE, vary=VARY, **settings)


def _one(_profile: RatesProfile) -> int:
    return 1


SCALE_STUDIES = (
    Study(
        "flower_rates",
        "uniform and graduated rates of the inner layers, flowers (Fig 10)",
        _flowers,
        PROFILES,
        "rates",
        data=FLOWERS_SOURCE,
        vary=VARY,
        seeds=lambda profile: 5 if profile.seeds > 2 else profile.seeds,
    ),
    _study("scales", "eleven scales of graduated rates, seventy small tasks (section 4.3)", _scales),
    _study("scale_heads", "the last layer alone on the seventy tasks, at the rate of each scale", _heads),
    _study("scale_rules", "rules that choose no scale, on the seventy tasks: BiT, Auto-RGN, L-DoG", _rules),
    _study("scale_seeds", "one scale with eleven seeds: the control of a choice and of a vote", _seeds, seeds=_one),
    _study("scale_random", "random rates of the stages, seventy tasks", _random, seeds=_one),
)
