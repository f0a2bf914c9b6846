"""What all benchmarks share: fair timing, rows, images."""

import argparse
import contextlib
import json
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import torch

from course_lib.data.imageset import ImageSet
from course_lib.data.sources import load_images
from course_lib.models.starting import start_model
from course_lib.models.weights import save_weights
from course_lib.training.device import peak_memory_mb

SIZES = ("quick", "full")


def measure(candidates: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Median seconds of each candidate. They take turns, so that a slow moment of the machine hits them all."""
    seconds: dict[str, list[float]] = {name: [] for name in candidates}
    for call in candidates.values():
        call()  # warm: caches, memory, the kernels' choice of algorithm
    for _ in range(rounds):
        for name, call in candidates.items():
            began = time.perf_counter()
            call()
            seconds[name].append(time.perf_counter() - began)
    return {name: statistics.median(values) for name, values in seconds.items()}


def row(bench: str, metric: str, value: float, *, peer: float | None = None, limit: float | None = None) -> dict:
    """A result; the ratios say how many times better than the peer, and how much of what is possible."""
    return {
        "bench": bench,
        "metric": metric,
        "value": _digits(value),
        "ratio_to_peer": _digits(peer),
        "ratio_to_limit": _digits(limit),
    }


def main(run: Callable[[str], Iterator[dict]]) -> None:
    """Run a benchmark as a script: each row as a line of JSON on stdout, with the highest memory use so far in MB,
    of this process or of the largest that it started and that has ended.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", choices=SIZES, default="quick")
    size = parser.parse_args().size
    out = os.dup(1)
    with os.fdopen(out, "w") as stdout, contextlib.redirect_stdout(sys.stderr):
        for result in run(size):
            children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**10  # the largest of them
            result["peak_mb"] = round(max(peak_memory_mb(torch.device("cpu")), children))
            print(json.dumps(result), file=stdout, flush=True)


def load_large(size: int = 224) -> ImageSet:
    """Images for a large net: real cartoons if there are any, else drawn ones."""
    real = Path(os.environ.get("COURSE_REAL_DATA", "/nowhere")) / "pacs" / "cartoon"
    return load_images("pacs:cartoon" if real.is_dir() else "mini:cartoon", size=size, progress=False)


@contextlib.contextmanager
def resnet18_weights() -> Iterator[str]:
    """A file of weights for ResNet-18: random ones, which are as fast as any."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "resnet18.safetensors"
        meta = {"class_names": [f"{i}" for i in range(7)], "mean": [0.5] * 3, "std": [0.25] * 3, "size": 224}
        save_weights(start_model("resnet18", None, 7), file, {**meta, "source": "a benchmark"})
        yield str(file)


def _digits(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.4g}")
