"""Augmentation: image by image what torchvision does, drawn as torchvision draws, anew for every image."""

import pytest
import torch
import torchvision.transforms as v1
from pydantic import TypeAdapter
from scipy import stats
from torchvision.transforms.v2 import InterpolationMode
from torchvision.transforms.v2 import functional as TF

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

SIZE = (22, 31)  # height and width differ, one is even, one is odd
MANY = 4000
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
        (RandomAffine, {"degrees": -5}, "degrees = -5: a single number reaches"),
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
