"""Check of lesson 17 on a block at inference: each image goes through one copy, and a copy computes its rows alone."""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn

from course_lib.teaching.checks.cases import case_generator, torch_generator
from course_lib.teaching.checks.common import attempt, fault_of, find_hidden_fault, verdict


class _Block(nn.Module):
    """A small block that counts the rows it computes."""

    def __init__(self, channels: int, outputs: int, generator: torch.Generator):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, channels, generator=generator), requires_grad=False)
        self.rows: list[int] = []

    def forward(self, x: Tensor) -> Tensor:
        if x.ndim != 4:
            raise ValueError(f"a block takes images (N, C, H, W), not {tuple(x.shape)}")
        self.rows.append(len(x))
        return torch.einsum("oc,nchw->nohw", self.weight, x) + 1


def check_routed_block(routed_block: Callable) -> bool:
    """Check that each image goes through the copy of its route, and that no row is computed for nothing.

    Args:
        routed_block: ``routed_block(x, routes, frozen, tuned) -> outputs`` from images (N, C, H, W) and routes (N,) of
            bools, True for the tuned copy, to outputs in the order of the images; the copies are called with their own
            rows, and not at all where they have none.

    Returns:
        whether it is right; the message names the likely mistake.
    """
    praise = "each image by its own copy, and no row for nothing."
    return verdict("routed_block", fault_of(_fault, routed_block), praise)


def _fault(routed_block: Callable) -> str | None:
    draw = case_generator()
    for _ in range(2):
        routes = _mixed(draw, int(draw.integers(6, 12)))
        if fault := _case_fault(routed_block, draw, routes, 3, 3):
            return fault
    hidden = {
        "a block that changes the number of channels": [(_mixed(draw, 7), 2, 5)],
        "all images by the frozen copy": [(np.zeros(5, dtype=bool), 3, 3)],
        "all images by the tuned copy": [(np.ones(5, dtype=bool), 3, 3)],
        "a single image": [(np.array([True]), 3, 3), (np.array([False]), 3, 3)],
    }
    return find_hidden_fault(lambda *case: _case_fault(routed_block, draw, *case), hidden)


def _mixed(draw: np.random.Generator, count: int) -> np.ndarray:
    """Routes with at least two of each, and no halves in a row."""
    routes = np.arange(count) % 3 == 0
    while np.array_equal(np.sort(routes), routes) or np.array_equal(np.sort(routes)[::-1], routes):
        routes = draw.permutation(routes)
    return routes


def _case_fault(
    routed_block: Callable, draw: np.random.Generator, routes: np.ndarray, channels: int, outputs: int
) -> str | None:
    generator = torch_generator(draw)
    frozen, tuned = (_Block(channels, outputs, generator) for _ in range(2))
    x, chosen = torch.randn(len(routes), channels, 4, 4, generator=generator), torch.from_numpy(routes.copy())
    given = x.clone()
    answer, fault = attempt(routed_block, given, chosen.clone(), frozen, tuned)
    if fault:
        return fault
    seen = {"frozen": list(frozen.rows), "tuned": list(tuned.rows)}
    by_frozen, by_tuned = frozen(x), tuned(x)
    place = chosen.view(-1, 1, 1, 1)
    right = torch.where(place, by_tuned, by_frozen)
    if not isinstance(answer, Tensor):
        return f"it should return a tensor, not {type(answer).__name__}."
    if not torch.equal(given, x):
        return "it changes the images that it is given: write the outputs into a new tensor."
    if answer.shape != right.shape:
        return f"it returns the shape {tuple(answer.shape)}: {tuple(right.shape)} is wanted."
    if answer.dtype != right.dtype:
        return f"it returns {answer.dtype}: the next block takes {right.dtype}, the type of the copies' outputs."
    if not torch.allclose(answer, right, atol=1e-5):
        return _wrong_values(answer, chosen, by_frozen, by_tuned)
    return _wasted(seen, int(chosen.sum()), len(routes))


def _wrong_values(answer: Tensor, chosen: Tensor, by_frozen: Tensor, by_tuned: Tensor) -> str:
    place = chosen.view(-1, 1, 1, 1)
    usual = {
        "the copies are exchanged: True means the tuned copy.": torch.where(place, by_frozen, by_tuned),
        "the two copies are added: a route takes one of them.": by_frozen + by_tuned,
        "it is the mean of both copies: a route takes one of them.": (by_frozen + by_tuned) / 2,
        "all images go through the tuned copy.": by_tuned,
        "all images go through the frozen copy.": by_frozen,
    }
    for message, wrong in usual.items():
        if torch.allclose(answer, wrong, atol=1e-5):
            return message
    right = torch.where(place, by_tuned, by_frozen)
    same = (answer[:, None] - right).abs().amax(dim=(2, 3, 4)) <= 1e-5  # of each output with each right one
    if bool((same.any(dim=0) & same.any(dim=1)).all()):
        return "the images come back in another order: write each copy's outputs into the rows they belong to."
    return "some outputs are not those of the copy that the image's route names."


def _wasted(seen: dict[str, list[int]], num_tuned: int, images: int) -> str | None:
    """Whether a copy computed other rows than its own, or was called with none."""
    wanted = {"frozen": images - num_tuned, "tuned": num_tuned}
    for name, rows in seen.items():
        if sum(rows) > wanted[name]:
            return (
                f"the outputs are right, but the {name} copy computed {sum(rows)} rows and needs {wanted[name]}: give "
                "it the rows of its own images, nothing is saved otherwise."
            )
        if 0 in rows:
            return f"the {name} copy is called with no row at all: skip it where no image needs it."
    return None
