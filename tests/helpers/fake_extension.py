"""Plausible finished runs of the studies on extension strategies, for tests: no training, scores in closed form."""

from functools import cache

import numpy as np

from course_lib.data.mini.keyframes import CONCEPTS, EVALUATED, FEW
from course_lib.data.mini.several import VOC_CONCEPTS
from course_lib.sweeps.studies.extension.grids import KEYFRAMES, VOC
from course_lib.sweeps.studies.extension.profiles import PROFILES
from course_lib.sweeps.studies.extension.questions import fused, heads_of
from course_lib.sweeps.studies.extension.strategies import FULL, common_settings, extended, strategies
from course_lib.training.direct import Direct
from course_lib.training.recipe import Recipe

PROFILE = PROFILES["mini"]
RATES, SEEDS = (0.1, 0.3, 1.0), (0, 1, 2)
EPOCHS, KS = (0.5, 1.0, 2.0), (0.05, 0.25, 1.0)


def score_of_units(value, names, seed=0, *, metric="map", noise=0.001):
    """A score whose mean over the evaluated concepts is `value` plus the seed's noise; concepts spread by ±0.1."""
    evaluated = EVALUATED if set(EVALUATED) <= set(names) else names
    spread = dict(zip(evaluated, np.linspace(-0.1, 0.1, len(evaluated)), strict=True))
    own = value + noise * (seed - 1)
    units = [float(own + spread[name]) if name in spread else 0.9 for name in names]  # the others would be noticed
    return {"metric": metric, "value": float(np.mean(units)), "units": units, "num_images": 100}


def extension_run(recipe, seed, values, *, source=KEYFRAMES, classes=FEW, val=None, noise=0.001):
    """A record: `values` has the MAP of each probe; `val` is the validation score, that of the main head by default."""
    names = VOC_CONCEPTS if source == VOC else classes or CONCEPTS
    scores = {
        probe: score_of_units(
            value, names, seed, metric="mxinfap" if probe.startswith("inferred") else "map", noise=noise
        )
        for probe, value in values.items()
    }
    given = None if source == VOC or classes is None else list(classes)
    split = f"split of {len(names)} concepts"  # its rule names the concepts
    return {
        "key": f"{recipe.name}-{recipe.start}-{recipe.multipliers}-{recipe.lr}-{source}-{len(names)}-{seed}",
        "recipe": recipe.model_dump(mode="json"),
        "data": {"source": source, "size": 48, "split": "official", "val": 0.2, "seed": 0, "classes": given},
        "seed": seed, "status": "finished", "history": [], "metric": "map", "best_epoch": 7, "scores": scores,
        "val_score": values["direct"] if val is None else val, "val_accuracy": None, "test_accuracy": None,
        "test_correct": None, "test_outcomes": None, "num_train": 1600, "num_val": 400, "num_test": 2000,
        "seconds": 1.0, "provenance": {"data_fingerprint": source, "split_hash": split},
    }  # fmt: skip


@cache
def _recipes(network, lr, control):
    """The document's strategies, and the control on demand."""
    recipes = strategies(PROFILE.networks[network], PROFILE, lr)
    return [(recipe, fused(recipe).name) for recipe in recipes if control or recipe.name != FULL]


def answers(recipe, direct, last, *, features=None, heads=0.0, fusion=0.0, inferred=0.0):
    """MAP of each probe: that of the features (`last`: their probe), and what heads, fusion, inferred precision add."""
    values = {"direct": direct, "inferred direct": direct + inferred}
    values[last] = direct if features is None else features
    if len(paths := heads_of(recipe)) > 1:
        values |= {Direct(head=path).name: direct + heads for path in paths[1:]}
        values[Direct(head="+".join(paths)).name] = direct + fusion
    return values


def strategy_grid(
    value, *, networks=("ResNet", "GoogLeNet-84"), source=KEYFRAMES, seeds=SEEDS, best=0.3, control=False, **settings
):
    """Runs of all strategies of some networks; at the rate `best` the MAP is ``value(network, strategy)``, else less.

    Args:
        control: add full fine-tuning.
        settings: of `answers`; ``noise`` of `extension_run`.
    """
    noise = settings.pop("noise", 0.001)
    runs = []
    for network in networks:
        for lr in RATES:
            for recipe, last in _recipes(network, lr, control):
                own = value(network, recipe.name) - 0.05 * (lr != best)
                values = answers(recipe, own, last, **settings)
                runs += [extension_run(recipe, seed, values, source=source, noise=noise) for seed in seeds]
    return runs


def multiplier_grid(value, *, rates=(0.1, 0.3), ks=KS, epochs=EPOCHS, seeds=SEEDS):
    """Runs of FT1-def: the MAP after e epochs is ``value(k, e, lr)``."""
    common = common_settings(PROFILE.networks["ResNet"], PROFILE)
    runs = []
    for lr in rates:
        for k in ks:
            recipe = Recipe(name="FT1-def", lr=lr, multipliers={"inner": k}, **common)
            values = {Direct(epoch=e).name: value(k, e, lr) for e in epochs}
            values["direct"] = max(values.values())
            runs += [extension_run(recipe, seed, values) for seed in seeds]
    return runs


def concept_grid(few, many, *, networks=("ResNet", "SqueezeNet"), seeds=SEEDS):
    """Runs for few and for all concepts: the MAP of the evaluated ones is ``few(network, strategy)`` or ``many(…)``."""
    runs = []
    for classes, value in ((FEW, few), (None, many)):
        for network in networks:
            for lr in RATES:
                for hidden in ((), (512,)):
                    recipe = extended(PROFILE.networks[network], PROFILE, lr, hidden)
                    own = value(network, recipe.name) - 0.05 * (lr != 0.3)
                    runs += [extension_run(recipe, seed, {"direct": own}, classes=classes) for seed in seeds]
    return runs
