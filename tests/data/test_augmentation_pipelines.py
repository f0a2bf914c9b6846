"""Augmentation: transforms one after another, in pieces, in place and on any device; their settings and mistakes."""

import pytest
import torch
import torchvision.transforms as v1
from pydantic import TypeAdapter

from augmentations import AFFINE, ALL, JITTER, SIZE, close, described, noise, normalised, seeded
from course_lib.data import augmentation
from course_lib.data.augmentation import (
    ColorJitter,
    GaussianBlur,
    RandomAffine,
    RandomCrop,
    RandomGrayscale,
    RandomHorizontalFlip,
    RandomInvert,
    RandomResizedCrop,
    Transform,
    augment,
)

# Composition ----------------------------------------------------------------------------------------------------------

PIPELINE = (RandomHorizontalFlip(), AFFINE, JITTER, GaussianBlur(kernel_size=3), RandomCrop(padding=3))


def test_the_same_image_becomes_many():
    images = noise()[5].expand(40, 3, *SIZE)
    for transform in (AFFINE, JITTER, GaussianBlur(kernel_size=5), RandomResizedCrop()):
        assert len(augment(images, (transform,), seeded()).flatten(1).unique(dim=0)) > 35
    assert len(augment(images, (RandomHorizontalFlip(),), seeded()).flatten(1).unique(dim=0)) == 2


def test_transforms_apply_in_order_each_with_its_own_draw():
    images, generator = noise(), seeded(4)
    wanted = images
    drawn = [transform.draw(len(images), SIZE, generator) for transform in PIPELINE]
    for transform, parameters in zip(PIPELINE, drawn, strict=True):
        wanted = transform.apply(wanted, parameters)
    assert torch.equal(augment(images, PIPELINE, seeded(4)), wanted)
    assert not torch.equal(augment(images, PIPELINE, seeded(5)), wanted)
    assert torch.equal(augment(images, (), seeded()), images)


def test_order_of_transforms_matters():
    images = noise()
    shift, invert = RandomCrop(padding=5), RandomInvert(p=1)
    first, last = augment(images, (shift, invert), seeded()), augment(images, (invert, shift), seeded())
    assert first[:, :, 0].max() == 1  # the black padding became white
    assert last[:, :, 0].min() == 0
    assert not torch.equal(first, last)


def test_one_generator_goes_on():
    images, generator = noise(), seeded()
    first, second = (augment(images, PIPELINE, generator) for _ in range(2))
    assert not torch.equal(first, second)


@pytest.mark.parametrize("num_bytes", [1, 30_000, 2**30])
def test_pieces_change_nothing(monkeypatch, num_bytes):
    images = noise()
    wanted = augment(images, PIPELINE, seeded())
    monkeypatch.setattr(augmentation, "_PIECE_BYTES", num_bytes)
    assert close(augment(images, PIPELINE, seeded()), wanted, 1e-6)


def test_in_place_or_not():
    images = noise()
    before = images.clone()
    wanted = augment(images, PIPELINE, seeded())
    assert torch.equal(images, before)
    changed = augment(images, PIPELINE, seeded(), inplace=True)
    assert changed.data_ptr() == images.data_ptr()
    assert torch.equal(changed, wanted)


@pytest.mark.parametrize("inplace", [False, True])
def test_channels_last_stays(inplace):
    images = noise().contiguous(memory_format=torch.channels_last)
    wanted = augment(images.contiguous(), PIPELINE, seeded())
    changed = augment(images, PIPELINE, seeded(), inplace=inplace)
    assert changed.is_contiguous(memory_format=torch.channels_last)
    assert torch.equal(changed, wanted)
    for transform in ALL:
        parameters = transform.draw(len(wanted), SIZE, seeded())
        images = noise().contiguous(memory_format=torch.channels_last)
        assert close(transform.apply(images, parameters), transform.apply(images.contiguous(), parameters), 1e-6)


@pytest.mark.parametrize("transform", ALL, ids=described)
def test_no_step_asks_the_device_for_a_value(transform):
    """The device "meta" has shapes and no values: whatever waits for one fails there."""
    changed = augment(torch.empty(5, 3, *SIZE, device="meta"), (transform,), seeded())
    assert changed.device.type == "meta"
    assert changed.shape == (5, 3, *SIZE)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_gpu_does_the_same_and_is_never_waited_for():
    on_gpu = noise().cuda()
    for transform in ALL:
        wanted = augment(noise(), (transform,), seeded())
        augment(on_gpu, (transform,), seeded())  # the first call loads kernels
        torch.cuda.set_sync_debug_mode("error")
        try:
            changed = augment(on_gpu, (transform,), seeded())
        finally:
            torch.cuda.set_sync_debug_mode("default")
        if getattr(transform, "interpolation", "") != "nearest":
            assert close(changed.cpu(), wanted, 5e-5)


def test_no_images_and_one_image():
    assert augment(noise()[:0], PIPELINE, seeded()).shape == (0, 3, *SIZE)
    assert augment(noise()[:1], PIPELINE, seeded()).shape == (1, 3, *SIZE)


# Settings -------------------------------------------------------------------------------------------------------------


def test_settings_travel_as_json():
    adapter = TypeAdapter(tuple[Transform, ...])
    assert adapter.validate_json(adapter.dump_json(tuple(ALL))) == tuple(ALL)
    assert adapter.validate_python([{"name": "RandomCrop", "padding": 3}]) == (RandomCrop(padding=3),)


def test_defaults_are_torchvisions():
    theirs = v1.RandomResizedCrop(9), v1.GaussianBlur(3)
    assert (RandomResizedCrop().scale, RandomResizedCrop().ratio) == (theirs[0].scale, theirs[0].ratio)
    assert GaussianBlur(kernel_size=3).sigma == theirs[1].sigma
    for kind in (RandomHorizontalFlip, RandomInvert, RandomGrayscale):
        assert kind().p == getattr(v1, kind.__name__)().p
    assert RandomAffine(degrees=0) == RandomAffine(degrees=0, translate=None, scale=None, shear=None, fill=0)
    assert ColorJitter() == ColorJitter(brightness=0, contrast=None, saturation=(1, 1), hue=0)


def test_what_means_the_same_is_equal():
    assert RandomAffine(degrees=10) == RandomAffine(degrees=(-10, 10))
    assert RandomAffine(degrees=0, shear=5) == RandomAffine(degrees=0, shear=(-5, 5)) != RandomAffine(degrees=0)
    assert RandomAffine(degrees=0, shear=(1, 2)) == RandomAffine(degrees=0, shear=(1, 2, 0, 0))
    assert RandomAffine(degrees=0, fill=0.3) == RandomAffine(degrees=0, fill=(0.3, 0.3, 0.3))
    assert ColorJitter(brightness=1.5, hue=0.1) == ColorJitter(brightness=(0, 2.5), hue=(-0.1, 0.1))
    assert GaussianBlur(kernel_size=3, sigma=2) == GaussianBlur(kernel_size=3, sigma=(2, 2))
    with pytest.raises(ValueError, match="frozen"):
        RandomCrop(padding=3).padding = 4


def test_a_jitter_of_nothing_changes_nothing():
    images = normalised(noise())
    assert torch.equal(augment(images, (ColorJitter(),), seeded()), images)


@pytest.mark.parametrize(
    ("kind", "settings", "says"),
    [
        (RandomHorizontalFlip, {"p": 1.5}, "p = 1.5: input should be less than or equal to 1"),
        (RandomHorizontalFlip, {"p": float("nan")}, "p = nan"),
        (RandomInvert, {"p": -0.1}, "greater than or equal to 0"),
        (RandomGrayscale, {"q": 0.1}, "unknown setting 'q' (known: p, name)"),
        (RandomAffine, {}, "'degrees' is missing"),
        (RandomAffine, {"degrees": -5}, "degrees = -5: a single number d stands for"),
        (RandomAffine, {"degrees": float("nan")}, "degrees = nan"),
        (RandomAffine, {"degrees": (0, float("inf"))}, "degrees.1 = inf: input should be a finite number"),
        (RandomAffine, {"degrees": (5, -5)}, "degrees = (5, -5): a range goes from low to high: swap its ends"),
        (RandomAffine, {"degrees": 5, "translate": (0.1, 1.1)}, "translate.1 = 1.1"),
        (RandomAffine, {"degrees": 5, "scale": (0, 1)}, "scale.0 = 0"),
        (RandomAffine, {"degrees": 5, "shear": (1, 2, 4, 3)}, "swap"),
        (RandomAffine, {"degrees": 5, "fill": (0, 1)}, "'fill.2' is missing"),
        (RandomAffine, {"degrees": 5, "interpolation": "bicubic"}, "'bilinear' or 'nearest'"),
        (RandomResizedCrop, {"scale": (0.5, 1.5)}, "scale.1 = 1.5"),
        (RandomResizedCrop, {"ratio": (2, 1)}, "swap"),
        (RandomCrop, {"padding": -1}, "padding = -1"),
        (ColorJitter, {"brightness": -0.1}, "use 0.1"),
        (ColorJitter, {"contrast": (-1, 1)}, "contrast.0 = -1"),
        (ColorJitter, {"hue": 0.6}, "hue.1 = 0.6: input should be less than or equal to 0.5"),
        (GaussianBlur, {"kernel_size": 4}, "use 3 or 5"),
        (GaussianBlur, {"kernel_size": -3}, "kernel_size = -3"),
        (GaussianBlur, {"kernel_size": 3, "sigma": (0, 1)}, "sigma.0 = 0"),
    ],
)
def test_wrong_settings_are_refused_in_one_sentence(kind, settings, says):
    with pytest.raises(ValueError) as refusal:  # noqa: PT011
        kind(**settings)
    message = str(refusal.value)
    assert message.startswith(f"{kind.__name__} refused: ")
    assert says in message
    assert "\n" not in message


def test_wrong_images_are_refused():
    with pytest.raises(ValueError, match="kernel of 45 pixels is too large for 22×31: use at most 43"):
        augment(noise(), (GaussianBlur(kernel_size=45),), seeded())
    assert augment(noise(), (GaussianBlur(kernel_size=43),), seeded()).isfinite().all()
    for images in (torch.zeros(2, 3, 8, 8, dtype=torch.uint8), torch.zeros(3, 8, 8), torch.zeros(2, 1, 8, 8)):
        with pytest.raises(ValueError, match="floats"):
            augment(images, PIPELINE, seeded())
        with pytest.raises(ValueError, match="floats"):
            RandomInvert().apply(images, {"chosen": torch.ones(2, dtype=torch.bool)})
