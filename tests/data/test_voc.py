"""PASCAL VOC 2012: labels from the annotations, both parts, and what is refused, on a small tree of its form."""

import pytest
import torch

from course_lib.data import DataSpec, count_pixels, describe, is_here, load_images, prepare, voc
from course_lib.data.sources import check_images

NAN = float("nan")
IDS = {"train": ["2008_000008", "2009_000001", "2010_000003", "2010_000004"], "val": ["2008_000002", "2008_000007"]}
OBJECTS = {  # image -> (class, difficult)
    "2008_000008": [("horse", "0"), ("person", "0")],
    "2009_000001": [("person", "1")],
    "2010_000003": [("person", "1"), ("person", "0"), ("dog", "1"), ("dog", "1")],
    "2010_000004": [("dog", "0"), ("dog", "1"), ("cat", "")],
    "2008_000002": [("tvmonitor", "0")],
    "2008_000007": [],
}


def annotation(things):
    """The XML of an image; an empty `difficult` is left out, as in some annotations of the year 2008."""
    body = "".join(
        f"<object><name>{name}</name>{f'<difficult>{hard}</difficult>' if hard else ''}"
        f"<part><name>head</name></part></object>"
        for name, hard in things
    )
    return f"<annotation><folder>VOC2012</folder>{body}</annotation>"


@pytest.fixture
def tree(image_folder, tmp_path, monkeypatch):
    """A VOC 2012 of six images, under COURSE_REAL_DATA."""
    root = tmp_path / "real" / "VOCdevkit" / "VOC2012"
    image_folder([f"JPEGImages/{name}.jpg" for name in OBJECTS], size=(16, 12), root=root)
    (root / "Annotations").mkdir()
    for name, things in OBJECTS.items():
        (root / "Annotations" / f"{name}.xml").write_text(annotation(things))
    (root / "ImageSets" / "Main").mkdir(parents=True)
    for part, names in IDS.items():
        (root / "ImageSets" / "Main" / f"{part}.txt").write_text("\n".join(names) + "\n")
    monkeypatch.setenv("COURSE_REAL_DATA", str(tmp_path / "real"))
    monkeypatch.setattr(voc, "NUM_IMAGES", {"train": 4, "test": 2})
    return root


def load():
    return load_images("voc2012", size=8, progress=False)


def test_labels_are_those_of_the_development_kit(tree):
    images = load()
    assert images.names == tuple(f"train/{i}" for i in IDS["train"]) + tuple(f"test/{i}" for i in IDS["val"])
    assert images.class_names == voc.CLASSES
    assert list(images.class_names) == sorted(images.class_names)
    expected = torch.zeros(6, 20)
    for image, name, value in [
        (0, "horse", 1), (0, "person", 1), (1, "person", NAN), (2, "person", 1), (2, "dog", NAN),
        (3, "dog", 1), (3, "cat", 1), (4, "tvmonitor", 1),
    ]:  # fmt: skip
        expected[image, voc.CLASSES.index(name)] = value
    torch.testing.assert_close(images.labels, expected, equal_nan=True)


def test_pixels_are_those_of_the_named_files(tree):
    from course_lib.data.decode import decode_files

    files = [tree / "JPEGImages" / f"{name.partition('/')[2]}.jpg" for name in load().names]
    for image, pixels in zip(load().images, decode_files(files, 8, progress=False), strict=True):
        assert torch.equal(image, torch.from_numpy(pixels))
    assert len(check_images("voc2012", progress=False)) == 6


def test_val_is_the_test_part(tree):
    for spec in (DataSpec(source="voc2012", size=8, val=0.25), DataSpec(source="voc2012", size=8, split="official")):
        splits = prepare(spec)
        assert set(splits.test.names) == {f"test/{name}" for name in IDS["val"]}
        assert len(splits.train) == 3
    assert DataSpec.for_training("voc2012").split == "given"
    assert count_pixels("voc2012", "train", progress=False)[1] == 4
    assert describe("voc2012")["where"] == str(tree)
    assert is_here("voc2012")


def test_a_changed_annotation_is_read_again(tree):
    spec = DataSpec(source="voc2012", size=8, val=0.25)
    before = prepare(spec)
    (tree / "Annotations" / "2008_000007.xml").write_text(annotation([("sofa", "0")]))
    after = prepare(spec)
    assert before.test.open().class_counts()["sofa"] == 0
    assert after.test.open().class_counts()["sofa"] == 1
    assert prepare(spec) is after


FAULTS = {
    "no annotation": (
        lambda root: (root / "Annotations/2009_000001.xml").unlink(),
        r"^the annotation '.*2009_000001.xml' cannot be read \(No such file or directory\): unpack",
    ),
    "cut annotation": (
        lambda root: (root / "Annotations/2009_000001.xml").write_text("<annotation><object>"),
        r"^the annotation '.*2009_000001.xml' is damaged \(no element found: line 1, column 20\): unpack",
    ),
    "empty annotation": (
        lambda root: (root / "Annotations/2009_000001.xml").write_bytes(b""),
        r"2009_000001.xml' is damaged",
    ),
    "other XML": (
        lambda root: (root / "Annotations/2009_000001.xml").write_text("<html/>"),
        "'.*2009_000001.xml' is no annotation of VOC, it begins with <html>",
    ),
    "unknown class": (
        lambda root: (root / "Annotations/2009_000001.xml").write_text(annotation([("zebra", "0")])),
        "2009_000001.xml' has an object with 'zebra', which VOC does not know",
    ),
    "object without a name": (
        lambda root: (root / "Annotations/2009_000001.xml").write_text("<annotation><object/></annotation>"),
        "2009_000001.xml' has an object with '', which VOC does not know",
    ),
    "difficult twice": (
        lambda root: (root / "Annotations/2009_000001.xml").write_text(annotation([("dog", "2")])),
        "has an object with difficult = '2', which VOC does not know",
    ),
    "missing image": (
        lambda root: (root / "JPEGImages/2009_000001.jpg").unlink(),
        "^'.*VOC2012' lacks 'JPEGImages/2009_000001.jpg': unpack the archive again$",
    ),
    "missing images": (
        lambda root: [file.unlink() for file in (root / "JPEGImages").iterdir()],
        "lacks 'JPEGImages/2008_000008.jpg' and 5 more images: unpack",
    ),
    "missing list": (
        lambda root: (root / "ImageSets/Main/val.txt").unlink(),
        r"^the list '.*val.txt' of VOC's test images cannot be read \(No such file or directory\): unpack",
    ),
    "cut list": (
        lambda root: (root / "ImageSets/Main/train.txt").write_text("2008_000008\n"),
        "^the list '.*train.txt' names 1 images, and VOC 2012 has 4 of them: unpack",
    ),
    "damaged image": (
        lambda root: (root / "JPEGImages/2009_000001.jpg").write_bytes(b""),
        r"2009_000001.jpg' is empty \(0 bytes\)",
    ),
}


@pytest.mark.parametrize("what", FAULTS)
def test_a_faulty_tree_is_refused_in_one_sentence(tree, what):
    break_it, message = FAULTS[what]
    break_it(tree)
    with pytest.raises(ValueError, match=message) as error:
        load()
    assert "\n" not in str(error.value)


@pytest.mark.usefixtures("no_real_data")
def test_it_is_downloaded_only_where_it_is_nowhere(tree, monkeypatch, course_home):
    """torchvision's downloader is called with the folder in which the tree is then found."""
    calls = []

    def fetch(root, year, image_set, download):
        calls.append((year, image_set, download))
        root.mkdir(parents=True, exist_ok=True)
        (root / "VOCdevkit").mkdir()
        tree.rename(root / "VOCdevkit" / "VOC2012")

    monkeypatch.setattr("torchvision.datasets.VOCDetection", fetch)
    monkeypatch.setenv("COURSE_REAL_DATA", str(tree.parent))  # the folder VOCdevkit itself is found, too
    assert is_here("voc2012")
    load()
    assert calls == []
    monkeypatch.delenv("COURSE_REAL_DATA")
    assert not is_here("voc2012")
    assert len(load()) == 6
    assert calls == [("2012", "train", True)]
    assert voc.find_voc() == course_home / "datasets" / "VOCdevkit" / "VOC2012"


@pytest.mark.usefixtures("no_real_data")
@pytest.mark.parametrize(
    ("raised", "kind", "message"),
    [
        (OSError("unreachable"), ConnectionError, r"VOC 2012 could not be downloaded \(OSError\): get VOCtrainval"),
        (RuntimeError("File not found or corrupted."), ValueError, "the downloaded archive of VOC 2012 is damaged"),
        (None, ValueError, "the downloaded archive holds no VOCdevkit/VOC2012"),
    ],
)
def test_a_failed_download_says_what_to_do(monkeypatch, raised, kind, message):
    def fetch(*_, **__):
        if raised:
            raise raised

    monkeypatch.setattr("torchvision.datasets.VOCDetection", fetch)
    with pytest.raises(kind, match=message):
        load()
