"""Plausible finished runs of SpotTune for tests: the trials of the studies, with scores and routes in closed form."""

import zlib

import numpy as np

from course_lib.analysis.multitune.routes import gates_of
from course_lib.analysis.multitune.routing import CONTROLS
from course_lib.sweeps.studies.multitune.comparison import row_data
from course_lib.sweeps.studies.multitune.methods import full, spottune
from course_lib.sweeps.studies.multitune.profiles import PROFILES
from course_lib.sweeps.studies.multitune.routing import GLOBAL_K, ROUTING
from course_lib.training.answers import encode

PROFILE, BEST = PROFILES["mini"], 0.01
SEEDS, LOWEST = tuple(range(PROFILE.seeds)), min(PROFILE.routing_rates)
CLASSES, OF_CLASS = 12, 20  # of the test images
LABELS = np.repeat(np.arange(CLASSES), OF_CLASS)
EPOCHS, PASSES = 4, 10


def decisions(num_gates, *, by_class=0.3, constant=2, seed=0):
    """Decisions (N, G): the first gates always and never tune; the others by the class, with this strength."""
    draw = np.random.default_rng([seed, num_gates])
    strength = draw.choice([-1, 1], (CLASSES, num_gates)) * by_class
    share = np.clip(0.5 + strength, 0, 1)
    share[:, :constant] = np.arange(constant) % 2
    return draw.random((len(LABELS), num_gates)) < share[LABELS]


def outcomes(accuracy, source, seed, noise=0.02):
    """Right or wrong (N,): the same images are hard for every run."""
    easy = np.random.default_rng(zlib.crc32(source.encode())).permutation((np.arange(len(LABELS)) + 0.5) / len(LABELS))
    return easy + np.random.default_rng(seed).normal(0, noise, len(easy)) < accuracy


def drawn_texts(right, routes, *, changing=0.1, seed=0):
    """The texts of the probe `Routes`; a share of the right images are wrong in about half of the passes."""
    draw = np.random.default_rng([seed, 5])
    passes = np.repeat(right[None], PASSES, axis=0)
    moved = right & (draw.random(len(right)) < changing)
    passes[:, moved] = draw.random((PASSES, moved.sum())) < 0.5
    return {
        "routes": encode((routes << np.arange(routes.shape[1])).sum(axis=1)),
        "labels": encode(LABELS),
        "right_in": encode(passes.sum(axis=0)),
        "pass_right": encode(passes.sum(axis=1)),
    }


def routing_run(recipe, data, seed, accuracy, *, best=BEST, routes=None, changing=0.1, by_class=0.3, shares=None):
    """A record: at the rate `best` the accuracy is about `accuracy`, at others 5 points less.

    Args:
        routes: decisions (N, G); drawn by default.
        shares: of the gates after each epoch; by default those of the decisions, which move by 0.1 in the first epochs.
    """
    own = accuracy - 0.05 * (recipe.lr != best)
    right = outcomes(own, data.source, seed)
    text = "".join("1" if one else "0" for one in right)
    record = {
        "key": f"{recipe.name}-{recipe.lr}-{data.source}-{data.per_class}-{seed}",
        "recipe": recipe.model_dump(mode="json"), "data": data.model_dump(mode="json"), "seed": seed,
        "status": "finished", "best_epoch": EPOCHS - 1, "val_accuracy": round(own * 240) / 240,
        "num_train": 396, "num_val": 240, "num_test": len(LABELS), "test_accuracy": float(right.mean()),
        "test_correct": int(right.sum()), "test_outcomes": text, "seconds": 1.0,
        "provenance": {"data_fingerprint": data.source, "split_hash": "one"},
    }  # fmt: skip
    last = {"metric": "accuracy", "value": float(right.mean()), "units": text, "num_images": len(LABELS)}
    record |= {"scores": {"direct last": last}, "history": [{"epoch": e, "val_accuracy": own} for e in range(EPOCHS)]}
    if (record["recipe"].get("network") or {}).get("kind") == "routed":
        routes = decisions(len(gates_of(record)), by_class=by_class, seed=seed) if routes is None else routes
        end = routes.mean(axis=0) if shares is None else np.asarray(shares, dtype=float)
        record["scores"]["routes"] = {**last, **drawn_texts(right, routes, changing=changing, seed=seed)}
        for epoch, entry in enumerate(record["history"]):
            moved = np.clip(end + 0.1 * (EPOCHS - 1 - epoch) / (EPOCHS - 1), 0, 1)
            entry["routes"] = [round(float(share), 4) for share in moved]
    return record


def routing_records(value=lambda source, levels: 0.7, *, plain=0.7, seeds=SEEDS, **settings):
    """Runs of the study `routing`: accuracies are ``value(source, (freezing, schedule, gates))``, or `plain`."""

    def accuracy(trial):
        name = trial.recipe.name
        return plain if name in CONTROLS else value(trial.data.source, name.split(", "))

    return [
        routing_run(trial.recipe, trial.data, trial.seed, accuracy(trial), **settings)
        for trial in ROUTING.trials("mini", None, len(seeds))
    ]


def global_k_records(value=lambda kind, k: 0.6 + 0.01 * k, *, seeds=SEEDS, blind=True, **settings):
    """Runs of the study `global_k`: accuracies are ``value("global" or "last", k)``.

    Args:
        blind: whether the policy decides alike for all images, and tunes the first k blocks.
    """
    found = []
    for trial in GLOBAL_K.trials("mini", None, len(seeds)):
        kind, k = trial.recipe.name.replace("-", " ").split()
        own = dict(settings)
        if kind == "global":
            first = np.arange(len(PROFILE.k) + 4) < int(k)
            own["shares"] = first
            own["routes"] = np.repeat(first[None], len(LABELS), axis=0) if blind else None
        found.append(routing_run(trial.recipe, trial.data, trial.seed, value(kind, int(k)), **own))
    return found


def compared_records(value=lambda source, method: 0.7, *, seeds=SEEDS, per_class=(None,), **settings):
    """Runs of plain fine-tuning and SpotTune alone in the study `two_networks`: ``value(source, method)``."""
    return [
        routing_run(recipe, row_data(PROFILE, source, row), seed, value(source, recipe.name), **settings)
        for source in PROFILE.sets(PROFILE.source)
        for row in per_class
        for seed in seeds
        for lr in PROFILE.rates_of(row)
        for recipe in (full(PROFILE, lr), spottune(PROFILE, lr))
    ]
