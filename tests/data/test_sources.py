"""Sources by name: light listing, drawn worlds, CIFAR-100, and refusals."""

import os
import re
import subprocess
import sys
import types
from functools import partial

import numpy as np
import pytest
import torch

from course_lib import paths
from course_lib.data import describe, iter_native_images, list_sources, load_images, official_split, pacs, source_names
from course_lib.data.folder import list_class_folders
from course_lib.data.sources import check_images


def run_python(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


def test_importing_the_room_is_light():
    code = (
        "import sys, course_lib.data, course_lib.data.sources as sources\n"
        "rows = sources.list_sources()\n"
        "print(len(rows), *(name for name in ('torch', 'numpy', 'PIL', 'torchvision') if name in sys.modules))"
    )
    assert run_python(code).split() == ["31"]


def test_every_exported_name_exists():
    import course_lib.data as room

    assert all(hasattr(room, name) for name in room.__all__)


def test_rows_say_what_and_where(no_real_data, course_home):
    rows = {row["name"]: row for row in list_sources()}
    assert tuple(rows) == source_names()
    assert rows["pacs:cartoon"] | {"about": ""} == {
        "name": "pacs:cartoon",
        "about": "",
        "images": 2344,
        "classes": 7,
        "size": 227,
        "where": f"to be downloaded into {course_home / 'datasets'}",
    }
    assert all(len(row["about"]) <= 66 for row in rows.values())
    (course_home / "datasets" / "pacs" / "cartoon").mkdir(parents=True)
    assert describe("pacs:cartoon")["where"] == str(course_home / "datasets" / "pacs" / "cartoon")
    assert describe("folder:/some/where")["where"] == "/some/where"


@pytest.mark.parametrize("name", ["mini", "mini:", "pacs:clipart", "folder:", "", "cartoon"])
def test_refuses_unknown_names(name):
    with pytest.raises(ValueError, match=f"unknown source '{name}': choose one of mini:cartoon"):
        load_images(name)


def test_a_path_without_its_kind_is_told_what_to_write(tmp_path):
    table = tmp_path / "labels.csv"
    table.touch()
    for path, kind in ((tmp_path, "folder"), (table, "csv")):
        with pytest.raises(ValueError, match=re.escape(f"'{path}' is a path: write {kind}:")):
            load_images(str(path))


@pytest.mark.parametrize("size", [0, -1])
def test_refuses_bad_sizes(size):
    with pytest.raises(ValueError, match=f"size = {size}"):
        load_images("mini:cartoon", size=size)


@pytest.fixture
def mini(monkeypatch, tmp_path):
    """A stand-in for the mini world that counts how often it draws."""
    world = types.ModuleType("course_lib.data.mini")
    world.__file__, world.WORLD_VERSION, world.HARD, world.drawn = str(tmp_path / "mini" / "__init__.py"), 1, "hard", []

    def build_world(name, size=48, *, progress=None):
        world.drawn.append((name, size))
        for done in range(2):
            progress(done + 1, 2)
        pixels = torch.arange(4 * 3 * size * size).remainder(251).to(torch.uint8).reshape(4, 3, size, size)
        return pixels, torch.tensor([0, 0, 1, 1]), ("cat", "dog"), ("cat/1", "cat/2", "dog/1", "dog/2")

    world.find_builder = lambda name: (partial(build_world, name), "class")
    monkeypatch.setitem(sys.modules, "course_lib.data.mini", world)
    monkeypatch.setattr(sys.modules["course_lib.data"], "mini", world, raising=False)
    return world


def test_worlds_are_drawn_once(mini, capsys):
    first = load_images("mini:cartoon")
    second = load_images("mini:cartoon")
    assert mini.drawn == [("cartoon", 48)]
    assert first.fingerprint == second.fingerprint
    assert second.names == ("cat/1", "cat/2", "dog/1", "dog/2")
    assert second.class_counts() == {"cat": 2, "dog": 2}
    assert second.source == "mini:cartoon"
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "2/2" in captured.err


@pytest.mark.parametrize("change", [{"WORLD_VERSION": 2}, {"HARD": "harder"}])
def test_worlds_are_drawn_again_when_they_change(mini, monkeypatch, change):
    load_images("mini:cartoon", progress=False)
    for name, value in change.items():
        monkeypatch.setattr(mini, name, value)
    load_images("mini:cartoon", progress=False)
    load_images("mini:cartoon", size=32, progress=False)
    load_images("mini:photo", progress=False)
    assert mini.drawn == [("cartoon", 48), ("cartoon", 48), ("cartoon", 32), ("photo", 48)]


def test_native_images_of_a_world_are_48_pixels(mini):
    images = dict(iter_native_images("mini:photo", progress=False))
    assert list(images) == ["cat/1", "cat/2", "dog/1", "dog/2"]
    assert torch.equal(images["dog/2"], load_images("mini:photo", progress=False).images[3])


def test_cifar_files_keep_official_parts_and_lose_copies(image_folder, monkeypatch, tmp_path):
    names = [f"{part}/{name}/{i}.png" for part in ("train", "test") for name in ("apple", "bear") for i in range(6)]
    root = image_folder(names, size=(32, 32), root=tmp_path / "cifar100")
    (root / "train" / "bear" / "5.png").write_bytes((root / "test" / "apple" / "0.png").read_bytes())
    monkeypatch.setenv("COURSE_REAL_DATA", str(tmp_path))
    images = load_images("cifar100", progress=False)
    assert len(images) == 23
    assert images.size == (32, 32)
    assert "test/apple/0.png" in images.names
    assert "train/bear/5.png" not in images.names
    splits = official_split(images, val=0.5)
    assert (len(splits.train) + len(splits.val), len(splits.test)) == (11, 12)
    assert splits.train.source_fingerprint == images.fingerprint


def test_a_check_reads_every_file_each_time(image_folder, course_home):
    """Also where size and time of a file say that nothing changed."""
    root = image_folder([f"{name}/{i}.png" for name in "ab" for i in range(3)], size=(16, 16))
    images = check_images(f"folder:{root}", progress=False)
    assert images.class_counts() == {"a": 3, "b": 3}
    assert check_images(f"folder:{root}", progress=False).fingerprint == images.fingerprint
    file = root / "a" / "1.png"
    stamp, content = file.stat(), file.read_bytes()
    for changed, words in (
        (content[: len(content) // 2].ljust(len(content), b"x"), r"1 of 6 images cannot be read: '.*1.png' is damaged"),
        ((root / "b" / "2.png").read_bytes(), r"the cached pixels of 'a/1.png' differ from its file in .*: remove"),
    ):
        file.write_bytes(changed.ljust(len(content), b"\0")[: len(content)])
        os.utime(file, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
        load_images(f"folder:{root}", progress=False)  # takes what it kept
        with pytest.raises(ValueError, match=words):
            check_images(f"folder:{root}", progress=False)


def test_a_check_of_cifar_compares_its_files(image_folder, monkeypatch, tmp_path):
    names = [f"{part}/{name}/{i}.png" for part in ("train", "test") for name in ("apple", "bear") for i in range(3)]
    root = image_folder(names, size=(32, 32), root=tmp_path / "cifar100")
    monkeypatch.setenv("COURSE_REAL_DATA", str(tmp_path))
    (root / "train" / "bear" / "2.png").write_bytes((root / "test" / "bear" / "2.png").read_bytes())
    assert len(check_images("cifar100", progress=False)) == 11
    (course_file,) = (paths.cache_dir()).glob("*.npy")
    course_file.write_bytes(course_file.read_bytes()[:-1] + b"\7")
    with pytest.raises(ValueError, match="the cached pixels of '.*' differ from its file"):
        check_images("cifar100", progress=False)


class FakeCIFAR100:
    """As much of torchvision's class as is used."""

    url = "https://example.org/cifar-100-python.tar.gz"
    failure = None
    calls = ()

    def __init__(self, root, train, download):
        FakeCIFAR100.calls += ((str(root), train, download),)
        if self.failure:
            raise self.failure
        random = np.random.default_rng(train)
        self.data = random.integers(0, 256, (4, 32, 32, 3), dtype=np.uint8)
        self.targets, self.classes = [0, 1, 1, 0], ["apple", "bear"]


@pytest.fixture
def cifar(monkeypatch, no_real_data):
    import torchvision.datasets

    monkeypatch.setattr(FakeCIFAR100, "calls", ())
    monkeypatch.setattr(torchvision.datasets, "CIFAR100", FakeCIFAR100)
    return FakeCIFAR100


def test_cifar_from_torchvision(cifar, course_home):
    images = load_images("cifar100", progress=False)
    assert images.names[0] == "test/apple/00000"
    assert images.names[5] == "train/bear/00001"
    assert images.labels.tolist() == [0, 1, 1, 0, 0, 1, 1, 0]
    expected = np.random.default_rng(True).integers(0, 256, (4, 32, 32, 3), dtype=np.uint8)
    assert np.array_equal(images.images[4:].permute(0, 2, 3, 1), expected)
    assert cifar.calls == tuple((str(course_home / "datasets"), train, True) for train in (False, True))
    load_images("cifar100", progress=False)
    assert len(cifar.calls) == 2
    assert len(check_images("cifar100", progress=False)) == 8
    assert len(cifar.calls) == 4  # torchvision's own check of the files


def test_cifar_found_in_official_files_is_not_downloaded(cifar, monkeypatch, tmp_path):
    (tmp_path / "real" / "cifar-100-python").mkdir(parents=True)
    monkeypatch.setenv("COURSE_REAL_DATA", str(tmp_path / "real"))
    load_images("cifar100", progress=False)
    assert cifar.calls == tuple((str(tmp_path / "real"), train, False) for train in (False, True))


@pytest.mark.parametrize(
    ("failure", "error", "message"),
    [
        (OSError("no route"), ConnectionError, r"get https://example\.org/cifar-100-python\.tar\.gz by other means"),
        (RuntimeError("corrupted"), ValueError, "missing or damaged"),
    ],
)
def test_cifar_says_what_to_do(cifar, monkeypatch, failure, error, message):
    monkeypatch.setattr(cifar, "failure", failure)
    with pytest.raises(error, match=message):
        load_images("cifar100", progress=False)


@pytest.mark.real
def test_native_size_of_the_real_cartoons(real_cartoons):
    name, image = next(iter(iter_native_images(real_cartoons, progress=False)))
    assert name == "dog/pic_001.jpg"
    assert image.shape == (3, 227, 227)


@pytest.mark.real
def test_digests_of_the_real_pacs(real_cartoons):
    for domain, digest in pacs.DIGESTS.items():
        folder = pacs.find_domain(domain)
        if folder is not None:
            listing = list_class_folders(folder)
            assert len(listing.names) == pacs.NUM_IMAGES[domain]
            assert pacs.content_digest(listing) == digest
