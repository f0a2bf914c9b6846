"""Plausible finished runs of every source for some targets, for tests: no training, accuracies as told."""

import numpy as np

from course_lib.data import small_target
from course_lib.sweeps.studies.rates.sources import STARTS, SVM

NUM_TEST = 200
TARGETS = ("animals", "tools", "flowers", "task-28", "task-49")


def source_run(target, start, seed, accuracy, *, lr=0.01, val=None, svm=None, **data):
    """A fake run from a start (a domain's name or "random") for a target."""
    right = round(accuracy * NUM_TEST)
    draw = np.random.default_rng([right, seed])
    units = np.zeros(NUM_TEST, dtype=int)
    units[:right] = 1
    val = accuracy if val is None else val
    run = {
        "key": f"{target}-{start}-{seed}-{lr}-{accuracy}-{data}",
        "study": "fake",
        "seed": seed,
        "status": "finished",
    }
    run["recipe"] = {"name": "full", "optimizer": "sgd", "lr": lr, "start": STARTS[start], "epochs": 2}
    run["data"] = small_target(target, seed=seed).model_dump(mode="json") | data
    run |= {"num_train": 160, "num_val": 40, "num_test": NUM_TEST, "best_epoch": 1, "val_accuracy": val}
    run |= {
        "test_accuracy": right / NUM_TEST,
        "test_correct": right,
        "provenance": {},
        "seconds": 1.0,
        "peak_mb": 300.0,
    }
    run["test_outcomes"] = "".join(map(str, draw.permutation(units)))
    epoch = {"train_loss": 1.0, "val_loss": 1.0, "train_accuracy": val, "val_accuracy": val, "seconds": 1.0}
    run["history"] = [{"epoch": number, **epoch} for number in range(2)]
    if svm is not None:
        run["scores"] = {
            "direct": {"metric": "accuracy", "value": right / NUM_TEST, "units": run["test_outcomes"]},
            SVM.name: {"metric": "accuracy", "value": svm, "units": run["test_outcomes"]},
        }
    return run


def source_grid(accuracies, *, targets=TARGETS, seeds=3, noise=0.01, **settings):
    """Runs of every start for some targets: start → accuracy, plus what `noise` adds by seed; random is 0.4."""
    return [
        source_run(target, start, seed, accuracies.get(start, 0.5) + noise * (seed - 1), **settings)
        for target in targets
        for start in STARTS
        for seed in range(seeds)
    ]


def size_grid(few=0.3, many=0.6, domains=("tools", "animals"), noise=0.01):
    """Runs from scratch on few images and on ten times as many."""
    return [
        source_run(domain, "random", seed, accuracy + noise * (seed - 1), per_class=count)
        for domain in domains
        for count, accuracy in ((4, few), (40, many))
        for seed in range(3)
    ]
