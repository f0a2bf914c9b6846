"""The mini world: the same pictures everywhere, in any batch; sound catalogue; worlds of the right size."""

import dataclasses
import time

import pytest
import torch

from course_lib.data.mini.catalogue import CATEGORIES, SOURCE_CATEGORIES, SOURCE_DOMAINS, TARGET_CLASSES, domain_of
from course_lib.data.mini.dials import EASY, Dials
from course_lib.data.mini.drawing import draw
from course_lib.data.mini.hashing import Dice, mix
from course_lib.data.mini.scenes import ATTRIBUTES, CONCEPTS, draw_scenes
from course_lib.data.mini.versions import world_fingerprint, world_means
from course_lib.data.mini.worlds import CARTOON_COUNTS, PHOTO_COUNTS, build_world

# Mean red, green and blue of eight 32-pixel pictures (world version 1).
MEANS = {
    "banjo/photo": (94.78, 90.11, 82.91),
    "banjo/cartoon": (215.47, 214.41, 203.56),
    "barn/photo": (108.65, 102.7, 97.23),
    "barn/cartoon": (209.05, 199.58, 195.53),
    "camel/photo": (105.92, 106.34, 93.15),
    "camel/cartoon": (219.79, 212.93, 200.74),
    "car/photo": (90.4, 96.74, 91.27),
    "car/cartoon": (208.78, 215.99, 213.32),
    "cup/photo": (98.94, 92.47, 84.26),
    "cup/cartoon": (213.8, 219.09, 205.85),
    "dog/photo": (94.8, 95.46, 90.42),
    "dog/cartoon": (208.49, 208.76, 200.45),
    "duck/photo": (106.54, 111.37, 99.91),
    "duck/cartoon": (219.04, 218.67, 212.39),
    "elephant/photo": (101.25, 105.59, 107.2),
    "elephant/cartoon": (203.49, 207.53, 203.61),
    "fish/photo": (110.03, 110.45, 103.85),
    "fish/cartoon": (218.78, 217.54, 209.85),
    "flower/photo": (101.11, 99.1, 92.76),
    "flower/cartoon": (215.38, 211.18, 200.06),
    "giraffe/photo": (105.2, 105.5, 94.3),
    "giraffe/cartoon": (214.32, 204.97, 195.57),
    "guitar/photo": (86.14, 80.22, 73.84),
    "guitar/cartoon": (221.03, 215.4, 211.75),
    "hammer/photo": (87.22, 87.6, 85.4),
    "hammer/cartoon": (220.1, 222.05, 216.22),
    "horse/photo": (99.82, 99.9, 91.36),
    "horse/cartoon": (200.84, 210.59, 196.72),
    "house/photo": (96.58, 103.03, 101.8),
    "house/cartoon": (201.34, 196.83, 192.85),
    "person/photo": (90.48, 91.86, 89.22),
    "person/cartoon": (209.2, 208.23, 199.97),
    "robot/photo": (99.99, 100.47, 95.41),
    "robot/cartoon": (210.5, 207.98, 199.75),
    "sailboat/photo": (107.0, 106.31, 103.55),
    "sailboat/cartoon": (198.82, 198.31, 193.46),
    "tree/photo": (87.8, 95.32, 86.71),
    "tree/cartoon": (219.42, 224.11, 210.77),
    "trumpet/photo": (94.46, 88.01, 77.38),
    "trumpet/cartoon": (218.46, 212.9, 206.63),
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
    if style == "cartoon":
        draw(category, style, range(2), size=16, device="meta")  # fails if anything is made on another device


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
        (lambda: Dials(illustrations=1.5), "illustrations="),
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
    photos = build_world("source", size=24, per_category=60, categories=two, dials=Dials(illustrations=0.0))[0]
    same = (pixels == photos).flatten(1).all(1).double().mean()
    assert 0.6 < same < 0.9
    assert torch.equal(photos[60:], draw("cow", "photo", range(1, 61), size=24))
    assert names[60] == "cow/pic_001"


def test_easy_dials_show_less_clutter():
    assert dataclasses.replace(EASY, illustrations=0.5).illustrations == 0.5
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


def test_fingerprint_is_a_sha256():
    assert len(world_fingerprint()) == 64


@pytest.mark.slow
def test_speed():
    draw("dog", "photo", range(8))
    start = time.perf_counter()
    draw("dog", "photo", range(500))
    assert 500 / (time.perf_counter() - start) > 150  # over 500 on two idle cores
