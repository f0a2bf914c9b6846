"""Random changes of training images, drawn anew for each image of a batch: settings, draws and their composition.

Each transform has the name, the parameters and the distribution of one in ``torchvision.transforms.v2``, which draws
once for a whole batch. Here `draw` draws for every image, on the CPU, so that a seed gives the same augmentation on
every device; `apply` then changes each image as torchvision does, and nothing about it is random.
"""

import math
from typing import Annotated, ClassVar, Literal

import torch
from pydantic import Field, NonNegativeInt
from torch import Generator, Tensor

from course_lib.data import fields
from course_lib.data import transforms as batched

# On a CPU so many bytes of a batch go through all transforms at once: they stay in a core's cache.
_PIECE_BYTES = 2**20


def augment(
    images: Tensor, transforms: "tuple[Transform, ...]", generator: Generator, *, inplace: bool = False
) -> Tensor:
    """Apply `transforms` one after the other, each with parameters drawn for every image.

    Args:
        images: (N, 3, H, W) floats on any device.
        transforms: in the order in which they apply.
        generator: of the CPU; the same state gives the same augmentation on every device.
        inplace: put the result in the memory of `images`, which saves the time of asking for more.

    Returns:
        (N, 3, H, W) on the same device and in the same memory format.

    Raises:
        ValueError: not such images, or too small for a transform.
    """
    _check_images(images)
    if not transforms:
        return images
    count, size = len(images), (images.shape[-2], images.shape[-1])
    drawn = [(transform, transform.draw(count, size, generator)) for transform in transforms]
    piece = max(1, count)
    if images.device.type == "cpu":
        piece = max(1, _PIECE_BYTES // (images.element_size() * math.prod(images.shape[1:])))
    result = images if inplace else torch.empty_like(images)
    for start in range(0, count, piece):
        rows = slice(start, start + piece)
        changed = images[rows].contiguous()
        for transform, parameters in drawn:
            changed = transform.apply(changed, {name: values[rows] for name, values in parameters.items()})
        result[rows] = changed
    return result


class RandomTransform(fields.Settings):
    """What all transforms share: parameters are drawn for each image, and then applied."""

    def draw(self, num_images: int, size: tuple[int, int], generator: Generator) -> dict[str, Tensor]:
        """Parameters for `num_images` images of `size` (height, width): tensors of that length on the CPU, by name."""
        raise NotImplementedError

    def apply(self, images: Tensor, parameters: dict[str, Tensor]) -> Tensor:
        """The changed images, or `images` themselves if none changes; `parameters` alone decides how.

        Args:
            images: (N, 3, H, W) floats on any device, not changed.
            parameters: as `draw` makes them, on the CPU.

        Raises:
            ValueError: not such images, or too small.
        """
        _check_images(images)
        return self._change(images, **parameters)


class _Chosen(RandomTransform):
    """A change that an image undergoes with probability p, or not at all."""

    p: fields.Share = 0.5

    def draw(self, num_images: int, size: tuple[int, int], generator: Generator) -> dict[str, Tensor]:
        return {"chosen": torch.rand(num_images, generator=generator) < self.p}

    def _change(self, images: Tensor, chosen: Tensor) -> Tensor:
        rows = chosen.nonzero()[:, 0]
        if len(rows) in (0, len(images)):
            return self._change_all(images) if len(rows) else images
        return batched.replace_rows(images.clone(), images, rows, self._change_all)


class RandomHorizontalFlip(_Chosen):
    """Swap left and right with probability `p`."""

    name: Literal["RandomHorizontalFlip"] = "RandomHorizontalFlip"

    def _change_all(self, images: Tensor) -> Tensor:
        return images.flip(-1)


class RandomInvert(_Chosen):
    """Replace each value x by 1 − x with probability `p`."""

    name: Literal["RandomInvert"] = "RandomInvert"

    def _change_all(self, images: Tensor) -> Tensor:
        return 1 - images


class RandomGrayscale(_Chosen):
    """Take away the colour with probability `p`; three equal channels remain."""

    name: Literal["RandomGrayscale"] = "RandomGrayscale"
    p: fields.Share = 0.1

    def _change_all(self, images: Tensor) -> Tensor:
        return batched.rgb_to_grayscale(images)


class RandomAffine(RandomTransform):
    """Rotate, shift, scale and shear around the centre.

    Attributes:
        degrees: range of the angle, clockwise; a number d means (−d, d).
        translate: largest shift along x and y as shares of width and height; shifts are whole pixels.
        scale: range of the factor; above 1 enlarges.
        shear: range along x, or two ranges (x, then y), in degrees; a number d means (−d, d) along x.
        interpolation: nearest, as in torchvision, keeps thin lines sharp; bilinear blurs them.
        fill: value, or one for each channel, of what comes from outside the image.
    """

    name: Literal["RandomAffine"] = "RandomAffine"
    degrees: fields.AngleRange
    translate: fields.Shares = (0.0, 0.0)
    scale: fields.ScaleRange = (1.0, 1.0)
    shear: fields.ShearRanges = (0.0, 0.0, 0.0, 0.0)
    interpolation: Literal["bilinear", "nearest"] = "nearest"
    fill: fields.Colour = (0.0, 0.0, 0.0)

    def draw(self, num_images: int, size: tuple[int, int], generator: Generator) -> dict[str, Tensor]:
        (height, width), (along_x, along_y) = size, self.translate
        shifts = ((-along_x * width, along_x * width), (-along_y * height, along_y * height))
        return {
            "angle": _uniform(self.degrees, num_images, generator),
            "translate": torch.stack([_uniform(ends, num_images, generator) for ends in shifts], dim=1).round(),
            "scale": _uniform(self.scale, num_images, generator),
            "shear": torch.stack([_uniform(self.shear[i : i + 2], num_images, generator) for i in (0, 2)], dim=1),
        }

    def _change(self, images: Tensor, **parameters: Tensor) -> Tensor:
        return batched.affine(images, **parameters, interpolation=self.interpolation, fill=self.fill)


class RandomResizedCrop(RandomTransform):
    """Enlarge a random rectangle of the image to the image's size, bilinearly.

    Attributes:
        scale: range of the rectangle's area, as a share of the image's.
        ratio: range of its width / height; the logarithm is uniform.
    """

    name: Literal["RandomResizedCrop"] = "RandomResizedCrop"
    scale: fields.ShareRange = (0.08, 1.0)
    ratio: fields.ScaleRange = (3 / 4, 4 / 3)

    def draw(self, num_images: int, size: tuple[int, int], generator: Generator) -> dict[str, Tensor]:
        tries = (num_images, 10)
        area = _uniform(self.scale, tries, generator).double() * math.prod(size)
        ratio = _uniform((math.log(self.ratio[0]), math.log(self.ratio[1])), tries, generator).double().exp()
        height, width = (area / ratio).sqrt().round(), (area * ratio).sqrt().round()
        fits = (height >= 1) & (height <= size[0]) & (width >= 1) & (width <= size[1])
        first, found = fits.int().argmax(dim=1, keepdim=True), fits.any(dim=1)
        # Where no try fits: the middle of the image, as large as the ratio allows.
        widest, highest = round(size[0] * self.ratio[1]), round(size[1] / self.ratio[0])
        height = torch.where(found, height.gather(1, first)[:, 0], min(size[0], highest))
        width = torch.where(found, width.gather(1, first)[:, 0], min(size[1], widest))
        place = torch.rand(2, num_images, generator=generator, dtype=torch.float64)
        top = torch.where(found, place[0] * (size[0] - height + 1), (size[0] - height) / 2).floor()
        left = torch.where(found, place[1] * (size[1] - width + 1), (size[1] - width) / 2).floor()
        return {"top": top.long(), "left": left.long(), "height": height.long(), "width": width.long()}

    def _change(self, images: Tensor, **rectangles: Tensor) -> Tensor:
        return batched.resized_crop(images, **rectangles)


class RandomCrop(RandomTransform):
    """Pad the image by `padding` pixels of `fill` on each side, and cut out a window of the image's size."""

    name: Literal["RandomCrop"] = "RandomCrop"
    padding: NonNegativeInt
    fill: fields.Colour = (0.0, 0.0, 0.0)

    def draw(self, num_images: int, size: tuple[int, int], generator: Generator) -> dict[str, Tensor]:
        top, left = torch.randint(2 * self.padding + 1, (2, num_images), generator=generator)
        return {"top": top, "left": left}

    def _change(self, images: Tensor, top: Tensor, left: Tensor) -> Tensor:
        return batched.crop(images, top, left, self.padding, self.fill)


class ColorJitter(RandomTransform):
    """Change brightness, contrast, saturation and hue, each image in an order of its own.

    It is made for values in [0, 1]: the results are clamped, which destroys normalised images.

    Attributes:
        brightness, contrast, saturation: range of the factor; a number d means (max(0, 1 − d), 1 + d).
        hue: range of the turn as a share of the circle, at most (−0.5, 0.5); a number d means (−d, d).
    """

    name: Literal["ColorJitter"] = "ColorJitter"
    brightness: fields.FactorRange = (1.0, 1.0)
    contrast: fields.FactorRange = (1.0, 1.0)
    saturation: fields.FactorRange = (1.0, 1.0)
    hue: fields.TurnRange = (0.0, 0.0)

    _steps: ClassVar = (
        ("brightness", batched.adjust_brightness),
        ("contrast", batched.adjust_contrast),
        ("saturation", batched.adjust_saturation),
        ("hue", batched.adjust_hue),
    )

    def draw(self, num_images: int, size: tuple[int, int], generator: Generator) -> dict[str, Tensor]:
        order = torch.rand(num_images, len(self._steps), generator=generator).argsort(dim=1)  # what comes first, …
        return {"order": order} | {k: _uniform(getattr(self, k), num_images, generator) for k, _ in self._steps}

    def _change(self, images: Tensor, order: Tensor, **amounts: Tensor) -> Tensor:
        unused = type(self).model_fields
        used = [i for i, (name, _) in enumerate(self._steps) if getattr(self, name) != unused[name].default]
        order = order[torch.isin(order, torch.tensor(used, dtype=order.dtype))].view(len(images), len(used))
        for now in order.unbind(dim=1):
            changed = torch.empty_like(images)
            for i in used:
                name, adjust = self._steps[i]
                changed = batched.replace_rows(changed, images, (now == i).nonzero()[:, 0], adjust, amounts[name])
            images = changed
        return images


class GaussianBlur(RandomTransform):
    """Blur each image with a Gaussian of its own width; beyond its border an image is mirrored.

    Attributes:
        kernel_size: pixels a side of the kernel, odd.
        sigma: range of the standard deviation in pixels; a number means always this one.
    """

    name: Literal["GaussianBlur"] = "GaussianBlur"
    kernel_size: fields.OddSize
    sigma: fields.WidthRange = (0.1, 2.0)

    def draw(self, num_images: int, size: tuple[int, int], generator: Generator) -> dict[str, Tensor]:
        return {"sigma": _uniform(self.sigma, num_images, generator)}

    def _change(self, images: Tensor, sigma: Tensor) -> Tensor:
        return batched.gaussian_blur(images, self.kernel_size, sigma)


Transform = Annotated[
    RandomHorizontalFlip
    | RandomAffine
    | RandomResizedCrop
    | RandomCrop
    | ColorJitter
    | GaussianBlur
    | RandomInvert
    | RandomGrayscale,
    Field(discriminator="name"),
]


def _uniform(ends: tuple[float, ...], shape: int | tuple[int, ...], generator: Generator) -> Tensor:
    low, high = ends
    return torch.empty(shape).uniform_(low, high, generator=generator)


def _check_images(images: Tensor) -> None:
    if images.ndim != 4 or images.shape[1] != 3 or not images.is_floating_point():
        found = f"{images.dtype} {tuple(images.shape)}"
        raise ValueError(f"augmentation works on floats (N, 3, H, W), got {found}: scale uint8 pixels to [0, 1] first")
