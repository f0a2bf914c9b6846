"""Images with several concepts from a CSV file: what is read, what is refused, and that they train like others."""

import json
import os

import numpy as np
import pandas as pd
import pytest
import torch

from course_lib.data import DataSpec, count_pixels, describe, is_here, iter_native_images, load_images, prepare
from course_lib.data import spec as dataspec
from course_lib.data.concept_table import list_table
from course_lib.data.folder import list_folder
from course_lib.training.export import find_test_images

NAN = float("nan")
NAMES = ("a/1.png", "a/2.png", "b/3.png", "b/Ä 4.png")
PLAIN = "image,dog,night\na/1.png,1,0\na/2.png,0,\nb/3.png,,1\nb/Ä 4.png,1,1\n"
LABELS = [[1, 0], [0, NAN], [NAN, 1], [1, 1]]


@pytest.fixture
def table(image_folder):
    """`write(content, name)`: a CSV file beside four images."""
    root = image_folder(NAMES)

    def write(content=PLAIN, name="labels.csv"):
        (root / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return root / name

    return write


@pytest.fixture
def judged(image_folder):
    """`make(count, parts)`: a CSV file of `count` images with two concepts, each of which half of the images show."""

    def make(count=40, parts=None):
        root = image_folder([f"imgs/{i:02d}.png" for i in range(count)])
        rows = {"image": [f"imgs/{i:02d}.png" for i in range(count)]}
        rows |= {"even": [float(i % 2 == 0) for i in range(count)], "left": [float(i // 2 % 2) for i in range(count)]}
        rows |= {"split": [parts[i % len(parts)] for i in range(count)]} if parts else {}
        frame = pd.DataFrame(rows)
        frame.loc[frame.index % 10 == 9, "left"] = np.nan
        frame.to_csv(root / "labels.csv", index=False)
        return root / "labels.csv"

    return make


def load(file, **options):
    return load_images(f"csv:{file}", size=8, progress=False, **options)


def test_a_table_becomes_an_image_set(table):
    images = load(table())
    assert images.has_concepts
    assert (images.names, images.class_names) == (NAMES, ("dog", "night"))
    torch.testing.assert_close(images.labels, torch.tensor(LABELS), equal_nan=True)
    assert images.labels.dtype == torch.float32
    assert images.class_counts() == {"dog": 2, "night": 2}
    folders = load_images(f"folder:{table().parent}", size=8, progress=False)
    assert torch.equal(images.images, folders.images)  # the same files, decoded by the same rule
    assert images.notes.sentences() == []


@pytest.mark.parametrize(
    "content",
    [
        PLAIN.encode("utf-8-sig"),
        PLAIN.replace("\n", "\r\n"),
        PLAIN.replace("\n", "\r"),
        PLAIN.removesuffix("\n"),
        PLAIN.replace(",", ";"),
        PLAIN.replace(",", "\t"),
        PLAIN.replace("/", "\\"),
        PLAIN.replace("a/", "./a/").replace("b/", "a/../b/"),
        PLAIN.replace(",1", ",1.0").replace(",0", ", 0.0 "),  # pandas writes numbers beside empty cells so
        PLAIN.replace("\n", ",,\n") + ",,,,\n",  # spreadsheets write separators after the last column and row
        "\n" + PLAIN.replace("\n", "\n\n"),
        PLAIN.removeprefix("image"),  # pandas's index without a name
        PLAIN.replace("image", '"image"').replace("b/Ä 4.png", '"b/Ä 4.png"'),
        PLAIN.replace("image", '"path, or name"').encode("utf-8-sig"),
        (PLAIN.replace(",", ";").replace("\n", "\r\n")).encode("utf-8-sig"),  # Excel in half of Europe
    ],
)
def test_usual_ways_to_write_a_table(table, content):
    images = load(table(content))
    assert images.fingerprint == load(table(PLAIN, "plain.csv")).fingerprint


@pytest.mark.parametrize(
    ("head", "concepts"),
    [
        ('image;"dog, brown";night', ("dog, brown", "night")),
        ("image;dog, brown;night", ("dog, brown", "night")),
        ('image,"dog;brown",night', ("dog;brown", "night")),
        ('image,"dog\r\n(brown)",night', ("dog (brown)", "night")),
    ],
)
def test_a_concept_may_have_separators_in_its_name(table, head, concepts):
    body = PLAIN.partition("\n")[2]
    body = body.replace(",", ";") if head.startswith("image;") else body
    assert load(table(f"{head}\n{body}")).class_names == concepts


def test_the_order_of_the_rows_changes_nothing(table):
    """Images are sorted by name, as those of class folders are: which row comes first says nothing about an image."""
    head, *rows = PLAIN.splitlines()
    images = load(table("\n".join([head, *reversed(rows)])))
    assert images.names == NAMES
    assert images.fingerprint == load(table()).fingerprint


@pytest.mark.parametrize(
    "changed",
    [
        PLAIN.replace("a/1.png,1", "a/1.png,0"),
        PLAIN.replace("a/1.png,1", "a/1.png,"),
        PLAIN.replace("dog", "cat"),
        "image,night,dog\na/1.png,0,1\na/2.png,,0\nb/3.png,1,\nb/Ä 4.png,1,1\n",  # the outputs change places
        PLAIN.replace("a/2.png,0,\n", "") + "a/2.png,0,0\n",
    ],
)
def test_a_changed_judgement_changes_the_fingerprint(table, changed):
    """Runs are found by the fingerprint, and a network that was trained with other judgements is another one."""
    assert load(table(changed)).fingerprint != load(table(PLAIN, "other.csv")).fingerprint


def test_judgements_are_read_anew_and_pixels_come_from_the_cache(table, monkeypatch):
    first = load(table())
    monkeypatch.setattr("course_lib.data.loading.decode_files", lambda *_, **__: pytest.fail("decoded again"))
    changed = load(table(PLAIN.replace("a/1.png,1", "a/1.png,")))
    assert changed.labels[0].isnan().tolist() == [True, False]
    assert torch.equal(changed.images, first.images)


def test_two_tables_of_one_folder_keep_their_own_cache(table, monkeypatch):
    one, two = table(), table(PLAIN.replace("b/3.png,,1\n", ""), "fewer.csv")
    assert [len(load(one)), len(load(two))] == [4, 3]
    monkeypatch.setattr("course_lib.data.loading.decode_files", lambda *_, **__: pytest.fail("decoded again"))
    assert [len(load(one)), len(load(two))] == [4, 3]


FAULTS = {
    "empty": ("", "labels.csv' is empty: write a line with the names of the columns"),
    "header only": ("image,dog\n", "names no images, it has a header only"),
    "no header": (
        "a/1.png,1,0\na/2.png,0,1\n",
        r"^line 1 of '.*labels.csv' is no header, it says 'a/1.png, 1, 0': add a line",
    ),
    "no header, names without a suffix": ("one,1,0\n", "line 1 of '.*' is no header"),
    "no concept": ("image\na/1.png\n", "line 1 of '.*' names no concept, it says 'image'"),
    "only a split": ("image,split\na/1.png,train\n", "names no concept"),
    "column without a name": ("image,,dog\na/1.png,1,0\n", "column 2 of '.*' has no name in line 1"),
    "column twice": ("image,dog,dog\na/1.png,1,0\n", "line 1 of '.*' names the column 'dog' twice"),
    "split twice": ("image,dog,split,Split\na/1.png,1,val,val\n", "names the column 'split' twice"),
    "image twice": (PLAIN + r".\a\1.png,1,1", "lines 2 and 6 of '.*' name the same image 'a/1.png': keep one"),
    "unknown value": (PLAIN.replace("a/2.png,0,", "a/2.png,-1,"), "^line 3 of '.*' has '-1' in the column 'dog': "),
    "word": (PLAIN.replace("a/2.png,0,", "a/2.png,yes,"), "line 3 of '.*' has 'yes' in the column 'dog'"),
    "NaN": (PLAIN.replace("a/2.png,0,", "a/2.png,0,nan"), "line 3 of '.*' has 'nan' in the column 'night'"),
    "two": (PLAIN.replace("a/2.png,0,", "a/2.png,2,"), "has '2' in the column 'dog'"),
    "after empty lines": ("\n\n" + PLAIN.replace("3.png,,", "3.png,x,"), "line 6 of '.*' has 'x' in the column 'dog'"),
    "after a cell of two lines": (
        PLAIN.replace("dog", '"dog\n(brown)"').replace("3.png,,", "3.png,x,"),
        r"line 5 of '.*' has 'x' in the column 'dog \(brown\)'",
    ),
    "too few cells": (PLAIN.replace("a/2.png,0,", "a/2.png,0"), "line 3 of '.*' has 2 cells, the header names 3"),
    "too many cells": (PLAIN.replace("a/2.png,0,", "a/2.png,0,,1"), "line 3 of '.*' has 4 cells, the header names 3"),
    "no image": (PLAIN.replace("a/2.png,0", ",0"), "line 3 of '.*' has no image in the first column"),
    "missing": (
        PLAIN.replace("a/2.png", "a/9.png"),
        "^line 3 of '.*' names 'a/9.png', and there is no such file in '.*images': correct",
    ),
    "several missing": (
        PLAIN.replace("a/", "c/"),
        "line 2 of '.*' names 'c/1.png', .*, and 1 more of its 4 images are missing",
    ),
    "a folder": (PLAIN.replace("a/2.png", "a"), "line 3 of '.*' names 'a', and there is no such file"),
    "quote without an end": (PLAIN.replace("a/2.png", '"a/2.png'), "^line 3 of '.*labels.csv' has 1 cells"),
    "outside": (PLAIN.replace("a/2.png", "../2.png"), "line 3 of '.*' names '../2.png', which is no path below"),
    "outside by a detour": (PLAIN.replace("a/2.png", r"a\..\..\2.png"), "which is no path below the folder"),
    "absolute": (PLAIN.replace("a/2.png", "/etc/2.png"), "names '/etc/2.png', which is no path below the folder"),
    "with a drive": (PLAIN.replace("a/2.png", r"C:\2.png"), r"names 'C:\\2.png', which is no path below the folder"),
    "no positive": (PLAIN.replace("3.png,,1", "3.png,,").replace("4.png,1,1", "4.png,1,0"),
                    "the column 'night' of '.*' has no positive \\(1\\): judge more images"),
    "no negative": (PLAIN.replace("1.png,1,0", "1.png,1,"), "the column 'night' of '.*' has no negative \\(0\\)"),
    "not judged at all": ("image,dog\na/1.png,\n", r"has no positive \(1\) and no negative \(0\)"),
    "unknown part": (
        "image,dog,split\na/1.png,1,train\na/2.png,0,dev\n",
        "line 3 of '.*' has 'dev' in the column 'split': write train, val or test",
    ),
    "no part": ("image,dog,split\na/1.png,1,train\na/2.png,0,\n", "line 3 of '.*' has '' in the column 'split'"),
    "no train": ("image,dog,split\na/1.png,1,val\na/2.png,0,test\n", "has no image whose split is train"),
    "two separators": ("image;dog,cat\na/1.png;1,0\n", "line 1 of '.*' has commas and semicolons, and the rows do not"),
    "UTF-16": (PLAIN.encode("utf-16"), "the judgements in '.*labels.csv' are not UTF-8 text: save the table as CSV"),
    "Latin-1": (PLAIN.encode("latin-1"), "are not UTF-8 text"),
    "huge cell": ("image,dog\n" + "x" * 200_000, "line 2 of '.*' is no line of a CSV file"),
}  # fmt: skip


@pytest.mark.parametrize("what", FAULTS)
def test_a_faulty_table_is_refused_in_one_sentence(table, what):
    content, message = FAULTS[what]
    with pytest.raises(ValueError, match=message) as error:
        load(table(content))
    assert "\n" not in str(error.value)
    assert str(error.value).count(": ") == 1


def test_a_table_that_cannot_be_opened_is_refused(table, tmp_path):
    file = table()
    with pytest.raises(FileNotFoundError, match="there is no file '.*nowhere.csv' with the judgements: check its name"):
        load(tmp_path / "nowhere.csv")
    with pytest.raises(ValueError, match="with the judgements is a folder: give the name of a CSV file"):
        load(file.parent)
    with pytest.raises(ValueError, match="unknown source 'csv:'"):
        load_images("csv:")


@pytest.mark.parametrize(
    "look",
    [
        load,
        lambda file: count_pixels(f"csv:{file}", progress=False),
        lambda file: list(iter_native_images(f"csv:{file}", progress=False)),
    ],
    ids=["load", "count", "iterate"],
)
def test_unreadable_images_are_named(table, look):
    file = table()
    (file.parent / "a/1.png").write_bytes(b"")
    (file.parent / "b/3.png").write_bytes(b"<html>404 not found</html>")
    message = (
        r"^2 of 4 images cannot be read: '.*a/1.png' \(line 2 of 'labels.csv'\) is empty \(0 bytes\), "
        r"'.*b/3.png' \(line 4 of 'labels.csv'\) is not an image that can be read: replace or remove them$"
    )
    with pytest.raises(ValueError, match=message):
        look(file)


def test_an_image_is_read_whatever_its_suffix(table):
    file = table(PLAIN.replace("a/1.png", "a/one"))
    os.rename(file.parent / "a/1.png", file.parent / "a/one")
    assert "a/one" in load(file).names


def test_facts_about_the_source(table, monkeypatch):
    file = table()
    assert describe("csv:FILE")["where"] == "where you say"
    assert describe(f"csv:{file}")["where"] == str(file)
    assert [is_here(f"csv:{file}"), is_here(f"csv:{file.parent}"), is_here("csv:nowhere.csv")] == [True, False, False]
    assert [name for name, _ in iter_native_images(f"csv:{file}", progress=False)] == list(NAMES)
    assert count_pixels(f"csv:{file}", progress=False)[1] == 4
    assert list_folder(file.parent).table is None
    monkeypatch.chdir(file.parent)
    spec = DataSpec(source="csv:labels.csv", size=8)
    assert spec.source == f"csv:{file}"
    assert spec.without_paths()["source"] == "csv:labels.csv"


def test_a_table_is_split_at_random(judged):
    file = judged()
    spec = DataSpec(source=f"csv:{file}", size=8, test=0.25, seed=0)
    splits = prepare(spec)
    assert (spec.split, splits.rule) == ("stratified", "random, val 0.2, test 0.25, seed 0")
    assert [len(part) for part in (splits.train, splits.val, splits.test)] == [22, 8, 10]
    assert splits.train.has_concepts
    assert DataSpec(**json.loads(spec.model_dump_json())) == spec
    assert DataSpec.for_training(f"csv:{file}").split == "stratified"
    only = prepare(spec.replace(classes=("left",)))
    assert (only.class_names, tuple(only.train.labels.shape)) == (("left",), (22, 1))
    with pytest.raises(ValueError, match="homework's split needs one class per image, and 'csv:.*' has 2 concepts"):
        prepare(DataSpec(source=f"csv:{file}", size=8, few_shot=True))
    with pytest.raises(
        ValueError, match="the test part of the homework's rule needs one class per image, and '.*' has"
    ):
        count_pixels(f"csv:{file}", "test", progress=False)


@pytest.mark.parametrize(
    ("parts", "sizes", "rule", "sentence"),
    [
        (["train", "VAL", "train", "Test"], (20, 10, 10), "given train, val and test", "train, val and test are used"),
        (["train", "train", "train", "test"], (24, 6, 10), "given train and test, val 0.2 of train",
         "train and test are used as such; val is split off train"),
        (["train"], (24, 8, 8), "given train, val 0.2 of train, test 0.2 of train",
         "train is used as such; val and test are split off train"),
    ],
)  # fmt: skip
def test_the_column_split_is_used(judged, parts, sizes, rule, sentence):
    file = judged(parts=parts)
    splits = prepare(DataSpec(source=f"csv:{file}", size=8))
    assert splits.rule == f"{rule}, seed {dataspec.HOMEWORK_SEED}"
    assert splits.class_names == ("even", "left")
    found = {"train": splits.train, "val": splits.val, "test": splits.test.open()}
    assert tuple(map(len, found.values())) == sizes
    given = {f"imgs/{i:02d}.png": parts[i % len(parts)].lower() for i in range(40)}
    for part, images in found.items():
        assert {given[name] for name in images.names} == {part if part in given.values() else "train"}
    assert any(sentence in said for said in splits.notes.sentences())
    assert DataSpec.for_training(f"csv:{file}").split == "given"
    assert len(prepare(DataSpec(source=f"csv:{file}", size=8, split="stratified", test=0.3, seed=0)).test) == 12
    if "test" in given.values():
        assert count_pixels(f"csv:{file}", "test", progress=False)[1] == 10
        assert count_pixels(f"csv:{file}", "train", progress=False)[1] == 30
    else:
        with pytest.raises(ValueError, match="labels.csv' is split already and has no test part: count all images"):
            count_pixels(f"csv:{file}", "test", progress=False)


def test_a_changed_table_is_loaded_again(judged):
    """Also one that has the same size and time as before."""
    file = judged(parts=["train", "test", "test", "train"])
    spec = DataSpec(source=f"csv:{file}", size=8, val=0.5)
    before, about = prepare(spec), file.stat()
    content = file.read_text()
    file.write_text(content.replace("imgs/00.png,1.0,0.0", "imgs/00.png,0.0,0.0"))
    os.utime(file, ns=(about.st_atime_ns, about.st_mtime_ns))
    after = prepare(spec)
    assert (after.hash, after.test_hash) != (before.hash, before.test_hash)
    assert after.train.source_fingerprint != before.train.source_fingerprint
    assert prepare(spec) is after


def test_copies_in_two_parts_are_refused_or_dropped(judged):
    file = judged(parts=["train", "train", "test", "train", "val"])
    (file.parent / "imgs/12.png").write_bytes((file.parent / "imgs/00.png").read_bytes())  # both even, not left
    with pytest.raises(ValueError, match=r"imgs/00.png' \(train\) and 'imgs/12.png' \(test\) have the same pixels"):
        prepare(DataSpec(source=f"csv:{file}", size=8))
    splits = prepare(DataSpec(source=f"csv:{file}", size=8, duplicates="drop"))
    assert splits.notes.dropped_duplicates == [("imgs/12.png", "imgs/00.png")]
    assert len(splits.test) == 8


def test_copies_that_are_judged_differently_are_refused(judged):
    file = judged()
    (file.parent / "imgs/02.png").write_bytes((file.parent / "imgs/00.png").read_bytes())
    message = (
        "'imgs/02.png' and 'imgs/00.png' have the same pixels, and the concept 'left' is judged 1 in the first and 0 "
        "in the second: correct one of them"
    )
    with pytest.raises(ValueError, match=message):
        prepare(DataSpec(source=f"csv:{file}", size=8, duplicates="drop"))


def test_groups_stay_together(judged):
    """Groups of four images by their number; every part has both kinds of each concept, and its share of images."""
    file = judged(count=80)
    spec = DataSpec.for_training(f"csv:{file}", size=8, groups=str(file.parent / "groups.csv"))
    rows = [f"imgs/{i:02d}.png,{i // 4}" for i in range(80)]
    (file.parent / "groups.csv").write_text("\n".join(["file,group", *rows]))
    splits = prepare(spec)
    parts = {"train": splits.train, "val": splits.val, "test": splits.test.open()}
    owners = {part: {int(name[5:7]) // 4 for name in images.names} for part, images in parts.items()}
    assert sum(map(len, owners.values())) == 20  # no group is in two parts
    assert [len(images) for images in parts.values()] == [48, 16, 16]
    assert all(((images.labels == value).any(dim=0)).all() for images in parts.values() for value in (0, 1))
    assert "groups kept together" in splits.rule


def test_a_concept_of_one_group_only_is_in_one_part_only(judged):
    file = judged(count=40)
    spec = DataSpec.for_training(f"csv:{file}", size=8, groups=str(file.parent / "groups.csv"))
    rows = [f"imgs/{i:02d}.png,{'even' if i % 2 == 0 else i}" for i in range(40)]
    (file.parent / "groups.csv").write_text("\n".join(["file,group", *rows]))
    splits = prepare(spec)  # one group has all even images: no split gives each part one, so none is asked for
    assert sum(bool((part.labels[:, 0] == 1).any()) for part in (splits.train, splits.val, splits.test.open())) == 1


def test_the_commands_about_images(judged, typed):
    file = judged(parts=["train", "val", "test", "train"])
    assert "csv:FILE" in typed("data", "list")[1]
    code, out, _ = typed("data", "check", f"csv:{file}")
    assert code == 0
    assert "the table is split already: train, val and test are used as such" in out
    assert f"    20  even\n    18  left\n    40  in all; fingerprint {load_images(f'csv:{file}').fingerprint}" in out
    assert json.loads(typed("stats", f"csv:{file}", "--json")[1])["num_images"] == 40
    code, out, _ = typed("stats", f"csv:{file}", "--part", "train", "--json")
    assert (code, json.loads(out)["num_images"]) == (0, 30)


def test_a_model_learns_what_the_table_says(tmp_path, typed, make_images):
    """Colours of three kinds of images: each kind is a concept, and one more is two of the three kinds."""
    from pictures import write_pngs

    images = make_images(per_class=40, size=24)
    write_pngs(images, tmp_path / "photos")
    random = np.random.default_rng(0)
    rows = pd.DataFrame({"image": images.names} | {
        name: np.isin(images.labels.numpy(), kinds).astype(float)
        for name, kinds in {"zero": [0], "one": [1], "not zero": [1, 2]}.items()
    }).sample(frac=1, random_state=0)  # fmt: skip
    hidden = random.random((len(rows), 3)) < 0.2
    rows.iloc[:, 1:] = rows.iloc[:, 1:].mask(hidden)
    rows.to_csv(tmp_path / "photos" / "labels.csv", index=False)
    command = ["train", "--data", "csv:photos/labels.csv", "--recipe", "scratch", "--size", 24, "--json"]
    command += ["--set", "architecture=mini_resnet18", "--set", "epochs=4", "--out", "model.safetensors"]
    code, out, _ = typed(*command)
    outcome = json.loads(out)
    assert (code, outcome["metric"], outcome["num_test"]) == (0, "map", 24)
    assert outcome["test_score"] > 0.9  # 0.44 on average by chance: the mean share of positives
    assert "not zero" in (tmp_path / "model.html").read_text(encoding="utf-8")
    code, out, _ = typed("predict", "model.safetensors", tmp_path / "photos" / images.names[0], "--json")
    assert set(json.loads(out)["probabilities"]) == {"zero", "one", "not zero"}
    from course_lib.training.classifier import Classifier

    classifier = Classifier.load(tmp_path / "model.safetensors")
    assert classifier.meta["training"]["data"]["source"] == "csv:labels.csv"  # no path of this machine
    assert find_test_images(classifier, beside=tmp_path / "photos").shape == (24, 3, 24, 24)
    assert find_test_images(classifier, beside=tmp_path) is None


def test_a_listing_is_sorted_and_knows_its_table(table):
    file = table()
    listing = list_table(file)
    assert (listing.table, listing.root, listing.place) == (file, file.parent, file)
    assert listing.files == [file.parent / name for name in NAMES]
