"""Plausible finished runs for tests: no training, only curves of the right shape."""

import zlib

import numpy as np

RATES = (0.03, 0.01, 0.003, 0.001, 0.0001)
WEIGHTS = {"start": "mini_resnet18"}
STARTS = {"scratch": {"start": None}, "last_layer": WEIGHTS | {"multipliers": {"inner": 0.0}}, "full": WEIGHTS}
LIMITS = {"scratch": 0.60, "last_layer": 0.82, "full": 0.94}


def fake_run(strategy="full", optimizer="sgd", lr=0.01, seed=0, *, few_shot=False, epochs=50, diverge_at=None,
             augmentation=(), order="before_normalisation", gain=0.0) -> dict:  # fmt: skip
    """A record as it stands in the ledger, drawn with its own seed; `gain` is what the augmentation is worth."""
    transforms = [step.model_dump(mode="json") for step in augmentation]
    entropy = [zlib.crc32(f"{transforms}{order}".encode())] if transforms else []
    rng = np.random.default_rng([seed, round(lr * 1e5), len(optimizer), len(strategy), few_shot, *entropy])
    num_train, num_val, num_test = (189, 47, 2108) if few_shot else (1687, 421, 236)
    best_lr = 0.02 if optimizer == "sgd" else 0.0005
    speed = 0.35 / (1 + np.log10(lr / best_lr) ** 2)
    limit = (LIMITS[strategy] - 0.13 * few_shot + gain) * (1 - 0.04 * np.log10(lr / best_lr) ** 2)
    history = []
    for epoch in range(epochs):
        grown = 1 - np.exp(-speed * (epoch + 1))
        val = np.clip(0.2 + (limit - 0.2) * grown + rng.normal(0, 0.012), 0, 1)
        record = {"epoch": epoch, "train_loss": float(1.95 * np.exp(-speed * epoch) + rng.uniform(0, 0.02))}
        record |= {"val_loss": float(1.95 - 1.5 * limit * grown + 0.01 * epoch * (1 - limit) + rng.normal(0, 0.03))}
        record |= {"train_accuracy": float(min(1.0, val + 0.1 * grown)), "val_accuracy": round(val * num_val) / num_val}
        record |= {"rates": {"stem": lr, "head": lr}, "seconds": 1.0}
        if epoch == diverge_at:
            record |= {"train_loss": None, "val_loss": None}
        history.append(record)
        if epoch == diverge_at:
            break
    alive = [r for r in history if r["val_loss"] is not None]
    best = max(alive, key=lambda r: r["val_accuracy"], default=None)
    record = {"key": f"{strategy}-{optimizer}-{lr}-{seed}-{few_shot}", "study": "fake"}
    record |= {"recipe": {"name": strategy, "optimizer": optimizer, "lr": lr, "epochs": epochs}}
    record["recipe"] |= {"augmentation": transforms, "augmentation_order": order, **STARTS[strategy]}
    record |= {"data": {"source": "mini:cartoon", "size": 48, "split": "homework", "few_shot": few_shot, "seed": 1}}
    record |= {"seed": seed, "status": "finished" if diverge_at is None else "diverged", "history": history}
    record |= {"best_epoch": best and best["epoch"], "val_accuracy": best and best["val_accuracy"]}
    record |= {"num_train": num_train, "num_val": num_val, "num_test": num_test, "seconds": 50.0, "peak_mb": 300.0}
    record |= {"test_accuracy": None, "test_correct": None, "test_outcomes": None, "provenance": {}}
    if best:
        easy = np.random.default_rng(7).uniform(size=num_test)  # the same images are hard for every run
        right = easy + rng.normal(0, 0.08, num_test) < best["val_accuracy"] - 0.05
        record["test_outcomes"] = "".join("1" if r else "0" for r in right)
        record |= {"test_correct": int(right.sum()), "test_accuracy": int(right.sum()) / num_test}
    return record


def fake_grid(strategy="full", *, seeds=(0, 1, 2), optimizers=("sgd", "adam"), rates=RATES, **settings) -> list[dict]:
    """All rates, optimisers and seeds of one strategy."""
    return [fake_run(strategy, o, lr, s, **settings) for o in optimizers for lr in rates for s in seeds]
