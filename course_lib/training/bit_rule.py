"""The rule of Big Transfer (BiT): schedule by number of images, resolution by their size, and nothing to choose.

| training images | steps of 512 images | warm-up until step | rate × 0.1 from steps |
|---|---|---|---|
| below 20 000 | 500 | 100 | 200, 300, 400 |
| below 500 000 | 10 000 | 500 | 3000, 6000, 9000 |
| more | 20 000 | 500 | 6000, 12 000, 18 000 |

SGD with momentum 0.9, rate 0.003 for all layers, no weight decay. What is taken over here is the shape of the schedule,
for a number of epochs that is given: 500 steps of 512 images would be a thousand epochs of 250 images. So this is the
rule at another budget, and says nothing about what the rule reaches at its own. Of 20 000 images or more the rule also
mixes pairs of images (MixUp, 0.1), which the course has not.

Source: Kolesnikov et al., Big Transfer (ECCV 2020), arXiv 1912.11370, and the authors' ``bit_hyperrule.py``.
"""

import math
from dataclasses import dataclass

from course_lib.training.recipe import Recipe


@dataclass(frozen=True)
class _Row:
    below: float  # training images
    steps: int
    warmup: int  # steps
    falls: tuple[int, ...]  # steps


_ROWS = (
    _Row(20_000, 500, 100, (200, 300, 400)),
    _Row(500_000, 10_000, 500, (3000, 6000, 9000)),
    _Row(math.inf, 20_000, 500, (6000, 12_000, 18_000)),
)


def bit_recipe(num_images: int, *, epochs: int, **settings) -> Recipe:
    """Make the recipe of the BiT rule for a number of training images, with its schedule stretched to `epochs`.

    Warm-up and steps of the rate begin at the epochs nearest to their share of the rule's steps; steps that fall on one
    epoch count once. With 20 epochs for 200 images: 4 epochs of warm-up, and a tenth of the rate from epochs 8, 12, 16.

    Args:
        settings: of the recipe, e.g. ``batch_size``; those of the rule can be changed, too.

    Raises:
        ValueError: fewer than one image, or as `Recipe`.
    """
    if num_images < 1:
        raise ValueError(f"num_images = {num_images}: the BiT rule needs at least one training image")
    row = next(row for row in _ROWS if num_images < row.below)
    falls = {_nearest(epochs * step / row.steps) for step in row.falls}
    milestones = tuple(sorted(epoch for epoch in falls if 0 < epoch < epochs))
    schedule = {"schedule": "constant"}
    if milestones:
        warmup = min(_nearest(epochs * row.warmup / row.steps), milestones[0])
        schedule = {"schedule": "steps", "milestones": milestones, "step_factor": 0.1, "warmup_epochs": warmup}
    rule = {"name": "bit", "optimizer": "sgd", "momentum": 0.9, "lr": 0.003, "epochs": epochs, **schedule}
    return Recipe.full(**rule | settings)


def bit_resolution(height: int, width: int) -> tuple[int, int]:
    """Find the BiT rule's sizes for images of so many pixels: resize to the first, take a random crop of the second.

    Returns:
        (160, 128) for images of less than 96 × 96 pixels, else (512, 480); pixels a side.
    """
    return (160, 128) if height * width < 96 * 96 else (512, 480)


def _nearest(number: float) -> int:
    """Round to the nearest whole number, halves upwards."""
    return math.floor(number + 0.5)
