"""Plausible finished runs of the studies of MultiTune and SpotTune, for tests: no training, scores in closed form."""

import zlib
from functools import cache

import numpy as np

from course_lib.sweeps.studies.multitune import PROFILES, STUDIES
from course_lib.training.answers import Answers, answer_texts, encode
from course_lib.training.routes import Routes

MINI = PROFILES["mini"]
NUM_CLASSES, GATES = 12, 12
SIZES = {  # images of train, val, test
    "mini:beetles": (396, 396, 504),
    "mini:general": (960, 320, 640),
    "cifar100": (960, 320, 640),
}
FADING = 0.15  # how much a rate loses that is ten times too high or too low


@cache
def trials_of(study, profile="mini"):
    """The trials of a study at a profile."""
    return STUDIES[study].trials(profile, None, None)


def inner_rate(trial):
    """A rate inside the grid of the trial's row."""
    rates = MINI.rates_of(trial.data.per_class)
    return rates[(len(rates) - 1) // 2]


def forty(trial):
    """The same time for every run."""
    return 40.0


def fake_runs(
    study, value, *, profile="mini", keep=lambda trial: True, best=inner_rate, noise=0.004, maximum=0.02, seconds=forty
):
    """Records of a study; `value(trial)` is the test accuracy at the rate `best`, of which each seed has `noise` more.

    Args:
        keep: which trials have run.
        best: a rate, or a function from a trial to one.
        maximum: how much the highest validation accuracy of the epochs exceeds that of the last.
        seconds: of a training, from its trial.
    """
    return [
        fake_run(trial, value(trial), best, noise, maximum, seconds)
        for trial in trials_of(study, profile)
        if keep(trial)
    ]


def fake_run(trial, value, best=inner_rate, noise=0.004, maximum=0.02, seconds=forty):
    """A record as the ledger has it."""
    recipe, data, seed = trial.recipe, trial.data, trial.seed
    _, num_val, num_test = SIZES[data.source]
    num_val = NUM_CLASSES * data.per_class if data.first_files else num_val
    train = SIZES[data.source][0] if data.per_class is None else data.per_class * NUM_CLASSES
    best = best(trial) if callable(best) else best
    rate = recipe.lr * recipe.multipliers.get("inner", 1.0)  # of the pretrained layers
    level = value + noise * (seed - (MINI.seeds - 1) / 2) - FADING * np.log10(rate / best) ** 2
    level = float(np.clip(level, 0.05, 0.97))
    history = [_epoch(epoch, recipe.epochs, level, maximum, num_val) for epoch in range(recipe.epochs)]
    found = max(history, key=lambda epoch: epoch["val_accuracy"])
    outcomes, last = _outcomes(level, num_test, trial), _outcomes(level - 0.005, num_test, trial)
    scores = {"direct last": _score(last)}
    for probe in trial.probes:
        if isinstance(probe, Answers):
            scores["answers"] = _score(outcomes) | _answers(probe.keep, outcomes, seed)
        elif isinstance(probe, Routes):
            scores["routes"] = _score(outcomes) | _routes(probe.passes, outcomes)
            for epoch in history:
                epoch["routes"] = [round(0.3 + 0.05 * gate, 4) for gate in range(GATES)]
    return {
        "key": f"{recipe.name}-{recipe.lr}-{data.source}-{data.per_class}-{data.first_files}-{seed}",
        "recipe": recipe.model_dump(mode="json"), "data": data.model_dump(mode="json"), "seed": seed,
        "status": "finished", "history": history, "best_epoch": found["epoch"], "val_accuracy": found["val_accuracy"],
        "num_train": train, "num_val": num_val, "num_test": num_test, "test_accuracy": outcomes.mean(),
        "test_correct": int(outcomes.sum()), "test_outcomes": _text(outcomes), "scores": scores,
        "seconds": seconds(trial),
        "provenance": {
            "data_fingerprint": data.source, "weights_hash": str(recipe.start),
            "split_hash": f"{data.source}-{data.per_class}-{data.first_files}-{data.seed}",
        },
    }  # fmt: skip


def _epoch(epoch, epochs, level, maximum, num_val):
    """Accuracy rises to its maximum at three quarters of the epochs, and ends below it."""
    grown = 1 - np.exp(-5 * (epoch + 1) / epochs)
    own = level * grown + (maximum if epoch == epochs * 3 // 4 else 0.0) - (0.005 if epoch == epochs - 1 else 0.0)
    accuracy = round(float(np.clip(own, 0, 1)) * num_val) / num_val
    return {"epoch": epoch, "train_loss": 1.0, "val_loss": 1.0, "train_accuracy": accuracy, "val_accuracy": accuracy}


def _outcomes(level, num_test, trial):
    """The same images are hard for every run, and each run has some luck of its own."""
    easy = (np.arange(num_test) + 0.5) / num_test
    luck = np.random.default_rng(zlib.crc32(f"{trial.recipe.name}{trial.seed}".encode())).normal(0, 0.03, num_test)
    shift = np.sort(easy + luck)[min(round(level * num_test), num_test - 1)]
    return np.random.default_rng(7).permutation((easy + luck < shift).astype(float))  # exactly the level right


def _text(outcomes):
    return "".join("1" if right else "0" for right in outcomes)


def _score(outcomes):
    return {
        "metric": "accuracy",
        "value": float(outcomes.mean()),
        "units": _text(outcomes),
        "num_images": len(outcomes),
    }


def _answers(keep, outcomes, seed):
    """A wrong answer is another class for every seed, and less sure than a right one."""
    labels = np.arange(len(outcomes)) % NUM_CLASSES
    answers = np.where(outcomes == 1, labels, (labels + 1 + seed) % NUM_CLASSES)
    probabilities = np.full((len(labels), NUM_CLASSES), 0.01)
    probabilities[np.arange(len(labels)), answers] = np.where(outcomes == 1, 0.8, 0.5)
    return answer_texts(keep, probabilities, labels)


def _routes(passes, outcomes):
    labels = np.arange(len(outcomes)) % NUM_CLASSES
    return {
        "routes": encode(labels * 5 % 2**GATES),
        "labels": encode(labels),
        "right_in": encode((outcomes * passes).astype(int)),
        "pass_right": encode([int(outcomes.sum())] * passes),
    }
