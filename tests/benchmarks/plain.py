"""The peer: the loop of the tutorials, with torch's own loader, and nothing done to make it fast."""

from collections.abc import Callable, Iterator
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor, nn
from torch.utils.data import DataLoader
from torchvision.datasets import ImageFolder
from torchvision.transforms import v2

from course_lib.data.imageset import ImageSet


def write_folder(images: ImageSet, folder: Path) -> Path:
    """The images as a folder of class folders of JPEG files."""
    for pixels, name in zip(images.images, images.names, strict=True):
        file = (folder / name).with_suffix(".jpg")
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels.permute(1, 2, 0).numpy()).save(file, quality=95)
    return folder


def endless_batches(folder: Path, batch_size: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Batches as a tutorial makes them: decode, to tensor, normalise, collate; for ever."""
    to_tensor = [v2.ToImage(), v2.ToDtype(torch.float32, scale=True), v2.Normalize([0.5] * 3, [0.25] * 3)]
    loader = DataLoader(ImageFolder(folder, v2.Compose(to_tensor)), batch_size, shuffle=True, drop_last=True)
    while True:
        yield from loader


def make_step(model: nn.Module, batches: Iterator[tuple[Tensor, Tensor]], frozen: tuple[str, ...] = ()) -> Callable:
    """One step of plain SGD; the stages `frozen` are in evaluation mode and without gradients."""
    model.train()
    for stage in frozen:
        model.stages[stage].eval().requires_grad_(False)
    optimizer = torch.optim.SGD([p for p in model.parameters() if p.requires_grad], lr=1e-3)

    def step() -> float:
        images, labels = next(batches)
        loss = nn.functional.cross_entropy(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item()

    return step
