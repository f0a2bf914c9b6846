"""Choice of the device to train on (CPU, CUDA or MPS), its threads, generators, clock and memory."""

import os
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache

import torch

from course_lib.models.catalogue import find_architecture
from course_lib.training.comparison import compare_step

DEVICES = ("auto", "cpu", "cuda", "mps")


def pick_device(name: str = "auto") -> torch.device:
    """Choose the device to train on.

    Args:
        name: ``cpu``, ``cuda``, ``cuda:1``, ``mps`` or ``auto``. ``auto`` means the value of the environment variable
            COURSE_DEVICE; where that is not set, the first available of CUDA, MPS and CPU. MPS is passed over, with a
            sentence on stderr, if a training step on it differs from the CPU's by more than rounding explains.

    Raises:
        ValueError: the name is unknown, or this machine does not have that device.
    """
    if name == "auto":
        name = os.environ.get("COURSE_DEVICE") or "auto"
    available = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if name == "auto":
        return torch.device("cuda" if available["cuda"] else "mps" if available["mps"] and mps_agrees() else "cpu")
    kind, _, index = name.partition(":")
    if kind not in available or (":" in name and not index.isdecimal()):
        raise ValueError(f"unknown device '{name}': choose one of {', '.join(DEVICES)}")
    if not available[kind]:
        usable = ", ".join(k for k, yes in available.items() if yes)
        raise ValueError(f"device '{name}' is not available on this machine: use {usable}")
    if kind == "cuda" and index and int(index) >= torch.cuda.device_count():
        raise ValueError(f"device '{name}' is not available: this machine has {torch.cuda.device_count()} GPUs, from 0")
    return torch.device(name)


@cache  # computed once a process, and said once
def mps_agrees() -> bool:
    """Compare a training step on MPS with the CPU's; say on stderr if they differ. See `compare_step`."""
    wrong = [found for found in compare_step(torch.device("mps")) if not found.agrees]
    if wrong:
        sentence = f"the CPU is used, because a training step on {wrong[0]} differs from the CPU's"
        print(f"course: {sentence}; device 'mps' uses the GPU all the same", file=sys.stderr)
    return not wrong


@contextmanager
def one_thread(wanted: bool = True) -> Iterator[None]:
    """Set torch's number of CPU threads to one inside the block, if `wanted`, and restore the number afterwards."""
    before = torch.get_num_threads()
    if wanted:
        torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def deliberate_threads(architecture: str) -> AbstractContextManager:
    """Set the number of CPU threads inside the block: one for a mini net, unchanged for other architectures.

    A mini net gains little from a second thread, and on a busy machine a second thread makes it much slower. The last
    bits of its results depend on the number of threads: with one thread, two cores and sixteen cores give the same.
    """
    return one_thread(find_architecture(architecture).one_thread)


@contextmanager
def seeded(seed: int, device: torch.device) -> Iterator[None]:
    """Seed torch's random generators of the CPU and of `device` inside the block, and restore their states afterwards.

    The state of the MPS generator cannot be restored: it stays as it is at the end of the block.
    """
    with torch.random.fork_rng([device] if device.type == "cuda" else []):
        torch.default_generator.manual_seed(seed)  # not torch.manual_seed: that seeds every GPU of the machine
        if device.type == "cuda":
            with torch.cuda.device(device):
                torch.cuda.manual_seed(seed)
        elif device.type == "mps":
            torch.mps.manual_seed(seed)
        yield


def wait_for(device: torch.device) -> None:
    """Wait until a CUDA device has finished all operations started so far; needed before a clock is read."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def peak_memory_mb(device: torch.device) -> float:
    """Return the highest memory use of this process so far, in MB.

    On CUDA: memory allocated on the GPU by torch. On other devices: resident memory of the process, and 0 on Windows,
    where Python's standard library does not report resident memory.
    """
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device) / 2**20
    if sys.platform == "win32":
        return 0.0
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)  # bytes on macOS, kilobytes on Linux
