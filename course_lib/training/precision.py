"""How a device computes: the dtype of a network's arithmetic, and the memory order of its activations."""

from contextlib import AbstractContextManager, nullcontext

import torch


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
