"""Plausible finished runs on real tasks whose accuracies are given, for tests."""

import fakes
from course_lib.data.real_tasks import REAL_TASKS
from course_lib.sweeps.studies import find_study

SEEDS = 3


def record_of(trial, accuracy, val=None):
    """A fake run of a trial; `val` is its validation accuracy, by default the same."""
    run = fakes.fake_run("full", "sgd", 0.01, trial.seed, epochs=2)
    val = accuracy if val is None else val
    right = round(accuracy * 200)
    run |= {"key": trial.recipe.identity() + trial.data.source + str(trial.data.classes) + str(trial.seed)}
    run |= {"recipe": trial.recipe.model_dump(mode="json"), "data": trial.data.model_dump(mode="json")}
    run |= {"num_test": 200, "test_correct": right, "test_accuracy": right / 200, "num_val": 100, "val_accuracy": val}
    run["test_outcomes"] = "1" * right + "0" * (200 - right)
    for epoch in run["history"]:
        epoch["val_accuracy"] = val
    return run


def task_index(trial):
    """Number of a trial's task."""
    data = trial.data
    return [(t.source, t.classes, t.per_class) for t in REAL_TASKS].index((data.source, data.classes, data.per_class))


def runs_of(study, accuracy, val=None):
    """Runs of a study of real tasks; `accuracy` and `val` are functions of a trial."""
    return [record_of(t, accuracy(t), val and val(t)) for t in find_study(study).trials("real", seeds=SEEDS)]
