"""Decoding: upright RGB like torchvision's, and bad files refused by name."""

import io
import sys
import warnings

import numpy as np
import pytest
import torch
from PIL import Image, UnidentifiedImageError, features
from torchvision.transforms import CenterCrop, Compose, Resize

from course_lib.data.decode import decode_files, decode_image, resize_and_crop


@pytest.fixture
def photo(tmp_path):
    smooth = np.add.outer(np.arange(61), np.arange(97))[..., None] * np.array([1, 0.5, 1.5])
    file = tmp_path / "photo.png"
    Image.fromarray(smooth.clip(0, 255).astype(np.uint8)).save(file)
    return file


def test_decodes_to_planes(photo):
    image = decode_image(photo)
    assert image.dtype == torch.uint8
    assert image.shape == (3, 61, 97)
    assert torch.equal(image.permute(1, 2, 0), torch.from_numpy(np.array(Image.open(photo))))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_honours_exif_orientation(tmp_path, orientation):
    upright = np.zeros((4, 6, 3), dtype=np.uint8)
    upright[0, 0] = 255
    stored = {1: upright, 3: upright[::-1, ::-1], 6: np.rot90(upright, 1), 8: np.rot90(upright, -1)}
    stored |= {2: upright[:, ::-1], 4: upright[::-1], 5: upright.transpose(1, 0, 2)}
    stored[7] = stored[5][::-1, ::-1]
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(np.ascontiguousarray(stored[orientation])).save(tmp_path / "turned.png", exif=exif)
    assert torch.equal(decode_image(tmp_path / "turned.png").permute(1, 2, 0), torch.from_numpy(upright))


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "CMYK", "1", "LA"])
def test_everything_becomes_rgb(photo, tmp_path, mode):
    file = tmp_path / f"other.{'tif' if mode == 'CMYK' else 'png'}"
    Image.open(photo).convert(mode).save(file)
    assert decode_image(file).shape == (3, 61, 97)


@pytest.mark.parametrize("size", [(97, 61), (61, 97), (64, 64), (30, 500), (10, 13)])
@pytest.mark.parametrize("target", [32, 61, 80])
def test_resizes_and_crops_like_torchvision(size, target):
    picture = Image.fromarray(np.random.default_rng(1).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8))
    expected = Compose([Resize(target), CenterCrop(target)])(picture)
    ours = resize_and_crop(torch.from_numpy(np.array(picture)).permute(2, 0, 1), target)
    assert torch.equal(ours.permute(1, 2, 0), torch.from_numpy(np.array(expected)))


def test_files_come_in_order_and_decoded_as_alone(image_folder):
    root = image_folder([f"a/{i:03d}.png" for i in range(300)], size=(9, 7))
    files = sorted(root.rglob("*.png"))
    for size in (None, 5):
        images = list(decode_files(files, size, progress=False))
        assert len(images) == 300
        for i in (0, 255, 256, 299):
            alone = decode_image(files[i])
            assert np.array_equal(images[i], alone if size is None else resize_and_crop(alone, size))


def test_progress_goes_to_stderr(photo, capsys):
    list(decode_files([photo] * 3, progress=True))
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "3/3" in captured.err


def _truncated(kind):
    buffer = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)).save(buffer, kind)
    return buffer.getvalue()[: len(buffer.getvalue()) // 2]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"<html>404</html>", "is not an image"),
        (_truncated("JPEG"), "is damaged"),
        (_truncated("PNG"), "is damaged"),
        (_truncated("WEBP"), "is damaged|is not an image"),
    ],
    ids=["zero bytes", "text", "cut JPEG", "cut PNG", "cut WebP"],
)
def test_refuses_a_bad_file_by_name(photo, tmp_path, content, message):
    bad = tmp_path / "bad one.jpg"
    bad.write_bytes(content)
    with pytest.raises(ValueError, match=rf"bad one\.jpg' ({message}).*: replace or remove it"):
        decode_image(bad)
    with pytest.raises(ValueError, match=r"bad one\.jpg"):
        list(decode_files([photo, bad, photo], 16, progress=False))


def test_refuses_missing_wide_and_huge_images(photo, tmp_path, monkeypatch):
    with pytest.raises(FileNotFoundError, match=r"nowhere\.png"):
        decode_image(tmp_path / "nowhere.png")
    Image.fromarray(np.full((4, 4), 40000, dtype=np.uint16)).save(tmp_path / "wide.png")
    with pytest.raises(ValueError, match=r"wide\.png' has more than 8 bits"):
        decode_image(tmp_path / "wide.png")
    for limit in (61 * 97 - 1, 61 * 97 // 2 - 1):  # PIL warns at the first, raises at the second
        monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", limit)
        with (
            pytest.warns() if limit > 3000 else monkeypatch.context(),
            pytest.raises(ValueError, match="is larger than"),
        ):
            decode_image(photo)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 61 * 97)
    assert decode_image(photo).shape == (3, 61, 97)


@pytest.fixture
def quarters():
    """A picture of four colours, 40 by 60 pixels."""
    pixels = np.zeros((40, 60, 3), dtype=np.uint8)
    pixels[:20, :30], pixels[:20, 30:], pixels[20:, :30] = (250, 20, 20), (20, 250, 20), (20, 20, 250)
    return pixels


def turned(pixels):
    """The picture lying on its side, and the EXIF entry that says so."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return Image.fromarray(np.ascontiguousarray(np.rot90(pixels))), exif


def difference(file, pixels):
    """Mean absolute difference of a decoded file from the picture."""
    image = decode_image(file).permute(1, 2, 0).numpy()
    assert image.shape == pixels.shape
    return np.abs(image.astype(int) - pixels).mean()


def test_the_first_frame_of_a_gif_is_read(quarters, tmp_path):
    frames = [Image.fromarray(pixels) for pixels in (quarters, 255 - quarters)]
    frames[0].save(tmp_path / "moving.gif", save_all=True, append_images=frames[1:], duration=50)
    assert difference(tmp_path / "moving.gif", quarters) == 0


@pytest.mark.parametrize("suffix", ["jpg", "webp", "tif", "avif"])
def test_every_format_is_turned_upright(quarters, tmp_path, suffix):
    if suffix == "avif" and not features.check("avif"):
        pytest.skip("this Pillow reads no AVIF")
    picture, exif = turned(quarters)
    picture.save(tmp_path / f"photo.{suffix}", exif=exif)
    assert difference(tmp_path / f"photo.{suffix}", quarters) < 5


def test_photographs_of_phones_are_read_whatever_their_suffix(quarters, tmp_path):
    heif = pytest.importorskip("pillow_heif")
    picture, exif = turned(quarters)
    heif.from_pillow(picture).save(tmp_path / "photo.heic", quality=95, exif=exif.tobytes())
    (tmp_path / "photo.jpg").write_bytes((tmp_path / "photo.heic").read_bytes())
    for name in ("photo.heic", "photo.jpg"):
        assert difference(tmp_path / name, quarters) < 5


@pytest.mark.parametrize(
    ("brand", "message"),
    [
        (b"heic", r"photo.1' is a HEIC image, which needs pillow-heif: pip install 'course-lib\[heic\]'$"),
        (b"avif", "photo.1' is an AVIF image, which needs Pillow 11.3 or later: pip install --upgrade pillow$"),
        (b"mp42", "photo.1' is not an image that can be read: replace or remove it$"),
    ],
)
def test_what_a_format_needs_is_told(tmp_path, monkeypatch, brand, message):
    monkeypatch.setitem(sys.modules, "pillow_heif", None)  # as if it were not installed
    monkeypatch.setattr(Image, "open", refuse_all)
    monkeypatch.setattr(Image, "registered_extensions", lambda: {".png": "PNG"})
    (tmp_path / "photo.1").write_bytes(b"\0\0\0\x18ftyp" + brand + bytes(100))
    with pytest.raises(ValueError, match=message):
        decode_image(tmp_path / "photo.1")
    with pytest.raises(ValueError, match=f"^1 of 1 images cannot be read: .*{message}"):
        list(decode_files([tmp_path / "photo.1"], progress=False))


def refuse_all(file):
    raise UnidentifiedImageError(f"cannot identify image file '{file}'")


def test_lost_transparency_is_no_warning(quarters, tmp_path):
    Image.fromarray(quarters).quantize().save(tmp_path / "clear.png", transparency=bytes([0, 128, 255]))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert difference(tmp_path / "clear.png", quarters) == 0
