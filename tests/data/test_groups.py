"""Groups of images by file name or by a table, and splits that keep them whole."""

import csv
import os
from collections import defaultdict

import numpy as np
import pytest

from course_lib.data import DataSpec, ImageSet, find_groups, prepare, stratified_split

NAMES = ["cat/cat12_1.jpg", "cat/cat12_2.jpg", "cat/new/cat3_1.jpg", "dog/dog12_1.jpg"]


def animals(num_groups, sizes, num_classes=2, seed=0):
    """An image set whose group g has sizes[g % len(sizes)] images of class g % num_classes, and the groups."""
    groups = [g for g in range(num_groups) for _ in range(sizes[g % len(sizes)])]
    pixels = np.random.default_rng(seed).integers(0, 256, (len(groups), 3, 4, 4), dtype=np.uint8)
    labels = [g % num_classes for g in groups]
    names = [f"{label}/g{g}_{i}.png" for i, (g, label) in enumerate(zip(groups, labels, strict=True))]
    return ImageSet.from_arrays(pixels, labels, [str(k) for k in range(num_classes)], names), [f"g{g}" for g in groups]


def parts_of(splits):
    return {"train": splits.train, "val": splits.val, "test": splits.test.open()}


def places(splits, group_of):
    """The parts that each group is in."""
    found = defaultdict(set)
    for part, images in parts_of(splits).items():
        for name in images.names:
            found[group_of(name)].add(part)
    return found


@pytest.mark.parametrize(
    ("pattern", "groups"),
    [
        (r"(cat\d+|dog\d+)_", ["cat12", "cat12", "cat3", "dog12"]),
        (r"^[a-z]+\d+", ["cat12", "cat12", "cat3", "dog12"]),  # no group in brackets: the whole match
        (r"(?:cat|dog)(\d+)_(\d)", ["12", "12", "3", "12"]),
        (r"^(cat|dog)/", ["cat", "cat", "cat", "dog"]),  # a slash: searched in the path
    ],
)
def test_groups_by_a_pattern(pattern, groups):
    assert find_groups(NAMES, pattern) == groups


@pytest.mark.parametrize("separator", [",", ";"])
def test_groups_by_a_table(tmp_path, separator):
    rows = [("group", "File", "age"), ("A", NAMES[0], "3"), ("A", r"cat\cat12_2.jpg", ""), ("B", "cat3_1.jpg", "")]
    table = tmp_path / "Groups.CSV"
    with open(table, "w", encoding="utf-8-sig", newline="") as out:
        csv.writer(out, delimiter=separator).writerows([*rows, ("ü", "./dog/dog12_1.jpg", "1"), ("C", "other.jpg", "")])
    assert find_groups(NAMES, str(table)) == ["A", "A", "B", "ü"]


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        (r"(cat\d+)_", r"^'dog/dog12_1.jpg' has no match for the groups' pattern '\(cat\\d\+\)_': every image needs"),
        (r"(cow\d+)_", "^'cat/cat12_1.jpg' and 3 more have no match for the groups' pattern"),
        (r"cat12(x)?", "^'cat/cat12_1.jpg' and 3 more have no match"),
    ],
)
def test_an_image_without_a_group_is_refused(groups, message):
    with pytest.raises(ValueError, match=message):
        find_groups(NAMES, groups)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("file,group\ncat12_1.jpg,A\n", "^'cat/cat12_2.jpg' and 2 more have no row with a group in '.*groups.csv'"),
        ("file,group\n" + "".join(f"{n},\n" for n in NAMES), "and 3 more have no row with a group"),
        ("name,animal\n", r"groups.csv' needs the columns file and group, it has name, animal: add them"),
        ("", "it has none: add them"),
        ("file,group\na.jpg,1\na.jpg,2\n", "puts 'a.jpg' into two groups: keep one of the rows"),
        (b"file,group\n\xff\xfe,1\n", "are not UTF-8 text"),
    ],
)
def test_a_faulty_table_is_refused(tmp_path, content, message):
    (tmp_path / "groups.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ValueError, match=message):
        find_groups(NAMES, str(tmp_path / "groups.csv"))


def test_a_faulty_pattern_or_a_missing_table_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"DataSpec refused: groups = '\(cat': the groups' pattern .* is no regular"):
        DataSpec(split="stratified", groups="(cat")
    with pytest.raises(FileNotFoundError, match="there is no file '.*nowhere.csv' with the groups: check its name"):
        find_groups(NAMES, str(tmp_path / "nowhere.csv"))


@pytest.mark.parametrize("sizes", [(5,), (1, 2, 3, 40), (3, 3, 9, 1, 1, 17)])
@pytest.mark.parametrize("shares", [{"val": 0.2, "test": 0.2}, {"val": 0.2, "test": 0.1}])
def test_no_group_is_divided_and_shares_are_kept(sizes, shares):
    images, groups = animals(90, sizes, num_classes=3)
    splits = stratified_split(images, **shares, groups=groups)
    where = places(splits, lambda name: name.split("/")[1].split("_")[0])
    assert len(where) == 90
    assert all(len(parts) == 1 for parts in where.values())
    assert sum(len(part) for part in parts_of(splits).values()) == len(images)
    for part, share in shares.items():
        for name, count in parts_of(splits)[part].class_counts().items():
            whole = images.class_counts()[name]
            assert abs(count / whole - share) <= max(sizes) / 2 / whole, (part, name)


def test_groups_of_several_classes_are_dealt_out_evenly():
    random = np.random.default_rng(0)
    groups = np.repeat(np.arange(60), random.integers(1, 12, 60))
    labels = (groups * 7 + random.integers(0, 2, len(groups))) % 4
    pixels = random.integers(0, 256, (len(groups), 3, 4, 4), dtype=np.uint8)
    images = ImageSet.from_arrays(pixels, labels, "abcd")
    splits = stratified_split(images, val=0.2, test=0.2, groups=[str(g) for g in groups])
    for part, share in {"train": 0.6, "val": 0.2, "test": 0.2}.items():
        for name, count in parts_of(splits)[part].class_counts().items():
            assert abs(count / images.class_counts()[name] - share) < 0.06, (part, name)


def test_the_same_seed_gives_the_same_split_in_any_order():
    images, groups = animals(40, (3, 5, 2))
    order = np.random.default_rng(5).permutation(len(images))
    first = stratified_split(images, val=0.2, test=0.2, seed=1, groups=groups)
    again = stratified_split(images.take(order), val=0.2, test=0.2, seed=1, groups=[groups[i] for i in order])
    assert set(first.test.names) == set(again.test.names)
    assert set(first.val.names) == set(again.val.names)
    assert first.rule == "stratified, val 0.2, test 0.2, seed 1, groups kept together"
    other = stratified_split(images, val=0.2, test=0.2, seed=2, groups=groups)
    assert set(other.test.names) != set(first.test.names)


def test_few_groups_are_enough_or_refused():
    images, groups = animals(6, (10, 10, 10, 10, 2, 2))
    splits = stratified_split(images, val=0.2, test=0.2, groups=groups)
    assert all(min(part.class_counts().values()) > 0 for part in parts_of(splits).values())
    images, groups = animals(5, (10,))
    with pytest.raises(
        ValueError, match=r"^class '1' \(2 groups\) cannot be in each of 3 parts with whole groups: add"
    ):
        stratified_split(images, val=0.2, test=0.2, groups=groups)


def test_a_spec_keeps_groups_together(image_folder, tmp_path, monkeypatch):
    root = image_folder([f"{c}/{c}{i % 7}_{i}.png" for c in "ab" for i in range(28)])
    plain = DataSpec(source=f"folder:{root}", size=8, split="stratified")
    spec = plain.replace(groups=r"^(\w\d)_")
    where = places(prepare(spec), lambda name: name.split("/")[1][:2])
    assert len(where) == 14
    assert all(len(parts) == 1 for parts in where.values())
    assert any(len(parts) > 1 for parts in places(prepare(plain), lambda name: name.split("/")[1][:2]).values())
    assert spec.model_dump(mode="json")["groups"] == r"^(\w\d)_"
    assert "groups" not in plain.model_dump(mode="json")
    assert prepare(spec).hash != prepare(plain).hash
    monkeypatch.chdir(tmp_path)
    assert plain.replace(groups="some.csv").groups == str(tmp_path / "some.csv")
    with pytest.raises(ValueError, match="does not go with split = 'homework': leave it out, or choose split = 'strat"):
        DataSpec(groups=r"(\d+)_")


def test_a_changed_table_changes_the_split(image_folder, tmp_path):
    names = [f"{c}/{i:02d}.png" for c in "ab" for i in range(20)]
    root, table = image_folder(names), tmp_path / "groups.csv"
    spec = DataSpec(source=f"folder:{root}", size=8, split="stratified", groups=str(table))
    hashes = []
    for width in (2, 3):
        lines = [f"{name},{name[0]}{int(name[2:4]) // width}" for name in names]
        table.write_text("\n".join(["file,group", *lines]))
        os.utime(table, ns=(width, width))
        where = places(prepare(spec), lambda name, width=width: f"{name[0]}{int(name[2:4]) // width}")
        assert all(len(parts) == 1 for parts in where.values())
        hashes.append(prepare(spec).hash)
    assert hashes[0] != hashes[1]


def test_groups_of_images_with_concepts():
    """Thirty groups, each of which shows some of five concepts: each part has its share of each concept."""
    random = np.random.default_rng(0)
    shown = (random.random((60, 5)) < 0.3).astype(np.float32)
    groups = [g for g in range(60) for _ in range(1 + g % 5)]
    labels = shown[groups]
    labels[::7, 0] = np.nan
    pixels = random.integers(0, 256, (len(groups), 3, 4, 4), dtype=np.uint8)
    images = ImageSet.from_arrays(pixels, labels, "abcde", [f"{g}_{i}" for i, g in enumerate(groups)])
    for seed in range(5):
        splits = stratified_split(images, val=0.2, test=0.2, seed=seed, groups=[f"g{g}" for g in groups])
        assert all(len(parts) == 1 for parts in places(splits, lambda name: name.partition("_")[0]).values())
        for part, share in (("train", 0.6), ("val", 0.2), ("test", 0.2)):
            own = parts_of(splits)[part]
            counts = np.array(list(own.class_counts().values())) / np.array(list(images.class_counts().values()))
            np.testing.assert_allclose(counts, share, atol=0.08)
            assert abs(len(own) / len(images) - share) < 0.05
        back = images.take(range(len(images) - 1, -1, -1))
        again = stratified_split(back, val=0.2, test=0.2, seed=seed, groups=[f"g{g}" for g in reversed(groups)])
        assert again.hash == splits.hash


def test_groups_that_cannot_give_every_part_a_concept_are_refused():
    """Of x and y, c and d must be in the part that a and b are not in; then z is missing in one part."""
    shown = {"a": [1, 1, 1], "b": [1, 1, 0], "c": [1, 0, 1], "d": [0, 1, 1]}
    groups = [name for name in shown for _ in range(2)]
    labels = np.array([row for own in shown.values() for row in (own, [0, 0, 0])], dtype=np.float32)
    pixels = np.random.default_rng(0).integers(0, 256, (8, 3, 4, 4), dtype=np.uint8)
    images = ImageSet.from_arrays(pixels, labels, "xyz")
    with pytest.raises(ValueError, match=r"part has no positive image of the concept '[xyz]' \(3 in all\): choose"):
        stratified_split(images, val=0.3, test=0.3, groups=groups)
