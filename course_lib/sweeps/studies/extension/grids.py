"""The document's grids: k × e, all strategies on two data sets, and the number of target concepts."""

from collections.abc import Iterable

from course_lib.data.mini.keyframes import FEW
from course_lib.data.spec import DataSpec
from course_lib.sweeps.studies.extension.profiles import PROFILES, ExtensionProfile
from course_lib.sweeps.studies.extension.questions import grid_questions, questions
from course_lib.sweeps.studies.extension.strategies import FULL, common_settings, extended, strategies
from course_lib.sweeps.study import Study
from course_lib.sweeps.trial import Trial
from course_lib.training.recipe import Recipe

KEYFRAMES, VOC = "mini:keyframes", "mini:voc"
VALIDATE = 0.2  # share of the train part
VARY = ("lr",)  # validation chooses among these


def target_data(source: str, profile: ExtensionProfile, concepts: tuple[str, ...] | None = None) -> DataSpec:
    """Describe the images of a target; all seeds train, validate and test on the same ones.

    Args:
        source: of the images.
        profile: their size, and how many of them.
        concepts: that are trained; None: all.
    """
    settings = {"split": "official", "val": VALIDATE, "seed": 0, "partition": profile.partition}
    return DataSpec(source=source, size=profile.size, classes=concepts, **settings)


def _few(source: str) -> tuple[str, ...] | None:
    """The concepts that are trained where the number of concepts is not the question."""
    return FEW if source == KEYFRAMES else None


def _multipliers(profile: ExtensionProfile, source: str, seeds: range) -> list[Trial]:
    """FT1-def at every k and lr, asked after every e: one run of constant rates serves all e of its row."""
    data, network = target_data(source, profile, _few(source)), next(iter(profile.networks.values()))
    common = common_settings(network, profile) | {"epochs": max(1, round(max(profile.grid_epochs)))}
    recipes = [
        Recipe(name="FT1-def", lr=lr, multipliers={"inner": k}, **common)
        for lr in profile.grid_lr
        for k in profile.grid_k
    ]
    return [Trial(recipe, data, seed, grid_questions(profile)) for seed in seeds for recipe in recipes]


def _strategies(profile: ExtensionProfile, source: str, seeds: range) -> list[Trial]:
    """Every strategy from every network at every learning rate; the control on keyframes alone."""
    data = target_data(source, profile, _few(source))
    recipes = [
        recipe
        for network in profile.networks.values()
        for lr in network.lr
        for recipe in strategies(network, profile, lr)
        if source == KEYFRAMES or recipe.name != FULL
    ]
    return _asked(recipes, data, seeds, profile.thorough)


def _num_concepts(profile: ExtensionProfile, source: str, seeds: range) -> list[Trial]:
    """FT1-def and one extension layer, trained for few and for many concepts of the same images."""
    recipes = [
        extended(network, profile, lr, hidden)
        for network in profile.networks.values()
        for lr in network.lr
        for hidden in ((), (profile.concept_width,))
    ]
    few, many = (target_data(source, profile, concepts) for concepts in (_few(source), None))
    return _asked(recipes, few, seeds, profile.thorough) + _asked(recipes, many, seeds)  # few: runs of `strategies`


def _asked(recipes: Iterable[Recipe], data: DataSpec, seeds: range, thorough: tuple[str, ...] = ()) -> list[Trial]:
    asked = [(recipe, questions(recipe, data.source, recipe.name in thorough)) for recipe in recipes]
    return [Trial(recipe, data, seed, probes) for seed in seeds for recipe, probes in asked]


def _study(name: str, about: str, build, data: str = KEYFRAMES) -> Study:
    return Study(name, about, build, PROFILES, "extension", data=data, vary=VARY)


GRID_STUDIES = (
    _study("multipliers", "k and e: FT1-def at seven multipliers of the pretrained layers (table)", _multipliers),
    _study("strategies", "FT1-def, FT2-re and FT3-ex from every network, keyframes", _strategies),
    _study("strategies_voc", "the same on photographs with 20 fully judged concepts", _strategies, VOC),
    _study("num_concepts", "fine-tuned for few or for many concepts, the same ones evaluated", _num_concepts),
)
