"""Right answers of lesson 15 on late fusion, in many styles."""

from functools import reduce
from operator import add

import numpy as np
import pandas as pd
import torch


def in_place(layers):
    total = layers[0]
    for layer in layers[1:]:
        total += layer
    total /= len(layers)
    return total


def nested_lists(layers):
    return [[sum(cell) / len(layers) for cell in zip(*rows, strict=True)] for rows in zip(*layers, strict=True)]


def running(layers):
    mean = np.zeros_like(layers[0])
    for count, layer in enumerate(layers, 1):
        mean += (layer - mean) / count
    return mean


RIGHT = {
    "check_fuse": [
        lambda layers: np.mean(layers, axis=0),
        lambda layers: sum(layers) / len(layers),
        lambda layers: np.stack(layers, axis=-1).mean(-1),
        lambda layers: torch.stack([torch.as_tensor(layer) for layer in layers]).mean(0),
        lambda layers: torch.tensor(np.array(layers), dtype=torch.float32).mean(dim=0),
        lambda layers: reduce(add, layers) / len(layers),
        lambda layers: np.einsum("lnk->nk", np.array(layers)) / len(layers),
        lambda layers: np.average(layers, axis=0, weights=[1] * len(layers)),
        lambda layers: sum(map(pd.DataFrame, layers)) / len(layers),
        in_place,
        nested_lists,
        running,
    ]
}
