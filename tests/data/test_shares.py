"""Shares of each class: their sizes, their independence of the order, and classes that are too small."""

import pytest

from course_lib.data.shares import deal_out, mix


def test_each_class_gives_its_share_and_at_least_one(random_images):
    images = random_images({"a": 50, "b": 3})
    parts = deal_out(images, {"test": 0.2, "val": 0.1}, seed=0)
    counts = {part: images.take(positions).class_counts() for part, positions in parts.items()}
    assert counts == {"train": {"a": 35, "b": 1}, "test": {"a": 10, "b": 1}, "val": {"a": 5, "b": 1}}
    assert sorted(i for positions in parts.values() for i in positions) == list(range(53))


def test_a_smaller_share_is_part_of_a_larger_one(random_images):
    images = random_images({"a": 20, "b": 30})
    small, large = (set(deal_out(images, {"val": share}, seed=3)["val"]) for share in (0.1, 0.4))
    assert small < large
    assert len(large) == 20


def test_the_parts_asked_for_are_named_in_the_refusal(random_images):
    images = random_images({"a": 9, "b": 1})
    with pytest.raises(ValueError, match=r"^class 'b' has 1 image, too few to train and validate with: add images"):
        deal_out(images, {"val": 0.2}, seed=0)
    with pytest.raises(ValueError, match=r"^val = 1.2 must be shares above 0 that leave something to train on"):
        deal_out(images, {"val": 1.2}, seed=0)


def test_mixing_keeps_the_positions():
    assert mix(list(range(50)), 1) != list(range(50))
    assert sorted(mix(list(range(50)), 1)) == list(range(50))
    assert mix(list(range(50)), 1) == mix(list(range(50)), 1)
