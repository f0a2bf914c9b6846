"""Decoding: upright RGB like torchvision's, and bad files refused by name."""

import io

import numpy as np
import pytest
import torch
from PIL import Image
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
