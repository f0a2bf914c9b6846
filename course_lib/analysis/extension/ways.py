"""The ways to answer with a trained network, and the names of the probes that asked for them."""

import json
from collections.abc import Callable, Mapping
from functools import cache

from course_lib.analysis.records import MAIN_PROBE, is_scored
from course_lib.sweeps.studies.extension.questions import CHOSEN, LAST, heads_of
from course_lib.sweeps.studies.extension.questions import layers_of as layers_of_recipe
from course_lib.training.direct import Direct
from course_lib.training.readouts import Readout
from course_lib.training.recipe import Recipe

DIRECT, LAST_FUSED, ALL_FUSED = "direct output", "last three fused", "all layers fused"
LAST_SVM, LAST_CONCATENATED = "last three, SVM fused", "last three concatenated"
ALL_CONCATENATED, HEAD2TOE = "all layers concatenated", "all layers, Head2Toe"
HEADS_FUSED, WITH_AUXILIARY = "direct outputs of all heads fused", "last three and auxiliary heads fused"
POSITIONS = ("third last layer", "second last layer", "last layer")  # of the last three, from low to high


def _position(place: int) -> Callable[[Recipe], str]:
    return lambda recipe: layer_probe(layers_of_recipe(recipe)[place - LAST])


def _last(**settings) -> Callable[[Recipe], str]:
    return lambda recipe: Readout(layers=layers_of_recipe(recipe)[-LAST:], **settings).name


def _all(**settings) -> Callable[[Recipe], str]:
    return lambda recipe: Readout(layers=layers_of_recipe(recipe), **settings).name


def _with_auxiliary(recipe: Recipe) -> str:
    layers = (*layers_of_recipe(recipe)[-LAST:], *heads_of(recipe)[1:])
    return Readout(layers=layers, fuse="mean", **CHOSEN).name


WAYS: dict[str, Callable[[Recipe], str]] = {
    DIRECT: lambda _: MAIN_PROBE,
    HEADS_FUSED: lambda recipe: Direct(head="+".join(heads_of(recipe))).name,
    **{name: _position(place) for place, name in enumerate(POSITIONS)},
    LAST_FUSED: _last(fuse="mean", **CHOSEN),
    LAST_SVM: _last(by="svm", fuse="mean", **CHOSEN),
    LAST_CONCATENATED: _last(**CHOSEN),
    WITH_AUXILIARY: _with_auxiliary,
    ALL_FUSED: _all(fuse="mean", **CHOSEN),
    ALL_CONCATENATED: _all(**CHOSEN),
    HEAD2TOE: _all(fuse="head2toe"),
}
_AUXILIARY = (HEADS_FUSED, WITH_AUXILIARY)  # of networks with auxiliary heads alone


def layer_probe(layer: str) -> str:
    """Name of the probe that fits a logistic regression to one layer."""
    return Readout(layers=(layer,), **CHOSEN).name


def layers_of(record: Mapping) -> tuple[str, ...]:
    """Layers of a run's network whose outputs are features, from low to high, without auxiliary heads."""
    return layers_of_recipe(recipe_of(record))


def auxiliary_of(record: Mapping) -> tuple[str, ...]:
    """Auxiliary heads of a run's network as features."""
    return heads_of(recipe_of(record))[1:]


def probe_of(record: Mapping, way: str) -> str:
    """Name of the probe that asked a run for its answer in this way, one of `WAYS`.

    Raises:
        ValueError: an unknown way, or one of auxiliary heads that the network lacks.
    """
    if way not in WAYS:
        raise ValueError(f"unknown way '{way}': choose one of {', '.join(WAYS)}")
    recipe = recipe_of(record)
    if way in _AUXILIARY and not recipe.aux_heads:
        raise ValueError(f"'{way}' needs auxiliary heads, and {recipe.architecture} has none: choose another network")
    return WAYS[way](recipe)


def is_asked(record: Mapping, way: str) -> bool:
    """Whether a run has a score of this way."""
    if way in _AUXILIARY and not record["recipe"].get("aux_heads"):
        return False
    return is_scored(record, probe_of(record, way))


def recipe_of(record: Mapping) -> Recipe:
    """The recipe of a run."""
    return _read(json.dumps(record["recipe"]))


@cache
def _read(recipe: str) -> Recipe:
    return Recipe.model_validate_json(recipe)
