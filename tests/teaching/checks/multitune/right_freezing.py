"""Right answers of lesson 17 on what moved in the frozen copy, in many styles."""

import copy
import re
from itertools import chain

import numpy as np
import torch

from course_lib.models.freezing import changed_names


def by_state(before, model):
    state = model.state_dict()
    return [name for name in state if name.startswith("frozen.") and not torch.equal(state[name], before[name])]


def by_parameters_and_buffers(before, model):
    found = []
    for name, value in chain(model.named_parameters(), model.named_buffers()):
        if name.split(".")[0] == "frozen" and (value != before[name]).any():
            found.append(name)
    return found


def by_the_library(before, model):
    return tuple(name for name in changed_names(model, before) if name.startswith("frozen."))


def by_numpy(before, model):
    state = model.state_dict().items()
    return {n for n, v in state if n[:7] == "frozen." and not np.array_equal(v.numpy(), before[n].numpy())}


def by_lists(before, model):
    now = {name: value.tolist() for name, value in model.state_dict().items()}
    return sorted(name for name in now if name.startswith("frozen.") and now[name] != before[name].tolist())


def by_submodule(before, model):
    state = model.frozen.state_dict() if hasattr(model, "frozen") else model["frozen"].state_dict()
    return [f"frozen.{name}" for name, value in state.items() if not torch.equal(value, before[f"frozen.{name}"])]


def by_allclose_without_tolerance(before, model):
    same = {
        name: torch.allclose(value.double(), before[name].double(), rtol=0, atol=0)
        for name, value in model.state_dict().items()
    }
    return [name for name, equal in same.items() if name.startswith("frozen.") and not equal]


def by_filter(before, model):
    names = filter(lambda name: name.startswith("frozen."), before)
    state = model.state_dict()
    return frozenset(name for name in names if not (state[name] == before[name]).all())


def by_two_dicts(before, model):
    now = dict(model.named_parameters()) | dict(model.named_buffers())
    return [name for name in now if name.startswith("frozen.") and not torch.equal(now[name], before[name])]


def by_any_difference(before, model):
    state = model.state_dict().items()
    return [name for name, value in state if re.match(r"frozen\.", name) and (value - before[name]).any()]


def by_popping(before, model):
    state = model.state_dict().items()
    return [name for name, value in state if name.startswith("frozen.") and not before.pop(name).equal(value)]


def by_float64(before, model):
    state = copy.deepcopy(model).double().state_dict().items()
    return [n for n, value in state if n.partition(".")[0] == "frozen" and not torch.equal(value, before[n].double())]


def by_bytes(before, model):
    state = model.state_dict().items()
    return [n for n, v in state if n.startswith("frozen.") and v.numpy().tobytes() != before[n].numpy().tobytes()]


def by_modules(before, model):
    found = []
    for place, module in model.named_modules():
        if place == "frozen" or place.startswith("frozen."):
            for name, value in [*module.named_parameters(recurse=False), *module.named_buffers(recurse=False)]:
                if torch.ne(value, before[f"{place}.{name}"]).sum() > 0:
                    found.append(f"{place}.{name}")
    return found


def by_sets(before, model):
    state = model.state_dict()
    names = {name for name in state if name.startswith("frozen.")}
    return names - {name for name in names if torch.equal(state[name], before[name])}


RIGHT = {
    "check_moved": [
        by_state,
        by_parameters_and_buffers,
        by_the_library,
        by_numpy,
        by_lists,
        by_submodule,
        by_allclose_without_tolerance,
        by_filter,
        by_two_dicts,
        by_any_difference,
        by_popping,
        by_float64,
        by_bytes,
        by_modules,
        by_sets,
    ]
}
