"""The state of a training that is not finished, on disk: the same training goes on from it, to the bit."""

import hashlib
import io
import json
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import torch
from torch import Tensor

from course_lib.data.splits import Splits
from course_lib.interruption import held_back
from course_lib.paths import write_whole
from course_lib.training.recipe import Recipe
from course_lib.training.run import TRAINING_VERSION, EpochRecord

EVERY_S = 5.0  # epochs that are shorter do not each write a file


def training_key(recipe: Recipe, splits: Splits, seed: int, device: torch.device) -> str:
    """Hash all that decides a training: another one must not go on from its state."""
    code = [TRAINING_VERSION, torch.__version__, device.type]
    content = [recipe.identity(), splits.hash, splits.train.source_fingerprint, seed, code]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


class Checkpoint:
    """A file with the state after the last epoch that was kept; `torch.load` reads it with ``weights_only=True``.

    Args:
        path: of the file; written whole or not at all.
        key: of the training, see `training_key`.
        every_s: seconds that pass at least between two writes.

    Attributes:
        done: number of epochs that are kept, of this training; 0 if there are none.
        is_foreign: whether the file holds another training, or cannot be read; the next write replaces it.
    """

    def __init__(self, path: Path, key: str, every_s: float = EVERY_S):
        self.path, self.key, self.every_s = path, key, every_s
        self.is_foreign, self._written = False, time.monotonic()
        self._state = self._read()
        self.done = len(self._state["history"]) if self._state else 0

    def _read(self) -> dict | None:
        if not self.path.exists():
            return None
        try:
            state = torch.load(self.path, map_location="cpu", weights_only=True)
            self.is_foreign = state["key"] != self.key
        except Exception:  # of a damaged file torch raises nearly anything: IndexError, UnpicklingError, …
            self.is_foreign = True
        return None if self.is_foreign else state

    def take(self) -> dict | None:
        """Return the state that was found, once; None if there is none."""
        state, self._state = self._state, None
        return state

    def write(self, done: int, make: Callable[[], dict]) -> None:
        """Write the state after `done` epochs, unless the last write was just before.

        Args:
            make: returns it: tensors and plain values by name.

        Raises:
            OSError: the file cannot be written.
        """
        if time.monotonic() - self._written < self.every_s:
            return
        with held_back():
            content = io.BytesIO()
            torch.save({"key": self.key, **make()}, content)
            write_whole(self.path, content.getvalue())
            self.done, self.is_foreign, self._written = done, False, time.monotonic()

    def remove(self) -> None:
        """Remove the file, once the model is saved; another training's stays."""
        if not self.is_foreign:
            self.path.unlink(missing_ok=True)
        self.done = 0


class Clock:
    """Seconds of a training, those before an interrupt included."""

    def __init__(self):
        self._began = time.perf_counter()

    @property
    def seconds(self) -> float:
        """Seconds so far."""
        return time.perf_counter() - self._began

    def add(self, seconds: float) -> None:
        """Count seconds that passed before."""
        self._began -= seconds


def pack_history(history: list[EpochRecord]) -> list[dict]:
    """Convert epochs to plain values; NaN and infinity stay."""
    return [asdict(epoch) for epoch in history]


def unpack_history(rows: list[dict]) -> list[EpochRecord]:
    """Convert plain values of `pack_history` to epochs."""
    return [EpochRecord(**row) for row in rows]


def generator_states(generators: dict[str, torch.Generator | None], device: torch.device) -> dict[str, Tensor]:
    """Read the states of generators by name, and of torch's own ones of the CPU and of `device`."""
    states = {name: generator.get_state() for name, generator in generators.items() if generator is not None}
    states["cpu"] = torch.get_rng_state()
    if device.type == "cuda":
        states["device"] = torch.cuda.get_rng_state(device)
    elif device.type == "mps":
        states["device"] = torch.mps.get_rng_state()
    return states


def restore_generators(
    states: dict[str, Tensor], generators: dict[str, torch.Generator | None], device: torch.device
) -> None:
    """Put generators into the states that `generator_states` read."""
    for name, generator in generators.items():
        if generator is not None:
            generator.set_state(states[name])
    torch.set_rng_state(states["cpu"])
    if device.type == "cuda":
        torch.cuda.set_rng_state(states["device"], device)
    elif device.type == "mps":
        torch.mps.set_rng_state(states["device"])
