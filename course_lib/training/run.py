"""What is left of a training: its history, its best model, where its numbers come from."""

import json
import math
import os
import platform
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from course_lib import __version__
from course_lib.training.recipe import Recipe

# Raise this when a change may alter results: runs in ledgers are then computed again. A canary test watches over it.
TRAINING_VERSION = 2


@dataclass
class EpochRecord:
    """One epoch: losses are means per image (nats), accuracies fractions, rates as read from the optimiser."""

    epoch: int  # 0-based, as the homework counts
    train_loss: float
    train_accuracy: float  # measured while training, batch by batch
    val_loss: float
    val_accuracy: float
    rates: dict[str, float]
    seconds: float


@dataclass
class Run:
    """A finished training. `model` holds the weights of the best epoch, in evaluation mode on the CPU.

    `status` is ``"finished"`` or ``"diverged"`` (a loss was NaN or infinite; `history` ends with that epoch).
    `best_epoch` and `val_accuracy` are None when no epoch ended with finite losses.
    """

    recipe: Recipe
    seed: int
    status: str
    history: list[EpochRecord]
    best_epoch: int | None
    val_accuracy: float | None
    seconds: float
    peak_mb: float
    model: torch.nn.Module
    mean: Tensor  # (3,) of the input's normalisation, in [0, 1]
    std: Tensor  # (3,)
    class_names: tuple[str, ...]
    size: tuple[int, int]
    provenance: dict = field(default_factory=dict)
    test_accuracy: float | None = None
    test_outcomes: str | None = None  # "1" for each test image that was right

    def record(self) -> dict:
        """The run as plain JSON-able values, without the model; NaN and infinity become None."""
        outcomes = self.test_outcomes
        return {
            "recipe": self.recipe.model_dump(mode="json"),
            "seed": self.seed,
            "status": self.status,
            "history": [_finite(asdict(epoch)) for epoch in self.history],
            "best_epoch": self.best_epoch,
            "val_accuracy": self.val_accuracy,
            "test_accuracy": self.test_accuracy,
            "test_correct": None if outcomes is None else outcomes.count("1"),
            "num_test": None if outcomes is None else len(outcomes),
            "test_outcomes": outcomes,
            "seconds": round(self.seconds, 3),
            "peak_mb": round(self.peak_mb, 1),
            "provenance": self.provenance,
        }


def describe_weights(run: Run, source: str, split_hash: str) -> dict:
    """What `save_weights` keeps beside a run's model: its preprocessing and where it comes from."""
    return {
        "class_names": run.class_names,
        "mean": run.mean.tolist(),
        "std": run.std.tolist(),
        "size": run.size[0],
        "source": source,
        "training": {
            "recipe": json.loads(run.recipe.identity()),
            "seed": run.seed,
            "split_hash": split_hash,
            "training_version": TRAINING_VERSION,
            "val_accuracy": run.val_accuracy,
            "test_accuracy": run.test_accuracy,
            "num_test": len(run.test_outcomes or ""),
        },
    }


def describe_machine(device: torch.device) -> dict:
    """Library versions and hardware, for a run's provenance."""
    gpu = {"gpu": torch.cuda.get_device_name(device)} if device.type == "cuda" else {}
    return {
        "training_version": TRAINING_VERSION,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": np.__version__,
        "course_lib": __version__,
        "cpu": _cpu_name(),
        "system": platform.system(),
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "device": device.type,
        **gpu,
    }


def _cpu_name() -> str:
    if (info := Path("/proc/cpuinfo")).is_file():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _finite(values: dict) -> dict:
    return {k: None if isinstance(v, float) and not math.isfinite(v) else v for k, v in values.items()}
