"""Explorer of Table VIII's transforms: augmented images, and the statistics of the network's input."""

from collections.abc import Sequence

import numpy as np
import torch
from matplotlib.figure import Figure
from torch import Tensor

from course_lib.data.augmentation import (
    ColorJitter,
    GaussianBlur,
    RandomAffine,
    RandomGrayscale,
    RandomHorizontalFlip,
    RandomInvert,
    Transform,
    augment,
)
from course_lib.figures.images import mosaic
from course_lib.figures.style import CHANNEL_COLORS, GREY, hide_ticks, new_figure, styled

# Whether the transforms get normalised images, the mistake of lesson 07: see `Recipe.augmentation_order`.
ORDERS = {"before normalisation": False, "after normalisation": True}
_COLUMNS, _DRAWS = 7, 2  # different images side by side; how often each is drawn anew
_JITTER = ("brightness", "contrast", "saturation", "hue")


def augmentation_controls() -> dict[str, object]:
    """Controls of `augmented_batch`: a slider for the parameter of every kind of transform in Table VIII."""
    return {
        "degrees": (0, 180, 1),
        "flip": (0.0, 1.0, 0.1),
        "invert": (0.0, 1.0, 0.1),
        "greyscale": (0.0, 1.0, 0.1),
        **{name: (0.0, 0.5 if name == "hue" else 1.0, 0.01) for name in _JITTER},
        "kernel": (1, 27, 2),
        "sigma": (0.1, 5.0, 0.1),
        "order": list(ORDERS),
    }


def compose(
    *,
    degrees: float = 0,
    flip: float = 0,
    invert: float = 0,
    greyscale: float = 0,
    brightness: float = 0,
    contrast: float = 0,
    saturation: float = 0,
    hue: float = 0,
    kernel: int = 1,
    sigma: float = 2.0,
    fill: Sequence[float] = (0.0, 0.0, 0.0),
) -> tuple[Transform, ...]:
    """Transforms with an effect at these settings, in the order in which they apply.

    Args:
        degrees: largest angle of a rotation, in either direction.
        flip, invert, greyscale: probabilities.
        brightness, contrast, saturation, hue: ranges of `ColorJitter`.
        kernel: side of the blur's kernel in pixels, odd; 1 leaves images unchanged.
        sigma: largest deviation of the blur in pixels; the smallest is 0.1, as in Table VIII.
        fill: value of each channel in the corners that a rotation leaves empty.

    Raises:
        ValueError: a value that its transform refuses.
    """
    jitter = dict(zip(_JITTER, (brightness, contrast, saturation, hue), strict=True))
    steps = (
        (flip, RandomHorizontalFlip(p=flip)),
        (degrees, RandomAffine(degrees=degrees, fill=tuple(fill))),
        (invert, RandomInvert(p=invert)),
        (greyscale, RandomGrayscale(p=greyscale)),
        (any(jitter.values()), ColorJitter(**{name: value for name, value in jitter.items() if value})),
        (kernel > 1, GaussianBlur(kernel_size=kernel, sigma=(0.1, sigma))),
    )
    return tuple(step for used, step in steps if used)


@styled
def augmented_batch(
    images,
    labels,
    class_names: Sequence[str],
    *,
    degrees: float = 10,
    flip: float = 0.5,
    sigma: float = 2.0,
    order: str = "before normalisation",
    seed: int = 0,
    **transforms: float,
) -> Figure:
    """Show one image of each class, two augmented draws of it, and mean and deviation of the network's input.

    Args:
        images: (N, 3, H, W) uint8; the statistics before and after augmentation are over all of them.
        labels: (N,) integers, positions in `class_names`.
        degrees, flip, sigma, transforms: as in `compose`.
        order: one of `ORDERS`: the transforms see images in [0, 1], or normalised ones.

    Raises:
        ValueError: other images, an unknown order, or a value that its transform refuses.
    """
    if order not in ORDERS:
        raise ValueError(f"unknown order '{order}': choose {' or '.join(ORDERS)}")
    images = torch.as_tensor(images)
    if images.ndim != 4 or images.dtype != torch.uint8 or len(images) != len(labels) or not len(images):
        raise ValueError(f"images {images.dtype} {tuple(images.shape)}: need uint8 (N, 3, H, W), one for each label")
    plain = images.float() / 255
    std, mean = torch.std_mean(plain, dim=(0, 2, 3), correction=0)
    mean, std = mean.view(3, 1, 1), std.view(3, 1, 1)
    fill = (0.0, 0.0, 0.0) if ORDERS[order] else mean.flatten().tolist()  # the mean colour, in either order
    steps = compose(degrees=degrees, flip=flip, sigma=sigma, fill=fill, **transforms)

    def prepare(batch: Tensor, draw: int) -> Tensor:
        """Augmented and normalised images: the network's input, (N, 3, H, W)."""
        random = torch.Generator().manual_seed(seed + draw)
        if ORDERS[order]:
            return augment((batch - mean) / std, steps, random)
        return (augment(batch, steps, random) - mean) / std

    shown = [int(np.flatnonzero(np.asarray(labels) == label)[0]) for label in np.unique(labels)[:_COLUMNS]]
    draws = [prepare(plain, draw) for draw in range(_DRAWS)]
    rows = [plain[shown], *((drawn[shown] * std + mean).clamp(0, 1) for drawn in draws)]
    names = [class_names[labels[row]] for row in shown]
    return _draw(rows, names, torch.cat(draws), bool(steps), order)


def _draw(rows: list[Tensor], names: list[str], inputs: Tensor, changed: bool, order: str) -> Figure:
    stds, means = (values.numpy() for values in torch.std_mean(inputs, dim=(0, 2, 3), correction=0))
    found = f"input's mean {means.mean():+.2f}, deviation {stds.mean():.2f}".replace("-", "−")
    title = f"Augmented {order}: {found}" if changed else f"Not augmented: {found}"
    figure = new_figure(title, width=10.5, height=4.2)
    pictures, panel = figure.subplots(1, 2, width_ratios=[3.6, 1])
    height, width = rows[0].shape[-2:]
    sheet = mosaic(torch.cat(rows).permute(0, 2, 3, 1).numpy(), len(names))
    pictures.imshow(sheet)
    hide_ticks(pictures)
    pictures.set_xticks([column * (width + 2) + width / 2 for column in range(len(names))], names)
    pictures.set_yticks(
        [row * (height + 2) + height / 2 for row in range(len(rows))], ["as it was", "draw 1", "draw 2"]
    )
    pictures.tick_params(length=0)
    _draw_statistics(panel, means, stds)
    return figure


def _draw_statistics(axes, means, stds) -> None:
    for place, (color, mean, std) in enumerate(zip(CHANNEL_COLORS.values(), means, stds, strict=True)):
        axes.errorbar([place], [mean], yerr=[std], fmt="o", color=color, capsize=7, linewidth=3, markersize=10)
    axes.axhline(0, color=GREY, linewidth=1.2)
    for edge in (-1, 1):
        axes.axhline(edge, color=GREY, linestyle=":", linewidth=1.5)
    axes.set_xticks(range(3), list(CHANNEL_COLORS))
    axes.set_xlim(-0.6, 2.6)
    axes.set_ylim(-2.6, 2.6)
    axes.grid(False)
    axes.set_ylabel("network's input: mean ± deviation\n(dotted: not augmented)")
