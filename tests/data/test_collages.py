"""Collages of real photographs: what they show, that the parts share no photograph, that they are always the same."""

import numpy as np
import pytest
import torch

from course_lib.data import DataSpec, collages, describe, is_here, load_images, pacs, prepare
from course_lib.data.collages import CONCEPTS, SMALL_CONCEPTS, plan_collages
from course_lib.data.sources import check_images, source_state


@pytest.fixture
def photos(image_folder, tmp_path, monkeypatch):
    """Small PACS and CIFAR-100 under COURSE_REAL_DATA: every photograph has one colour of its own."""
    root = tmp_path / "real"
    files = [f"pacs/photo/{name}/{i}.png" for name in pacs.CLASSES for i in range(6)]
    small = ("sea", *SMALL_CONCEPTS)
    files += [f"cifar100/{part}/{name}/{i}.png" for part in ("train", "test") for name in small for i in range(3)]
    from PIL import Image

    for number, file in enumerate(files):
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        colour = (number % 250, 3 + number // 250, 7)
        Image.new("RGB", (32, 32), colour).save(root / file)
    monkeypatch.setenv("COURSE_REAL_DATA", str(root))
    monkeypatch.setattr(pacs, "NUM_IMAGES", dict.fromkeys(pacs.DOMAINS, 42))
    monkeypatch.setattr(pacs, "DIGESTS", {})
    return {(number % 250, 3 + number // 250, 7): file for number, file in enumerate(files)}


def load(size=8):
    return load_images("collages", size=size, progress=False)


def shown(image):
    """Colours of the four tiles of an image (3, H, W) that have one each."""
    half = image.shape[1] // 2
    found = []
    for row in (0, half):
        for column in (0, half):
            tile = image[:, row : row + half, column : column + half].reshape(3, -1)
            assert (tile == tile[:, :1]).all()
            found.append(tuple(tile[:, 0].tolist()))
    return found


def test_labels_are_what_the_tiles_show_and_no_photograph_is_in_both_parts(photos):
    images = load()
    used = {"train": set(), "test": set()}
    for i, name in enumerate(images.names):
        files = [photos[colour] for colour in shown(images.batch(i)[0]) if colour != (128, 128, 128)]
        concepts = {file.split("/")[-2] for file in files}
        assert {CONCEPTS[k] for k in images.labels[i].nonzero().flatten().tolist()} == concepts
        assert len(concepts) == len(files) >= 1
        used[name.partition("/")[0]] |= set(files)
    assert not used["train"] & used["test"]
    assert {file.split("/")[1] for file in used["train"] if file.startswith("cifar")} == {"train"}
    assert {file.split("/")[1] for file in used["test"] if file.startswith("cifar")} == {"test"}
    last = {f"pacs/photo/{name}/{i}.png" for name in pacs.CLASSES for i in (4, 5)}
    assert {file for file in used["test"] if file.startswith("pacs")} == last
    assert len(used["train"]) == 7 * 4 + 17 * 3  # every photograph is used


def test_every_concept_has_enough_images(photos):
    images = load()
    for part in ("train", "test"):
        own = images.take([i for i, name in enumerate(images.names) if name.startswith(part)])
        assert len(own) == 800
        assert 90 <= min(own.class_counts().values()) <= max(own.class_counts().values()) <= 110
        counts = torch.bincount(own.labels.sum(dim=1).long()) / 800
        np.testing.assert_allclose(counts, [0, 0.1, 0.2, 0.3, 0.4], atol=0.05)
    assert not images.labels.isnan().any()


def test_concepts_come_in_varied_company():
    """No concept is bound to another: each shares collages with all the others."""
    labels = np.array([plan.labels for plan in plan_collages([9] * len(CONCEPTS), 800, [1])])
    together = labels.T @ labels
    pairs = together[~np.eye(len(CONCEPTS), dtype=bool)]
    assert pairs.min() >= 1
    assert pairs.max() < 30  # 11 on average


def test_the_same_photographs_make_the_same_collages(photos, monkeypatch):
    first = load()
    assert load().fingerprint == first.fingerprint
    assert plan_collages([5] * 24, 9, [3, 1]) == plan_collages([5] * 24, 9, [3, 1])
    assert plan_collages([5] * 24, 9, [3, 1]) != plan_collages([5] * 24, 9, [3, 2])
    assert load(16).labels.equal(first.labels)


def test_the_cache_is_compared_with_the_photographs(photos, monkeypatch):
    monkeypatch.setattr(collages, "NUM_COLLAGES", {"train": 9, "test": 9})
    assert len(check_images("collages", progress=False)) == 18
    monkeypatch.setattr(collages, "_GREY", 127)
    with pytest.raises(ValueError, match="the cached pixels of .* differ from its file in 'collages'"):
        check_images("collages", progress=False)


def test_a_changed_photograph_changes_the_state(photos, tmp_path, draw_over):
    before = source_state("collages")
    draw_over(tmp_path / "real" / "cifar100" / "train" / "apple" / "0.png")
    assert source_state("collages") != before


@pytest.fixture
def draw_over():
    """`paint(file)`: another picture in a file."""
    from PIL import Image

    return lambda file: Image.new("RGB", (30, 30), (255, 0, 255)).save(file)


def test_they_are_split_as_they_are_made(photos):
    spec = DataSpec(source="collages", size=8, duplicates="drop", val=0.25)
    splits = prepare(spec)
    assert spec.split == "given"
    assert {name.partition("/")[0] for name in splits.test.names} == {"test"}
    assert {name.partition("/")[0] for name in splits.train.names + splits.val.names} == {"train"}
    assert describe("collages")["classes"] == len(CONCEPTS) == len(set(CONCEPTS)) == 24
    assert is_here("collages")


def test_what_cannot_be_made_is_refused(photos, monkeypatch, tmp_path):
    with pytest.raises(ValueError, match="size = 9 cannot be halved into tiles: choose an even size"):
        load(9)
    with pytest.raises(ValueError, match="there is no photograph of 'giraffe' for the collages: restore"):
        plan_collages([3, 3, 0, 3], 5, [0])
    monkeypatch.setenv("COURSE_REAL_DATA", str(tmp_path / "empty"))
    assert not is_here("collages")
    monkeypatch.setattr(pacs, "URL", "http://127.0.0.1:9/PACS.zip")
    monkeypatch.setattr(pacs, "RETRIES", 0)
    with pytest.raises(ConnectionError, match="PACS could not be downloaded .*COURSE_REAL_DATA"):
        load()


@pytest.mark.real
def test_real_photographs_make_collages():
    if not is_here("collages"):
        pytest.skip("no real images: set COURSE_REAL_DATA to a folder that has pacs/photo and cifar100")
    images = load(64)
    assert len(set(images.pixel_hashes())) == 1600
    assert collages.NUM_COLLAGES == {"train": 800, "test": 800}
