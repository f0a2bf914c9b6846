"""Weights in memory: tensors by name, metadata and hash."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor


@dataclass(frozen=True, eq=False)
class LoadedWeights:
    """Weights with the metadata needed to use them.

    Attributes:
        state: parameters and buffers by the names of a `StagedModel`, floats as float32, on the CPU.
        meta: ``architecture``, ``num_classes``, ``hidden`` (the head's hidden widths; None for an original
            classifier that `new_head` does not make), ``class_names`` (tuple), ``mean`` and ``std`` (3 floats each, of
            pixels in [0, 1]), ``size`` (pixels), ``source``, ``training`` (dict), ``precision`` (on disk).
        hash: `weights_hash` of the state.
    """

    state: dict[str, Tensor]
    meta: dict[str, Any]
    hash: str

    @property
    def normalisation(self) -> tuple[Tensor, Tensor]:
        """Mean and standard deviation (3,) of the pixels that the network expects."""
        return torch.tensor(self.meta["mean"]), torch.tensor(self.meta["std"])


def weights_hash(state: Mapping[str, Tensor]) -> str:
    """Compute the SHA-256 (hex) of names, types, shapes and bytes of tensors, in the order of their names."""
    digest = hashlib.sha256()
    for name in sorted(state):
        value = state[name].detach().cpu().contiguous()
        digest.update(f"{name} {value.dtype} {tuple(value.shape)}\n".encode())
        digest.update(value.reshape(-1).view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()


def as_float32(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Convert floating-point tensors to float32."""
    return {name: value.float() if value.is_floating_point() else value for name, value in state.items()}
