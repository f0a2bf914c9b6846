"""The one switch between CPU, CUDA and MPS."""

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from functools import cache

import torch

from course_lib.models.catalogue import find_architecture

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # of mallopt(3)
DEVICES = ("auto", "cpu", "cuda", "mps")


def pick_device(name: str = "auto") -> torch.device:
    """The device to train on: ``auto`` takes ``COURSE_DEVICE`` if that is set, else CUDA, then MPS, then the CPU.

    Raises:
        ValueError: the name is unknown, or the machine does not have that device.
    """
    if name == "auto":
        name = os.environ.get("COURSE_DEVICE") or "auto"
    available = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if name == "auto":
        return torch.device(next(kind for kind in ("cuda", "mps", "cpu") if available[kind]))
    kind, _, index = name.partition(":")
    if kind not in available or (":" in name and not index.isdecimal()):
        raise ValueError(f"unknown device '{name}': choose one of {', '.join(DEVICES)}")
    if not available[kind]:
        usable = ", ".join(k for k, yes in available.items() if yes)
        raise ValueError(f"device '{name}' is not available on this machine: use {usable}")
    if kind == "cuda" and index and int(index) >= torch.cuda.device_count():
        raise ValueError(f"device '{name}' is not available: this machine has {torch.cuda.device_count()} GPUs, from 0")
    return torch.device(name)


@contextmanager
def one_thread(wanted: bool = True) -> Iterator[None]:
    """One CPU thread inside the block, if it is wanted; the caller's number afterwards."""
    before = torch.get_num_threads()
    if wanted:
        torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def deliberate_threads(architecture: str) -> AbstractContextManager:
    """One CPU thread for a mini net, the caller's number for larger ones.

    A mini net gains little from a second thread, loses much of its speed to it on a busy machine, and its results
    depend on the number in their last bits: with one everywhere they are the same on two cores and on sixteen.
    """
    return one_thread(find_architecture(architecture).one_thread)


@contextmanager
def seeded(seed: int, device: torch.device) -> Iterator[None]:
    """PyTorch's generators of the CPU and of `device` begin at `seed` inside the block; the caller's are left alone.

    MPS's cannot be set back: it stays where the block ends.
    """
    with torch.random.fork_rng([device] if device.type == "cuda" else []):
        torch.default_generator.manual_seed(seed)  # not torch.manual_seed: that seeds every GPU of the machine
        if device.type == "cuda":
            with torch.cuda.device(device):
                torch.cuda.manual_seed(seed)
        elif device.type == "mps":
            torch.mps.manual_seed(seed)
        yield


@cache
def keep_freed_memory() -> None:
    """Keep what a step frees for the next one, where the C library is glibc; for processes that do nothing but train.

    Otherwise glibc hands blocks of megabytes back to the system and fetches them again, page by page, in every step:
    5 to 8 % of the time of a mini net.
    """
    if sys.platform == "linux":
        with suppress(AttributeError, OSError):  # another C library
            library = ctypes.CDLL(None)
            library.mallopt(_M_MMAP_THRESHOLD, 32 * 2**20)
            library.mallopt(_M_TRIM_THRESHOLD, 2**30)


def precision(device: torch.device) -> torch.dtype:
    """Of a network's arithmetic: bfloat16 where a GPU computes with it, not where it only pretends to; else float32."""
    has_it = device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)
    return torch.bfloat16 if has_it else torch.float32


def autocast(device: torch.device, after: str | None = None) -> AbstractContextManager:
    """Arithmetic of that `precision` for what comes after a stage; a head alone always has float32."""
    dtype = precision(device)
    if dtype == torch.float32 or after == "pool":
        return nullcontext()
    return torch.autocast(device.type, dtype)


def memory_format(device: torch.device) -> torch.memory_format:
    """Channels last, the order in which the convolutions of CPUs and NVIDIA's GPUs work; as it comes elsewhere."""
    return torch.channels_last if device.type in ("cpu", "cuda") else torch.contiguous_format


def wait_for(device: torch.device) -> None:
    """Until a GPU has done what it was told, before a clock is read."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def peak_memory_mb(device: torch.device) -> float:
    """Highest memory use so far in MB: of the GPU's allocator on CUDA, else of the whole process (resident set).

    0 where the platform does not tell (Windows).
    """
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device) / 2**20
    if sys.platform == "win32":
        return 0.0
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)  # bytes on macOS, kilobytes on Linux
