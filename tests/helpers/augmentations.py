"""Transforms, images that are hard for them, and what torchvision makes of these."""

import torch
from torchvision.transforms.v2 import InterpolationMode
from torchvision.transforms.v2 import functional as TF

from course_lib.data.augmentation import (
    ColorJitter,
    GaussianBlur,
    RandomAffine,
    RandomCrop,
    RandomGrayscale,
    RandomHorizontalFlip,
    RandomInvert,
    RandomResizedCrop,
)

SIZE = (22, 31)  # height and width differ, one is even, one is odd
MEAN, STD = torch.tensor([0.81, 0.79, 0.74]).view(3, 1, 1), torch.tensor([0.27, 0.29, 0.34]).view(3, 1, 1)

AFFINE = RandomAffine(degrees=40, translate=(0.2, 0.1), scale=(0.6, 1.5), shear=(-10, 20, -5, 15), fill=(0.1, 0.5, 0.9))
JITTER = ColorJitter(brightness=0.5, contrast=0.6, saturation=(0, 2), hue=0.4)
FIXED = GaussianBlur(kernel_size=13, sigma=4)
ALL = [
    RandomHorizontalFlip(),
    AFFINE,
    AFFINE.model_copy(update={"interpolation": "nearest"}),
    RandomAffine(degrees=(10, 20)),
    RandomResizedCrop(),
    RandomResizedCrop(scale=(0.9, 1), ratio=(1.2, 1.3)),
    RandomCrop(padding=4, fill=(0.1, 0.5, 0.9)),
    JITTER,
    ColorJitter(brightness=0.5),
    ColorJitter(contrast=(0.1, 0.2)),
    ColorJitter(saturation=0.9, brightness=1),
    ColorJitter(hue=(-0.5, 0.5)),
    GaussianBlur(kernel_size=1),
    GaussianBlur(kernel_size=5),
    FIXED,
    RandomInvert(),
    RandomGrayscale(p=0.5),
]


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def noise(count=24, size=SIZE, dtype=torch.float32):
    """White noise, the hardest for interpolation: neighbours have nothing in common. Some images are grey or flat."""
    images = torch.rand(count, 3, *size, generator=seeded(1), dtype=torch.float64).to(dtype)
    images[0] = 0.5
    images[1] = images[1, :1]
    images[2, 1] = images[2, 0]  # red and green share the maximum or the minimum
    return images


def normalised(images):
    return (images - MEAN) / STD


def described(transform):
    settings = transform.model_dump(exclude={"name"}, exclude_defaults=True)
    return f"{transform.name}({', '.join(settings)})"


def reference(transform, image, parameters):
    """One image (3, H, W) and its parameters, through torchvision."""
    values = {name: value.tolist() for name, value in parameters.items()}
    size = list(image.shape[-2:])
    match transform:
        case RandomHorizontalFlip():
            return TF.horizontal_flip(image) if values["chosen"] else image
        case RandomInvert():
            return TF.invert(image) if values["chosen"] else image
        case RandomGrayscale():
            return TF.rgb_to_grayscale(image, 3) if values["chosen"] else image
        case RandomAffine(interpolation=mode, fill=fill):
            return TF.affine(image, **values, interpolation=InterpolationMode(mode), fill=list(fill))
        case RandomResizedCrop():
            return TF.resized_crop(image, **values, size=size, antialias=True)
        case RandomCrop(padding=padding, fill=fill):
            return TF.crop(TF.pad(image, [padding] * 4, fill=list(fill)), values["top"], values["left"], *size)
        case GaussianBlur(kernel_size=kernel_size):
            return TF.gaussian_blur(image, [kernel_size] * 2, [values["sigma"]] * 2)
        case ColorJitter():
            for step in values["order"]:
                name = ("brightness", "contrast", "saturation", "hue")[step]
                if getattr(transform, name) not in ((1, 1), (0, 0)):
                    image = getattr(TF, f"adjust_{name}")(image, values[name])
            return image


def expected(transform, images, parameters):
    rows = [{name: values[i] for name, values in parameters.items()} for i in range(len(images))]
    return torch.stack([reference(transform, image, row) for image, row in zip(images, rows, strict=True)])


def close(found, wanted, tolerance=1e-5):
    """Whether two results agree, relative to the largest value where that is above 1."""
    return (found - wanted).abs().max() <= tolerance * max(1, wanted.abs().max())
