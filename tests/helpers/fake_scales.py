"""Plausible finished runs on the small tasks, at several scales, for tests."""

import numpy as np

import fakes
from course_lib.training.answers import encode

TASKS = ("task-00", "task-01", "task-02", "task-03", "task-04", "task-05")
SCALES = (0.25, 1.0, 4.0)
NUM_TEST, NUM_VAL = 100, 20


def scale_run(task, rate, seed, accuracy, val, *, name="graduated", training_seed=None):
    """A fake run of a task whose accuracies are given; its answers are class 0 where it is right, else 1."""
    run = fakes.fake_run("full", "sgd", rate, seed if training_seed is None else training_seed, epochs=2)
    right = round(accuracy * NUM_TEST)
    outcomes = np.roll(np.arange(NUM_TEST) < right, 7 * seed + round(1700 * rate))  # other images at other rates
    run |= {"num_test": NUM_TEST, "test_correct": right, "test_accuracy": right / NUM_TEST, "num_val": NUM_VAL}
    run |= {"test_outcomes": "".join("01"[int(one)] for one in outcomes), "val_accuracy": val, "num_train": 80}
    for epoch in run["history"]:
        epoch |= {"val_accuracy": val, "val_loss": 1 - val}
    run["recipe"] |= {"name": name, "start": "mini_resnet18", "schedule": "constant", "batch_size": 32, "epochs": 2}
    run["data"] = {"source": f"mini:{task}", "size": 48, "split": "official", "val": 0.2, "seed": seed}
    answers = {"answers": encode(1 - outcomes.astype(int)), "labels": encode(np.zeros(NUM_TEST, dtype=int))}
    run["scores"] = {
        "answers": {"metric": "accuracy", "value": right / NUM_TEST, "units": run["test_outcomes"]} | answers
    }
    run["key"] = f"{task}-{name}-{rate}-{seed}-{training_seed}"
    return run


def scale_grid(accuracy, val=None, *, scales=SCALES, tasks=TASKS, seeds=2, unit=0.016, name="graduated"):
    """Runs of a grid: `accuracy` and `val` are functions of the places of task and scale."""
    val = accuracy if val is None else val
    return [
        scale_run(task, unit * scale, seed, accuracy(t, k), val(t, k), name=name)
        for t, task in enumerate(tasks)
        for k, scale in enumerate(scales)
        for seed in range(seeds)
    ]


def head_grid(accuracy=0.5, *, heads=(4.0, 10.0, 16.0, 64.0), tasks=TASKS, seeds=2):
    """Runs of the last layer alone, all of one accuracy."""
    flat = lambda t, k: accuracy  # noqa: E731
    return scale_grid(flat, scales=heads, tasks=tasks, seeds=seeds, unit=0.001, name="last_layer")


def seed_runs(accuracy=0.6, *, tasks=TASKS, count=3):
    """Runs of one scale that differ in the training seed only."""
    return [
        scale_run(task, 0.016 * 3, 0, accuracy, accuracy, training_seed=seed) for task in tasks for seed in range(count)
    ]
