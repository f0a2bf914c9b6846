"""The cache: decoded once, noticed when files change, memory-mapped when large, shared by processes."""

import os
import subprocess
import sys

import numpy as np
import pytest
import torch
from PIL import Image

from course_lib.data import cache, homework_split, load_images
from course_lib.data.cache import cached_array


@pytest.fixture
def decoded(monkeypatch):
    """List of the files that have been decoded."""
    from course_lib.data import decode

    seen, original = [], decode._open_rgb
    monkeypatch.setattr(decode, "_open_rgb", lambda file: seen.append(file.name) or original(file))
    return seen


@pytest.fixture
def folder(image_folder):
    return image_folder([f"{name}/{i}.png" for name in ("a", "b") for i in range(5)])


def make_two(value=0):
    return (2, 3, 1, 1), np.full((2, 3, 1, 1), value, dtype=np.uint8), {"value": value}


def test_second_load_decodes_nothing(folder, decoded):
    first = load_images(f"folder:{folder}", size=8, progress=False)
    assert len(decoded) == 10
    second = load_images(f"folder:{folder}", size=8, progress=False)
    assert len(decoded) == 10
    assert second.fingerprint == first.fingerprint
    load_images(f"folder:{folder}", size=6, progress=False)
    assert len(decoded) == 20


def test_a_changed_file_is_decoded_again(folder, image_folder, decoded, course_home):
    first = load_images(f"folder:{folder}", size=8, progress=False)
    stamp = (folder / "a" / "1.png").stat()
    image_folder(["a/1.png"], seed=9)
    os.utime(folder / "a" / "1.png", ns=(stamp.st_atime_ns, stamp.st_mtime_ns + 1))
    second = load_images(f"folder:{folder}", size=8, progress=False)
    assert len(decoded) == 20
    assert second.fingerprint != first.fingerprint
    assert len(list((course_home / "cache").glob("*.npy"))) == 1  # the outdated entry is gone


def test_contract_5_images_from_the_cache_are_those_in_the_files(image_folder):
    """In memory, read again and memory-mapped: what PIL gives for each file."""
    folder = image_folder([f"{name}/{i}.png" for name in ("a", "b") for i in range(5)], size=(8, 8))
    plain = [np.asarray(Image.open(file).convert("RGB")).transpose(2, 0, 1) for file in sorted(folder.rglob("*.png"))]
    for options in ({}, {}, {"memory_limit_mb": 0.001}):  # decoded, read, mapped
        images = load_images(f"folder:{folder}", size=8, progress=False, **options)
        assert np.array_equal(images.images.numpy(), np.stack(plain))
    assert _is_mapped(images.pixels)


def test_maps_memory_above_the_limit(folder):
    in_memory = load_images(f"folder:{folder}", size=8, progress=False)
    mapped = load_images(f"folder:{folder}", size=8, progress=False, memory_limit_mb=0.001)
    assert not _is_mapped(in_memory.pixels)
    assert _is_mapped(mapped.pixels)
    assert mapped.fingerprint == in_memory.fingerprint
    homework_split(mapped)
    mapped.pixels.zero_()  # a private copy: the file keeps its content
    again = load_images(f"folder:{folder}", size=8, progress=False, memory_limit_mb=0.001)
    assert again.fingerprint == in_memory.fingerprint


def _is_mapped(pixels: torch.Tensor) -> bool:
    if not os.path.exists("/proc/self/maps"):
        pytest.skip("this system does not tell which files are mapped")
    address = pixels.data_ptr()
    with open("/proc/self/maps") as maps:
        for line in maps:
            start, end = (int(edge, 16) for edge in line.split()[0].split("-"))
            if start <= address < end:
                return ".npy" in line
    return False


def test_a_cut_file_is_made_again(course_home):
    cached_array("x", 1, "1", make_two, memory_limit_mb=1)
    (file,) = (course_home / "cache").glob("*.npy")
    for limit in (1, 0):
        file.write_bytes(file.read_bytes()[:-3])
        pixels, _ = cached_array("x", 1, "1", make_two, memory_limit_mb=limit)
        assert pixels.shape == (2, 3, 1, 1)


def test_keeps_what_belongs_to_the_pixels(course_home):
    cached_array("x", 1, "1", lambda: make_two(5), memory_limit_mb=1)
    pixels, kept = cached_array("x", 1, "1", lambda: make_two(6), memory_limit_mb=1)
    assert (int(pixels.max()), kept) == (5, {"value": 5})
    next((course_home / "cache").glob("*.json")).unlink()
    pixels, kept = cached_array("x", 1, "1", lambda: make_two(7), memory_limit_mb=1)
    assert (int(pixels.max()), kept) == (7, {"value": 7})


def test_labels_and_sizes_have_entries_of_their_own(course_home):
    for label, size in [("x", 1), ("x", 2), ("y", 1), ("x/", 1), ("ä" * 200, 1), ("bad\udcff", 1)]:
        cached_array(label, size, "1", make_two, memory_limit_mb=1)
    assert len(list((course_home / "cache").glob("*.npy"))) == 6


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (np.zeros((1, 3, 1, 1), dtype=np.uint8), "1 images came instead of 2"),
        (np.zeros((2, 3, 1, 2), dtype=np.uint8), "cannot be cached"),
        (np.zeros((2, 3, 1, 1)), "cannot be cached"),
    ],
)
def test_never_keeps_a_part(images, message, course_home):
    with pytest.raises(ValueError, match=message):
        cached_array("x", 1, "1", lambda: ((2, 3, 1, 1), images, {}), memory_limit_mb=1)
    assert [file.suffix for file in (course_home / "cache").iterdir()] == [".lock"]


def test_says_where_to_write_instead(course_home):
    course_home.mkdir()
    (course_home / "cache").write_text("a file where the folder should be")
    with pytest.raises(OSError, match=r"cache' cannot be written .*COURSE_HOME"):
        cached_array("x", 1, "1", make_two, memory_limit_mb=1)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no device that is always full")
def test_a_full_disk_leaves_nothing_behind(course_home):
    (course_home / "cache").mkdir(parents=True)
    stem = cache._entry(course_home / "cache", "x", 1, "1").name.split(".")[0]
    (course_home / "cache" / f"{stem}.part").symlink_to("/dev/full")
    with pytest.raises(OSError, match=r"No space left on device.*COURSE_HOME"):
        cached_array("x", 1, "1", make_two, memory_limit_mb=1)
    assert [file.suffix for file in (course_home / "cache").iterdir()] == [".lock"]


def test_an_error_of_the_maker_stays_itself(course_home):
    def make():
        raise ConnectionError("offline")

    with pytest.raises(ConnectionError, match="^offline$"):
        cached_array("x", 1, "1", make, memory_limit_mb=1)


def test_two_processes_make_it_once(course_home, tmp_path):
    code = (
        "import sys, time, numpy as np\n"
        "from course_lib.data.cache import cached_array\n"
        "def make():\n"
        "    open(sys.argv[1], 'a').write('made\\n'); time.sleep(0.5)\n"
        "    return (2, 3, 1, 1), np.full((2, 3, 1, 1), 9, dtype=np.uint8), {}\n"
        "print(int(cached_array('x', 1, '1', make, memory_limit_mb=1)[0].sum()))"
    )
    log = tmp_path / "log"
    command = [sys.executable, "-c", code, str(log)]
    workers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert [worker.communicate()[0].strip() for worker in workers] == ["54"] * 2
    assert log.read_text() == "made\n"
