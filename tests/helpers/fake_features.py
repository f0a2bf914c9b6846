"""Plausible finished runs of the extension strategies with the answers of their layers, for tests."""

import numpy as np

from course_lib.analysis.extension.ways import WAYS, layer_probe
from course_lib.data.mini.several import VOC_CONCEPTS
from course_lib.sweeps.studies.extension.profiles import PROFILES
from course_lib.sweeps.studies.extension.questions import layers_of
from course_lib.training.recipe import Recipe

NETWORKS = PROFILES["mini"].networks
BASE = np.linspace(0.2, 0.6, len(VOC_CONCEPTS))  # average precisions of the concepts


def run_of(network, strategy, seed=0, lr=0.3, *, ways, layers=None, val=0.3, edge="no", noise=0.0, hidden=(), base=BASE,
           data=None):  # fmt: skip
    """A run of which the MAP of each way is given, as an addition to the concepts' base.

    Args:
        ways: way → addition, of `WAYS`; layers: layer → addition.
        edge: whether each classifier chose a C at the end of its grid.
        noise: addition for each seed above 1, lessened for each below.
    """
    own = NETWORKS[network]
    recipe = Recipe(
        name=strategy, architecture=own.architecture, start=own.weights, aux_heads=own.aux_heads, hidden=hidden, lr=lr,
        optimizer="sgd", momentum=0.9, multipliers={"inner": 0.1}, epochs=8,
    )  # fmt: skip
    additions = {layer_probe(layer): value for layer, value in (layers or {}).items()}
    additions |= {WAYS[way](recipe): value for way, value in ways.items()}
    scores = {name: _score(base + value + noise * (seed - 1), name, edge) for name, value in additions.items()}
    return {
        "key": f"{network}-{strategy}-{lr}-{seed}", "seed": seed, "status": "finished", "metric": "map",
        "recipe": recipe.model_dump(mode="json"), "num_train": 80, "num_val": 20, "num_test": 100,
        "data": data or {"source": "mini:voc", "size": 48, "split": "official", "val": 0.2, "seed": 0},
        "best_epoch": 3, "history": [], "val_score": val, "val_accuracy": None, "scores": scores, "provenance": {},
    }  # fmt: skip


def all_layers(step, network="ResNet", hidden=()):
    """Addition of each layer, rising from low to high by `step`."""
    recipe = Recipe(name="x", architecture=NETWORKS[network].architecture, hidden=hidden)
    return {layer: step * place for place, layer in enumerate(layers_of(recipe))}


def _score(units, name, edge):
    parts = {} if name.startswith("direct") or "head2toe" in name else {"c": "1", "c_at_edge": edge}
    return {
        "metric": "map",
        "value": float(np.mean(units)),
        "units": list(map(float, units)),
        "num_images": 100,
    } | parts


def grid_of(network="ResNet", strategy="FT1-def", *, seeds=3, rates={0.1: 0.2, 0.3: 0.3, 1.0: 0.25}, **settings):  # noqa: B006
    """Runs at each learning rate with its validation score."""
    return [
        run_of(network, strategy, seed, lr, val=val, **settings) for lr, val in rates.items() for seed in range(seeds)
    ]


def multiplier_grid(ks=(0.05, 0.1, 1.0), rates=(0.1, 0.3), epochs=(0.5, 1, 8), seeds=2):
    """Runs of FT1-def asked after each number of epochs; a small k is good early and a large one late."""
    records = []
    for lr in rates:
        for k in ks:
            units = {e: 0.1 * np.log2(e) / 3 + 0.02 * np.log10(k) * (1 - e / 4) + 0.05 * lr for e in epochs}
            for seed in range(seeds):
                run = run_of("ResNet", "FT1-def", seed, lr, ways={})
                run["recipe"]["multipliers"] = {"inner": k}
                scores = {e: _score(BASE + own + 0.01 * seed, "direct", "no") for e, own in units.items()}
                probes = {f"direct after {e:g}": score for e, score in scores.items()}
                records.append(run | {"scores": probes, "key": f"{k}-{lr}-{seed}"})
    return records
