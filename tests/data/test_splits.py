"""Splits: the homework's exact parts, a sealed test set, and no image in two parts."""

import math
import subprocess
import sys

import pytest
import torch

from course_lib.data import (
    SealedSet,
    Splits,
    homework_split,
    load_images,
    official_split,
    per_class_split,
    stratified_split,
)

RULES = [
    homework_split,
    lambda images: homework_split(images, few_shot=True),
    stratified_split,
    lambda images: per_class_split(images, n=20, seed=3),
]


def sizes(splits):
    return len(splits.train), len(splits.val), len(splits.test)


def test_homework_sizes(cartoon_like):
    assert sizes(homework_split(cartoon_like)) == (1687, 421, 236)
    assert sizes(homework_split(cartoon_like, few_shot=True)) == (189, 47, 2108)


def test_homework_test_folder_is_the_end_of_each_class(cartoon_like):
    test = homework_split(cartoon_like).test.open()
    assert test.class_counts() == {
        "dog": 39,
        "elephant": 46,
        "giraffe": 35,
        "guitar": 14,
        "horse": 32,
        "house": 29,
        "person": 41,
    }
    assert test.names[0] == "dog/pic_351.jpg"
    assert set(test.names) >= {"dog/pic_389.jpg", "person/pic_405.jpg", "person/pic_365.jpg"}


def test_few_shot_swaps_the_two_folders(cartoon_like):
    usual, few = homework_split(cartoon_like), homework_split(cartoon_like, few_shot=True)
    assert set(few.train.names) | set(few.val.names) == set(usual.test.names)
    assert set(usual.train.names) | set(usual.val.names) == set(few.test.names)


def test_homework_follows_torch_random_split(cartoon_like):
    splits = homework_split(cartoon_like, seed=5)
    in_test = set(splits.test.names)
    folder = [i for i, name in enumerate(cartoon_like.names) if name not in in_test]
    train, val = torch.utils.data.random_split(folder, [0.8, 0.2], torch.Generator().manual_seed(5))
    assert splits.train.names == cartoon_like.take(list(train)).names
    assert splits.val.names == cartoon_like.take(list(val)).names


@pytest.mark.parametrize("n", [5, 14, 15, 24, 25, 104, 105])
def test_rounding_is_half_up(random_images, n):
    splits = homework_split(random_images({"a": n, "b": 10}))
    assert splits.test.open().class_counts()["a"] == math.floor(0.1 * n + 0.5)


@pytest.mark.parametrize("rule", RULES)
def test_every_image_is_in_one_part(cartoon_like, rule):
    splits = rule(cartoon_like)
    names = [*splits.train.names, *splits.val.names, *splits.test.names]
    assert sorted(names) == sorted(cartoon_like.names)
    assert splits.train.pixels.data_ptr() == splits.test.open().pixels.data_ptr()
    assert splits.class_names == cartoon_like.class_names
    assert splits.num_classes == 7


@pytest.mark.parametrize("rule", RULES)
def test_order_of_the_images_does_not_matter(cartoon_like, rule):
    shuffled = cartoon_like.take(torch.randperm(len(cartoon_like)))
    assert rule(shuffled).hash == rule(cartoon_like).hash


def test_hash_tells_rule_seed_and_parts(cartoon_like):
    hashes = {
        homework_split(cartoon_like).hash,
        homework_split(cartoon_like, few_shot=True).hash,
        homework_split(cartoon_like, seed=1).hash,
        homework_split(cartoon_like.take(range(2343))).hash,
        stratified_split(cartoon_like, seed=0).hash,
        stratified_split(cartoon_like, seed=1).hash,
        per_class_split(cartoon_like, n=20).hash,
        per_class_split(cartoon_like, n=21).hash,
    }
    assert len(hashes) == 8


def test_hash_is_the_same_in_another_process(random_images):
    images = random_images({"a": 10, "b": 10})
    code = (
        "import numpy as np; from course_lib.data import ImageSet, homework_split\n"
        "pixels = np.random.default_rng(0).integers(0, 256, (20, 3, 4, 4), dtype=np.uint8)\n"
        "names = [f'{c}/pic_{i:03d}.jpg' for c in 'ab' for i in range(1, 11)]\n"
        "print(homework_split(ImageSet.from_arrays(pixels, [0] * 10 + [1] * 10, ('a', 'b'), names)).hash)"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.strip() == homework_split(images).hash


def test_stratified_shares(cartoon_like):
    splits = stratified_split(cartoon_like, val=0.2, test=0.1, seed=2)
    for name, count in cartoon_like.class_counts().items():
        assert splits.val.class_counts()[name] == math.floor(0.2 * count + 0.5)
        assert splits.test.open().class_counts()[name] == math.floor(0.1 * count + 0.5)
    assert len(set(splits.train.labels[:20].tolist())) > 1  # classes are mixed


def test_per_class_counts_are_exact_and_nested(cartoon_like):
    small, large = (per_class_split(cartoon_like, n=n, seed=4) for n in (5, 30))
    assert set(small.train.class_counts().values()) == {5}
    assert set(large.train.class_counts().values()) == {30}
    assert set(small.train.names) < set(large.train.names)
    rest = {name: count - 30 for name, count in cartoon_like.class_counts().items()}
    assert all(abs(large.val.class_counts()[name] - count / 2) <= 0.5 for name, count in rest.items())


def test_official_split_keeps_the_official_test_part(random_images):
    images = random_images({"a": 30, "b": 30})
    names = [f"{'test' if i % 3 == 0 else 'train'}/{name}" for i, name in enumerate(images.names)]
    images = type(images).from_arrays(images.pixels, images.labels, images.class_names, names)
    splits = official_split(images, val=0.25)
    assert sizes(splits) == (30, 10, 20)
    assert splits.val.class_counts() == {"a": 5, "b": 5}
    assert all(name.startswith("test/") for name in splits.test.names)
    assert not any(name.startswith("test/") for name in splits.train.names + splits.val.names)
    with pytest.raises(ValueError, match="no official parts"):
        official_split(random_images({"a": 3, "b": 3}))


def test_test_set_is_sealed(cartoon_like):
    test = homework_split(cartoon_like).test
    assert len(test) == 236
    assert test.class_names == cartoon_like.class_names
    public = {name for name in dir(test) if not name.startswith("_")}
    assert public == {"class_names", "names", "open", "times_opened"}
    assert test.times_opened == 0
    assert len(test.open()) == 236
    test.open()
    assert test.times_opened == 2


def test_refuses_one_image_in_two_parts(random_images):
    images = random_images({"a": 4, "b": 4})
    with pytest.raises(ValueError, match=r"'a/pic_002\.jpg' is in the train part and in the test part"):
        Splits(images.take([0, 1]), images.take([2]), SealedSet(images.take([1, 3])), "by hand")


def test_refuses_equal_pixels_in_two_parts_and_names_both(random_images):
    images = random_images({"dog": 20, "cat": 20})
    images.pixels[39] = images.pixels[0]  # the first dog trains or validates, the last cat tests
    with pytest.raises(ValueError, match=r"'dog/pic_001\.jpg' \((train|val)\) and 'cat/pic_020\.jpg' \(test\)"):
        homework_split(images)
    assert sum(sizes(homework_split(images.without_duplicates()))) == 39


def test_equal_pixels_within_a_part_are_allowed(random_images):
    images = random_images({"dog": 20, "cat": 20})
    images.pixels[39] = images.pixels[38]  # both test
    assert sizes(homework_split(images)) == (29, 7, 4)


def test_refuses_empty_parts_and_small_classes(random_images):
    with pytest.raises(ValueError, match="test part of the split 'homework, seed 1' is empty"):
        homework_split(random_images({"a": 4, "b": 4}), seed=1)
    with pytest.raises(ValueError, match="class 'b' has 2 images"):
        stratified_split(random_images({"a": 9, "b": 2}))
    with pytest.raises(ValueError, match="class 'b' has 6 images, too few for 5"):
        per_class_split(random_images({"a": 9, "b": 6}), n=5)
    sizes(stratified_split(random_images({"a": 3, "b": 3})))


def test_refuses_bad_shares(random_images):
    images = random_images({"a": 9, "b": 9})
    for val, test in [(0, 0.1), (0.2, 0), (0.5, 0.5), (-0.1, 0.2), (float("nan"), 0.1)]:
        with pytest.raises(ValueError, match="shares"):
            stratified_split(images, val=val, test=test)
    for n, val in [(0, 0.5), (2, 0), (2, 1)]:
        with pytest.raises(ValueError, match="share"):
            per_class_split(images, n=n, val=val)


@pytest.mark.real
def test_homework_parts_of_the_real_cartoons(real_cartoons):
    splits = homework_split(load_images(real_cartoons, size=16, progress=False))
    assert sizes(splits) == (1687, 421, 236)
    first = {}
    for name in splits.test.names:
        first.setdefault(*name.split("/"))
    assert first == {
        "dog": "pic_405.jpg",
        "elephant": "pic_449.jpg",
        "giraffe": "pic_347.jpg",
        "guitar": "pic_136.jpg",
        "horse": "pic_331.jpg",
        "house": "pic_323.jpg",
        "person": "pic_416.jpg",
    }
