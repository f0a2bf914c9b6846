"""What the network is fed with."""

import pytest
import torch

from course_lib.data.augmentation import ColorJitter, RandomHorizontalFlip
from course_lib.data.imageset import ImageSet
from course_lib.training.inputs import Pixels, normalise

CPU = torch.device("cpu")
MEAN, STD = torch.tensor([0.5, 0.4, 0.3]), torch.tensor([0.25, 0.2, 0.3])
ROWS = torch.arange(16)


@pytest.fixture
def images():
    torch.manual_seed(0)
    pixels = torch.randint(0, 256, (16, 3, 8, 8), dtype=torch.uint8)
    names = tuple(f"a/{i}" for i in range(16))
    return ImageSet(pixels, torch.arange(16), torch.zeros(16, dtype=torch.int64), ("a", "b"), names, "a test")


def batch(images, *transforms, **options):
    return Pixels(images, MEAN, STD, CPU, transforms=transforms, seed=3, **options).batch(ROWS)[0]


def test_the_order_does_not_matter_to_a_flip(images):
    flip = RandomHorizontalFlip()
    assert torch.equal(batch(images, flip), batch(images, flip, normalise_first=True))
    assert not torch.equal(batch(images, flip), batch(images))


def test_jitter_after_normalisation_destroys_what_lies_outside_0_and_1(images):
    """The mechanism of the homework's Table VIII: a jitter of 1 % clips normalised values to [0, 1]."""
    jitter = ColorJitter(brightness=0.01)
    plain = normalise(images.pixels, MEAN, STD)
    right, wrong = batch(images, jitter), batch(images, jitter, normalise_first=True)
    assert (right - plain).abs().max() < 0.06  # 1 % of 1, in standard deviations
    assert (wrong.min(), wrong.max()) == (0, 1)
    assert (wrong - plain).abs().mean() > 10 * (right - plain).abs().mean()
