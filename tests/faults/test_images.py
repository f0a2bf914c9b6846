"""Damaged, odd and hostile images and folders: taken as they should be, or refused, all of them, in one sentence."""

import io
import os

import numpy as np
import pytest
import torch
from PIL import Image, PngImagePlugin

from course_lib.data import ImageSet, count_pixels, iter_native_images, load_images, stratified_split
from course_lib.data.decode import decode_files, decode_image
from course_lib.data.folder import list_class_folders


@pytest.fixture
def folder(tmp_path, draw):
    """Two classes of six."""
    for i in range(12):
        draw(tmp_path / "photos" / "ab"[i // 6] / f"{i}.png", i)
    return tmp_path / "photos"


@pytest.mark.parametrize("options", [{}, {"progressive": True}], ids=["baseline", "progressive"])
def test_every_cut_is_noticed(tmp_path, options):
    """However much of a JPEG is missing: it is refused, or only bytes after the last pixel are gone."""
    buffer, file = io.BytesIO(), tmp_path / "cut.jpg"
    pixels = np.random.default_rng(0).integers(0, 256, (40, 40, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(buffer, "JPEG", **options)
    content = buffer.getvalue()
    file.write_bytes(content)
    whole, refused = decode_image(file), 0
    for length in [*range(0, len(content), 25), *range(len(content) - 12, len(content))]:
        file.write_bytes(content[:length])
        try:
            decoded = decode_image(file)
        except ValueError:
            refused += 1
        else:
            assert torch.equal(decoded, whole), length
    assert refused > len(content) / 25


@pytest.mark.parametrize(
    "read",
    [
        lambda source: load_images(source, size=8, progress=False),
        lambda source: count_pixels(source, progress=False),
        lambda source: list(iter_native_images(source, progress=False)),
    ],
    ids=["load", "count", "iterate"],
)
def test_all_bad_files_are_told_at_once(folder, course_home, read):
    for i in range(3):
        (folder / "a" / f"{i}.png").write_bytes(b"")
    with pytest.raises(ValueError, match="^3 of 12 images cannot be read: ") as told:
        read(f"folder:{folder}")
    parts = [f"'{folder}/a/{i}.png' is empty (0 bytes)" for i in range(3)]
    assert str(told.value).endswith(f": {', '.join(parts)}: replace or remove them")
    for i in range(6, 10):
        (folder / "b" / f"{i}.png").write_text("text")
    with pytest.raises(ValueError, match=r"^7 of 12 .*7.png' is not .* and 2 more: replace or remove them$") as told:
        read(f"folder:{folder}")
    assert "\n" not in str(told.value)
    assert not list((course_home / "cache").glob("*.npy"))


def test_what_to_do_fits_all_bad_files(folder, make_png):
    wide = make_png(1, 1, bytes(3), depth=16)
    for name in ("a/0.png", "b/6.png"):
        (folder / name).write_bytes(wide)
    with pytest.raises(ValueError, match="^2 of 12 .*: save them as 8-bit RGB$"):
        load_images(f"folder:{folder}", progress=False)
    (folder / "a" / "1.png").write_bytes(b"")
    with pytest.raises(ValueError, match="^3 of 12 .*: replace or remove them$"):
        load_images(f"folder:{folder}", progress=False)
    with pytest.raises(OSError, match="^2 of 2 images .*'gone/1.png', there is no file .*: check their name$"):
        list(decode_files(["gone/1.png", "gone/2.png"], progress=False))


def test_a_folder_is_no_image(tmp_path):
    with pytest.raises(OSError, match=r"' cannot be read \(.*\): check it and try again|may not be read"):
        decode_image(tmp_path)


def test_every_mode_keeps_its_colours(tmp_path, make_png):
    """Greyscale three times, palettes looked up, transparency dropped, CMYK converted, 16-bit colour rounded down."""
    colours = np.array([[[250, 10, 20], [10, 240, 30], [0, 0, 0]]] * 3, dtype=np.uint8)
    expected = torch.from_numpy(colours).permute(2, 0, 1)
    for mode, tolerance in {"P": 0, "RGBA": 0, "CMYK": 1}.items():
        file = tmp_path / f"{mode}.{'tif' if mode == 'CMYK' else 'png'}"
        Image.fromarray(colours).convert(mode, palette=Image.Palette.ADAPTIVE).save(file)
        assert (decode_image(file).int() - expected.int()).abs().max() <= tolerance, mode
    Image.fromarray(np.dstack([colours, [[0, 128, 255]] * 3]).astype(np.uint8)).save(tmp_path / "clear.png")
    assert torch.equal(decode_image(tmp_path / "clear.png"), expected)
    for mode in ("L", "LA", "1"):
        Image.fromarray(colours).convert(mode).save(tmp_path / "grey.png")
        grey = decode_image(tmp_path / "grey.png")
        assert torch.equal(grey[0], torch.from_numpy(np.array(Image.fromarray(colours).convert(mode).convert("L"))))
        assert torch.equal(grey[0], grey[1])
        assert torch.equal(grey[0], grey[2])
    (tmp_path / "deep.png").write_bytes(make_png(1, 1, bytes([0, 250, 255, 10, 0, 20, 128]), depth=16, colour=2))
    assert decode_image(tmp_path / "deep.png").flatten().tolist() == [250, 10, 20]


def test_a_bomb_is_refused_before_it_is_decoded(tmp_path, make_png, monkeypatch):
    (tmp_path / "bomb.png").write_bytes(make_png(30_000, 30_000, b"", depth=8, colour=2))
    monkeypatch.setattr(PngImagePlugin.PngImageFile, "load", lambda self: pytest.fail("it was decoded"))
    with pytest.raises(ValueError, match=r"bomb\.png' is larger than \d+ million pixels: make it smaller, or remove"):
        decode_image(tmp_path / "bomb.png")


def test_all_empty_classes_are_named(folder):
    for name in ("c", "d"):
        (folder / name).mkdir()
    with pytest.raises(ValueError, match=r"the class folders '.*/c', '.*/d' hold no images \(.*\): add some or remove"):
        list_class_folders(folder)


def test_all_small_classes_are_named():
    pixels = np.random.default_rng(0).integers(0, 256, (12, 3, 2, 2), dtype=np.uint8)
    images = ImageSet.from_arrays(pixels, [0] * 9 + [1, 2, 2], ("a", "b", "c"))
    with pytest.raises(ValueError, match="^class 'b' has 1 image, class 'c' has 2 images, too few .* the classes$"):
        stratified_split(images)


def test_names_in_any_script(tmp_path, draw):
    for i in range(9):
        draw(tmp_path / "Fotos ü 猫" / ("Hündin", "كلب", "犬")[i // 3] / f"niño {i} 🐕.png", i)
    images = load_images(f"folder:{tmp_path / 'Fotos ü 猫'}", size=8, progress=False)
    assert images.class_names == ("Hündin", "كلب", "犬")
    assert images.names[0] == "Hündin/niño 0 🐕.png"
    splits = stratified_split(images, val=0.3, test=0.3)
    assert len(splits.hash) == len(images.fingerprint) == 64


def test_names_that_are_no_text_are_refused(folder, draw):
    try:
        draw(folder / "a" / "new.png").rename(folder / "a" / "\udcff.png")
    except OSError:
        pytest.skip("this file system takes no such names")
    with pytest.raises(ValueError, match=r"^1 of 13 .* UTF-8, the first is 'a/\\udcff.png': rename it") as told:
        load_images(f"folder:{folder}", progress=False)
    assert str(told.value).encode()


@pytest.mark.parametrize(
    ("link", "target"),
    [("a/back", "."), ("a/deep/back", "../.."), ("c", "."), ("a/up", "../.."), ("a/b", "../b")],
    ids=["its class", "the root", "a class that is the root", "above the root", "two links in a circle"],
)
def test_links_in_a_circle_are_refused(folder, link, target):
    (folder / "a" / "deep").mkdir()
    (folder / link).symlink_to(target, target_is_directory=True)
    if target == "../b":
        (folder / "b" / "a").symlink_to("../a", target_is_directory=True)
    with pytest.raises(ValueError, match=rf"^the link '{folder}/.*' leads back to '.*', a folder it lies in: remove"):
        load_images(f"folder:{folder}", progress=False)


def test_links_to_elsewhere_are_followed(folder, tmp_path, draw):
    draw(tmp_path / "elsewhere" / "1.png", 50)
    draw(tmp_path / "other.png", 51)
    (folder / "c").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    (folder / "b" / "too").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    (folder / "a" / "new.png").symlink_to(tmp_path / "other.png")
    names = list_class_folders(folder).names
    assert len(names) == 15
    assert {"a/new.png", "b/too/1.png", "c/1.png"} < set(names)


@pytest.mark.parametrize(("link", "target"), [("a/x.png", "x.png"), ("a/x.png", "gone.png"), ("c", "/no/such/folder")])
def test_links_that_lead_nowhere_are_refused(folder, link, target):
    (folder / link).symlink_to(target)
    with pytest.raises(ValueError, match=rf"'.*/{link}' is a link that leads nowhere: mend or remove it"):
        load_images(f"folder:{folder}", progress=False)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.timeout(30)
def test_a_pipe_does_not_keep_one_waiting(folder):
    os.mkfifo(folder / "a" / "pipe.png")
    with pytest.raises(ValueError, match=r"pipe.png' is neither a file nor a folder: mend or remove it"):
        load_images(f"folder:{folder}", progress=False)


def test_unreadable_files_and_folders_are_never_skipped(open_place, draw, as_nobody):
    for i in range(8):
        draw(open_place / "ab"[i % 2] / f"{i}.png", i)
    count_pixels(f"folder:{open_place}", progress=False)  # what is imported late is here now
    for name in ("a/0.png", "b/1.png"):
        (open_place / name).chmod(0)
    with as_nobody(), pytest.raises(OSError, match=r"^2 of 8 .*/0.png' may .*/1.png' may not be read: change their"):
        count_pixels(f"folder:{open_place}", progress=False)
    draw(open_place / "a" / "locked" / "9.png", 9)
    (open_place / "a" / "locked").chmod(0)
    with as_nobody(), pytest.raises(OSError, match=r"the folder '.*/a/locked' may not be read: change its permissions"):
        list_class_folders(open_place)
    (open_place / "a" / "locked").chmod(0o444)  # its names may be read, but not what they stand for
    with (
        as_nobody(),
        pytest.raises(OSError, match=r"locked/9.png' cannot be looked at \(Permission denied\): check it"),
    ):
        list_class_folders(open_place).stamps()
