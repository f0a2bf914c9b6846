"""Folders of class folders: what counts as an image, and what is refused in words."""

import os

import pytest
import torch
from torchvision.datasets import ImageFolder

from course_lib.data import count_pixels, iter_native_images, load_images
from course_lib.data.decode import decode_image
from course_lib.data.folder import list_class_folders


def test_lists_what_torchvision_lists(image_folder):
    root = image_folder(
        ["b/2.png", "b/10.png", "b/sub/1.JPG", "a/x.png", "a/.hidden.png", ".git/c.png", "a/.tmp/y.png"]
    )
    (root / "a" / "notes.txt").write_text("no image")
    (root / "readme.md").write_text("no class")
    listing = list_class_folders(root)
    assert listing.class_names == ("a", "b")
    assert listing.names == ("a/x.png", "b/10.png", "b/2.png", "b/sub/1.JPG")
    assert listing.labels == (0, 1, 1, 1)
    shown = {file for file, _ in ImageFolder(root, is_valid_file=lambda f: f.lower().endswith(("png", "jpg"))).samples}
    hidden = {f for f in shown if "/." in f}
    assert {str(file) for file in listing.files} == shown - hidden


def test_loads_a_folder(image_folder):
    root = image_folder(["cat/1.png", "cat/2.png", "dog/1.png"], size=(20, 10))
    images = load_images(f"folder:{root}", size=10, progress=False)
    assert images.source == f"folder:{root}"
    assert images.class_counts() == {"cat": 2, "dog": 1}
    assert images.names == ("cat/1.png", "cat/2.png", "dog/1.png")
    assert torch.equal(images.images[2], decode_image(root / "dog" / "1.png")[:, :, 5:15])
    assert load_images(f"folder:{root}", progress=False).size == (224, 224)


def test_relative_path_and_home(image_folder, monkeypatch):
    root = image_folder(["cat/1.png", "dog/1.png"])
    monkeypatch.chdir(root.parent)
    assert len(load_images("folder:images", size=8, progress=False)) == 2
    monkeypatch.setenv("HOME", str(root.parent))
    assert len(load_images("folder:~/images", size=8, progress=False)) == 2


def test_native_images_are_not_resized(image_folder):
    root = image_folder(["cat/1.png"], size=(20, 10))
    image_folder(["dog/1.png"], size=(3, 5), seed=1)
    shapes = {name: tuple(image.shape) for name, image in iter_native_images(f"folder:{root}", progress=False)}
    assert shapes == {"cat/1.png": (3, 10, 20), "dog/1.png": (3, 5, 3)}
    histogram, num_images = count_pixels(f"folder:{root}", progress=False)
    assert (histogram.num_pixels, num_images) == (215, 2)
    values = torch.cat([decode_image(root / name).flatten(1) for name in shapes], dim=1).double() / 255
    assert torch.allclose(histogram.mean, values.mean(dim=1))
    assert torch.allclose(histogram.std, values.std(dim=1, correction=0))


def test_counts_pixels_of_a_part(image_folder):
    root = image_folder([f"{name}/{i:02d}.png" for name in ("a", "b") for i in range(10)])
    parts = {part: count_pixels(f"folder:{root}", part, progress=False) for part in ("all", "train", "test")}
    assert [num_images for _, num_images in parts.values()] == [20, 18, 2]
    assert torch.equal(parts["train"][0].merge(parts["test"][0]).counts, parts["all"][0].counts)
    with pytest.raises(ValueError, match="unknown part 'val'"):
        count_pixels(f"folder:{root}", "val")


@pytest.mark.parametrize(
    ("files", "error", "message"),
    [
        ([], FileNotFoundError, "there is no folder"),
        (["1.png"], ValueError, "no class folders"),
        ([".git/1.png"], ValueError, "no class folders"),
        (["cat/1.png"], ValueError, r"single class folder \('cat'\)"),
        (["cat/1.png", "dog/.1.png"], ValueError, "dog' holds no images"),
    ],
)
def test_refuses_in_one_sentence(image_folder, files, error, message):
    root = image_folder(files)
    with pytest.raises(error, match=message) as refusal:
        load_images(f"folder:{root}", progress=False)
    assert str(root) in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_damaged_file_is_never_skipped(image_folder, course_home):
    root = image_folder([f"{name}/{i}.png" for name in ("a", "b") for i in range(5)])
    (root / "b" / "3.png").write_bytes(b"")
    for _ in range(2):
        with pytest.raises(ValueError, match=r"b/3\.png' is empty"):
            load_images(f"folder:{root}", size=8, progress=False)
    assert not list((course_home / "cache").glob("*.npy"))
    assert not list((course_home / "cache").glob("*.part"))
    os.remove(root / "b" / "3.png")
    assert len(load_images(f"folder:{root}", size=8, progress=False)) == 9
