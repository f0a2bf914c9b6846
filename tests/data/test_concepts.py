"""Image sets in which an image shows any number of concepts, and the drawn scenes."""

import numpy as np
import pytest
import torch

from course_lib.data import ImageSet, load_images, official_split, per_class_split, sources
from course_lib.data.mini import CONCEPTS, draw_scenes
from course_lib.data.splits import homework_split, stratified_split
from course_lib.training.target import CLASSES, target_of
from course_lib.training.target import CONCEPTS as CONCEPT_TARGET

NAN = float("nan")


def concept_set(labels, class_names=("sky", "tree"), names=None, seed=0):
    """Random, all different images with the given (N, K) labels."""
    pixels = np.random.default_rng(seed).integers(0, 256, (len(labels), 3, 4, 4), dtype=np.uint8)
    return ImageSet.from_arrays(pixels, labels, class_names, names, "test")


def many(count=60, seed=1):
    return concept_set(torch.from_numpy(np.random.default_rng(seed).integers(0, 2, (count, 2))))


def test_labels_of_concepts():
    images = concept_set([[1, 0], [1, NAN], [0, 1], [1, 0]])
    assert images.has_concepts
    assert images.labels.dtype == torch.float32
    assert images.num_classes == 2
    assert images.names[1] == "image/00001"
    assert images.class_counts() == {"sky": 3, "tree": 1}
    assert repr(images) == "ImageSet('test', 4 images 4×4, 2 concepts)"
    assert target_of(images.labels) is CONCEPT_TARGET
    part = images.take([1, 0])
    assert part.labels.isnan().tolist() == [[False, True], [False, False]]
    assert part.joined_with(images.take([2])).labels[2].tolist() == [0, 1]
    assert images.batch(slice(1, 3))[1].shape == (2, 2)


def test_one_class_per_image_stays_what_it_was(random_images):
    images = random_images({"a": 2, "b": 1})
    assert not images.has_concepts
    assert images.single_labels("anything") == [0, 0, 1]
    assert target_of(images.labels) is CLASSES


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([[1, 0], [0.5, 1]], r"must be 0, 1 or NaN \(not judged\), got 0.5"),
        ([[1], [0]], "1 columns and 2 names"),
        (np.zeros((2, 2, 1)), r"\(N, K\) float32"),
        ([0.0, 1.0], r"must be \(N,\) integers or \(N, K\)"),
        ([[1, 0]] * 3, "one row, label and name per image"),
    ],
)
def test_wrong_labels_are_refused(labels, message):
    pixels = np.zeros((2, 3, 4, 4), np.uint8)
    with pytest.raises(ValueError, match=message):
        ImageSet.from_arrays(pixels, labels, ("sky", "tree"), ["a", "b"])


def test_two_concepts_of_one_name_are_refused():
    with pytest.raises(ValueError, match=r"two concept names are the same \('sky'\)"):
        concept_set([[1, 0]], ("sky", "sky"))


def test_the_fingerprint_includes_the_judgements():
    prints = {concept_set([[1, 0], [0, judged]]).fingerprint for judged in (0, 1, NAN)}
    assert len(prints) == 3
    assert concept_set([[1, NAN]]).fingerprint == concept_set([[1, NAN]]).fingerprint


def test_a_random_split_follows_names_and_seed():
    images = many()
    splits = stratified_split(images, val=0.25, test=0.2, seed=3)
    assert [len(part) for part in (splits.train, splits.val, splits.test)] == [33, 15, 12]
    assert splits.rule == "random, val 0.25, test 0.2, seed 3"
    assert (splits.class_names, splits.num_classes) == (("sky", "tree"), 2)
    assert splits.hash == stratified_split(images.take(range(59, -1, -1)), val=0.25, test=0.2, seed=3).hash
    assert splits.hash != stratified_split(images, val=0.25, test=0.2, seed=4).hash
    position = {name: i for i, name in enumerate(images.names)}
    for part in (splits.train, splits.val, splits.test.open()):
        torch.testing.assert_close(part.labels, images.labels[[position[name] for name in part.names]])


@pytest.mark.parametrize("rare", [1, 0])
def test_a_rare_concept_is_in_every_part(rare):
    """By chance three images reach every part in one of five cases; then the images are dealt out by concept."""
    labels = torch.full((60, 2), 1.0 - rare)
    labels[::2, 1] = rare
    labels[:3, 0] = rare
    rules = set()
    for seed in range(30):
        splits = stratified_split(concept_set(labels), seed=seed)
        parts = (splits.train, splits.val, splits.test.open())
        assert [int((part.labels[:, 0] == rare).sum()) for part in parts] == [1, 1, 1]
        assert [len(part) for part in parts] == pytest.approx([42, 12, 6], abs=1)
        rules.add(splits.rule.partition(",")[0])
    assert rules == {"random", "stratified"}
    labels[2, 0] = NAN  # two: no split could give each part one
    assert len(stratified_split(concept_set(labels), seed=0).train) == 42
    assert stratified_split(concept_set(labels), seed=0).rule.startswith("random")


def test_many_rare_concepts_are_in_every_part():
    random = np.random.default_rng(0)
    labels = np.zeros((300, 40), dtype=np.float32)
    for k in range(40):
        labels[random.choice(300, 4, replace=False), k] = 1
    splits = stratified_split(concept_set(labels, [str(k) for k in range(40)]), val=0.2, test=0.2, seed=0)
    parts = (splits.train, splits.val, splits.test.open())
    assert all(min(part.class_counts().values()) >= 1 for part in parts)
    assert [len(part) for part in parts] == pytest.approx([180, 60, 60], abs=12)


def test_too_few_images_are_refused():
    with pytest.raises(ValueError, match="'test' has 2 images, too few"):
        stratified_split(concept_set([[1, 0], [0, 1]]))


@pytest.mark.parametrize("split", [homework_split, lambda images: per_class_split(images, n=2)])
def test_rules_of_single_classes_refuse_concepts(split):
    with pytest.raises(ValueError, match="needs one class per image, and 'test' has 2 concepts"):
        split(many())


def test_an_official_test_part_may_have_concepts():
    names = [f"{'test' if i % 3 == 0 else 'train'}/{i:02d}" for i in range(30)]
    splits = official_split(concept_set([[1, 0], [0, 1]] * 15, names=names), val=0.25)
    assert [len(part) for part in (splits.train, splits.val, splits.test)] == [15, 5, 10]


def test_the_scenes_are_a_source(monkeypatch):
    images = load_images("mini:scenes", size=24, progress=False)
    assert (len(images), images.size, images.class_names) == (2000, (24, 24), CONCEPTS)
    numbers = [int(name.removeprefix("scene/pic_")) for name in images.names]
    assert (numbers[0], numbers[-1]) == (1, 2092)  # 92 more scenes are blank paper like one before them
    assert len(set(images.pixel_hashes())) == 2000
    pixels, labels, _ = draw_scenes([numbers[6], numbers[1998]], size=24)
    assert torch.equal(images.images[[6, 1998]], pixels)
    assert torch.equal(images.labels[[6, 1998]], labels)
    assert images.identity == "mini:scenes, edition 1, 24 px"
    assert min(images.class_counts().values()) == 30
    assert stratified_split(images).rule == "random, val 0.2, test 0.1, seed 0"
    monkeypatch.setattr("course_lib.data.mini.build_scenes", lambda **_: pytest.fail("drawn again"))
    again = load_images("mini:scenes", size=24, progress=False)
    assert again.fingerprint == images.fingerprint
    known = sources.describe("mini:scenes")
    assert (known["images"], known["classes"], known["size"]) == (2000, 11, 48)


def test_statistics_of_scenes_know_no_homework_folders(monkeypatch):
    images = many(20)
    monkeypatch.setattr(sources, "load_images", lambda *_, **__: images)
    assert sources.count_pixels("mini:scenes", progress=False)[1] == 20
    with pytest.raises(ValueError, match="the train part of the homework's rule needs one class per image"):
        sources.count_pixels("mini:scenes", "train", progress=False)
