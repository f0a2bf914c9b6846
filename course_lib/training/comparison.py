"""Comparison of one training step on two devices: whether they differ by more than rounding explains."""

import math
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass

import torch
from torch import Tensor

from course_lib.models.network import Network
from course_lib.models.starting import start_model
from course_lib.training.optimizers import make_optimizer
from course_lib.training.precision import memory_format, precision
from course_lib.training.recipe import Recipe

CPU = torch.device("cpu")
# Largest relative difference that rounding explains. Measured on a CPU, in nine steps against float32: another memory
# order of the activations 1e-5, bfloat16 0.4 (in the first stages' gradients; in the logits 0.03). A gradient that is
# missing gives 1.
ALLOWED = {torch.float32: 1e-3, torch.bfloat16: 0.6}
_RECIPE = Recipe.scratch(optimizer="adam", lr=0.01)
_SEEDS = (0, 1, 2)
_IMAGES, _SIDE, _CLASSES = 32, 48, 7


@dataclass(frozen=True)
class StepComparison:
    """What differs between one training step on a device and the same step on another.

    Attributes:
        device: the device that was compared.
        dtype: of its arithmetic.
        difference: the largest relative difference of a tensor, ‖a − b‖/‖b‖, each in the best of three steps; infinite
            for NaN.
        where: the tensor of that difference, or the error that the device raised.
        allowed: the largest difference that rounding explains.
    """

    device: torch.device
    dtype: torch.dtype
    difference: float
    where: str
    allowed: float

    @property
    def agrees(self) -> bool:
        """Whether rounding explains the difference."""
        return self.difference <= self.allowed

    def __str__(self) -> str:
        name = str(self.dtype).removeprefix("torch.")
        return f"{self.device}, {name}: largest relative difference {self.difference:.1g} ({self.where})"


def compare_step(device: torch.device, reference: torch.device = CPU) -> tuple[StepComparison, ...]:
    """Compare one training step of a mini net on two devices: same weights, same batch, same labels.

    Compared are the loss, the logits, each parameter's gradient, the running statistics, and the change of each
    parameter by two steps of Adam that are given the same gradients. Three steps are compared, from other weights and
    images each, and of each tensor the smallest difference counts: rounding may turn one unit of a ReLU off in one of
    them, while a wrong operation is wrong in all.

    Args:
        device: the one in question.
        reference: computes in float32.

    Returns:
        A comparison in float32, and one in the dtype that training uses on `device` where that is another.
    """
    right = [take_step(reference, torch.float32, seed) for seed in _SEEDS]
    dtypes = dict.fromkeys((torch.float32, precision(device)))
    return tuple(_compare(device, dtype, right) for dtype in dtypes)


def _compare(device: torch.device, dtype: torch.dtype, right: list[dict[str, Tensor]]) -> StepComparison:
    try:
        found = [take_step(device, dtype, seed, given) for seed, given in zip(_SEEDS, right, strict=True)]
    except (RuntimeError, NotImplementedError, TypeError) as error:  # an operation that the device lacks
        reason = f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"
        return StepComparison(device, dtype, math.inf, reason, ALLOWED[dtype])
    pairs = list(zip(found, right, strict=True))
    differences = {name: min(relative_difference(a[name], b[name]) for a, b in pairs) for name in right[0]}
    where = max(differences, key=differences.get)
    return StepComparison(device, dtype, differences[where], where, ALLOWED[dtype])


def relative_difference(found: Tensor, right: Tensor) -> float:
    """Compute ‖found − right‖/‖right‖; infinite where a value of `found` is not finite."""
    difference = ((found - right).norm() / right.norm().clamp_min(1e-12)).item()
    return difference if math.isfinite(difference) else math.inf


def take_step(
    device: torch.device, dtype: torch.dtype, seed: int, given: dict[str, Tensor] | None = None
) -> dict[str, Tensor]:
    """Take one training step on a device.

    Args:
        dtype: of the arithmetic; the weights are float32.
        seed: of weights and images.
        given: results of another device, whose gradients the optimiser is given; by default its own.

    Returns:
        By name, float64 on the CPU: loss, logits, gradients, running statistics, changes of weights.
    """
    model = start_model(_RECIPE.architecture, None, _CLASSES, seed=seed).train()
    model.to(device, memory_format=memory_format(device))
    images, labels = (part.to(device) for part in _batch(seed))
    parameters = dict(model.named_parameters())
    with _exact_float32(device), _autocast(device, dtype):
        logits = model(images.contiguous(memory_format=memory_format(device)))
        loss = torch.nn.functional.cross_entropy(logits.float(), labels)
    with _exact_float32(device):
        loss.backward()
    results = {"loss": loss, "logits": logits}
    results |= {f"gradient of {name}": parameter.grad for name, parameter in parameters.items()}
    results |= {name: value for name, value in model.named_buffers() if value.is_floating_point()}
    results = {name: _as_float64(value) for name, value in results.items()}
    return results | _adam_changes(model, given or results)


def _adam_changes(model: Network, gradients: dict[str, Tensor]) -> dict[str, Tensor]:
    """Take two steps of Adam with given gradients; return the change of each parameter, on the CPU."""
    parameters = dict(model.named_parameters())
    before = {name: _as_float64(parameter) for name, parameter in parameters.items()}
    for name, parameter in parameters.items():
        parameter.grad.copy_(gradients[f"gradient of {name}"])  # in place: the memory order is the device's own
    optimizer = make_optimizer(_RECIPE, model)
    for _ in range(2):
        optimizer.step()
    return {f"change of {name}": _as_float64(parameter) - before[name] for name, parameter in parameters.items()}


def _batch(seed: int) -> tuple[Tensor, Tensor]:
    """Make images (N, 3, H, W) float32 and labels (N,) without touching the global generator."""
    generator = torch.Generator().manual_seed(seed)
    images = torch.randn(_IMAGES, 3, _SIDE, _SIDE, generator=generator)
    return images, torch.arange(_IMAGES) % _CLASSES


def _as_float64(value: Tensor) -> Tensor:
    return value.detach().cpu().double().clone()  # on the CPU first: MPS has no float64


def _autocast(device: torch.device, dtype: torch.dtype) -> AbstractContextManager:
    return nullcontext() if dtype == torch.float32 else torch.autocast(device.type, dtype)


@contextmanager
def _exact_float32(device: torch.device) -> Iterator[None]:
    """Keep cuDNN inside the block from computing float32 convolutions in TF32, which has three digits only."""
    before = torch.backends.cudnn.allow_tf32
    torch.backends.cudnn.allow_tf32 = before and device.type != "cuda"
    try:
        yield
    finally:
        torch.backends.cudnn.allow_tf32 = before
