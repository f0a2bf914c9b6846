"""Right answers of lesson 16 on starts that are the weights themselves, in many styles."""

import numpy as np
import torch


def by_pointer(weights, start):
    return [name for name in weights if weights[name].data_ptr() == start[name].data_ptr()]


def by_storage(weights, start):
    return [n for n, w in weights.items() if w.untyped_storage().data_ptr() == start[n].untyped_storage().data_ptr()]


def by_moving(weights, start):
    found = []
    with torch.no_grad():
        for name, w in weights.items():
            before, kept = start[name].clone(), w.clone()
            w.add_(1)
            if not torch.equal(start[name], before):
                found.append(name)
            w.copy_(kept)
    return found


def by_numpy(weights, start):
    pairs = {name: (w.detach().numpy(), start[name].detach().numpy()) for name, w in weights.items()}
    return {name for name, (a, b) in pairs.items() if np.shares_memory(a, b)}


def by_set(weights, start):
    places = {w.data_ptr(): name for name, w in weights.items()}
    return sorted(places[s.data_ptr()] for s in start.values() if s.data_ptr() in places)


def as_tuple(weights, start):
    return tuple(filter(lambda name: start[name].data_ptr() == weights[name].data_ptr(), start))


def as_keys(weights, start):
    return {n: 1 for n in start if np.may_share_memory(start[n].detach().numpy(), weights[n].detach().numpy())}.keys()


def by_distance_after_a_step(weights, start):
    kept = {name: w.detach().clone() for name, w in weights.items()}
    for w in weights.values():
        w.data.mul_(2).add_(0.5)
    found = [name for name, w in weights.items() if float((w - start[name]).detach().abs().sum()) == 0]
    for name, w in weights.items():
        w.data.copy_(kept[name])
    return found


RIGHT = {
    "check_aliased_names": [
        by_pointer,
        by_storage,
        by_moving,
        by_numpy,
        by_set,
        as_tuple,
        as_keys,
        by_distance_after_a_step,
    ]
}
