"""Right answers to the exercises of lessons 12 and 13 on what was best elsewhere, in many styles."""

import numpy as np
import pandas as pd
import torch
from sklearn.model_selection import LeaveOneOut


def elsewhere_by_deleting(accuracies):
    return [np.delete(accuracies, row, axis=0).mean(axis=0).argmax() for row in range(len(accuracies))]


def elsewhere_by_sums(accuracies):
    return ((accuracies.sum(axis=0) - accuracies) / (len(accuracies) - 1)).argmax(axis=1)


def elsewhere_by_masks(accuracies):
    chosen = []
    for row in range(len(accuracies)):
        others = np.arange(len(accuracies)) != row
        chosen.append(int(np.argmax(accuracies[others].mean(0))))
    return chosen


def elsewhere_by_lists(accuracies):
    table, chosen = accuracies.tolist(), []
    for row in range(len(table)):
        means = [sum(column[:row] + column[row + 1 :]) for column in map(list, zip(*table, strict=True))]
        chosen.append(means.index(max(means)))
    return chosen


def elsewhere_by_weights(accuracies):
    count = len(accuracies)
    return np.argmax((1 - np.eye(count)) @ accuracies / (count - 1), axis=1)


def elsewhere_by_torch(accuracies):
    values = torch.tensor(accuracies)
    return (values.sum(0, keepdim=True) - values).argmax(1)


def elsewhere_by_frames(accuracies):
    frame = pd.DataFrame(accuracies)
    return [frame.drop(index=row).mean().idxmax() for row in frame.index]


def elsewhere_by_folds(accuracies):
    return tuple(accuracies[others].mean(axis=0).argmax() for others, _ in LeaveOneOut().split(accuracies))


def elsewhere_by_nan(accuracies):
    chosen = []
    for row in range(accuracies.shape[0]):
        hidden = accuracies.copy()
        hidden[row] = np.nan
        chosen.append(np.nanmean(hidden, axis=0).argmax())
    return np.array(chosen)


def elsewhere_by_concatenating(accuracies):
    found = []
    for row, _ in enumerate(accuracies):
        others = np.concatenate([accuracies[:row], accuracies[row + 1 :]])
        found += [np.flatnonzero(others.sum(0) == others.sum(0).max())[0]]
    return found


def elsewhere_in_place(accuracies):
    accuracies *= -1
    accuracies -= accuracies.sum(axis=0)
    return accuracies.argmax(axis=1).tolist()


def elsewhere_by_the_mean_of_all(accuracies):
    count = len(accuracies)
    return ((count * accuracies.mean(axis=0) - accuracies) / (count - 1)).argmax(axis=1)


EVERY_STYLE = [
    elsewhere_by_deleting,
    elsewhere_by_sums,
    elsewhere_by_masks,
    elsewhere_by_lists,
    elsewhere_by_weights,
    elsewhere_by_torch,
    elsewhere_by_frames,
    elsewhere_by_folds,
    elsewhere_by_nan,
    elsewhere_by_concatenating,
    elsewhere_in_place,
    elsewhere_by_the_mean_of_all,
]
RIGHT = {
    "check_best_elsewhere": EVERY_STYLE,
    "check_scales_of_others": EVERY_STYLE,
}
