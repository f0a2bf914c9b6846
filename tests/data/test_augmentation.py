"""Augmentation: image by image what torchvision does, drawn as torchvision draws, anew for every image."""

import pytest
import torch
import torchvision.transforms as v1
from scipy import stats

from augmentations import AFFINE, ALL, FIXED, JITTER, SIZE, close, described, expected, noise, normalised, seeded
from course_lib.data.augmentation import (
    ColorJitter,
    GaussianBlur,
    RandomAffine,
    RandomCrop,
    RandomGrayscale,
    RandomHorizontalFlip,
    RandomInvert,
    RandomResizedCrop,
    augment,
)

MANY = 4000


@pytest.mark.parametrize("prepare", [lambda x: x, normalised], ids=["in [0, 1]", "normalised"])
@pytest.mark.parametrize("transform", ALL, ids=described)
def test_each_image_is_torchvisions(transform, prepare):
    images = prepare(noise())
    parameters = transform.draw(len(images), SIZE, seeded())
    before = images.clone()
    found = transform.apply(images, parameters)
    wanted = expected(transform, images, parameters)
    assert found.shape == images.shape
    assert found.dtype == images.dtype
    assert torch.equal(images, before)
    assert close(found, wanted)


@pytest.mark.parametrize("transform", [t for t in ALL if getattr(t, "hue", (0, 0)) == (0, 0)], ids=described)
def test_in_double_precision_nothing_differs(transform):
    """So what differs in single precision is rounding. Not of hues: torchvision turns them in single precision only."""
    images = noise(6, dtype=torch.float64)
    parameters = transform.draw(len(images), SIZE, seeded())
    tolerance = 1e-7 if isinstance(transform, RandomCrop) else 1e-12  # torchvision pads with floats of 32 bits
    assert close(transform.apply(images, parameters), expected(transform, images, parameters), tolerance)


@pytest.mark.parametrize("transform", ALL, ids=described)
def test_large_images(transform):
    """Places are floats in [−1, 1]: of 227 pixels, rounding moves them by 1e-5 pixels, and noise changes as much."""
    images = noise(4, (227, 227))
    parameters = transform.draw(4, (227, 227), seeded())
    found, wanted = transform.apply(images, parameters), expected(transform, images, parameters)
    if getattr(transform, "interpolation", "") == "nearest":  # a place half-way between two pixels may take either
        assert ((found - wanted).abs() > 1e-6).double().mean() < 1e-4
    else:
        assert close(found, wanted, 5e-5)


def test_extreme_parameters():
    """Nothing, everything, and what leaves no pixel of the image."""
    images = noise(6)
    parameters = {
        "angle": torch.tensor([0.0, 180, -90, 0, 0, 45]),
        "translate": torch.tensor([[0.0, 0], [0, 0], [3, -2], [40, 0], [0, 22], [5, 5]]),
        "scale": torch.tensor([1.0, 1, 0.5, 1, 1, 10]),
        "shear": torch.tensor([[0.0, 0], [0, 0], [0, 0], [0, 0], [0, 0], [60, -60]]),
    }
    found = AFFINE.apply(images, parameters)
    assert close(found, expected(AFFINE, images, parameters))
    assert close(found[0], images[0])
    assert close(found[1], images[1].flip(-1, -2))
    assert torch.equal(found[3], torch.tensor(AFFINE.fill).view(3, 1, 1).expand(3, *SIZE))
    corners = {"top": [0, 21, 0, 5], "left": [0, 30, 0, 7], "height": [22, 1, 1, 11], "width": [31, 1, 31, 1]}
    parameters = {name: torch.tensor(values) for name, values in corners.items()}
    crop = RandomResizedCrop()
    assert close(crop.apply(images[:4], parameters), expected(crop, images[:4], parameters))
    for factor, shift in [(0.0, -0.5), (1.0, 0.5), (4.0, 0.0)]:
        parameters = JITTER.draw(6, SIZE, seeded()) | {
            "brightness": torch.full((6,), factor),
            "contrast": torch.full((6,), factor),
            "saturation": torch.full((6,), factor),
            "hue": torch.full((6,), shift),
        }
        assert close(JITTER.apply(images, parameters), expected(JITTER, images, parameters), 1e-4)  # 4³ × rounding


def test_jitter_does_what_the_order_says():
    images = noise(24)
    orders = torch.cartesian_prod(*[torch.arange(4)] * 4)
    orders = orders[(orders.sort(dim=1).values == torch.arange(4)).all(dim=1)]
    assert len(orders) == 24
    drawn = JITTER.draw(1, SIZE, seeded(3))
    parameters = {name: values.expand(24) for name, values in drawn.items() if name != "order"} | {"order": orders}
    same = images[5].expand(24, 3, *SIZE)
    found = JITTER.apply(same, parameters)
    assert close(found, expected(JITTER, same, parameters))
    assert len(found.flatten(1).unique(dim=0)) > 12  # the order matters


def test_normalised_images_are_destroyed_by_a_jitter_and_not_by_geometry():
    """What the lesson shows: the clamping to [0, 1] knows nothing of means and deviations."""
    images = normalised(noise())
    below = (images < 0).double().mean()
    assert below > 0.5
    for transform in (ColorJitter(brightness=0.1), ColorJitter(contrast=0.1), ColorJitter(saturation=0.1)):
        jittered = augment(images, (transform,), seeded())
        assert jittered.min() == 0
        assert jittered.max() <= 1
    assert (augment(images, (RandomAffine(degrees=5), RandomResizedCrop()), seeded()) < 0).double().mean() > below / 2


# Draws ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("transform", ALL, ids=described)
def test_draws_are_of_each_image_and_of_the_seed(transform):
    drawn, again, other = (transform.draw(MANY, SIZE, seeded(seed)) for seed in (0, 0, 1))
    assert all(len(values) == MANY and values.device.type == "cpu" for values in drawn.values())
    assert all(torch.equal(drawn[name], again[name]) for name in drawn)
    assert transform == FIXED or any(not torch.equal(drawn[name], other[name]) for name in drawn)
    assert transform == FIXED or max(len(values.unique(dim=0)) for values in drawn.values()) > 1


def assert_same_distribution(found, wanted):
    """Kolmogorov and Smirnov see no difference; the seeds are fixed, so this passes always or never."""
    assert stats.ks_2samp(found.numpy(), wanted.numpy()).pvalue > 0.01


def by_torchvision(draw):
    """What v1's `get_params`, which v2 draws alike, gives 2000 times."""
    with torch.random.fork_rng([]):
        torch.manual_seed(5)
        return torch.tensor([draw() for _ in range(2000)], dtype=torch.float64)


def test_affine_draws_as_torchvision():
    drawn = AFFINE.draw(MANY, SIZE, seeded())
    angle = (AFFINE.degrees, AFFINE.translate, AFFINE.scale, AFFINE.shear, [SIZE[1], SIZE[0]])

    def draw():
        angle_, (x, y), scale, (shear_x, shear_y) = v1.RandomAffine.get_params(*map(list, angle))
        return angle_, x, y, scale, shear_x, shear_y

    wanted = by_torchvision(draw)
    columns = [drawn["angle"], *drawn["translate"].unbind(1), drawn["scale"], *drawn["shear"].unbind(1)]
    for column, values in zip(columns, wanted.unbind(1), strict=True):
        assert_same_distribution(column, values)
    assert torch.equal(drawn["translate"], drawn["translate"].round())
    assert drawn["translate"].abs().amax(dim=0).tolist() == [6, 2]  # 20 % of 31 and 10 % of 22, rounded
    assert drawn["angle"].min() < -39
    assert drawn["angle"].max() > 39


@pytest.mark.parametrize("size", [(48, 48), (22, 31)])
@pytest.mark.parametrize(("scale", "ratio"), [((0.08, 1.0), (3 / 4, 4 / 3)), ((0.5, 0.9), (1.5, 2.5))])
def test_resized_crop_draws_as_torchvision(size, scale, ratio):
    drawn = RandomResizedCrop(scale=scale, ratio=ratio).draw(MANY, size, seeded(1))
    image = torch.zeros(3, *size)
    wanted = by_torchvision(lambda: v1.RandomResizedCrop.get_params(image, list(scale), list(ratio)))
    for name, values in zip(("top", "left", "height", "width"), wanted.unbind(1), strict=True):
        assert_same_distribution(drawn[name], values)
    assert drawn["top"].min() >= 0
    assert drawn["left"].min() >= 0
    assert (drawn["top"] + drawn["height"]).max() <= size[0]
    assert (drawn["left"] + drawn["width"]).max() <= size[1]
    assert drawn["height"].min() >= 1


@pytest.mark.parametrize("ratio", [(4.0, 5.0), (0.1, 0.2)])
def test_where_no_crop_fits_the_middle_is_taken(ratio):
    """The whole area at such a ratio does not fit: torchvision's fallback."""
    drawn = RandomResizedCrop(scale=(1, 1), ratio=ratio).draw(5, SIZE, seeded())
    wanted = v1.RandomResizedCrop.get_params(torch.zeros(3, *SIZE), [1, 1], list(ratio))
    found = torch.stack([drawn[name] for name in ("top", "left", "height", "width")], dim=1)
    assert found.tolist() == [list(wanted)] * 5


def test_crop_draws_every_corner():
    drawn = RandomCrop(padding=2).draw(MANY, SIZE, seeded())
    corners, counts = (5 * drawn["top"] + drawn["left"]).unique(return_counts=True)
    assert corners.tolist() == list(range(25))
    assert stats.chisquare(counts).pvalue > 0.01
    assert not RandomCrop(padding=0).draw(9, SIZE, seeded())["top"].any()


def test_jitter_draws_as_torchvision():
    drawn = JITTER.draw(MANY, SIZE, seeded())
    ranges = [list(getattr(JITTER, name)) for name in ("brightness", "contrast", "saturation", "hue")]
    wanted = by_torchvision(lambda: v1.ColorJitter.get_params(*ranges)[1:])
    for name, values in zip(("brightness", "contrast", "saturation", "hue"), wanted.unbind(1), strict=True):
        assert_same_distribution(drawn[name], values)
    orders, counts = drawn["order"].unique(dim=0, return_counts=True)
    assert len(orders) == 24
    assert orders.sort(dim=1).values.unique(dim=0).tolist() == [[0, 1, 2, 3]]
    assert stats.chisquare(counts).pvalue > 0.01


def test_blur_draws_as_torchvision():
    wanted = by_torchvision(lambda: v1.GaussianBlur.get_params(0.1, 2.0))
    assert_same_distribution(GaussianBlur(kernel_size=5).draw(MANY, SIZE, seeded())["sigma"], wanted)
    assert GaussianBlur(kernel_size=5, sigma=3).draw(4, SIZE, seeded())["sigma"].tolist() == [3] * 4


@pytest.mark.parametrize(
    "transform", [AFFINE, JITTER, RandomResizedCrop(scale=(0.3, 0.3), ratio=(1, 1))], ids=described
)
def test_parameters_are_independent(transform):
    drawn = transform.draw(MANY, SIZE, seeded())
    columns = torch.cat([values.double().view(MANY, -1) for name, values in drawn.items() if name != "order"], dim=1)
    columns = columns[:, columns.std(dim=0) > 0]
    related = columns.T.corrcoef() - torch.eye(columns.shape[1])
    assert columns.shape[1] > 1
    assert related.abs().max() < 0.06  # four standard deviations


@pytest.mark.parametrize("kind", [RandomHorizontalFlip, RandomInvert, RandomGrayscale])
@pytest.mark.parametrize("p", [0.0, 0.1, 0.5, 0.9, 1.0])
def test_p_is_respected(kind, p):
    chosen = kind(p=p).draw(MANY, SIZE, seeded())["chosen"]
    assert stats.binomtest(int(chosen.sum()), MANY, p).pvalue > 0.01


@pytest.mark.parametrize("kind", [RandomHorizontalFlip, RandomInvert, RandomGrayscale])
def test_p_of_0_and_1(kind):
    images = noise()
    assert torch.equal(augment(images, (kind(p=0),), seeded()), images)
    changed = augment(images, (kind(p=1),), seeded())
    assert all(not torch.equal(a, b) for a, b in zip(changed[2:], images[2:], strict=True))  # two are grey
