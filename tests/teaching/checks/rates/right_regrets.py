"""Right answers to the exercise of lesson 13 on the accuracy lost by a choice, in many styles."""

from statistics import fmean

import numpy as np
import pandas as pd
import torch


def regret_by_indices(scores, accuracies):
    chosen = np.nanargmax(scores, axis=1)
    return (np.nanmax(accuracies, axis=1) - accuracies[np.arange(len(accuracies)), chosen]).mean()


def regret_by_loop(scores, accuracies):
    total = 0
    for own_scores, own in zip(scores, accuracies, strict=True):
        total += np.nanmax(own) - own[np.nanargmax(own_scores)]
    return total / len(scores)


def regret_by_filling(scores, accuracies):
    chosen = np.where(np.isnan(scores), -np.inf, scores).argmax(1)
    best = np.where(np.isnan(accuracies), -np.inf, accuracies).max(1)
    return np.mean(best - np.take_along_axis(accuracies, chosen[:, None], 1)[:, 0])


def regret_by_lists(scores, accuracies):
    losses = []
    for s, a in zip(scores.tolist(), accuracies.tolist(), strict=True):
        pairs = [(x, y) for x, y in zip(s, a, strict=True) if x == x]
        losses.append(max(y for _, y in pairs) - max(pairs)[1])
    return fmean(losses)


def regret_by_frames(scores, accuracies):
    chosen = pd.DataFrame(scores).idxmax(axis=1)
    frame = pd.DataFrame(accuracies)
    return (frame.max(axis=1) - pd.Series([frame.loc[row, column] for row, column in chosen.items()])).mean()


def regret_by_torch(scores, accuracies):
    scores = torch.tensor(scores).nan_to_num(-float("inf"))
    best = torch.tensor(accuracies).nan_to_num(-1.0).max(1).values
    return (best - torch.tensor(accuracies).gather(1, scores.argmax(1)[:, None])[:, 0]).mean()


def regret_by_masking(scores, accuracies):
    top = scores == np.nanmax(scores, axis=1, keepdims=True)
    return float(np.mean(np.nanmax(accuracies, axis=1) - accuracies[top]))


def regret_by_sorting(scores, accuracies):
    order = np.argsort(-scores, axis=1)  # NaN comes last
    chosen = np.array([row[places[0]] for row, places in zip(accuracies, order, strict=True)])
    return np.array(np.nanmax(accuracies, 1) - chosen).mean()


def regret_by_masked_arrays(scores, accuracies):
    chosen = np.ma.masked_invalid(scores).argmax(axis=1)
    best = np.ma.masked_invalid(accuracies).max(axis=1)
    return [np.mean([float(b) - row[c] for b, row, c in zip(best, accuracies, chosen, strict=True)])][0]


def regret_of_means(scores, accuracies):
    best = np.nanmax(accuracies, axis=1).mean()
    return best - np.mean([a[np.nanargmax(s)] for s, a in zip(scores, accuracies, strict=True)])


RIGHT = {
    "check_mean_regret": [
        regret_by_indices,
        regret_by_loop,
        regret_by_filling,
        regret_by_lists,
        regret_by_frames,
        regret_by_torch,
        regret_by_masking,
        regret_by_sorting,
        regret_by_masked_arrays,
        regret_of_means,
    ],
}
