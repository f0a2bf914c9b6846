"""Folders that are split already: their parts are used, and those that they lack are split off the train part."""

import json

import pytest

from course_lib.data import DataSpec, count_pixels, given_split, load_images, prepare
from course_lib.data.folder import find_parts, list_folder, part_of
from course_lib.training.probes import Direct


def files(*parts, count=10, classes="ab"):
    return [f"{part}/{name}/{i:02d}.png" for part in parts for name in classes for i in range(count)]


def names_of(splits):
    return {"train": splits.train.names, "val": splits.val.names, "test": splits.test.names}


def spec_of(root, **fields):
    return DataSpec(source=f"folder:{root}", size=8, **fields)


@pytest.mark.parametrize(
    ("folders", "sizes"),
    [
        (("train", "val", "test"), (20, 20, 20)),
        (("Train", "VALID", "Test"), (20, 20, 20)),
        (("TRAIN", "validation"), (16, 20, 4)),
        (("train", "test"), (16, 4, 20)),
        (("train",), (12, 4, 4)),
    ],
)
def test_parts_of_the_folder_are_used(image_folder, folders, sizes):
    root = image_folder(files(*folders))
    spec = spec_of(root)
    splits = prepare(spec)
    assert spec.split == "given"
    assert splits.class_names == ("a", "b")
    assert tuple(map(len, (splits.train, splits.val, splits.test))) == sizes
    given = {part_of(f"{folder}/x"): folder for folder in folders}
    assert splits.notes.given_parts == tuple(part for part in ("train", "val", "test") if part in given)
    for part, names in names_of(splits).items():
        assert {name.split("/")[0] for name in names} == {given.get(part, given["train"])}
    for part in (splits.train, splits.val, splits.test.open()):
        assert [part.class_names[label] for label in part.labels.tolist()] == [n.split("/")[1] for n in part.names]
        assert len(set(part.class_counts().values())) == 1


def test_the_rule_says_what_was_split_off(image_folder):
    root = image_folder(files("train", "test"))
    assert prepare(spec_of(root, seed=3)).rule == "given train and test, val 0.2 of train, seed 3"
    half = prepare(spec_of(root, seed=3, val=0.5))
    assert half.rule == "given train and test, val 0.5 of train, seed 3"
    assert len(half.val) == 10
    assert set(prepare(spec_of(root, seed=4)).val.names) != set(prepare(spec_of(root, seed=3)).val.names)


def test_a_spec_records_it(image_folder):
    root = image_folder(files("train", "test"))
    dump = json.loads(spec_of(root).model_dump_json())
    assert dump["split"] == "given"
    assert DataSpec(**dump) == spec_of(root)
    assert DataSpec.for_training(f"folder:{root}", size=8).split == "given"
    assert Direct(data=spec_of(root)).data == spec_of(root)  # within other settings, too
    pooled = spec_of(root, split="stratified")
    assert prepare(pooled).class_names == ("a", "b")
    assert prepare(pooled).hash != prepare(spec_of(root)).hash
    assert spec_of(root, few_shot=True).split == "homework"
    assert spec_of(root / "train").split == "homework"
    assert DataSpec.for_training(f"folder:{root / 'train'}").split == "stratified"
    with pytest.raises(ValueError, match="has no parts of its own: choose another rule"):
        prepare(spec_of(root / "train", split="given"))


def test_a_part_may_lack_a_class_of_train(image_folder):
    root = image_folder(files("train", classes="abc") + files("test", classes="b"))
    splits = prepare(spec_of(root))
    assert splits.class_names == ("a", "b", "c")
    assert splits.test.open().class_counts() == {"a": 0, "b": 10, "c": 0}


def test_classes_called_train_stay_classes(image_folder):
    root = image_folder([f"{name}/{i}.png" for name in ("bus", "car", "train") for i in range(9)])
    assert find_parts(root) == {}
    assert list_folder(root).class_names == ("bus", "car", "train")
    assert spec_of(root).split == "homework"


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["train/a/1.png", "train/b/1.png", "test/c/1.png"], "test' has the class 'c', which the train part lacks"),
        (["train/a/1.png", "train/b/1.png", "val/c/1.png", "val/d/1.png"], "has the classes 'c', 'd', which the"),
        (["train/1.png", "test/2.png"], "/train' has no class folders"),
        (["train/a/1.png", "train/b/1.png", "test/2.png"], "/test' has no class folders"),
        (["train/a/1.png", "test/a/1.png"], r"/train' has a single class folder \('a'\)"),
        (["val/a/1.png", "test/a/1.png"], "holds 'test' and 'val' but no folder 'train': add it"),
        (["train/a/1.png", "val/a/1.png", "valid/a/1.png"], "holds 'val' and 'valid', one part twice: keep one"),
        (["train/a/1.png", "test/a/1.png", "more/1.png", "train/b/1.png"], "the folder 'more' beside them holds image"),
        (["train/1.png"], r"single class folder \('train'\)"),
    ],
)
def test_refuses_in_one_sentence(image_folder, names, message):
    root = image_folder(names)
    for attempt in (lambda: load_images(f"folder:{root}", size=8, progress=False), lambda: prepare(spec_of(root))):
        with pytest.raises(ValueError, match=message) as refusal:
            attempt()
        assert str(root) in str(refusal.value)
        assert "\n" not in str(refusal.value)


def test_files_beside_the_parts_are_told(image_folder):
    root = image_folder([*files("train", "test"), "train/loose.png", "top.png"])
    for name in ("readme.md", "labels/list.csv", "test/a/clip.mp4"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text("")
    notes = prepare(spec_of(root)).notes
    assert notes.num_read == 40
    assert notes.left_out == {".csv": 1, ".md": 1, ".mp4": 1}
    assert set(notes.beside) == {"train/loose.png", "top.png"}


def test_statistics_are_of_the_folder_s_own_parts(image_folder):
    root = image_folder(files("train", "val", "test", count=4))
    counted = {part: count_pixels(f"folder:{root}", part, progress=False)[1] for part in ("all", "train", "test")}
    assert counted == {"all": 24, "train": 16, "test": 8}
    with pytest.raises(ValueError, match="is split already and has no test part"):
        count_pixels(f"folder:{image_folder(files('train', 'val'), root=root.parent / 'two')}", "test", progress=False)


def test_groups_stay_whole_where_a_part_is_split_off(image_folder):
    names = [f"train/{c}/{c}{i % 5}_{i}.png" for c in "ab" for i in range(20)]
    root = image_folder(names + [f"test/{c}/{c}9_{i}.png" for c in "ab" for i in range(3)])
    splits = prepare(spec_of(root, groups=r"([ab]\d)_"))
    animals = [{name.split("/")[2][:2] for name in part} for part in names_of(splits).values()]
    assert animals[0].isdisjoint(animals[1])
    assert (len(splits.train), len(splits.val), len(splits.test)) == (32, 8, 6)
    image_folder(["test/a/a1_77.png"], root=root, seed=9)
    with pytest.raises(ValueError, match="the group 'a1' is in the given train part and in the test part: move"):
        prepare(spec_of(root, groups=r"([ab]\d)_"))


def test_images_of_other_sources_have_no_given_parts(random_images):
    with pytest.raises(ValueError, match="'test' has no parts of its own"):
        given_split(random_images({"train": 5, "test": 5}))
