"""Quarters of a domain: disjoint, equal, the same for every seed; a target trains on a tenth of the third."""

import pytest
import torch

from course_lib.data import DataSpec, ImageSet, quarters, source_split, target_split

PER_CLASS = 80  # of each of three classes


@pytest.fixture(scope="module")
def images():
    count = 3 * PER_CLASS
    pixels = torch.arange(count * 48, dtype=torch.int64).mul(2654435761).remainder(251).to(torch.uint8)
    pixels = pixels.view(count, 3, 4, 4).clone()
    pixels[:, 0, 0, 0], pixels[:, 1, 0, 0] = torch.arange(count) % 256, torch.arange(count) // 256
    names = [f"{name}/pic_{i:03d}" for name in "abc" for i in range(PER_CLASS)]
    return ImageSet.from_arrays(pixels, torch.arange(3).repeat_interleave(PER_CLASS), "abc", names, "test")


def test_quarters_are_disjoint_and_equal(images):
    parts = quarters(images)
    assert list(parts) == ["source training", "source validation", "transfer", "target validation"]
    names = [set(part.names) for part in parts.values()]
    assert set.union(*names) == set(images.names)
    assert sum(map(len, names)) == len(images)
    for part in parts.values():
        assert part.labels.bincount().tolist() == [PER_CLASS // 4] * 3


def test_target_trains_on_a_tenth_of_the_third_quarter(images):
    parts = {name: set(part.names) for name, part in quarters(images).items()}
    splits = target_split(images, seed=3)
    train, val = set(splits.train.names), set(splits.val.names)
    assert splits.train.labels.bincount().tolist() == [PER_CLASS // 40] * 3
    assert splits.val.labels.bincount().tolist() == [PER_CLASS // 40] * 3
    assert train | val <= parts["transfer"]
    assert not train & val
    assert set(splits.test.names) == parts["target validation"]


def test_source_trains_on_the_first_quarter_and_tests_on_the_second(images):
    parts = {name: set(part.names) for name, part in quarters(images).items()}
    splits = source_split(images, seed=5)
    assert set(splits.train.names) == parts["source training"]
    assert set(splits.val.names) | set(splits.test.names) == parts["source validation"]
    assert splits.val.labels.bincount().tolist() == [PER_CLASS // 40] * 3


def test_no_seed_lets_source_and_target_share_an_image(images):
    source = {name for seed in range(4) for name in source_split(images, seed=seed).train.names}
    tenths = [target_split(images, seed=seed) for seed in range(4)]
    for splits in tenths:
        assert not source & {*splits.train.names, *splits.val.names, *splits.test.names}
    assert len({frozenset(splits.train.names) for splits in tenths}) == 4


def test_share_that_validates(images):
    assert len(target_split(images, val=0.5).val) == 3 * 9
    with pytest.raises(ValueError, match="val = 1"):
        target_split(images, val=1.0)
    with pytest.raises(ValueError, match="val = 0"):
        source_split(images, val=0.0)


def test_a_class_too_small_is_named(images):
    few = images.take([*range(PER_CLASS), *range(PER_CLASS, PER_CLASS + 4), *range(2 * PER_CLASS, 3 * PER_CLASS)])
    with pytest.raises(ValueError, match="class 'b' has 1 of its images in a quarter"):
        target_split(few)


def test_spec_has_both_rules():
    for rule in ("source", "target"):
        assert DataSpec(source="mini:tools", split=rule, val=0.2).model_dump()["split"] == rule
        with pytest.raises(ValueError, match="partition = .* does not go with"):
            DataSpec(source="mini:tools", split=rule, partition=(0, 4))
        with pytest.raises(ValueError, match="classes = .* does not go with"):
            DataSpec(source="mini:tools", split=rule, classes=("axe", "saw"))


def test_target_of_a_number_of_images_tests_on_the_same_part_for_every_seed(images):
    parts = {name: set(part.names) for name, part in quarters(images).items()}
    few, many = (target_split(images, n=n, val=0.25, test=0.5, seed=3) for n in (4, 12))
    assert few.train.labels.bincount().tolist() == [4] * 3
    assert set(few.train.names) < set(many.train.names) <= parts["transfer"]
    assert few.val.labels.bincount().tolist() == [4] * 3  # a quarter of the other sixteen
    assert len(few.test) == 3 * PER_CLASS // 8
    assert set(few.test.names) == set(many.test.names) <= parts["target validation"]
    assert few.test.names != target_split(images, n=4, seed=3).test.names
    other = target_split(images, n=4, test=0.5, seed=4)
    assert set(other.test.names) == set(few.test.names)
    assert set(other.train.names) != set(few.train.names)
    for wrong in (0, 20):
        with pytest.raises(ValueError, match="at least one image|too few to be cut"):
            target_split(images, n=wrong)
    with pytest.raises(ValueError, match="test = 1"):
        target_split(images, test=1.0)
