"""Right answers of lesson 16 on a schedule that keeps ratios, in many styles."""

import numpy as np
import torch


def by_loop(groups, factor):
    for group in groups:
        group["lr"] = group["initial_lr"] * factor
    return groups


def by_update(groups, factor):
    for group in groups:
        group.update(lr=factor * group["initial_lr"])
    return groups


def by_index(groups, factor):
    for place in range(len(groups)):
        groups[place]["lr"] = groups[place]["initial_lr"] * factor
    return groups


def by_ratio(groups, factor):
    top = max(group["initial_lr"] for group in groups)
    for group in groups:
        group["lr"] = top * factor * (group["initial_lr"] / top)
    return groups


def by_array(groups, factor):
    rates = factor * np.array([group["initial_lr"] for group in groups])
    for group, rate in zip(groups, rates, strict=True):
        group["lr"] = float(rate)
    return groups


def by_setitem(groups, factor):
    return [group.__setitem__("lr", group["initial_lr"] * factor) or group for group in groups]


def by_in_place_or(groups, factor):
    for group in groups:
        group |= {"lr": group["initial_lr"] * factor}
    return groups


def with_other_groups_in_the_list(groups, factor):
    groups[:] = [{**group, "lr": group["initial_lr"] * factor} for group in groups]
    return groups


def by_tensor(groups, factor):
    for group in groups:
        group["lr"] = torch.tensor(group["initial_lr"] * factor)
    return tuple(groups)


RIGHT = {
    "check_set_rates": [
        by_loop,
        by_update,
        by_index,
        by_ratio,
        by_array,
        by_setitem,
        by_in_place_or,
        with_other_groups_in_the_list,
        by_tensor,
    ]
}
