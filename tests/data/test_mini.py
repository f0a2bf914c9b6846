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
    "banjo/photo": (94.75, 90.03, 82.68),
    "banjo/cartoon": (215.31, 214.7, 204.44),
    "barn/photo": (108.69, 102.9, 97.48),
    "barn/cartoon": (209.56, 199.84, 194.74),
    "camel/photo": (105.25, 105.95, 93.08),
    "camel/cartoon": (219.74, 212.89, 200.4),
    "car/photo": (90.37, 96.7, 91.12),
    "car/cartoon": (209.15, 215.63, 212.94),
    "cup/photo": (99.45, 92.98, 84.61),
    "cup/cartoon": (214.3, 219.62, 206.45),
    "dog/photo": (95.0, 95.52, 90.03),
    "dog/cartoon": (208.51, 207.99, 199.64),
    "duck/photo": (106.64, 111.55, 100.06),
    "duck/cartoon": (219.6, 219.86, 213.73),
    "elephant/photo": (100.8, 105.35, 106.94),
    "elephant/cartoon": (203.09, 207.3, 203.29),
    "fish/photo": (109.53, 110.25, 103.6),
    "fish/cartoon": (218.59, 217.68, 209.54),
    "flower/photo": (101.05, 99.07, 92.9),
    "flower/cartoon": (215.01, 211.24, 200.34),
    "giraffe/photo": (105.58, 105.99, 94.95),
    "giraffe/cartoon": (214.43, 205.33, 195.6),
    "guitar/photo": (86.37, 80.41, 73.81),
    "guitar/cartoon": (220.66, 215.48, 211.37),
    "hammer/photo": (87.44, 87.98, 85.78),
    "hammer/cartoon": (219.08, 220.97, 216.08),
    "horse/photo": (100.01, 99.99, 91.56),
    "horse/cartoon": (200.43, 210.21, 196.2),
    "house/photo": (97.13, 103.69, 102.48),
    "house/cartoon": (201.41, 197.28, 192.92),
    "person/photo": (91.68, 92.56, 89.4),
    "person/cartoon": (209.33, 208.53, 200.55),
    "robot/photo": (100.21, 100.58, 95.27),
    "robot/cartoon": (211.68, 208.96, 201.5),
    "sailboat/photo": (108.11, 107.28, 104.36),
    "sailboat/cartoon": (199.18, 198.24, 192.61),
    "tree/photo": (87.28, 94.86, 86.24),
    "tree/cartoon": (219.22, 223.61, 209.99),
    "trumpet/photo": (94.37, 87.88, 77.46),
    "trumpet/cartoon": (218.64, 214.24, 207.85),
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
