"""FGVC-Aircraft: its three parts, and what is refused, on a small tree of its form."""

import tarfile

import pytest
import torch

from course_lib.data import DataSpec, aircraft, count_pixels, describe, is_here, load_images, prepare
from course_lib.data.sources import check_images

VARIANTS = ("707-320", "F/A-18", "Model B200")
COUNTS = {"train": 6, "val": 3, "test": 3}


def lists():
    """Part -> lines of its list; images are numbered across the parts, against the order of their variants."""
    rows, number = {}, 100
    for part, count in COUNTS.items():
        rows[part] = []
        for i in range(count):
            number -= 1
            rows[part].append(f"{number:07d} {VARIANTS[i % 3]}")
    return rows


@pytest.fixture
def tree(image_folder, tmp_path, monkeypatch):
    """An FGVC-Aircraft of twelve images, under COURSE_REAL_DATA."""
    root = tmp_path / "real" / "fgvc-aircraft-2013b"
    images = [line.split(" ")[0] for rows in lists().values() for line in rows]
    image_folder([f"data/images/{image}.jpg" for image in images], size=(20, 12), root=root)
    (root / "data" / "variants.txt").write_text("\n".join(VARIANTS) + "\n")
    for part, rows in lists().items():
        (root / "data" / f"images_variant_{part}.txt").write_text("\n".join(rows) + "\n")
    monkeypatch.setenv("COURSE_REAL_DATA", str(tmp_path / "real"))
    monkeypatch.setattr(aircraft, "NUM_IMAGES", COUNTS)
    return root


def load():
    return load_images("aircraft", size=8, progress=False)


def test_parts_and_labels_are_those_of_torchvision(tree):
    from torchvision.datasets import FGVCAircraft

    images, found = load(), []
    for part in COUNTS:
        theirs = FGVCAircraft(tree.parent, split=part, annotation_level="variant")
        assert tuple(theirs.classes) == images.class_names
        found += [
            (part, path.rpartition("/")[2], i) for path, i in zip(theirs._image_files, theirs._labels, strict=True)
        ]
    ours = [(name.split("/")[0], name.rpartition("/")[2] + ".jpg") for name in images.names]
    assert sorted((*own, label) for own, label in zip(ours, images.labels.tolist(), strict=True)) == sorted(found)
    assert images.names[:3] == ("train/707-320/0000096", "train/707-320/0000099", "train/F-A-18/0000095")


def test_pixels_are_those_of_the_named_files(tree):
    from course_lib.data.decode import decode_files

    images = load()
    files = [tree / "data" / "images" / f"{name.rpartition('/')[2]}.jpg" for name in images.names]
    for image, pixels in zip(images.images, decode_files(files, 8, progress=False), strict=True):
        assert torch.equal(image, torch.from_numpy(pixels))
    assert len(check_images("aircraft", progress=False)) == 12


def test_it_has_72_pixels_and_three_parts(tree):
    assert load_images("aircraft", progress=False).size == (72, 72)
    for spec in (DataSpec(source="aircraft", size=8), DataSpec(source="aircraft", size=8, split="official")):
        splits = prepare(spec)
        assert [len(part) for part in (splits.train, splits.val, splits.test)] == [6, 3, 3]
        for part, names in (("train", splits.train.names), ("val", splits.val.names), ("test", splits.test.names)):
            assert {name.split("/")[0] for name in names} == {part}
    few = prepare(DataSpec(source="aircraft", size=8, split="official", per_class=1))
    assert few.train.class_counts() == dict.fromkeys(VARIANTS, 1)
    assert DataSpec.for_training("aircraft").split == "given"
    assert count_pixels("aircraft", "test", progress=False)[1] == 3
    assert describe("aircraft")["where"] == str(tree)
    assert is_here("aircraft")


FAULTS = {
    "missing list": (
        lambda data: (data / "images_variant_val.txt").unlink(),
        r"^the list '.*images_variant_val.txt' of FGVC-Aircraft cannot be read \(No such file or directory\): unpack",
    ),
    "cut list": (
        lambda data: (data / "images_variant_val.txt").write_text("0000093 707-320\n"),
        "^the list '.*val.txt' names 1 images, and FGVC-Aircraft has 3 of them: unpack fgvc-aircraft-2013b.tar",
    ),
    "unknown variant": (
        lambda data: (data / "images_variant_val.txt").write_text("0000093 Concorde\n"),
        "has the line '0000093 Concorde' without a known variant: unpack",
    ),
    "cut line": (
        lambda data: (data / "images_variant_val.txt").write_text("00000\n"),
        "has the line '00000' without a known variant: unpack",
    ),
    "no text": (
        lambda data: (data / "variants.txt").write_bytes(b"\xff\xfe\xfd"),
        r"variants.txt' of FGVC-Aircraft cannot be read \(UnicodeDecodeError\): unpack",
    ),
    "missing image": (
        lambda data: (data / "images" / "0000099.jpg").unlink(),
        "lacks 'data/images/0000099.jpg': unpack",
    ),
    "missing images": (
        lambda data: [file.unlink() for file in (data / "images").iterdir()],
        "lacks 'data/images/0000096.jpg' and 11 more images: unpack",
    ),
    "damaged image": (
        lambda data: (data / "images" / "0000099.jpg").write_bytes(b""),
        r"0000099.jpg' is empty \(0 bytes\)",
    ),
}


@pytest.mark.parametrize("what", FAULTS)
def test_a_faulty_tree_is_refused_in_one_sentence(tree, what):
    break_it, message = FAULTS[what]
    break_it(tree / "data")
    with pytest.raises(ValueError, match=message) as error:
        load()
    assert "\n" not in str(error.value)


def test_it_is_downloaded_only_where_it_is_nowhere(tree, monkeypatch, course_home):
    """torchvision's downloader is called with the folder in which the tree is then found."""
    calls = []

    def fetch(root, split, annotation_level, download):
        calls.append((split, annotation_level, download))
        tree.rename(root / tree.name)

    monkeypatch.setattr("torchvision.datasets.FGVCAircraft", fetch)
    load()
    assert calls == []
    monkeypatch.delenv("COURSE_REAL_DATA")
    assert not is_here("aircraft")
    assert len(load()) == 12
    assert calls == [("train", "variant", True)]
    assert aircraft.find_aircraft() == course_home / "datasets" / tree.name


@pytest.mark.usefixtures("no_real_data")
@pytest.mark.parametrize(
    ("raised", "kind", "message"),
    [
        (
            OSError("unreachable"),
            ConnectionError,
            r"FGVC-Aircraft could not be downloaded \(OSError\): get fgvc-aircraft",
        ),
        (tarfile.ReadError("cut"), ValueError, r"the downloaded archive of FGVC-Aircraft is damaged \(cut\): get"),
        (EOFError("cut"), ValueError, "FGVC-Aircraft is damaged"),
        (None, ValueError, "the downloaded archive holds no fgvc-aircraft-2013b: get"),
    ],
)
def test_a_failed_download_says_what_to_do(monkeypatch, course_home, raised, kind, message):
    def fetch(root, **_):
        (root / "fgvc-aircraft-2013b.tar.gz").write_bytes(b"half of it")
        (root / "fgvc-aircraft-2013b" / "data").mkdir(parents=True)
        if raised:
            raise raised

    monkeypatch.setattr("torchvision.datasets.FGVCAircraft", fetch)
    with pytest.raises(kind, match=message):
        load()
    if isinstance(raised, tarfile.TarError | EOFError):  # torchvision would take them for the whole
        assert not list((course_home / "datasets").glob("fgvc*"))
