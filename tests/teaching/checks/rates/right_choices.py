"""Right answers to the exercises of lessons 11 and 12 on what validation chooses, in many styles."""

from statistics import fmean

import numpy as np
import pandas as pd
import torch


def chosen_by_indices(val, test):
    val, test = np.asarray(val), np.asarray(test)
    chosen = val.argmax(axis=1)
    return test[np.arange(len(test)), chosen].mean()


def chosen_by_loop(val, test):
    total = 0
    for seed in range(len(val)):
        total += test[seed, np.argmax(val[seed])]
    return total / len(val)


def chosen_by_lists(val, test):
    rows = zip(val.tolist(), test.tolist(), strict=True)
    return fmean(scores[own.index(max(own))] for own, scores in rows)


def chosen_by_max(val, test):
    return np.mean([max(zip(v, -np.arange(len(v)), t, strict=True))[2] for v, t in zip(val, test, strict=True)])


def chosen_by_take_along_axis(val, test):
    return np.take_along_axis(test, np.argmax(val, axis=-1, keepdims=True), axis=-1).mean()


def chosen_by_gather(val, test):
    val, test = torch.tensor(val), torch.tensor(test)
    first = torch.tensor(val.numpy().argmax(1))
    return test.gather(1, first[:, None]).mean()


def chosen_by_frames(val, test):
    best = pd.DataFrame(val).idxmax(axis=1)
    return pd.Series([pd.DataFrame(test).loc[seed, rate] for seed, rate in best.items()]).mean()


def chosen_by_mask(val, test):
    best = val == val.max(axis=1, keepdims=True)
    first = best & (np.cumsum(best, axis=1) == 1)
    return test[first].mean()


def chosen_by_diagonal(val, test):
    return np.array(np.trace(test[:, val.argmax(1)]) / len(test))


def chosen_by_one_hot(val, test):
    return (np.eye(val.shape[1])[val.argmax(1)] * test).sum() / len(val)


def chosen_by_stable_sorting(val, test):
    order = np.argsort(-val, axis=1, kind="stable")
    return np.float32(np.mean([row[places[0]] for row, places in zip(test, order, strict=True)]))


def chosen_by_transposing(val, test):
    return [np.choose(val.T.argmax(0), test.T).mean()][0]


def honest_by_indices(val, test):
    tasks, chosen = np.arange(len(val)), val.argmax(axis=1)
    return val[tasks, chosen].mean(), test[tasks, chosen].mean()


def honest_by_max(val, test):
    chosen = np.argmax(val, axis=1, keepdims=True)
    return np.max(val, axis=1).mean(), np.take_along_axis(test, chosen, axis=1).mean()


def honest_by_loop(val, test):
    winners = []
    for own, judged in zip(val, test, strict=True):
        best = 0
        for scale in range(len(own)):
            if own[scale] > own[best]:
                best = scale
        winners.append((own[best], judged[best]))
    return np.mean(winners, axis=0)


def honest_by_lists(val, test):
    columns = [row.index(max(row)) for row in val.tolist()]
    return [fmean(row[column] for row, column in zip(part.tolist(), columns, strict=True)) for part in (val, test)]


def honest_by_frames(val, test):
    val, test = pd.DataFrame(val).stack(), pd.DataFrame(test).stack()
    best = val.groupby(level=0).idxmax()
    return val[best].mean(), test[best].mean()


def honest_by_torch(val, test):
    chosen = torch.tensor(val.argmax(1))[:, None]
    return torch.stack([torch.tensor(part).gather(1, chosen).mean() for part in (val, test)])


def honest_by_mask(val, test):
    best = val == val.max(axis=1, keepdims=True)
    first = best & (best.cumsum(axis=1) == 1)
    return val[first].mean(), test[first].mean()


def honest_by_one_hot(val, test):
    weights = np.eye(val.shape[1])[val.argmax(1)] / len(val)
    return float((weights * val).sum()), float((weights * test).sum())


def honest_by_stable_sorting(val, test):
    order = np.argsort(-val, axis=1, kind="stable")[:, :1]
    return tuple(np.take_along_axis(part, order, 1).mean() for part in (val, test))


def honest_by_python_max(val, test):
    chosen = [max(range(len(row)), key=row.__getitem__) for row in val]
    return tuple(sum(part[task][best] for task, best in enumerate(chosen)) / len(chosen) for part in (val, test))


def honest_by_stacking(val, test):
    both = np.stack([val, test])
    return both[:, np.arange(len(val)), val.argmax(-1)].mean(-1)


RIGHT = {
    "check_honest_choice": [
        honest_by_indices,
        honest_by_max,
        honest_by_loop,
        honest_by_lists,
        honest_by_frames,
        honest_by_torch,
        honest_by_mask,
        honest_by_one_hot,
        honest_by_stable_sorting,
        honest_by_python_max,
        honest_by_stacking,
    ],
    "check_chosen_accuracy": [
        chosen_by_indices,
        chosen_by_loop,
        chosen_by_lists,
        chosen_by_max,
        chosen_by_take_along_axis,
        chosen_by_gather,
        chosen_by_frames,
        chosen_by_mask,
        chosen_by_diagonal,
        chosen_by_one_hot,
        chosen_by_stable_sorting,
        chosen_by_transposing,
    ],
}
