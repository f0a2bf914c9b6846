"""Plausible finished runs with rates of the inner layers and of the last one, for tests."""

import fakes

INNER = (0.0, 0.001, 0.01)


def run_of(pair, inner, head, seed, accuracy, val=None):
    """A fake run of a pair whose accuracies are given."""
    run = fakes.fake_run("full", "sgd", head, seed, epochs=2)
    right = round(accuracy * 200)
    run |= {"key": f"{pair.name}-{inner}-{head}-{seed}", "num_test": 200, "test_correct": right}
    run |= {"test_accuracy": right / 200, "test_outcomes": "1" * right + "0" * (200 - right)}
    run["num_val"], run["val_accuracy"] = 100, accuracy if val is None else val
    for epoch in run["history"]:
        epoch["val_accuracy"] = run["val_accuracy"]
    run["recipe"] |= {"start": pair.weights, "multipliers": {"inner": inner / head}}
    run["data"] = {"source": f"mini:{pair.target}", "size": 48, "split": "target", "seed": seed}
    return run


def grid_of(pair, accuracies, head=0.1, noise=0.0):
    """Runs of a pair at one rate of the last layer: inner rate → accuracy, three seeds that differ by `noise`."""
    return [
        run_of(pair, inner, head, seed, accuracy + noise * (seed - 1))
        for inner, accuracy in accuracies.items()
        for seed in range(3)
    ]
