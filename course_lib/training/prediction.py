"""Forward passes without learning: normalised input, probabilities, losses."""

import torch
from torch import Tensor, nn

from course_lib.data.imageset import ImageSet
from course_lib.training.device import pick_device

EVAL_BATCH = 256


def normalise(images: Tensor, mean: Tensor, std: Tensor) -> Tensor:
    """uint8 images (N, 3, H, W) as floats: scaled to [0, 1], then (x − mean)/std for each channel."""
    return images.float().div_(255).sub_(mean.view(3, 1, 1)).div_(std.view(3, 1, 1))


@torch.no_grad()
def compute_logits(model: nn.Module, images: ImageSet, mean: Tensor, std: Tensor, device: torch.device) -> Tensor:
    """Outputs (N, C) of the model in evaluation mode, on the CPU."""
    model.eval()
    mean, std = mean.to(device), std.to(device)
    parts = []
    for rows in torch.arange(len(images)).split(EVAL_BATCH):
        pixels, _ = images.batch(rows)
        parts.append(model(normalise(pixels.to(device), mean, std)).float().cpu())
    return torch.cat(parts)  # (N, C)


def predict_probabilities(model: nn.Module, images: ImageSet, mean: Tensor, std: Tensor, device: str = "cpu") -> Tensor:
    """Class probabilities (N, C), each row summing to 1."""
    return compute_logits(model, images, mean, std, pick_device(device)).softmax(dim=1)


def evaluate(model: nn.Module, images: ImageSet, mean: Tensor, std: Tensor, device) -> tuple[float, Tensor]:
    """Mean cross-entropy per image and which images were right.

    Returns:
        (loss, outcomes): a float in nats and a bool tensor (N,).
    """
    logits = compute_logits(model, images, mean, std, device)
    loss = nn.functional.cross_entropy(logits, images.labels)
    return loss.item(), logits.argmax(dim=1) == images.labels
