"""Forward passes without learning: probabilities, losses."""

from copy import deepcopy

import torch
from torch import Tensor, nn

from course_lib.data.imageset import ImageSet
from course_lib.models.staged import StagedModel
from course_lib.training.device import autocast, memory_format, pick_device
from course_lib.training.inputs import EVAL_BATCH, Inputs, Pixels


@torch.no_grad()
def compute_logits(model: StagedModel, inputs: Inputs) -> Tensor:
    """Outputs (N, C) of the model in evaluation mode, float32, on the device of the inputs."""
    model.eval()
    device, parts = inputs.labels.device, []
    for rows in torch.arange(len(inputs), device=device).split(EVAL_BATCH):
        with autocast(device, inputs.after):
            parts.append(model.features(inputs.batch(rows)[0], "head", after=inputs.after).float())
    return torch.cat(parts)  # (N, C)


def predict_probabilities(
    model: StagedModel, images: ImageSet, mean: Tensor, std: Tensor, device: str = "cpu"
) -> Tensor:
    """Class probabilities (N, C) in evaluation mode, each row summing to 1, on the CPU.

    A copy of the model does the work: its own mode, device and memory format stay as they are.
    """
    target = pick_device(device)
    copy = deepcopy(model).to(target, memory_format=memory_format(target))
    return compute_logits(copy, Pixels(images, mean, std, target)).softmax(dim=1).cpu()


def evaluate(model: StagedModel, inputs: Inputs) -> tuple[float, Tensor]:
    """Mean cross-entropy per image and which images were right.

    Returns:
        (loss, outcomes): a float in nats and a bool tensor (N,) on the CPU.
    """
    logits = compute_logits(model, inputs)
    loss = nn.functional.cross_entropy(logits, inputs.labels)
    return loss.item(), (logits.argmax(dim=1) == inputs.labels).cpu()
