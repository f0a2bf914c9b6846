"""Check of lesson 17 on proving that a branch is frozen: list what moved, parameters and buffers, bit by bit."""

import copy
from collections.abc import Callable, Mapping

import numpy as np
import torch
from torch import Tensor, nn

from course_lib.models.freezing import snapshot
from course_lib.teaching.checks.cases import case_generator, torch_generator
from course_lib.teaching.checks.common import attempt, fault_of, find_hidden_fault, verdict

FROZEN = "frozen."
Change = Callable[[nn.Module], None]


def check_moved(moved: Callable) -> bool:
    """Check a function that lists what moved in the frozen copy, with culprits that are planted one by one.

    Args:
        moved: ``moved(before, model) -> names`` from a snapshot ``{name: tensor}`` of a model's state, and the model
            later: names of all parameters and buffers that begin with "frozen." and are not equal to the snapshot.

    Returns:
        whether it is right; the message names what was missed.
    """
    praise = "nothing moves in the frozen copy without being named."
    return verdict("moved", fault_of(_fault, moved), praise)


def _model(draw: np.random.Generator) -> nn.Module:
    generator = torch_generator(draw)
    copy_of = {name: nn.ModuleDict() for name in ("frozen", "tuned")}
    for stage in ("stage1", "stage2"):
        for blocks in copy_of.values():
            blocks[stage] = nn.Sequential(nn.Conv2d(2, 2, 3), nn.BatchNorm2d(2))
    model = nn.ModuleDict({**copy_of, "frozen_head": nn.Linear(2, 3), "policy": nn.Linear(4, 2)})
    for value in [*model.parameters(), *model.buffers()]:
        if value.is_floating_point():
            # multiples of 1/64, whose sums are exact
            value.data.copy_(torch.randint(32, 96, value.shape, generator=generator) / 64)
    for name, value in model.named_buffers():
        if name.endswith("num_batches_tracked"):
            value.fill_(int(draw.integers(5, 50)))
    return model


def _add(name: str, size: float) -> Change:
    """Move one number of a tensor, of a large one neither the first nor the last."""

    def change(model: nn.Module) -> None:
        tensor = model.state_dict()[name]
        tensor.view(-1)[tensor.numel() // 2] += int(size) if not tensor.is_floating_point() else size

    return change


def _exchange(name: str) -> Change:
    """Exchange the smallest and the largest number of a tensor: sum, norm and sorted values stay."""

    def change(model: nn.Module) -> None:
        values = model.state_dict()[name].view(-1)
        places = [int(values.argmin()), int(values.argmax())]
        values[places] = values[places[::-1]]

    return change


_PARAMETERS = ("frozen.stage1.0.weight", "frozen.stage2.1.weight", "frozen.stage2.0.bias")
_KINDS = {
    "a weight of the frozen copy": [_add(name, 0.5) for name in _PARAMETERS],
    "running_mean, a buffer: named_parameters() does not have it, state_dict() does": [
        _add("frozen.stage1.1.running_mean", 0.5)
    ],
    "running_var, a buffer: named_parameters() does not have it, state_dict() does": [
        _add("frozen.stage2.1.running_var", 0.5)
    ],
    "num_batches_tracked, a whole number that counts the batches of training mode": [
        _add("frozen.stage2.1.num_batches_tracked", 1)
    ],
    "a number that became smaller": [_add("frozen.stage2.0.weight", -0.5)],
    "an exchange of two numbers, which keeps sum and norm: compare them one by one": [
        _exchange("frozen.stage2.0.weight")
    ],
    "a change of a millionth: frozen means equal to the bit, compare with torch.equal": [
        _add("frozen.stage1.0.weight", 1e-6),
        _add("frozen.stage1.1.running_mean", 1e-6),
    ],
}


def _fault(moved: Callable) -> str | None:
    draw = case_generator()
    if fault := _nothing_fault(moved, draw):
        return fault
    for words, changes in _KINDS.items():
        for change in changes:
            if fault := _missed_fault(moved, draw, [change], words):
                return fault
    everywhere = [change for changes in _KINDS.values() for change in changes]
    if fault := _missed_fault(moved, draw, everywhere, "several tensors at once: list all of them"):
        return fault
    hidden = {"a model whose parameters need no gradient": [(True,)], "a model in evaluation mode": [(False,)]}
    if fault := find_hidden_fault(lambda held: _held_fault(moved, draw, held), hidden):
        return fault
    diverged = {"a weight that has become NaN": [(_add("frozen.stage1.0.weight", float("nan")),)]}
    return find_hidden_fault(lambda change: _missed_fault(moved, draw, [change], ""), diverged)


def _names(moved: Callable, before: Mapping[str, Tensor], model: nn.Module) -> tuple[list[str], str | None]:
    """The names that the student's function lists, or what is wrong with them."""
    snapshots, values = dict(before), snapshot(model)
    answer, fault = attempt(moved, snapshots, model)
    if fault:
        return [], fault
    if not isinstance(answer, list | tuple | set | frozenset):
        return [], f"it should return a list of names, not {type(answer).__name__}."
    if others := [type(value).__name__ for value in answer if not isinstance(value, str)]:
        return [], f"it should return a list of names: it has a {others[0]} among them."
    if not all(_same(value, values[name]) for name, value in model.state_dict().items()):
        return [], "it changes the model: compare without writing."
    if len(set(answer)) < len(answer):
        return [], "it lists a name twice."
    return sorted(answer), None


def _same(now: Tensor, before: Tensor) -> bool:
    """Whether two tensors are equal, NaN included, which `torch.equal` takes for another number."""
    return torch.allclose(now, before, rtol=0, atol=0, equal_nan=True)


def _nothing_fault(moved: Callable, draw: np.random.Generator) -> str | None:
    """Whether it lists names where nothing moved, or where only other parts of the model did."""
    model = _model(draw)
    before = snapshot(model)
    names, fault = _names(moved, before, model)
    if fault or names:
        return fault or f"nothing has moved, and it lists {names[0]}."
    for other in ("tuned.stage1.0.weight", "policy.weight", "frozen_head.weight", "tuned.stage2.1.running_mean"):
        _add(other, 0.5)(model)
    names, fault = _names(moved, before, model)
    if fault or not names:
        return fault
    if all(name.startswith("frozen") for name in names):
        return f"it lists {names[0]}: the frozen copy's names begin with '{FROZEN}', with the dot."
    return f"it lists {names[0]}, which may move: ask only for names that begin with '{FROZEN}'."


def _missed_fault(moved: Callable, draw: np.random.Generator, changes: list[Change], words: str) -> str | None:
    model = _model(draw)
    before = snapshot(model)
    for change in changes:
        change(model)
    wanted = sorted(
        name for name, value in model.state_dict().items()
        if name.startswith(FROZEN) and not torch.equal(value, before[name])
    )  # fmt: skip
    _add("tuned.stage1.0.weight", 0.5)(model)
    names, fault = _names(moved, before, model)
    if fault or names == wanted:
        return fault
    if missing := [name for name in wanted if name not in names]:
        return f"it misses {missing[0]}. Planted was {words}."
    extra = next(name for name in names if name not in wanted)
    return f"it lists {extra}, which has not moved or is not in the frozen copy."


def _held_fault(moved: Callable, draw: np.random.Generator, held: bool) -> str | None:
    model = _model(draw)
    if held:
        model.requires_grad_(False)
    else:
        model.eval()
    before = snapshot(model)
    _add("frozen.stage1.0.weight", 0.5)(model)
    _add("frozen.stage2.1.running_mean", 0.5)(model)
    names, fault = _names(moved, before, copy.deepcopy(model))
    wanted = ["frozen.stage1.0.weight", "frozen.stage2.1.running_mean"]
    return fault or (None if names == wanted else f"it lists {names}, {wanted} have moved.")
