"""The result of a training: history, best model, scores, provenance."""

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
from course_lib.training.score import MAIN, Score
from course_lib.training.target import CLASSES, CONCEPTS

# Raise this when a change may alter results: runs in ledgers are then computed again. A canary test watches over it.
TRAINING_VERSION = 2


@dataclass
class EpochRecord:
    """One epoch: losses are means per image (nats), accuracies fractions, rates as read from the optimiser.

    Of concepts, `train_accuracy` is the share of judged answers that are right at probability one half, and `val_score`
    (mean average precision) stands in the place of `val_accuracy`. `routes` are the shares of validation images that
    each gate of a `RoutedNetwork` sent to the tuned copy.
    """

    epoch: int  # 0-based, as the homework counts
    train_loss: float
    train_accuracy: float  # measured while training, batch by batch
    val_loss: float
    val_accuracy: float | None
    rates: dict[str, float]
    seconds: float
    val_score: float | None = None
    routes: tuple[float, ...] | None = None

    @property
    def score(self) -> float:
        """The number by which the best epoch is chosen."""
        return self.val_accuracy if self.val_score is None else self.val_score

    def record(self) -> dict:
        """Return the epoch as plain values; NaN and infinity become None, later fields without a value are left out."""
        values = asdict(self)
        for name in ("val_score", "routes"):
            if values[name] is None:
                del values[name]
        return {**_finite(values), "rates": _finite(self.rates)}


def _finite(values: dict) -> dict:
    """The values, with None in place of NaN and infinity."""
    return {k: None if isinstance(v, float) and not math.isfinite(v) else v for k, v in values.items()}


@dataclass
class Run:
    """A finished training. `model` holds the weights of the best epoch, in evaluation mode on the CPU.

    `status` is ``"finished"`` or ``"diverged"`` (a loss was NaN or infinite; `history` ends with that epoch).
    `best_epoch` and `val_accuracy` are None when no epoch ended with finite losses. `val_accuracy` is also None for
    concepts, whose `val_score` is the mean average precision. `scores` are the answers of probes by name.
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
    val_score: float | None = None
    scores: dict[str, Score] = field(default_factory=dict)
    # Weights after the numbers of epochs that were asked for; None after a number that a diverged run did not reach.
    kept: dict[float, dict[str, Tensor] | None] = field(default_factory=dict)

    @property
    def test_accuracy(self) -> float | None:
        """Accuracy on the test images; None before they were scored, and for concepts."""
        return self._main.value if self._main else None

    @property
    def test_outcomes(self) -> str | None:
        """``"0110…"``, "1" for each test image that was right; None where `test_accuracy` is None."""
        return self._main.outcomes if self._main else None

    @property
    def _main(self) -> Score | None:
        main = self.scores.get(MAIN)
        return main if main and main.metric == CLASSES.metric else None

    def record(self) -> dict:
        """Return the run as plain values for JSON, without the model; NaN and infinity become None.

        Scores of the main head on one class per image keep the keys of the first edition (``test_accuracy`` …); all
        others are in ``scores``: name of the probe → ``{"metric", "value", "units"}``, see `Score.record`.
        """
        outcomes = self.test_outcomes
        return {
            "recipe": self.recipe.model_dump(mode="json"),
            "seed": self.seed,
            "status": self.status,
            "history": [epoch.record() for epoch in self.history],
            "best_epoch": self.best_epoch,
            "val_accuracy": self.val_accuracy,
            "test_accuracy": self.test_accuracy,
            "test_correct": None if outcomes is None else outcomes.count("1"),
            "num_test": None if outcomes is None else len(outcomes),
            "test_outcomes": outcomes,
            "seconds": round(self.seconds, 3),
            "peak_mb": round(self.peak_mb, 1),
            "provenance": self.provenance,
            **self._further_scores(),
        }

    def _further_scores(self) -> dict:
        """Return the scores that have no key of the first edition."""
        others = {name: score.record() for name, score in self.scores.items() if score is not self._main}
        found = {"scores": others} if others else {}
        if self.val_score is not None:
            main = self.scores.get(MAIN)
            val = self.val_score if math.isfinite(self.val_score) else None
            found |= {"metric": CONCEPTS.metric, "val_score": val, "num_test": main and main.num_images}
        return found


def describe_weights(run: Run, source: str, split_hash: str) -> dict:
    """Collect the metadata that `save_weights` keeps with a run's model: preprocessing and provenance."""
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
            **_scores_of_concepts(run),
        },
    }


def _scores_of_concepts(run: Run) -> dict:
    if run.val_score is None:
        return {}
    main = run.scores.get(MAIN)
    reached = {"test_score": main and main.value, "num_test": main and main.num_images}
    return {"metric": CONCEPTS.metric, "val_score": run.val_score, **reached}


def describe_machine(device: torch.device) -> dict:
    """Collect library versions and hardware, for a run's provenance."""
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
