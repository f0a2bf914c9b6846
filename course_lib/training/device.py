"""The one switch between CPU, CUDA and MPS."""

import sys

import torch

DEVICES = ("auto", "cpu", "cuda", "mps")


def pick_device(name: str = "auto") -> torch.device:
    """The device to train on: ``auto`` takes CUDA, then MPS, then the CPU.

    Raises:
        ValueError: the name is unknown, or the machine does not have that device.
    """
    available = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if name == "auto":
        return torch.device(next(kind for kind in ("cuda", "mps", "cpu") if available[kind]))
    kind = name.partition(":")[0]
    if kind not in available:
        raise ValueError(f"unknown device '{name}': choose one of {', '.join(DEVICES)}")
    if not available[kind]:
        usable = ", ".join(k for k, yes in available.items() if yes)
        raise ValueError(f"device '{name}' is not available on this machine: use {usable}")
    return torch.device(name)


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
