"""Right answers to the exercises of lesson 03 in many styles."""

from decimal import Decimal
from fractions import Fraction
from functools import partial
from itertools import chain

import numpy as np
import pandas as pd
import torch


def by_cat(batches):
    predictions, labels = (torch.cat(part) for part in zip(*batches, strict=True))
    return (predictions == labels).float().mean()


def by_numpy(batches):
    predictions, labels = (np.concatenate(part) for part in zip(*batches, strict=True))
    return np.mean(predictions == labels)


def by_loops(batches):
    right = total = 0
    for predictions, labels in batches:
        for prediction, label in zip(predictions, labels, strict=True):
            right += int(prediction == label)
            total += 1
    return right / total


def by_weights(batches):
    sizes = [len(labels) for _, labels in batches]
    shares = [(p == y).double().mean().item() for p, y in batches]
    return np.average(shares, weights=sizes)


def by_wrong_ones(batches):
    return 1 - sum((p != y).sum() for p, y in batches) / sum(y.numel() for _, y in batches)


def by_fraction(batches):
    return Fraction(sum(int(p.eq(y).sum()) for p, y in batches), sum(y.shape[0] for _, y in batches))


def by_pairs(batches):
    pairs = list(chain.from_iterable(zip(p.tolist(), y.tolist(), strict=True) for p, y in batches))
    return sum(a == b for a, b in pairs) / len(pairs)


class Accuracy:
    """A callable object."""

    def __call__(self, batches):
        counts = np.array([[torch.sum(p == y).item(), y.size(0)] for p, y in batches]).sum(0)
        return counts[0] / counts[1]


def choose_by_loops(records):
    best = (-1, None, None)
    for record in records:
        for epoch in record["history"]:
            if epoch["val_accuracy"] > best[0]:
                best = epoch["val_accuracy"], record["recipe"]["lr"], epoch["epoch"]
    return best[1:]


def choose_by_sorting(records):
    rows = [(e["val_accuracy"], r["recipe"]["lr"], e["epoch"]) for r in records for e in r["history"]]
    return list(sorted(rows)[-1][1:])


def choose_by_table(records):
    table = pd.DataFrame([{"lr": r["recipe"]["lr"], **e} for r in records for e in r["history"]])
    best = table.loc[table["val_accuracy"].idxmax()]
    return best["lr"], best["epoch"]


def choose_by_fields(records):
    run = max(records, key=lambda record: record["val_accuracy"])
    return run["recipe"]["lr"], run["best_epoch"]


def choose_by_argmax(records):
    grid = np.array([[e["val_accuracy"] for e in r["history"]] for r in records])
    run, epoch = np.unravel_index(grid.argmax(), grid.shape)
    return records[run]["recipe"]["lr"], epoch


def choose_by_torch(records):
    grid = torch.tensor([[e["val_accuracy"] for e in r["history"]] for r in records])
    place = grid.argmax()
    return torch.tensor(records[place // grid.shape[1]]["recipe"]["lr"]), place % grid.shape[1]


def choose_in_two_steps(records):
    run = max(records, key=lambda r: max(e["val_accuracy"] for e in r["history"]))
    accuracies = [e["val_accuracy"] for e in run["history"]]
    return run["recipe"]["lr"], accuracies.index(max(accuracies))


def choose_and_sort_in_place(records):
    records.sort(key=lambda r: r["val_accuracy"])
    records[-1]["history"].sort(key=lambda e: -e["val_accuracy"])
    return records[-1]["recipe"]["lr"], records[-1]["history"][0]["epoch"]


def choose_by_key(records, key="val_accuracy"):
    return max(
        ((r["recipe"]["lr"], e["epoch"]) for r in records for e in r["history"]),
        key=lambda pair: value(records, *pair, key),
    )


def value(records, lr, epoch, key):
    return next(r["history"][epoch][key] for r in records if r["recipe"]["lr"] == lr)


RIGHT = {
    "check_accuracy": [
        by_cat,
        by_numpy,
        by_loops,
        by_weights,
        by_wrong_ones,
        by_fraction,
        by_pairs,
        Accuracy(),
        lambda batches: torch.cat([p == y for p, y in batches]).double().mean(),
        lambda batches: sum((p - y == 0).sum().item() for p, y in batches) / sum(map(len, (y for _, y in batches))),
    ],
    "check_choice": [
        choose_by_loops,
        choose_by_sorting,
        choose_by_table,
        choose_by_fields,
        choose_by_argmax,
        choose_by_torch,
        choose_in_two_steps,
        choose_and_sort_in_place,
        partial(choose_by_key, key="val_accuracy"),
    ],
    "check_divergence": [
        np.float32(1e8),
        1e6,
        10**9,
        np.float64(3e7),
        np.array([1e7]),
        torch.tensor(1e8),
        Decimal("1e9"),
        Fraction(10**9),
    ],
}
