"""Right answers of lesson 14 on average precision, in many styles."""

import numpy as np
import pandas as pd
import torch
from sklearn.metrics import average_precision_score


def sorted_hits(y, s):
    hits = y[np.argsort(s)[::-1]]
    return np.mean((np.cumsum(hits) / np.arange(1, len(y) + 1))[hits == 1])


def a_loop(y, s):
    found, total = 0, 0.0
    for rank, (_, label) in enumerate(sorted(zip(s, y, strict=True), reverse=True), 1):
        if label == 1:
            found += 1
            total += found / rank
    return total / found


def by_pairs(y, s):
    at_least = s[None, :] >= s[y == 1][:, None]
    return ((at_least & (y == 1)).sum(1) / at_least.sum(1)).mean()


def in_torch(y, s):
    labels, scores = torch.as_tensor(np.array(y)).double(), torch.as_tensor(np.array(s))
    hits = labels[scores.argsort(descending=True)]
    return (hits.cumsum(0) / torch.arange(1, len(hits) + 1) * hits).sum() / hits.sum()


def in_single_precision(y, s):
    hits = torch.tensor(y, dtype=torch.float64)[torch.tensor(s, dtype=torch.float32).topk(len(s)).indices]
    return (hits.cumsum(0) / torch.arange(1, len(hits) + 1))[hits == 1].mean().item()


def in_pandas(y, s):
    ranked = pd.Series(y, dtype=float).iloc[np.argsort(-s)].reset_index(drop=True)
    return ranked.expanding().mean()[ranked == 1].mean()


def a_generator(y, s):
    ranks = sorted(sum(other >= score for other in s) for score, label in zip(s, y, strict=True) if label == 1)
    return sum(found / rank for found, rank in enumerate(ranks, 1)) / len(ranks)


def by_recall_steps(y, s):
    hits = y[np.argsort(-s)]
    recall = np.concatenate([[0], hits.cumsum() / hits.sum()])
    return np.sum(np.diff(recall) * hits.cumsum() / np.arange(1, len(y) + 1), keepdims=True)[0]


def by_sklearn(y, s):
    return average_precision_score(y.astype(int), s)


def sorted_in_place(y, s):
    order = s.argsort()[::-1]
    y[:] = y[order]
    ranks = np.where(y == 1)[0] + 1
    return np.array((np.arange(len(ranks)) + 1) / ranks).mean()


STYLES = [sorted_hits, a_loop, by_pairs, in_torch, in_single_precision, in_pandas, a_generator, by_recall_steps]
STYLES += [by_sklearn, sorted_in_place]


def judged(style):
    def answer(y, s):
        return style(y[~np.isnan(y)], s[~np.isnan(y)])

    answer.__name__ = f"judged_{style.__name__}"
    return answer


def dropped(y, s):
    table = pd.DataFrame({"y": y, "s": s}).dropna().sort_values("s", ascending=False)
    return (table.y.cumsum() / np.arange(1, len(table) + 1))[table.y == 1].mean()


def in_a_loop(y, s):
    found, rank, total = 0, 0, 0
    for i in np.argsort(-s):
        if y[i] != y[i]:
            continue
        rank += 1
        if y[i]:
            found += 1
            total += found / rank
    return total / found


def averaged(style):
    def answer(labels, scores):
        aps = [judged(style)(y, s) for y, s in zip(labels.T, scores.T, strict=True) if np.nansum(y) > 0]
        return sum(float(np.ravel(ap)[0]) for ap in aps) / len(aps)

    answer.__name__ = f"averaged_{style.__name__}"
    return answer


def by_nanmean(labels, scores):
    aps = np.full(labels.shape[1], np.nan)
    for k in range(len(aps)):
        if (labels[:, k] == 1).any():
            aps[k] = in_a_loop(labels[:, k], scores[:, k])
    return torch.tensor(np.nanmean(aps))


def whole_table(labels, scores):
    order = np.argsort(-scores, axis=0)
    ranked = np.take_along_axis(labels, order, 0)
    hits, seen = ranked == 1, (~np.isnan(ranked)).cumsum(0)
    sums = (hits.cumsum(0) / np.maximum(seen, 1) * hits).sum(0)
    return (sums / np.maximum(hits.sum(0), 1))[hits.any(0)].mean()


RIGHT = {
    "check_average_precision": STYLES,
    "check_judged_average_precision": [*map(judged, STYLES), dropped, in_a_loop],
    "check_mean_average_precision": [*map(averaged, STYLES), by_nanmean, whole_table],
}
