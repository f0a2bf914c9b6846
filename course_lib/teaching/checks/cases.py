"""Generated cases of the exercise checks: drawn afresh at each call, or from a fixed seed inside `fixed_cases`."""

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import combinations
from typing import TypeVar

import numpy as np
import torch

Case = TypeVar("Case")

_TRIES = 500
_SEED: ContextVar[int | None] = ContextVar("seed of the generated cases", default=None)


@contextmanager
def fixed_cases(seed: int) -> Iterator[None]:
    """Draw the cases of all checks inside the block from this seed, so that a verdict can be repeated."""
    token = _SEED.set(seed)
    try:
        yield
    finally:
        _SEED.reset(token)


def case_generator() -> np.random.Generator:
    """Make the generator that a check draws its cases from, seeded by the system's entropy or by `fixed_cases`."""
    return np.random.default_rng(_SEED.get())


def torch_generator(draw: np.random.Generator) -> torch.Generator:
    """Make a generator for tensors whose seed is drawn."""
    return torch.Generator().manual_seed(int(draw.integers(2**62)))


def draw_until(draw_case: Callable[[], Case], is_telling: Callable[[Case], bool]) -> Case:
    """Draw cases until one is telling; the last one if none of many is."""
    for _ in range(_TRIES):
        if is_telling(case := draw_case()):
            break
    return case


def are_told_apart(answers: Sequence[tuple[str, Sequence]], same: Callable) -> bool:
    """Tell whether any two (message, its answers) with different messages differ in at least one answer.

    Args:
        answers: of the right function and of each usual mistake, one answer a case.
        same: whether two answers count as equal.
    """
    return all(
        message == other or not all(map(same, mine, others))
        for (message, mine), (other, others) in combinations(answers, 2)
    )


@contextmanager
def kept_random_state() -> Iterator[None]:
    """Give the global random numbers of Python, NumPy and PyTorch back as they were before the block."""
    states = random.getstate(), np.random.get_state(), torch.get_rng_state()
    try:
        yield
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])
        torch.set_rng_state(states[2])
