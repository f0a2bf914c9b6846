"""Broken things by name, a user without rights, and the sentences that README.md promises."""

import io
import os
import re
import shutil
import sqlite3
import struct
import tempfile
import zlib
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

CATALOGUE = Path(__file__).with_name("README.md")
NOBODY = 65534


@pytest.fixture(autouse=True)
def course_home(tmp_path, monkeypatch):
    """A fresh home, and no real images."""
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("COURSE_REAL_DATA", raising=False)
    return tmp_path / "home"


@pytest.fixture(scope="session")
def catalogue():
    """Rows of README.md as dictionaries by the head of their table; those with ``"typed"`` can be typed."""
    rows, head = [], None
    for line in CATALOGUE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else None
        if cells and head and not cells[0].startswith("---"):
            rows.append(dict(zip(head, cells, strict=True)))
        head = None if cells is None else head or cells
    return rows


@pytest.fixture(scope="session")
def promised(catalogue):
    """`promised(what)`: the sentence of README.md as a pattern for the whole message."""
    sentences = {row["what"]: row["read"] for row in catalogue}
    return lambda what: f"^{as_pattern(sentences[what])}$"


def as_pattern(sentence):
    return ".*".join(re.escape(part) for part in sentence.split("…"))


@pytest.fixture
def as_nobody():
    """`with as_nobody():` file permissions count in the block, even for a test that root runs."""
    if not hasattr(os, "geteuid"):
        pytest.skip("this system has no permissions of this kind")

    @contextmanager
    def lowered():
        before = os.geteuid()
        if before == 0:
            os.seteuid(NOBODY)
        try:
            yield
        finally:
            os.seteuid(before)

    return lowered


@pytest.fixture(scope="session")
def draw():
    """`draw(file, seed, size)`: a small random image; every seed gives another."""

    def save(file, seed=0, size=(8, 8), **options):
        file.parent.mkdir(parents=True, exist_ok=True)
        pixels = np.random.default_rng(seed).integers(0, 256, (*size, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(file, **options)
        return file

    return save


@pytest.fixture
def open_place():
    """A folder that everybody may enter (pytest's own are the user's alone)."""
    place = Path(tempfile.mkdtemp(prefix="course-faults-")).resolve()
    place.chmod(0o755)
    yield place
    remove(place)


def remove(place):
    """Also what is locked."""
    for parent, folders, _ in os.walk(place):
        for name in folders:
            if not os.path.islink(os.path.join(parent, name)):
                os.chmod(os.path.join(parent, name), 0o755)
    shutil.rmtree(place)


def png_bytes(width, height, rows, depth=8, colour=0):
    """A PNG of the raw rows (each with its filter byte), which need not be as many as it claims."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    parts = chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(rows, 1)), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


@pytest.fixture(scope="session")
def make_png():
    """`make_png(width, height, rows, depth, colour)`: the bytes of a PNG."""
    return png_bytes


@pytest.fixture(scope="module")
def broken(draw):
    """A folder with one of everything that README.md's first table mentions, by those names."""
    place = Path(tempfile.mkdtemp(prefix="course-broken-")).resolve()
    place.chmod(0o755)
    buffer = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)).save(buffer, "JPEG")
    jpeg = buffer.getvalue()
    contents = {
        "truncated/a/bad.jpg": jpeg[: len(jpeg) // 2],
        "corrupt/a/bad.jpg": jpeg[:200] + bytes(range(200)) + jpeg[400:600],
        "zero/a/bad.jpg": b"",
        "text/a/bad.jpg": b"<html>404 not found</html>",
        "several/a/cut.jpg": jpeg[:-100],
        "several/a/zero.jpg": b"",
        "several/b/text.jpg": b"no image",
        "wide/a/bad.png": png_bytes(2, 1, bytes(5), depth=16),
        "bomb/a/bad.png": png_bytes(30_000, 30_000, bytes(3751 * 30_000), depth=1),
        "unreadable_file/a/bad.png": jpeg,
        "kinds/a/clip.mp4": jpeg,
    }
    seed = 0
    for name in {*(file.split("/")[0] for file in contents), "good", "modes", "turned", "empty_class", "single_class",
                 "one_image", "Füße_猫", "bytes_name", "loop", "own_tail", "unreadable_folder"}:  # fmt: skip
        for file in ("a/1.png", "a/2.png", "b/1.png", "b/2.png"):
            seed += 1
            draw(place / name / file, seed)
    for seed in range(10):
        draw(place / "good" / "ab"[seed % 2] / f"more{seed}.png", 1000 + seed)
        draw(place / "one_image" / "a" / f"more{seed}.png", 2000 + seed)
    for name, content in contents.items():
        (place / name).write_bytes(content)
    for mode, suffix in {"L": "png", "P": "png", "CMYK": "jpg", "RGBA": "png", "LA": "png"}.items():
        picture = Image.open(draw(place / "photo.png", ord(mode[0])))
        picture.convert(mode).save(place / "modes" / "a" / f"{mode}.{suffix}")
    for file in (
        "strange_class/train/a",
        "strange_class/train/b",
        "strange_class/test/c",
        "no_train/val/a",
        "no_train/test/a",
    ):
        draw(place / file / "1.png", 3000)
    exif = Image.Exif()
    exif[0x0112] = 6
    draw(place / "turned/a/turned.jpg", 99, (8, 4), exif=exif)
    (place / "empty_class" / "c").mkdir()
    shutil.rmtree(place / "single_class" / "b")
    (place / "one_image" / "b" / "2.png").unlink()
    (place / "Füße_猫" / "a").rename(place / "Füße_猫" / "Hündin é 犬")
    (place / "loop/a/back").symlink_to("../../loop", target_is_directory=True)
    (place / "own_tail/a/tail.png").symlink_to("tail.png")
    (place / "unreadable_file/a/bad.png").chmod(0)
    draw(place / "unreadable_folder/a/locked/3.png").parent.chmod(0)
    try:
        draw(place / "good.png").rename(place / "bytes_name" / "a" / "\udcff.png")
    except OSError:  # macOS and Windows have no such names
        shutil.rmtree(place / "bytes_name")
    _write_tables(place / "tables", jpeg)
    _write_voc(place / "voc")
    _break_weights(place)
    for name in ("later", "no_ledger"):
        (place / name).mkdir()
    with sqlite3.connect(place / "later" / "ledger.sqlite") as db:
        db.execute("PRAGMA user_version=99")
    db.close()
    (place / "no_ledger" / "ledger.sqlite").write_text("a letter to my grandmother, and no database" * 20)
    yield place
    remove(place)


def _write_tables(folder, jpeg):
    """Two images beside CSV files that name them; all but one of the files are faulty."""
    folder.mkdir()
    for name, content in {"a.jpg": jpeg, "b.jpg": jpeg, "cut.jpg": jpeg[: len(jpeg) // 2]}.items():
        (folder / name).write_bytes(content)
    rows = {
        "excel": "image;dog;cat\r\na.jpg;1;0\r\n.\\b.jpg;0;1\r\n",
        "no_header": "a.jpg,1,0\nb.jpg,0,1\n",
        "column_twice": "image,dog,dog\na.jpg,1,0\nb.jpg,0,1\n",
        "image_twice": "image,dog\na.jpg,1\nb.jpg,0\na.jpg,0\n",
        "value": "image,dog\na.jpg,1\nb.jpg,-1\n",
        "missing": "image,dog\na.jpg,1\nc.jpg,0\n",
        "unreadable_image": "image,dog\na.jpg,1\ncut.jpg,0\n",
        "outside": "image,dog\na.jpg,1\n../photo.png,0\n",
        "one_sided": "image,dog,cat\na.jpg,1,0\nb.jpg,0,0\n",
        "no_images": "image,dog\n",
        "short": "image,dog,cat\na.jpg,1,0\nb.jpg,0\n",
        "part": "image,dog,split\na.jpg,1,train\nb.jpg,0,dev\n",
        "separators": "image;dog,cat\na.jpg;1,0\n",
    }
    for name, content in rows.items():
        (folder / f"{name}.csv").write_bytes(content.encode("utf-8-sig"))
    (folder / "utf16.csv").write_bytes(rows["image_twice"].encode("utf-16"))


def _write_voc(folder):
    """VOC 2012 with a list of training images that was cut off."""
    lists = folder / "VOCdevkit" / "VOC2012" / "ImageSets" / "Main"
    lists.mkdir(parents=True)
    (lists / "train.txt").write_text("2008_000008\n")


def _break_weights(place):
    import torch

    from course_lib.models.architectures import build
    from course_lib.models.weights import save_weights

    with torch.random.fork_rng():
        model = build("mini_squeezenet", 3)
    meta = {"class_names": ("x", "y", "z"), "mean": (0.5,) * 3, "std": (0.2,) * 3, "size": 32, "source": "test"}
    save_weights(model, place / "three_classes.safetensors", meta)
    content = bytearray((place / "three_classes.safetensors").read_bytes())
    (place / "cut.safetensors").write_bytes(content[: len(content) // 2])
    content[-100] ^= 1
    (place / "flipped.safetensors").write_bytes(content)
