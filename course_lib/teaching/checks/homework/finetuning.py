"""Checks of lesson 05: a rate for each group, and a schedule that keeps their ratio."""

import copy
import math
from collections.abc import Callable
from functools import partial

import numpy as np
import torch
from torch import nn

from course_lib.teaching.checks.cases import case_generator
from course_lib.teaching.checks.common import attempt, fault_of, find_hidden_fault, quiet, verdict
from course_lib.teaching.checks.mistakes import draw_cases, number_fault

_REL = 1e-4  # of a rate: single precision will do


def check_two_rates(two_rates: Callable, model: torch.nn.Module) -> bool:
    """Check a function that makes an SGD with one rate for the head and another for all other stages.

    Args:
        two_rates: ``two_rates(model, inner, head) -> torch.optim.SGD``.
        model: any model with `stages` and a `head`; the function gets copies of it.

    Returns:
        whether each tensor has its rate; the message names the first that does not, or the mistake behind it.
    """
    return verdict("two_rates", fault_of(_two_rates_fault, two_rates, model), "every tensor has its rate.")


def _two_rates_fault(two_rates: Callable, model: torch.nn.Module) -> str | None:
    draw = case_generator()
    for rates in (_draw_rates(draw, 2), _draw_rates(draw, 2)):
        if fault := _model_fault(two_rates, model, *sorted(rates)):
            return fault
    hidden = {
        "a model with other stages": [(_draw_model(draw), *sorted(_draw_rates(draw, 2))) for _ in range(2)],
        "a head that is slower than the stages": [(model, *sorted(_draw_rates(draw, 2), reverse=True))],
    }
    return find_hidden_fault(lambda *case: _model_fault(two_rates, *case), hidden)


def _draw_rates(draw: np.random.Generator, count: int) -> list[float]:
    """So many rates, each in a decade of its own, in random order."""
    decades = draw.choice(np.arange(-5, 0), count, replace=False)
    return [float(f"{10.0 ** (decade + draw.uniform(0.1, 0.8)):.2g}") for decade in decades]


def _draw_model(draw: np.random.Generator) -> nn.Module:
    """A small model with a random number of stages, and a head of one or two layers."""
    model, count = nn.Module(), int(draw.integers(3, 8))
    model.stages = nn.ModuleDict({f"block{n}": nn.Sequential(nn.Linear(3, 3), nn.BatchNorm1d(3)) for n in range(count)})
    model.head = nn.Linear(3, 2) if draw.random() < 0.5 else nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))
    return model


def _model_fault(two_rates: Callable, model: torch.nn.Module, inner: float, head: float) -> str | None:
    mine = copy.deepcopy(model)
    optimizer, fault = attempt(two_rates, mine, inner, head)
    if fault and "more than one parameter group" in fault:
        return "the head is in two groups: model.parameters() holds it, too, take model.stages.parameters()."
    if fault:
        return fault
    if not isinstance(optimizer, torch.optim.SGD):
        return f"it returns a {type(optimizer).__name__}: give your groups to torch.optim.SGD, and return that."
    names = [name for name, _ in model.named_parameters()]
    return _group_fault(optimizer, {name: mine.get_parameter(name) for name in names}, inner, head)


def _group_fault(
    optimizer: torch.optim.SGD, parameters: dict[str, torch.nn.Parameter], inner: float, head: float
) -> str | None:
    """Name a tensor of the model that has a wrong rate, or None."""
    rates = {id(p): float(group["lr"]) for group in optimizer.param_groups for p in group["params"]}
    found = {name: rates.get(id(p)) for name, p in parameters.items()}
    right = {name: head if name.startswith("head.") else inner for name in found}
    swapped = {name: inner if name.startswith("head.") else head for name in found}
    if frozen := [name for name, p in parameters.items() if not p.requires_grad]:
        return f"'{frozen[0]}' has requires_grad=False, it would not move at all: slow is not frozen."
    if missing := [name for name, rate in found.items() if rate is None]:
        return f"'{missing[0]}' is in no group, so it would never move ({len(missing)} tensors are left out)."
    if found == right:
        return None
    if found == swapped:
        return "the two rates are swapped: the head, which knows nothing, learns fast."
    if len(set(found.values())) == 1:
        rate = next(iter(found.values()))
        return f'all tensors have rate {rate:g}: make two groups, a group without an "lr" of its own takes the SGD\'s.'
    name = next(name for name in found if found[name] != right[name])
    return f"'{name}' has rate {found[name]:g}, it should have {right[name]:g}: use the arguments `inner` and `head`."


def check_anneal(anneal: Callable) -> bool:
    """Check a cosine schedule that keeps the ratio of the groups' rates.

    Args:
        anneal: ``anneal(optimizer, first_rates, progress)`` sets ``group["lr"]`` of each group of the optimiser, for a
            progress from 0 to 1 and the rates (one a group) at progress 0.

    Returns:
        whether each group falls from its own first rate; the message names the likely mistake.
    """
    fault = fault_of(_anneal_fault, anneal)
    return verdict("anneal", fault, "every group falls from its own rate to 0, and the ratio stays.")


def _anneal_fault(anneal: Callable) -> str | None:
    draw = case_generator()
    right = partial(_rates, partial(_wrong_anneal, lambda first, now, t: first * _cosine(t)))
    mistakes = [(message, partial(_rates, partial(_wrong_anneal, wrong))) for message, wrong in _WRONG_ANNEALS]
    cases = draw_cases(lambda: [_draw_anneal(draw, count) for count in (2, 3)], right, mistakes, _REL)
    first, progress = cases[1]
    with quiet():
        rates, fault = attempt(_rates, anneal, first, progress)
    calls = [] if fault else [rates[n : n + len(first)] for n in range(0, len(rates), len(first))]
    if calls and all(len(set(map(str, now))) == 1 for now in calls):
        return "one rate overwrites all groups: the ratio of head and stages is gone, use each group's own first rate."
    hidden = {
        "an optimiser with one group": [_draw_anneal(draw, 1)],
        "an optimiser with five groups": [_draw_anneal(draw, 5)],
        "other rates and steps": [_draw_anneal(draw, int(count)) for count in draw.integers(2, 5, 3)],
    }
    return number_fault(
        partial(_rates, anneal), cases, right, mistakes, hidden=hidden, describe=_anneal_in_words, rel=_REL
    )


def _draw_anneal(draw: np.random.Generator, count: int) -> tuple[list[float], list[float]]:
    """(first rates, progress of each call); one step comes twice: a schedule that piles up shows there."""
    early, late = round(draw.uniform(0.1, 0.45), 2), round(draw.uniform(0.55, 0.9), 2)
    return _draw_rates(draw, count), [0.0, early, late, late, 1.0]


def _anneal_in_words(first: list[float], progress: list[float]) -> str:
    return f"first rates {first} and progress {', '.join(map(str, progress))}"


def _rates(anneal: Callable, first_rates: list[float], steps: list[float]) -> list[float]:
    """Rates of all groups after each call, one call after the other."""
    groups = [{"params": [torch.zeros(1, requires_grad=True)], "lr": rate} for rate in first_rates]
    optimizer, seen = torch.optim.SGD(groups, lr=0.5), []
    for progress in steps:
        anneal(optimizer, list(first_rates), progress)
        seen += [group["lr"] for group in optimizer.param_groups]
    return seen


def _wrong_anneal(rule: Callable, optimizer: torch.optim.SGD, first_rates: list[float], progress: float) -> None:
    """A schedule by a rule (first rate, rate now, progress) -> rate, for each group."""
    for group, first in zip(optimizer.param_groups, first_rates, strict=True):
        group["lr"] = rule(first, group["lr"], progress)


def _cosine(progress: float) -> float:
    return (1 + math.cos(math.pi * progress)) / 2


_WRONG_ANNEALS = (
    ('the rates have not moved yet: give each group["lr"] a new number.', lambda first, now, t: now),
    (
        "it multiplies the rate that the group has *now*, so the falls pile up: start from `first_rates`.",
        lambda first, now, t: now * _cosine(t),
    ),
    ("it rises from 0: at progress 0 the rate is the first one.", lambda first, now, t: first * _cosine(1 - t)),
    ("it starts at twice the first rate: halve 1 + cos.", lambda first, now, t: 2 * first * _cosine(t)),
    (
        "a rate becomes negative: cosine goes down to −1, add 1 and halve.",
        lambda first, now, t: first * math.cos(math.pi * t),
    ),
    ("that is a straight line, not a cosine.", lambda first, now, t: first * (1 - t)),
    (
        "math.cos takes radians: π · progress, not 180 · progress.",
        lambda first, now, t: first * (1 + math.cos(180 * t)) / 2,
    ),
    ("π is missing: half a period of the cosine is π.", lambda first, now, t: first * (1 + math.cos(t)) / 2),
)
