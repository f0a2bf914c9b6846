"""Transform the geometry and colour of a batch of images, each image with parameters of its own.

Images are floats (N, 3, H, W) on any device; parameters are tensors of length N, on the CPU as they are drawn. Image by
image the result is that of the function of the same name in ``torchvision.transforms.v2.functional``, also for values
outside [0, 1]. Nothing here waits for the device, and no input is changed.
"""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

Colour = tuple[float, float, float]


def affine(
    images: Tensor,
    angle: Tensor,
    translate: Tensor,
    scale: Tensor,
    shear: Tensor,
    interpolation: str = "bilinear",
    fill: Colour = (0.0, 0.0, 0.0),
) -> Tensor:
    """Rotate, shift, scale and shear each image around its centre.

    Args:
        images: (N, 3, H, W).
        angle: (N,) in degrees, clockwise.
        translate: (N, 2) to the right and down, in pixels.
        scale: (N,) factors; above 1 enlarges.
        shear: (N, 2) along x and y, in degrees.
        interpolation: ``"bilinear"`` or ``"nearest"``.
        fill: value for each channel of what lies outside the image.
    """
    height, width = images.shape[-2:]
    half = torch.tensor([width, height]).view(2, 1) / 2
    matrices = _move(_inverse_matrices(angle, translate, scale, shear) / half, images)[..., None, None]
    x, y = _centred(width, images), _centred(height, images)[:, None]
    # The source of each pixel, −1 and 1 being the image's borders.
    places = matrices[:, :, 0] * x + (matrices[:, :, 1] * y + matrices[:, :, 2])  # (N, 2, H, W)
    # A fourth channel of ones tells how much of each pixel comes from inside.
    with_mask = torch.cat((images, torch.ones_like(images[:, :1])), dim=1)
    sampled = F.grid_sample(with_mask, places.permute(0, 2, 3, 1), interpolation, "zeros", align_corners=False)
    colours, mask = sampled[:, :3], sampled[:, 3:]
    return (colours * mask).addcmul_(_colour(fill, images), 1 - mask)


def resized_crop(images: Tensor, top: Tensor, left: Tensor, height: Tensor, width: Tensor) -> Tensor:
    """Cut a rectangle out of each image and enlarge it to the images' size, bilinearly.

    A crop is never larger than the result, so antialiasing would change nothing.

    Args:
        images: (N, 3, H, W).
        top, left, height, width: (N,) of the rectangles, in pixels, inside the images.
    """
    y = _normalised(top, height, images.shape[-2])
    x = _normalised(left, width, images.shape[-1])
    shape = (len(images), *images.shape[-2:])
    grid = torch.stack((_move(x, images)[:, None, :].expand(shape), _move(y, images)[:, :, None].expand(shape)), dim=-1)
    return F.grid_sample(images, grid, "bilinear", "border", align_corners=False)


def crop(images: Tensor, top: Tensor, left: Tensor, padding: int, fill: Colour = (0.0, 0.0, 0.0)) -> Tensor:
    """Cut out of each image, padded on all four sides, a window of the image's size.

    Args:
        images: (N, 3, H, W).
        top, left: (N,) corner of the window in the padded image, 0 to 2·padding pixels.
        padding: pixels on each side.
        fill: value for each channel of the padding.
    """
    count, channels, height, width = images.shape
    padded = _colour(fill, images).expand(count, channels, height + 2 * padding, width + 2 * padding).clone()
    padded[..., padding : padding + height, padding : padding + width] = images
    corners = zip(padded, top.tolist(), left.tolist(), strict=True)  # on the CPU already: no wait for the device
    return torch.stack([image[:, y : y + height, x : x + width] for image, y, x in corners])


def random_windows(images: Tensor, size: int, generator: torch.Generator) -> Tensor:
    """Cut a window of `size` by `size` pixels out of each image, any place as likely as any other.

    Args:
        images: (N, 3, H, W) of any type, on any device.
        size: pixels a side, at most H and W.
        generator: of the CPU; it draws the rows, then the columns of the corners.
    """
    top, left = (torch.randint(side - size + 1, (len(images),), generator=generator) for side in images.shape[-2:])
    corners = zip(images, top.tolist(), left.tolist(), strict=True)
    return torch.stack([image[:, y : y + size, x : x + size] for image, y, x in corners])


def adjust_brightness(images: Tensor, factor: Tensor) -> Tensor:
    """Multiply each image by its `factor` (N,); the result is clamped to [0, 1]."""
    return images.mul(_factors(factor, images)).clamp_(0, 1)


def adjust_contrast(images: Tensor, factor: Tensor) -> Tensor:
    """Stretch each image by its `factor` (N,) about its mean grey value; the result is clamped to [0, 1]."""
    return _blend(images, _grey(images).mean(dim=(1, 2, 3), keepdim=True), factor)


def adjust_saturation(images: Tensor, factor: Tensor) -> Tensor:
    """Stretch each pixel by its image's `factor` (N,) about its grey value; the result is clamped to [0, 1]."""
    return _blend(images, _grey(images), factor)


def adjust_hue(images: Tensor, shift: Tensor) -> Tensor:
    """Turn the hue of each image by `shift` (N,) of the full circle, −0.5 to 0.5.

    Hue is made for values in [0, 1]: with others, all but the largest channel of a pixel are clamped. (Where that one
    is exactly 0 and another negative, torchvision divides by zero; here the pixel is black.)
    """
    # Floats 0 and 1 instead of conditions: torch.where costs a CPU ten times what arithmetic does.
    red, green, blue = images.split(1, dim=1)
    value = torch.maximum(torch.maximum(red, green), blue)  # (N, 1, H, W)
    chroma = value - torch.minimum(torch.minimum(red, green), blue)
    from_red = value.clone().eq_(red)
    from_green = value.clone().eq_(green).mul_(1 - from_red)
    from_blue = 1 - from_red - from_green
    hue = from_red.mul_(green - blue).addcmul_(from_green, blue - red).addcmul_(from_blue, red - green)
    hue.div_(chroma.clamp(min=torch.finfo(images.dtype).tiny))  # grey has chroma 0 and no hue: 0 will do
    hue.add_(from_green, alpha=2).add_(from_blue, alpha=4).add_(6 * _factors(shift, images))
    hue.sub_(hue.div(6).floor_(), alpha=6)  # in sixths of the circle from red, below 6
    # How far each channel lies below the value, in units of chroma: red is as large as the value within 1 of hue 0
    # (or 6), green within 1 of hue 2, blue within 1 of hue 4.
    below = torch.cat((2 - (hue - 3).abs_(), (hue - 2).abs_() - 1, (hue - 4).abs_() - 1), dim=1)
    as_value = below.clone().le_(0)
    changed = (value - chroma * below.clamp_(0, 1)).clamp_(0, 1)
    return changed.addcmul_(as_value, value - value.clamp(0, 1))


def gaussian_blur(images: Tensor, kernel_size: int, sigma: Tensor) -> Tensor:
    """Blur each image with a Gaussian of its own width; beyond its border an image is mirrored.

    Args:
        images: (N, 3, H, W).
        kernel_size: pixels a side of the kernel, odd.
        sigma: (N,) standard deviations in pixels.

    Raises:
        ValueError: the kernel is too large for the images.
    """
    height, width = images.shape[-2:]
    reach = kernel_size // 2
    if reach >= min(height, width):
        most = 2 * min(height, width) - 1
        raise ValueError(f"a kernel of {kernel_size} pixels is too large for {height}×{width}: use at most {most}")
    kernels = _move(_gaussian_kernels(kernel_size, sigma), images).view(len(images), kernel_size, 1, 1, 1)
    padded = F.pad(images, (reach,) * 4, mode="reflect")
    # One direction after the other; sums of shifted images, because a convolution grouped by image is slower.
    rows = padded[..., :width] * kernels[:, 0]
    for shift in range(1, kernel_size):
        rows.addcmul_(padded[..., shift : shift + width], kernels[:, shift])
    blurred = rows[..., :height, :] * kernels[:, 0]
    for shift in range(1, kernel_size):
        blurred.addcmul_(rows[..., shift : shift + height, :], kernels[:, shift])
    return blurred


def rgb_to_grayscale(images: Tensor) -> Tensor:
    """Luminance 0.2989·R + 0.587·G + 0.114·B in all three channels."""
    return _grey(images).repeat(1, 3, 1, 1)


def replace_rows(
    target: Tensor, images: Tensor, rows: Tensor, change: Callable[..., Tensor], *parameters: Tensor
) -> Tensor:
    """`target` (N, 3, H, W) with `rows` replaced, in place, by the changed rows of `images`.

    Args:
        rows: indices on the CPU, so that their number is known without waiting for the device.
        change: makes images from images and the same rows of the `parameters`.
    """
    if len(rows) == len(images):
        return change(images, *parameters)
    if not len(rows):
        return target
    there = _move(rows, images, torch.int64)
    changed = change(images.index_select(0, there), *(values[rows] for values in parameters))
    return target.index_copy_(0, there, changed)


def _inverse_matrices(angle: Tensor, translate: Tensor, scale: Tensor, shear: Tensor) -> Tensor:
    """(N, 2, 3) float64 matrices from a result's pixel to the image's; the origin is the centre."""
    turn, (shear_x, shear_y) = torch.deg2rad(angle.double()), torch.deg2rad(shear.double()).unbind(dim=1)
    right, down = translate.double().unbind(dim=1)
    a = torch.cos(turn - shear_y) / torch.cos(shear_y)
    b = -(a * torch.tan(shear_x) + torch.sin(turn))
    c = torch.sin(turn - shear_y) / torch.cos(shear_y)
    d = torch.cos(turn) - c * torch.tan(shear_x)
    linear = torch.stack((d, -b, -c, a), dim=1).view(-1, 2, 2) / scale.double().view(-1, 1, 1)
    offset = -(linear @ torch.stack((right, down), dim=1)[:, :, None])
    return torch.cat((linear, offset), dim=2)


def _gaussian_kernels(kernel_size: int, sigma: Tensor) -> Tensor:
    """(N, kernel_size) weights exp(−x²/2σ²), which sum to 1."""
    places = torch.arange(kernel_size) - kernel_size // 2
    return torch.softmax(-0.5 * (places / sigma.double()[:, None]).square(), dim=1)


def _normalised(start: Tensor, length: Tensor, size: int) -> Tensor:
    """(N, size) places along one axis, as grid_sample counts them: −1 and 1 are the borders of the image."""
    start, length = start.double()[:, None], length.double()[:, None]
    steps = (torch.arange(size, dtype=torch.float64) + 0.5) * (length / size) - 0.5
    # The last half pixel of a crop repeats its border, whatever the image shows beyond.
    inside = torch.minimum(steps.clamp(min=0), length - 1) + start
    return (2 * inside + 1) / size - 1


def _centred(size: int, images: Tensor) -> Tensor:
    """(size,) pixel centres from the middle of the image."""
    return torch.linspace((1 - size) * 0.5, (size - 1) * 0.5, size, dtype=images.dtype, device=images.device)


def _blend(images: Tensor, others: Tensor, factor: Tensor) -> Tensor:
    ratio = _factors(factor, images)
    return images.mul(ratio).add_(others * (1 - ratio)).clamp_(0, 1)


def _grey(images: Tensor) -> Tensor:
    red, green, blue = images.split(1, dim=1)
    return red.mul(0.2989).add_(green, alpha=0.587).add_(blue, alpha=0.114)


def _factors(values: Tensor, images: Tensor) -> Tensor:
    return _move(values, images).view(-1, 1, 1, 1)


def _colour(fill: Colour, images: Tensor) -> Tensor:
    return _move(torch.tensor(fill, dtype=torch.float64), images).view(1, 3, 1, 1)


def _move(values: Tensor, images: Tensor, dtype: torch.dtype | None = None) -> Tensor:
    # Copying to a GPU waits for all its work unless told not to.
    return values.to(dtype or images.dtype).to(images.device, non_blocking=images.device.type == "cuda")
