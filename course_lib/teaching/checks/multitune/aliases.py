"""Check of lesson 16 on finding why a penalty is zero: starts that are the weights themselves."""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn

from course_lib.teaching.checks.cases import case_generator, torch_generator
from course_lib.teaching.checks.common import attempt, fault_of, find_hidden_fault, verdict

_NAMES = ("stem", "block1", "block2", "block3", "norm", "head")
_ALIASES = {  # how a start comes to be the weights themselves
    "itself": lambda w: w,
    "detach": lambda w: w.detach(),
    "data": lambda w: w.data,
    "view": lambda w: w.detach().view(-1).view(w.shape),
}
_COPIES = {"clone": lambda w: w.detach().clone(), "copy": lambda w: torch.tensor(w.tolist(), dtype=w.dtype)}


def check_aliased_names(aliased_names: Callable) -> bool:
    """Check a search for the starts that follow the weights, so that their distance is zero for ever.

    Args:
        aliased_names: ``aliased_names(weights, start) -> list of names`` from two dicts, name → tensor: the parameters
            of a network, and what was kept as their start.

    Returns:
        whether it is right; the message names the likely mistake.
    """
    praise = "it finds the starts that share their memory with the weights."
    return verdict("aliased_names", fault_of(_fault, aliased_names), praise)


def _fault(aliased_names: Callable) -> str | None:
    draw = case_generator()
    first = list(_ALIASES)[:2]
    for _ in range(2):
        if fault := _try(aliased_names, draw, first):
            return fault
    hidden = {
        "a start that is .data of the weights": [(["data"],)],
        "a start that is a view of the weights": [(["view"],)],
        "starts that are all copies": [([],)],
        "other networks": [(list(_ALIASES),) for _ in range(3)],
    }
    return find_hidden_fault(lambda kinds: _try(aliased_names, draw, kinds), hidden)


def _try(aliased_names: Callable, draw: np.random.Generator, kinds: list[str]) -> str | None:
    """What is wrong with the answer for a network in which each of these kinds of alias occurs once, or None."""
    generator = torch_generator(draw)
    names = draw.permutation(_NAMES).tolist()
    weights = {name: nn.Parameter(torch.randn(3, 4, generator=generator)) for name in names}
    aliased = dict(zip(names, kinds, strict=False))
    start = {
        name: (_ALIASES[aliased[name]] if name in aliased else _COPIES[str(draw.choice(list(_COPIES)))])(w)
        for name, w in weights.items()
    }
    start = {name: start[name] for name in draw.permutation(names).tolist()}
    before = [{name: (w.data_ptr(), w.detach().clone()) for name, w in own.items()} for own in (weights, start)]
    answer, fault = attempt(aliased_names, weights, start)
    if fault:
        return fault
    if isinstance(answer, str | Tensor) or not hasattr(answer, "__len__"):
        return "it should return a list of names."
    names = list(answer)
    if not all(isinstance(name, str) for name in names):
        return "it should return a list of names."
    for what, own, kept in zip(("weights", "starts"), (weights, start), before, strict=True):
        if not all(name in own and _is_kept(own[name], *found) for name, found in kept.items()):
            return f"it changes the {what}: look at them, or put them back as they were, in the same memory."
    if len(names) > len(set(names)):
        return "it names a start twice."
    return _difference(set(names), aliased, start)


def _is_kept(w: Tensor, place: int, value: Tensor) -> bool:
    return w.data_ptr() == place and torch.equal(w.detach(), value)


def _difference(found: set[str], aliased: dict[str, str], start: dict[str, Tensor]) -> str | None:
    if found == set(aliased):
        return None
    if found == set(start):
        return "it names every start: copies have equal values, too. What changes when the weights change?"
    if found == set(start) - set(aliased):
        return "it names the copies: the starts that follow the weights are asked."
    if found == {name for name, kind in aliased.items() if kind == "itself"}:
        return "it finds the parameter itself alone: a start may also be another tensor that shares its memory."
    if not found:
        return "it finds none: some starts follow the weights."
    missing, extra = sorted(set(aliased) - found), sorted(found - set(aliased))
    if missing:
        return f"it misses '{missing[0]}', whose start is made by {aliased[missing[0]]}."
    return f"it names '{extra[0]}', whose start is a copy."
