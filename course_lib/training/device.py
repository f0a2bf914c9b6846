"""Choice of the device to train on (CPU, CUDA or MPS), and what depends on the device."""

import os
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

import torch

from course_lib.models.catalogue import find_architecture

DEVICES = ("auto", "cpu", "cuda", "mps")


def pick_device(name: str = "auto") -> torch.device:
    """Choose the device to train on.

    Args:
        name: ``cpu``, ``cuda``, ``cuda:1``, ``mps`` or ``auto``. ``auto`` means the value of the environment variable
            COURSE_DEVICE; where that is not set, the first available of CUDA, MPS and CPU.

    Raises:
        ValueError: the name is unknown, or this machine does not have that device.
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


def precision(device: torch.device) -> torch.dtype:
    """Choose the dtype of a network's arithmetic on a device.

    bfloat16 on a GPU whose hardware computes in bfloat16 (NVIDIA Ampere and later), float32 on all other devices. Older
    GPUs emulate bfloat16 in float32, which is slower than float32 itself.
    """
    if device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False):
        return torch.bfloat16
    return torch.float32


def autocast(device: torch.device, after: str | None = None) -> AbstractContextManager:
    """Run the operations inside the block in the dtype that `precision` chooses for the device.

    Args:
        after: name of the stage whose outputs the block starts from; None if the block starts from images. After
            ``"pool"`` only the head is left, which always computes in float32.
    """
    dtype = precision(device)
    if dtype == torch.float32 or after == "pool":
        return nullcontext()
    return torch.autocast(device.type, dtype)


def memory_format(device: torch.device) -> torch.memory_format:
    """Choose the memory order of images and activations: channels last on CPU and CUDA, channels first on MPS.

    The fast convolutions of CPUs and of NVIDIA's GPUs work on channels last.
    """
    return torch.channels_last if device.type in ("cpu", "cuda") else torch.contiguous_format


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
