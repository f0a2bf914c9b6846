"""The mini world: the same pictures everywhere, in any batch; sound catalogue; worlds of the right size."""

import hashlib
import json
from dataclasses import asdict

import pytest
import torch
from torch.overrides import TorchFunctionMode

from course_lib.data.mini.catalogue import CATEGORIES, SOURCE_CATEGORIES, SOURCE_DOMAINS, TARGET_CLASSES, domain_of
from course_lib.data.mini.dials import EASY, HARD, Dials
from course_lib.data.mini.drawing import draw
from course_lib.data.mini.hashing import Dice, mix
from course_lib.data.mini.scenes import ATTRIBUTES, CONCEPTS, draw_scenes
from course_lib.data.mini.versions import WORLD_VERSION, world_fingerprint, world_means
from course_lib.data.mini.worlds import CARTOON_COUNTS, ILLUSTRATED, PHOTO_COUNTS, build_world
from course_lib.models.weights import load_weights

# Mean red, green and blue of eight 32-pixel pictures (world version 1).
MEANS = {
    "banjo/photo": (93.58, 89.05, 81.82),
    "banjo/cartoon": (213.49, 212.37, 201.2),
    "barn/photo": (108.14, 102.28, 96.63),
    "barn/cartoon": (206.82, 197.51, 192.12),
    "camel/photo": (104.73, 105.22, 92.31),
    "camel/cartoon": (216.2, 214.83, 206.3),
    "car/photo": (89.0, 94.99, 90.17),
    "car/cartoon": (210.91, 214.56, 209.16),
    "cup/photo": (98.01, 91.05, 82.78),
    "cup/cartoon": (212.97, 217.98, 205.86),
    "dog/photo": (92.98, 93.86, 88.53),
    "dog/cartoon": (206.98, 205.98, 200.12),
    "duck/photo": (105.14, 109.58, 98.16),
    "duck/cartoon": (216.71, 216.51, 210.03),
    "elephant/photo": (99.15, 103.18, 104.74),
    "elephant/cartoon": (204.61, 208.34, 203.5),
    "fish/photo": (108.56, 109.22, 102.88),
    "fish/cartoon": (216.18, 215.14, 207.25),
    "flower/photo": (99.97, 97.96, 91.71),
    "flower/cartoon": (214.4, 210.23, 201.32),
    "giraffe/photo": (103.25, 103.18, 92.6),
    "giraffe/cartoon": (212.15, 205.38, 199.8),
    "guitar/photo": (85.29, 79.34, 72.8),
    "guitar/cartoon": (217.74, 212.63, 208.86),
    "hammer/photo": (86.51, 86.66, 84.3),
    "hammer/cartoon": (218.57, 221.89, 216.52),
    "horse/photo": (99.14, 98.92, 90.49),
    "horse/cartoon": (201.22, 210.64, 196.77),
    "house/photo": (95.79, 101.99, 100.6),
    "house/cartoon": (199.27, 195.12, 190.51),
    "person/photo": (90.33, 91.42, 88.47),
    "person/cartoon": (208.23, 205.56, 197.44),
    "robot/photo": (98.68, 99.24, 94.0),
    "robot/cartoon": (209.05, 207.38, 199.29),
    "sailboat/photo": (106.77, 105.93, 103.29),
    "sailboat/cartoon": (198.41, 201.59, 196.95),
    "tree/photo": (86.61, 93.66, 84.7),
    "tree/cartoon": (219.93, 220.04, 212.12),
    "trumpet/photo": (93.88, 87.25, 76.99),
    "trumpet/cartoon": (213.45, 210.12, 204.37),
}


def test_hash_keeps_its_values():
    assert mix(torch.tensor([0, 1, 2**32 - 1])).tolist() == [0, 2261973619, 2578835075]


def test_hash_is_uniform_and_channels_are_independent():
    dice = Dice(0, "test", torch.arange(20_000))
    a, b = dice.unit("a")[:, 0].double(), dice.unit("b")[:, 0].double()
    assert abs(a.mean() - 0.5) < 0.01
    assert abs(a.var() - 1 / 12) < 0.003
    assert abs(torch.corrcoef(torch.stack([a, b]))[0, 1]) < 0.03
    assert a.min() >= 0
    assert a.max() < 1


def test_hash_depends_on_every_part_of_the_key():
    ids = torch.tensor([1, 2, 1 + 2**32])
    draws = [Dice(seed, subject, ids).bits("x") for seed in (0, 1) for subject in ("dog", "cat")]
    assert len(set(torch.cat(draws).tolist())) == 12


@pytest.mark.parametrize("style", ["photo", "cartoon"])
@pytest.mark.parametrize("category", ["dog", "house", "flute", "snowman"])
def test_a_picture_is_the_same_in_any_batch(category, style):
    batch = draw(category, style, range(150), size=40)
    alone = torch.cat([draw(category, style, [i], size=40) for i in (0, 77, 149)])
    assert torch.equal(batch[[0, 77, 149]], alone)
    assert torch.equal(draw(category, style, [149, 0], size=40), batch[[149, 0]])


def test_pictures_differ_by_id_seed_and_style():
    first = draw("dog", "cartoon", [1, 2])
    assert not torch.equal(first[0], first[1])
    assert not torch.equal(first, draw("dog", "cartoon", [1, 2], seed=1))
    assert not torch.equal(first, draw("dog", "photo", [1, 2]))


def test_torch_random_state_is_left_alone_and_not_used():
    torch.manual_seed(1)
    state = torch.get_rng_state()
    first = draw("horse", "photo", [5])
    assert torch.equal(state, torch.get_rng_state())
    torch.manual_seed(2)
    assert torch.equal(first, draw("horse", "photo", [5]))


def test_drawing_keeps_the_number_of_threads():
    threads = torch.get_num_threads()
    draw("cow", "photo", [1], size=16)
    assert torch.get_num_threads() == threads


def test_a_larger_picture_shows_the_same():
    small, large = draw("house", "cartoon", [3], size=32), draw("house", "cartoon", [3], size=64)
    shrunk = torch.nn.functional.avg_pool2d(large.float(), 2)
    assert (shrunk - small.float()).abs().mean() < 8


@pytest.mark.parametrize("category", sorted(CATEGORIES))
def test_every_category_can_be_drawn(category):
    style = "photo" if len(category) % 2 else "cartoon"  # the fingerprint's test draws both
    pictures = draw(category, style, range(4), size=24)
    assert pictures.dtype == torch.uint8
    assert pictures.shape == (4, 3, 24, 24)
    assert (pictures.flatten(1).float().std(1) > 5).all()


class NamesItsDevice(TorchFunctionMode):
    """Fails where a tensor is made without saying on which device."""

    makers = (torch.tensor, torch.zeros, torch.ones, torch.full, torch.empty, torch.arange, torch.linspace, torch.eye)

    def __torch_function__(self, func, types, args=(), kwargs=None):
        assert func not in self.makers or (kwargs or {}).get("device") is not None, func.__name__
        return func(*args, **(kwargs or {}))


@pytest.mark.parametrize("style", ["photo", "cartoon"])
def test_every_category_is_drawn_on_the_device_that_is_asked_for(style):
    with NamesItsDevice():
        for category in CATEGORIES:
            draw(category, style, range(1), size=16, device="cpu")
    draw("person", style, range(1), size=16, device="meta")  # fails if anything is made on another device


def test_catalogue():
    assert len(SOURCE_CATEGORIES) >= 40
    assert len(SOURCE_DOMAINS) >= 6
    assert not set(TARGET_CLASSES) & set(SOURCE_CATEGORIES)
    assert sorted(c for names in SOURCE_DOMAINS.values() for c in names) == sorted(SOURCE_CATEGORIES)
    assert {"animals", "instruments", "buildings", "people"} == {domain_of(c) for c in TARGET_CLASSES}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: draw("unicorn", "photo", [1]), "category 'unicorn'"),
        (lambda: draw("dog", "sketch", [1]), "style 'sketch'"),
        (lambda: draw("dog", "photo", [1], size=8), "size 8"),
        (lambda: domain_of("unicorn"), "'unicorn'"),
        (lambda: build_world("art"), "world 'art'"),
        (lambda: Dials(scale=(2.0, 1.0)), "scale="),
        (lambda: Dials(clutter=(5, 3)), "clutter="),
        (lambda: Dials(repaint=1.5), "repaint="),
        (lambda: Dials(rotation=-1.0), "rotation="),
        (lambda: draw_scenes([1], chance=2.0), "chance="),
        (lambda: draw_scenes([1], style="oil"), "style 'oil'"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(call, message):
    with pytest.raises(ValueError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("name", "counts"), [("cartoon", CARTOON_COUNTS), ("photo", PHOTO_COUNTS)])
def test_target_worlds_have_the_counts_of_pacs(name, counts):
    pixels, labels, class_names, names = build_world(name, size=16)
    assert class_names == TARGET_CLASSES
    assert pixels.shape == (sum(counts.values()), 3, 16, 16)
    assert labels.bincount().tolist() == [counts[c] for c in class_names]
    assert names[0] == "dog/pic_001"
    assert list(names) == sorted(names)
    assert len(set(names)) == len(names)


def test_cartoon_world_is_as_bright_as_cartoons_are():
    pixels = build_world("cartoon", size=48)[0].float() / 255
    assert 0.77 < pixels.mean() < 0.82
    assert 0.26 < pixels.std() < 0.30


def test_source_world_mixes_in_illustrations():
    two = ("cow", "barn")
    pixels, labels, class_names, names = build_world("source", size=24, per_category=60, categories=two)
    assert class_names == ("barn", "cow")
    assert labels.bincount().tolist() == [60, 60]
    album = build_world("album", size=24, per_category=60, categories=two)[0]
    for world, share in ((pixels, 0.8), (album, 0.5)):
        illustrated = (world[60:] == draw("cow", "cartoon", range(1, 61), size=24)).flatten(1).all(1)
        photos = (world[60:] == draw("cow", "photo", range(1, 61), size=24)).flatten(1).all(1)
        assert bool((illustrated ^ photos).all())
        assert abs(illustrated.double().mean() - share) < 0.2
    assert names[60] == "cow/pic_001"


def test_easy_dials_show_less_clutter():
    hard, easy = (draw("dog", "cartoon", range(60), size=24, dials=d) for d in (Dials(line_art=0.0), EASY))
    assert easy.double().mean() > hard.double().mean()


def test_scenes():
    images, labels, names = draw_scenes(range(90), size=32)
    assert images.shape == (90, 3, 32, 32)
    assert names == CONCEPTS
    assert labels.shape == (90, len(CONCEPTS))
    assert set(labels.unique().tolist()) == {0.0, 1.0}
    objects = labels[:, : -len(ATTRIBUTES)].sum(1)
    night, several, empty = labels[:, -3:].T
    assert torch.equal(several, (objects >= 2).float())
    assert torch.equal(empty, (objects == 0).float())
    assert images[night == 1].double().mean() < images[night == 0].double().mean() - 40
    assert torch.equal(draw_scenes([7], size=32)[0][0], images[7])


def test_world_is_drawn_as_before():
    means = world_means(sorted({key.split("/")[0] for key in MEANS}))
    for key, stored in MEANS.items():
        assert means[key] == pytest.approx(stored, abs=0.5), (
            f"{key} changed: raise WORLD_VERSION and store the new means"
        )


def test_the_calibrated_world_is_left_alone():
    """What was turned and why: data/README.md. A change makes the shipped weights and runs those of another world."""
    frozen = [asdict(HARD), ILLUSTRATED, CARTOON_COUNTS, WORLD_VERSION]
    frozen += [load_weights(name).hash for name in ("mini_resnet18", "mini_squeezenet")]
    digest = hashlib.sha256(json.dumps(frozen, sort_keys=True).encode()).hexdigest()
    assert digest == "5d9a229ae7fe376f30c79bab58ab007df0c938d3d4f33fe88fc46c0927898092", (
        "the dials, shares, counts or weights of the mini world changed: raise WORLD_VERSION, train the weights again "
        "(course pretrain), compute the shipped runs again, and write down here and in data/README.md what was turned"
    )


def test_fingerprint_is_a_sha256():
    assert len(world_fingerprint()) == 64
