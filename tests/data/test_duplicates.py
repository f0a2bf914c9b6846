"""Exact copies are dropped where that is asked for; near-duplicates in different parts are found."""

import shutil
from itertools import product

import numpy as np
import pytest
import torch
from PIL import Image, ImageEnhance

from course_lib.data import (
    DataSpec,
    ImageSet,
    SealedSet,
    Splits,
    drop_duplicates,
    find_duplicates,
    load_images,
    near_duplicates,
    prepare,
)
from course_lib.data.duplicates import _near_rows

NAN = float("nan")


def spec_of(root, **fields):
    return DataSpec.for_training(f"folder:{root}", size=8, **fields)


def copy(root, first, second):
    shutil.copy(root / first, root / second)


def test_copies_are_refused_or_dropped(image_folder):
    root = image_folder([f"{c}/{i}.png" for c in "ab" for i in range(10)])
    for i in range(3):
        copy(root, f"a/{i}.png", f"a/copy{i}.png")
    with pytest.raises(
        ValueError, match=r"have the same pixels.*or drop the copies \(course train --drop-duplicates; in"
    ):
        prepare(spec_of(root))
    splits = prepare(spec_of(root, duplicates="drop"))
    names = {*splits.train.names, *splits.val.names, *splits.test.names}
    assert names == {f"{c}/{i}.png" for c in "ab" for i in range(10)}
    assert splits.notes.num_read == 23
    assert splits.notes.dropped_duplicates == [(f"a/{i}.png", f"a/copy{i}.png") for i in range(3)]
    assert splits.rule.endswith("; copies dropped")
    assert find_duplicates(load_images(f"folder:{root}", size=8)) == splits.notes.dropped_duplicates


def test_a_spec_records_that_copies_are_dropped(image_folder):
    root = image_folder([f"{c}/{i}.png" for c in "ab" for i in range(5)])
    plain, dropping = spec_of(root), spec_of(root, duplicates="drop")
    assert "duplicates" not in plain.model_dump(mode="json")
    assert dropping.model_dump(mode="json")["duplicates"] == "drop"
    assert prepare(plain).hash != prepare(dropping).hash
    assert prepare(dropping).notes.dropped_duplicates == []
    with pytest.raises(ValueError, match="DataSpec refused: duplicates = 'keep'"):
        spec_of(root, duplicates="keep")


def test_one_file_in_two_classes_is_refused(image_folder):
    root = image_folder([f"{c}/{i}.png" for c in "ab" for i in range(10)])
    copy(root, "a/1.png", "b/7.png")
    message = r"^'a/1.png' \(a\) and 'b/7.png' \(b\) have the same pixels but different classes: remove the wrong one$"
    with pytest.raises(ValueError, match=message):
        prepare(spec_of(root, duplicates="drop"))
    copy(root, "a/2.png", "b/8.png")
    with pytest.raises(ValueError, match="different classes, and 1 more pair: remove"):
        prepare(spec_of(root, duplicates="drop"))


def test_the_test_part_keeps_its_own(image_folder):
    root = image_folder([f"{part}/{c}/{i}.png" for part in ("train", "val", "test") for c in "ab" for i in range(6)])
    copy(root, "test/a/0.png", "train/a/copy.png")
    copy(root, "test/a/1.png", "val/a/copy.png")
    copy(root, "val/b/1.png", "train/b/copy.png")
    with pytest.raises(ValueError, match="have the same pixels, and 2 more pairs"):
        prepare(spec_of(root))
    splits = prepare(spec_of(root, duplicates="drop"))
    assert [len(part) for part in (splits.train, splits.val, splits.test)] == [12, 12, 12]
    assert splits.notes.dropped_duplicates == [
        ("test/a/0.png", "train/a/copy.png"),
        ("test/a/1.png", "val/a/copy.png"),
        ("val/b/1.png", "train/b/copy.png"),
    ]


def copies_with(labels):
    """Images of which all but the last have the same pixels."""
    pixels = np.zeros((len(labels), 3, 4, 4), dtype=np.uint8)
    pixels[-1] = 9
    return ImageSet.from_arrays(pixels, labels, "abc")


def test_the_image_that_is_kept_has_the_judgements_of_its_copies():
    nan = float("nan")
    images = copies_with([[1, nan, nan], [1, 0, nan], [nan, nan, nan], [0, 1, nan]])
    kept = drop_duplicates(images)
    assert kept.names == ("image/00000", "image/00003")
    torch.testing.assert_close(kept.labels, torch.tensor([[1, 0, nan], [0, 1, nan]]), equal_nan=True)
    assert images.labels[0, 1].isnan()  # the given set stays as it was


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (
            [[1, 1, 0], [1, 0, 0], [1, 1, 1]],
            "^'image/00000' and 'image/00001' have the same pixels, and the concept 'b' is judged 1 in the first and 0 "
            "in the second: correct one of them$",
        ),
        ([[1, NAN, NAN], [1, NAN, 0], [NAN, 1, 1], [0, 0, 0]],
         "'image/00002' and 'image/00001' have the same pixels, and the concept 'c' is judged 1"),
        ([[1, 1, 1], [0, 0, 1], [0, 0, 0]], "in the second, and 1 more contradiction: correct"),
    ],
)  # fmt: skip
def test_contradicting_judgements_of_copies_are_refused(labels, message):
    """Also those of two copies, where the image that would be kept is not judged."""
    with pytest.raises(ValueError, match=message):
        drop_duplicates(copies_with(labels))


def test_without_copies_nothing_changes(random_images):
    images = random_images({"a": 5, "b": 5})
    assert drop_duplicates(images) is images
    assert find_duplicates(images) == []


@pytest.fixture
def scenes():
    """Twelve smooth pictures of 64 pixels, all different."""
    random = np.random.default_rng(0)
    coarse = random.integers(0, 256, (12, 8, 8, 3), dtype=np.uint8)
    return [Image.fromarray(pixels).resize((64, 64), Image.Resampling.BICUBIC) for pixels in coarse]


def splits_of(train, val, test):
    pictures = [*train, *val, *test]
    pixels = np.stack([np.array(picture.resize((64, 64))).transpose(2, 0, 1) for picture in pictures])
    images = ImageSet.from_arrays(pixels, [0] * len(pictures), ["a"], [f"{i:02d}.jpg" for i in range(len(pictures))])
    ends = np.cumsum([len(train), len(val), len(test)])
    parts = [images.take(range(start, end)) for start, end in zip([0, *ends], ends, strict=False)]
    return Splits(parts[0], parts[1], SealedSet(parts[2]), "by hand")


def test_near_duplicates_are_found_across_parts(scenes):
    brighter = ImageEnhance.Brightness(scenes[0]).enhance(1.15)
    smaller = scenes[5].resize((40, 40))
    splits = splits_of(scenes[:4], [*scenes[4:8], brighter], [*scenes[8:], smaller])
    pairs = near_duplicates(splits)
    assert {(p.first, p.first_part, p.second, p.second_part) for p in pairs} == {
        ("00.jpg", "train", "08.jpg", "val"),
        ("05.jpg", "val", "13.jpg", "test"),
    }
    assert [pair.distance for pair in pairs] == sorted(pair.distance for pair in pairs)
    assert all(0 <= pair.distance <= 8 for pair in pairs)
    assert splits.test.times_opened == 0
    assert near_duplicates(splits, limit=64)[: len(pairs)] == pairs
    assert len(near_duplicates(splits, limit=64)) == 4 * 5 + 4 * 5 + 5 * 5


def test_near_duplicates_within_a_part_are_not_told(scenes):
    splits = splits_of([scenes[0], ImageEnhance.Brightness(scenes[0]).enhance(1.15)], [scenes[1]], [scenes[2]])
    assert near_duplicates(splits) == []


@pytest.mark.parametrize("limit", [-1, 65])
def test_an_impossible_limit_is_refused(scenes, limit):
    with pytest.raises(ValueError, match=f"limit = {limit} must be a number of bits from 0 to 64"):
        near_duplicates(splits_of(scenes[:1], scenes[1:2], scenes[2:3]), limit=limit)


def test_all_near_rows_are_found_with_their_distances():
    random = np.random.default_rng(1)
    one, two = (random.integers(0, 2, (n, 64)) for n in (1500, 40))
    two[7] = one[1400]
    two[8] = 1 - one[3]
    two[9] = np.where(np.arange(64) < 5, 1 - one[1100], one[1100])
    signs = [np.where(bits, np.float32(1), np.float32(-1)) for bits in (one, two)]
    found = _near_rows(*signs, 20)
    expected = {(i, j): int((one[i] != two[j]).sum()) for i, j in product(range(1500), range(40))}
    assert sorted(found) == [(i, j, d) for (i, j), d in expected.items() if d <= 20]
    assert {(1400, 7, 0), (1100, 9, 5)} <= set(found)
    assert _near_rows(*signs, 4) == [(1400, 7, 0)]
