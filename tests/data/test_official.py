"""Official parts: a validation part of the set's own, training sets of few images per class, the first files."""

import numpy as np
import pytest

from course_lib.data import DataSpec, ImageSet, is_here, official_split, prepare

NUMBERS = (1, 2, 5, 8)


def images_of(seed=0, **counts):
    """Images of the classes a and b with so many images in each part."""
    names = [f"{part}/{label}/{i:03d}" for part, n in counts.items() for label in "ab" for i in range(n)]
    names = [names[i] for i in np.random.default_rng(seed).permutation(len(names))]  # as any folder may list them
    pixels = np.random.default_rng(7).integers(0, 256, (len(names), 3, 4, 4), dtype=np.uint8)
    labels = ["ab".index(name.split("/")[1]) for name in names]
    return ImageSet.from_arrays(pixels, np.array(labels), ("a", "b"), names, "a test")


def names_of(splits):
    return [set(names) for names in (splits.train.names, splits.val.names, splits.test.names)]


@pytest.mark.parametrize("counts", [{"train": 10, "val": 6, "test": 7}, {"train": 12, "test": 7}])
def test_every_number_has_the_same_validation_and_test_images(counts):
    images, val = images_of(**counts), None if "val" in counts else 0.25
    whole = official_split(images, val=val, seed=3)
    train, chosen, test = names_of(whole)
    assert {name.split("/")[0] for name in chosen} == {"val" if "val" in counts else "train"}
    former = set()
    for n in NUMBERS:
        splits = official_split(images, val=val, n=n, seed=3)
        own, own_val, own_test = names_of(splits)
        assert (own_val, own_test) == (chosen, test)
        assert splits.val.names == whole.val.names
        assert splits.test_hash == whole.test_hash
        assert splits.train.class_counts() == {"a": n, "b": n}
        assert former <= own <= train
        former = own
        assert f", {n} per class, seed 3" in splits.rule


def test_the_seed_draws_other_training_images_and_no_other_parts():
    images = images_of(train=10, val=6, test=7)
    one, other = (official_split(images, n=4, seed=seed) for seed in (0, 1))
    assert names_of(one)[1:] == names_of(other)[1:]
    assert names_of(one)[0] != names_of(other)[0]
    assert one.hash != other.hash


def test_order_of_the_images_does_not_matter():
    sides = [official_split(images_of(seed, train=10, val=6, test=7), n=4, seed=2) for seed in (0, 1)]
    assert sides[0].train.names == sides[1].train.names
    assert sides[0].val.names == sides[1].val.names


@pytest.mark.parametrize("counts", [{"train": 10, "val": 6, "test": 7}, {"train": 12, "test": 7}])
def test_first_files_are_the_first_by_name_of_train_and_val(counts):
    images = images_of(**counts)
    whole, splits = official_split(images, seed=3), official_split(images, n=2, first_files=True, seed=3)
    for part in ("train", "val"):
        available = sorted(getattr(whole, part).names)
        expected = {name for label in "ab" for name in [n for n in available if f"/{label}/" in n][:2]}
        assert set(getattr(splits, part).names) == expected
    assert names_of(splits)[2] == names_of(whole)[2]
    assert splits.rule.endswith(", the first 2 per class, seed 3")


def test_first_files_take_all_of_a_smaller_validation_part():
    splits = official_split(images_of(train=10, val=3, test=7), n=8, first_files=True)
    assert splits.val.class_counts() == {"a": 3, "b": 3}


@pytest.mark.parametrize(
    ("counts", "options", "message"),
    [
        (
            {"train": 5, "val": 3, "test": 3},
            {"val": 0.2},
            "val = 0.2: 'a test' has a validation part of its own, leave",
        ),
        (
            {"train": 5, "val": 3, "test": 3},
            {"n": 6},
            "class 'a' has 5 training images, fewer than per_class = 6: choose",
        ),
        ({"train": 5, "val": 3, "test": 3}, {"first_files": True}, "needs the number of files of each class"),
        ({"train": 5, "test": 3}, {"val": 1.0}, "val = 1.0 must be a share between 0 and 1"),
        ({"training": 5, "test": 3}, {}, r"has no official parts \('train"),
    ],
)
def test_refuses_in_one_sentence(counts, options, message):
    with pytest.raises(ValueError, match=message) as refusal:
        official_split(images_of(**counts), **options)
    assert "\n" not in str(refusal.value)


def test_a_number_per_class_needs_classes():
    labels = np.zeros((6, 2), dtype=np.float32)
    pixels = np.random.default_rng(0).integers(0, 256, (6, 3, 4, 4), dtype=np.uint8)
    names = [f"{part}/{i}" for part in ("train", "val", "test") for i in range(2)]
    images = ImageSet.from_arrays(pixels, labels, ("a", "b"), names, "a test")
    assert len(official_split(images).val) == 2
    with pytest.raises(ValueError, match="a number of training images per class needs one class per image"):
        official_split(images, n=1)


def test_the_fields_of_a_spec():
    plain = DataSpec(source="mini:flowers", size=16, split="official", val=0.5)
    assert list(plain.model_dump()) == ["source", "size", "split", "few_shot", "seed", "val"]
    few = plain.replace(per_class=3)
    assert len(prepare(few).train) == 60
    assert prepare(few).val.names == prepare(plain).val.names
    first = few.replace(first_files=True)
    assert DataSpec(**first.model_dump(mode="json")) == first
    assert {name.rpartition("_")[2] for name in prepare(first).train.names} != {"001", "002", "003"}  # val has some
    with pytest.raises(ValueError, match="first_files = True needs per_class, the number of files of each class"):
        plain.replace(first_files=True)
    with pytest.raises(ValueError, match="first_files = True does not go with split = 'homework': leave it out, or"):
        DataSpec(source="mini:flowers", first_files=True, per_class=None)


@pytest.mark.real
def test_rows_of_the_real_cifar():
    if not is_here("cifar100"):
        pytest.skip("no real images: set COURSE_REAL_DATA to a folder that has cifar100")
    specs = [DataSpec(source="cifar100", size=8, split="official", per_class=n) for n in (5, 10, 15, 20, None)]
    rows = [prepare(spec) for spec in specs]
    for n, few, more in zip((5, 10, 15, 20), rows, rows[1:], strict=False):
        assert set(few.train.class_counts().values()) == {n}
        assert set(few.train.names) < set(more.train.names)
    assert len({row.val.names for row in rows}) == len({row.test_hash for row in rows}) == 1
    assert {name.split("/")[0] for name in rows[0].test.names} == {"test"}


def test_hashes_of_official_splits_stay():
    """Runs on the small tasks and the flowers are found by them."""
    hashes = [
        prepare(DataSpec(source="mini:flowers", size=16, split="official", val=0.5, seed=0)).hash,
        prepare(DataSpec(source="mini:task-00", size=16, split="official", seed=1)).hash,
    ]
    assert [digest[:12] for digest in hashes] == HASHES


HASHES = ["9fcf002c9f2b", "99bfa786ecbc"]
