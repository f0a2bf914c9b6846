"""Right answers to the exercises of lesson 05 in many styles."""

import math
from functools import partial

import numpy as np
import torch
from torch.optim import SGD


def by_names(model, inner, head):
    named = list(model.named_parameters())
    stages = [parameter for name, parameter in named if not name.startswith("head.")]
    return SGD([{"params": stages}, {"params": [p for n, p in named if n.startswith("head.")], "lr": head}], lr=inner)


def by_adding_a_group(model, inner, head):
    optimizer = SGD(model.stages.parameters(), lr=inner)
    optimizer.add_param_group({"params": model.head.parameters(), "lr": head})
    return optimizer


def a_group_for_each_tensor(model, inner, head):
    rates = {name: head if name.split(".")[0] == "head" else inner for name, _ in model.named_parameters()}
    return SGD([{"params": [p], "lr": rates[n]} for n, p in model.named_parameters()], lr=1)


def a_group_for_each_stage(model, inner, head):
    groups = [
        {"params": stage.parameters(), "lr": inner} for stage in model.stages.values() if list(stage.parameters())
    ]
    return SGD([*groups, dict(params=list(model.head.parameters()), lr=head)], lr=inner)


def by_identity(model, inner, head):
    of_head = set(map(id, model.head.parameters()))
    others = [p for p in model.parameters() if id(p) not in of_head]
    return torch.optim.SGD([{"params": model.head.parameters()}, {"params": others, "lr": inner}], lr=head)


def with_momentum(model, inner, head, momentum=0.9):
    groups = [{"params": part.parameters(), "lr": lr} for part, lr in ((model.stages, inner), (model.head, head))]
    return SGD(groups, lr=head, momentum=momentum)


def afterwards(model, inner, head):
    optimizer = SGD([{"params": model.stages.parameters()}, {"params": model.head.parameters()}], lr=0.5)
    for group, lr in zip(optimizer.param_groups, (inner, head), strict=True):
        group["lr"] = lr
    return optimizer


class TwoRates:
    """A callable object."""

    def __call__(self, model, inner, head):
        return SGD(
            [
                {"params": iter(model.stages.parameters()), "lr": np.float64(inner)},
                {"params": iter(model.head.parameters()), "lr": np.float64(head)},
            ],
            lr=0.1,
        )


def anneal_by_index(optimizer, first_rates, progress):
    for index in range(len(first_rates)):
        optimizer.param_groups[index]["lr"] = first_rates[index] * math.cos(math.pi * progress / 2) ** 2


def anneal_by_numpy(optimizer, first_rates, progress):
    rates = np.array(first_rates) * (1 + np.cos(np.pi * progress)) / 2
    for group, rate in zip(optimizer.param_groups, rates, strict=True):
        group["lr"] = rate


def anneal_by_torch(optimizer, first_rates, progress):
    factor = 0.5 * (1 + torch.cos(torch.tensor(math.pi * progress, dtype=torch.float64)))
    for first, group in zip(first_rates, optimizer.param_groups, strict=True):
        group.update(lr=first * factor.item())


def anneal_in_single_precision(optimizer, first_rates, progress):
    rates = torch.tensor(first_rates) * (1 + torch.cos(torch.pi * torch.tensor(progress))) / 2
    for group, rate in zip(optimizer.param_groups, rates, strict=True):
        group["lr"] = rate


def anneal_by_sine(optimizer, first_rates, progress):
    factor = 1 - math.sin(math.pi * progress / 2) ** 2
    for n, group in enumerate(optimizer.param_groups):
        group["lr"] = factor * first_rates[n]


def anneal_by_pop(optimizer, first_rates, progress):
    for group in optimizer.param_groups:
        group["lr"] = first_rates.pop(0) / 2 * (1 + math.cos(progress * math.pi))


def anneal_by_degrees(optimizer, first_rates, progress):
    for group, first in zip(optimizer.param_groups, first_rates, strict=True):
        group["lr"] = first * (1 + math.cos(math.radians(180 * progress))) / 2


def anneal_and_print(optimizer, first_rates, progress):
    print(progress)
    anneal_by_index(optimizer, first_rates, progress)
    return optimizer


def cosine_to(end, optimizer, first_rates, progress):
    for group, first in zip(optimizer.param_groups, first_rates, strict=True):
        group["lr"] = end + (first - end) * (1 + math.cos(math.pi * progress)) / 2


class Anneal:
    """A callable object."""

    def __call__(self, optimizer, first_rates, progress):
        anneal_by_sine(optimizer, first_rates, progress)


RIGHT = {
    "check_two_rates": [
        by_names,
        by_adding_a_group,
        a_group_for_each_tensor,
        a_group_for_each_stage,
        by_identity,
        partial(with_momentum, momentum=0.5),
        afterwards,
        TwoRates(),
        lambda model, inner, head: SGD(
            [{"params": [*model.stages.parameters()], "lr": inner}, {"params": [*model.head.parameters()], "lr": head}]
        ),
    ],
    "check_anneal": [
        anneal_by_index,
        anneal_by_numpy,
        anneal_by_torch,
        anneal_in_single_precision,
        anneal_by_sine,
        anneal_by_pop,
        anneal_by_degrees,
        anneal_and_print,
        partial(cosine_to, 0),
        Anneal(),
        lambda optimizer, first_rates, progress: [
            group.__setitem__("lr", first * (1 + math.cos(math.pi * progress)) / 2)
            for group, first in zip(optimizer.param_groups, first_rates, strict=True)
        ],
    ],
}
