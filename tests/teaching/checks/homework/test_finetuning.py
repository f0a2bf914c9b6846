"""Checks of lesson 05: the head's rate and the stages', and a schedule that keeps their ratio."""

import math

import torch
from torch import nn

from course_lib.teaching.checks import homework


class Staged(nn.Module):
    def __init__(self):
        super().__init__()
        self.stages = nn.ModuleDict({"stem": nn.Linear(3, 4), "stage1": nn.BatchNorm1d(4)})
        self.head = nn.Linear(4, 2)


NEEDS = {"check_two_rates": lambda fixture: (Staged(),)}
HINTS = {"check_anneal": 'group["lr"] a new'}


def groups(inner_part, inner, head_part, head):
    return [{"params": inner_part.parameters(), "lr": inner}, {"params": head_part.parameters(), "lr": head}]


def frozen_stages(model, inner, head):
    model.stages.requires_grad_(False)
    return torch.optim.SGD(groups(model.stages, inner, model.head, head), lr=head)


def without_its_head(model, inner, head):
    del model.head
    return torch.optim.SGD(model.parameters(), lr=inner)


def no_rate_for_the_stages(model, inner, head):
    return torch.optim.SGD([{"params": model.stages.parameters()}, {"params": model.head.parameters()}], lr=inner)


def only_known_stages(model, inner, head):
    known = [model.stages[name] for name in ("stem", "stage1") if name in model.stages]
    return torch.optim.SGD(groups(nn.ModuleList(known), inner, model.head, head))


def cosine(progress):
    return (1 + math.cos(math.pi * progress)) / 2


def by_rule(rule):
    """A schedule that gives each group rule(first rate, rate now, progress)."""

    def anneal(optimizer, first_rates, progress):
        for group, first in zip(optimizer.param_groups, first_rates, strict=True):
            group["lr"] = rule(first, group["lr"], progress)

    return anneal


def one_rate(optimizer, first_rates, progress):
    for group in optimizer.param_groups:
        group["lr"] = first_rates[-1] * cosine(progress)


def mean_rate(optimizer, first_rates, progress):
    for group in optimizer.param_groups:
        group["lr"] = sum(first_rates) / len(first_rates) * cosine(progress)


def only_the_head(optimizer, first_rates, progress):
    optimizer.param_groups[-1]["lr"] = first_rates[-1] * cosine(progress)


def two_groups(optimizer, first_rates, progress):
    for index in range(min(3, len(first_rates))):
        optimizer.param_groups[index]["lr"] = first_rates[index] * cosine(progress)


def only_a_name(optimizer, first_rates, progress):
    for lr in first_rates:
        lr = lr * cosine(progress)


WRONG = {
    "check_two_rates": [
        (lambda m, inner, head: torch.optim.SGD(m.parameters(), lr=head), "all tensors have rate"),
        (no_rate_for_the_stages, 'a group without an "lr" of its own'),
        (lambda m, inner, head: torch.optim.SGD(groups(m.stages, head, m.head, inner), lr=head), "are swapped"),
        (lambda m, inner, head: torch.optim.SGD(groups(m, inner, m.head, head), lr=head), "the head is in two groups"),
        (lambda m, inner, head: torch.optim.SGD(m.head.parameters(), lr=head), "'stages.stem.weight' is in no group"),
        (lambda m, inner, head: torch.optim.SGD(m.stages.parameters(), lr=inner), "'head.weight' is in no group"),
        (lambda m, inner, head: torch.optim.SGD(groups(m.stages, 0.001, m.head, 0.1), lr=0.1), "the arguments `inner`"),
        (lambda m, inner, head: groups(m.stages, inner, m.head, head), "give your groups to torch.optim.SGD"),
        (without_its_head, "cannot use its result"),
        (lambda m, inner, head: torch.optim.Adam(groups(m.stages, inner, m.head, head)), "it returns a Adam"),
        (lambda m, inner, head: torch.optim.SGD(groups(m.stages, inner * head, m.head, head)), "has rate"),
        (
            lambda m, inner, head: torch.optim.SGD(groups(m.stages, min(inner, head), m.head, max(inner, head))),
            "slower than",
        ),
        (only_known_stages, "a model with other stages"),
        (frozen_stages, "slow is not frozen"),
    ],
    "check_anneal": [
        (one_rate, "one rate overwrites all groups"),
        (mean_rate, "one rate overwrites all groups"),
        (by_rule(lambda first, now, t: now * cosine(t)), "the falls pile up"),
        (by_rule(lambda first, now, t: first * cosine(1 - t)), "rises from 0"),
        (by_rule(lambda first, now, t: first * 2 * cosine(t)), "twice the first rate"),
        (by_rule(lambda first, now, t: first * math.cos(math.pi * t)), "becomes negative"),
        (by_rule(lambda first, now, t: first * (1 - t)), "a straight line"),
        (by_rule(lambda first, now, t: first * (1 + math.cos(180 * t)) / 2), "radians"),
        (by_rule(lambda first, now, t: first * (1 + math.cos(t)) / 2), "π is missing"),
        (by_rule(lambda first, now, t: first * math.exp(-t)), "with first rates"),
        (two_groups, "an optimiser with"),
        (by_rule(lambda first, now, t: first * (1 - math.cos(math.pi * t)) / 2), "rises from 0"),
        (only_a_name, "have not moved"),
        (only_the_head, "with first rates ["),
    ],
}


def test_another_right_way_passes():
    """Groups made from names, the rate first; a schedule that keeps the first rates to itself."""

    def by_name(model, inner, head):
        named = list(model.named_parameters())
        stages = [p for name, p in named if not name.startswith("head")]
        return torch.optim.SGD([{"params": stages}, {"params": model.head.parameters(), "lr": head}], lr=inner)

    def by_index(optimizer, first_rates, progress):
        for index in range(len(first_rates)):
            optimizer.param_groups[index]["lr"] = first_rates[index] * math.cos(math.pi * progress / 2) ** 2

    assert homework.check_two_rates(by_name, Staged())
    assert homework.check_anneal(by_index)


def test_the_given_model_is_left_alone():
    model = Staged()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    homework.check_two_rates(frozen_stages, model)
    assert all(p.requires_grad for p in model.parameters())
    assert all(torch.equal(before[name], tensor) for name, tensor in model.state_dict().items())
