"""Image sets: subsets share memory, fingerprints tell contents apart, bad input is refused in words."""

import subprocess
import sys

import pytest
import torch

from course_lib.data import ImageSet


def test_subsets_share_pixels(random_images):
    images = random_images({"a": 5, "b": 5})
    part = images.take([7, 2]).take([1])
    assert part.pixels.data_ptr() == images.pixels.data_ptr()
    assert part.names == ("a/pic_003.jpg",)
    images.pixels[2, :, 0, 0] = 77
    assert part.images[0, :, 0, 0].tolist() == [77, 77, 77]


def test_gathers_what_was_asked_for(random_images):
    images = random_images({"a": 3, "b": 4})
    part = images.take([6, 0, 3])
    pixels, labels = part.batch(torch.tensor([2, 0]))
    assert torch.equal(pixels, images.pixels[[3, 6]])
    assert labels.tolist() == [1, 1]
    assert torch.equal(part.images, images.pixels[[6, 0, 3]])
    assert torch.equal(part.batch(slice(0, 2))[0], images.pixels[[6, 0]])
    assert part.batch(1)[0].shape == (3, 4, 4)


def test_class_counts_keep_empty_classes(random_images):
    images = random_images({"a": 3, "b": 4})
    assert images.class_counts() == {"a": 3, "b": 4}
    assert images.take([0]).class_counts() == {"a": 1, "b": 0}
    assert images.take([0]).num_classes == 2
    assert images.size == (4, 4)
    assert len(images.take([])) == 0


def test_images_are_a_copy(random_images):
    images = random_images({"a": 3, "b": 4})
    before = images.pixels.clone()
    images.images.zero_()
    assert torch.equal(images.pixels, before)


def test_fingerprint_depends_on_everything(random_images):
    make = random_images
    counts = {"a": 2, "b": 2}
    first = make(counts)
    assert first.fingerprint == make(counts).fingerprint
    changed = first.pixels.clone()
    changed[3, 2, 3, 3] += 1
    content = {"labels": first.labels, "class_names": first.class_names, "names": first.names}
    others = [
        ImageSet.from_arrays(changed, **content),
        ImageSet.from_arrays(first.pixels, **{**content, "labels": [0, 1, 0, 1]}),
        ImageSet.from_arrays(first.pixels, **{**content, "class_names": ("a", "c")}),
        ImageSet.from_arrays(first.pixels, **{**content, "names": ("1", "2", "3", "4")}),
        ImageSet.from_arrays(first.pixels.reshape(4, 3, 2, 8), **content),
        first.take([0, 1, 2]),
        first.take([1, 0, 2, 3]),
    ]
    assert len({first.fingerprint, *(other.fingerprint for other in others)}) == 8


def test_source_fingerprint_is_that_of_the_whole_set(random_images):
    images = random_images({"a": 3, "b": 4})
    part = images.take([1, 4])
    assert part.source_fingerprint == images.fingerprint == images.source_fingerprint
    assert part.take([0]).joined_with(part.take([1])).source_fingerprint == images.fingerprint
    assert part.fingerprint != images.fingerprint


def test_fingerprint_is_the_same_in_another_process(random_images):
    images = random_images({"a": 2, "b": 2})
    code = (
        "import numpy as np; from course_lib.data import ImageSet, stratified_split\n"
        "pixels = np.random.default_rng(0).integers(0, 256, (4, 3, 4, 4), dtype=np.uint8)\n"
        "names = ['a/pic_001.jpg', 'a/pic_002.jpg', 'b/pic_001.jpg', 'b/pic_002.jpg']\n"
        "print(ImageSet.from_arrays(pixels, [0, 0, 1, 1], ('a', 'b'), names).fingerprint)"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.strip() == images.fingerprint


def test_joins_parts_of_one_set_only(random_images):
    images = random_images({"a": 3, "b": 4})
    joined = images.take([5, 0]).joined_with(images.take([2]))
    assert joined.names == ("b/pic_003.jpg", "a/pic_001.jpg", "a/pic_003.jpg")
    assert joined.pixels.data_ptr() == images.pixels.data_ptr()
    with pytest.raises(ValueError, match="loaded apart"):
        images.joined_with(random_images({"a": 3, "b": 4}, seed=1))
    with pytest.raises(ValueError, match="'a/pic_001.jpg'"):
        images.take([0, 1]).joined_with(images.take([2, 0]))


def test_without_duplicates_keeps_the_first(random_images):
    images = random_images({"a": 3, "b": 3})
    images.pixels[4] = images.pixels[1]
    assert images.without_duplicates().names == images.take([0, 1, 2, 3, 5]).names


def test_names_are_made_from_classes():
    images = ImageSet.from_arrays(torch.zeros(2, 3, 1, 1, dtype=torch.uint8), [1, 0], ["a", "b"])
    assert images.names == ("b/00000", "a/00001")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"images": torch.zeros(2, 3, 4, 4)}, "uint8"),
        ({"images": torch.zeros(2, 4, 4, 3, dtype=torch.uint8)}, r"\(2, 4, 4, 3\)"),
        ({"labels": [0, 2]}, "0…2"),
        ({"labels": [0, -1]}, "-1"),
        ({"labels": [0.0, 1.0]}, "integers"),
        ({"labels": [0]}, "2 rows, 1 labels"),
        ({"names": ["same", "same"]}, "'same'"),
        ({"class_names": ["a", "a"]}, "'a'"),
    ],
)
def test_refuses_what_does_not_fit(change, message):
    good = {
        "images": torch.zeros(2, 3, 4, 4, dtype=torch.uint8),
        "labels": [0, 1],
        "class_names": ["a", "b"],
        "names": ["x", "y"],
    }
    with pytest.raises(ValueError, match=message):
        ImageSet.from_arrays(**{**good, **change})


def test_says_what_it_is_in_one_line(random_images):
    assert repr(random_images({"a": 3, "b": 4})) == "ImageSet('test', 7 images 4×4, 2 classes)"
