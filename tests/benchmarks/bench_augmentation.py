"""Each transform on a batch, drawn for every image, against torchvision's own on one image after another."""

from collections.abc import Iterator

import torch
from common import load_large, main, measure, row
from torchvision.transforms import v2

from course_lib.data import augmentation
from course_lib.data.sources import load_images
from course_lib.training.device import one_thread

BATCH = 64
SETTINGS = {
    "RandomHorizontalFlip": {},
    "RandomAffine": {"degrees": 10, "translate": (0.1, 0.1), "scale": (0.8, 1.2)},
    "RandomResizedCrop": {},
    "RandomCrop": {"padding": 4},
    "ColorJitter": {"brightness": 0.2, "contrast": 0.2, "saturation": 0.2, "hue": 0.05},
    "GaussianBlur": {"kernel_size": 7},
    "RandomInvert": {},
    "RandomGrayscale": {"p": 0.5},
}


def run(size: str) -> Iterator[dict]:
    """Images a second at 48 and at 224 px, batch 64, one thread."""
    with one_thread():
        for images in (load_images("mini:cartoon", size=48, progress=False), load_large()):
            batch = images.batch(torch.arange(BATCH))[0].float().div_(255)
            for name, settings in SETTINGS.items():
                yield compare(name, settings, batch, rounds=5 if size == "quick" else 25)


def compare(name: str, settings: dict, batch: torch.Tensor, rounds: int) -> dict:
    """One transform, drawn anew for each image on both sides."""
    ours, pixels = getattr(augmentation, name)(**settings), batch.shape[-1]
    options = dict(settings)
    if name == "RandomAffine":
        options["interpolation"] = v2.InterpolationMode.BILINEAR
    if name in ("RandomCrop", "RandomResizedCrop"):
        options["size"] = pixels
    if name == "RandomResizedCrop":
        options["antialias"] = False
    theirs, singles = getattr(v2, name)(**options), list(batch)
    generator = torch.Generator().manual_seed(0)
    seconds = measure(
        {
            "ours": lambda: augmentation.augment(batch, (ours,), generator, inplace=True),
            "theirs": lambda: torch.stack([theirs(image) for image in singles]),
        },
        rounds,
    )
    rate = len(batch) / seconds["ours"]
    return row("augmentation", f"{name}, {pixels} px, images/s", rate, peer=seconds["theirs"] / seconds["ours"])


if __name__ == "__main__":
    main(run)
