"""Decode image files to upright RGB pixels; the error about a file that cannot be decoded names it."""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from joblib import cpu_count
from PIL import Image, ImageOps, UnidentifiedImageError
from torch import Tensor
from tqdm.auto import tqdm

DECODE_VERSION = 1  # raise it when a file may become other pixels: what the cache holds is then decoded again
_CHUNK = 256  # images decoded ahead of the one that is asked for: bounds the memory
_GROUP = 16  # files a thread counts before it hands over the sum: fewer hand-overs
_NAMED = 5  # bad files that one sentence names; of more it gives the number
_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}  # bytes 8 to 11 of a file
_AVIF_BRANDS = {b"avif", b"avis"}
_WIDE_MODES = ("I", "F", "I;16", "I;16B", "I;16L", "I;16N")  # PIL would clip these to white


def decode_image(file: Path) -> Tensor:
    """The image in `file` as (3, H, W) uint8 RGB at its own size, turned upright as its EXIF orientation says.

    Of several frames the first is read. Transparency is dropped. HEIC needs the extra ``heic``, AVIF Pillow ≥ 11.3.

    Raises:
        ValueError: the file is empty, damaged, no image, of more than 8 bits a channel, suspiciously large, or of a
            format whose library is not installed.
        OSError: there is no such file, or it may not or cannot be read.
    """
    return torch.from_numpy(_to_planes(_open_rgb(file)))


def resize_and_crop(image: Tensor, size: int) -> Tensor:
    """Resize a (3, H, W) uint8 image so that its shorter side is `size` (antialiased), then cut out the centre.

    The rule of `torchvision.transforms.Resize(size)` and `CenterCrop(size)` on PIL images (bilinear).

    Returns:
        (3, size, size) uint8.
    """
    if image.shape[-2:] == (size, size):
        return image
    picture = Image.fromarray(image.permute(1, 2, 0).contiguous().numpy())
    return torch.from_numpy(_to_planes(_fit(picture, size)))


def decode_files(
    files: Sequence[Path],
    size: int | None = None,
    *,
    where: Callable[[Path], str] | None = None,
    progress: bool = True,
) -> Iterator[np.ndarray]:
    """Decode `files` in order with all cores: (3, H, W) uint8 arrays, or (3, size, size) resized and cropped.

    After a bad file no more arrays are yielded, but the other files are still tried, so that one error names all bad
    files.

    Args:
        files: the image files.
        size: pixels a side; None keeps the size of each.
        where: what errors say beside the name of a file, e.g. where it is listed.
        progress: whether to show a bar (on stderr).

    Raises:
        ValueError, OSError: as `decode_image`; names the bad files, or the first of them and how many there are.
    """
    bad = []
    for result in map_parallel(partial(_try, partial(_decode_array, size=size)), files, progress=progress):
        if isinstance(result, _Fault):
            bad.append(result)
        elif not bad:
            yield result
    _refuse(bad, len(files), where)


def count_values(
    files: Sequence[Path], *, where: Callable[[Path], str] | None = None, progress: bool = True
) -> np.ndarray:
    """Count how often each value occurs in each channel of all files at their own size, (3, 256) int64.

    PIL counts the pixels it has decoded in a quarter of the time that a conversion to an array and numpy would take.

    Raises:
        As `decode_files`.
    """
    groups = [files[start : start + _GROUP] for start in range(0, len(files), _GROUP)]
    counts, bad = np.zeros((3, 256), dtype=np.int64), []
    for part, faults in map_parallel(
        _count_files, groups, desc=f"counting, {_GROUP} files at a time", progress=progress
    ):
        counts += part
        bad += faults
    _refuse(bad, len(files), where)
    return counts


def map_parallel(function: Callable, items: Sequence, *, desc: str = "decoding", progress: bool = True) -> Iterator:
    """Apply `function` to each item with threads (PIL releases Python's lock); results come in order."""
    num_threads = cpu_count()
    if num_threads == 1:  # nothing to gain from a second thread, which would only take turns with this one
        yield from tqdm(map(function, items), total=len(items), desc=desc, disable=not progress)
        return
    with ThreadPoolExecutor(num_threads) as pool, tqdm(total=len(items), desc=desc, disable=not progress) as bar:
        for start in range(0, len(items), _CHUNK):
            for result in pool.map(function, items[start : start + _CHUNK]):
                yield result
                bar.update()


def resize_arrays(images: Iterable[np.ndarray], size: int) -> Iterator[np.ndarray]:
    """`resize_and_crop` for (3, H, W) uint8 arrays, one after another."""
    for image in images:
        yield resize_and_crop(torch.from_numpy(image), size).numpy()


def _decode_array(file: Path, size: int | None) -> np.ndarray:
    picture = _open_rgb(file)
    return _to_planes(picture if size is None else _fit(picture, size))


def _count_files(files: Sequence[Path]) -> tuple[np.ndarray, list["_Fault"]]:
    results = [_try(_count_file, file) for file in files]
    counts = sum((r for r in results if not isinstance(r, _Fault)), np.zeros((3, 256), dtype=np.int64))
    return counts, [r for r in results if isinstance(r, _Fault)]


def _count_file(file: Path) -> np.ndarray:
    counts = _open_rgb(file, upright=False).histogram()  # the same, whichever way up
    return np.fromiter(counts, np.int64, len(counts)).reshape(3, 256)


class _Fault(NamedTuple):
    """An error about one file, kept as text: an exception object would keep the pixels in its traceback alive."""

    file: Path
    kind: type[Exception]
    words: str  # "'<file>' <what is wrong>: <what to do>"


def _try(function: Callable, file: Path) -> "np.ndarray | _Fault":
    try:
        return function(file)
    except (ValueError, OSError) as error:
        return _Fault(file, OSError if isinstance(error, OSError) else ValueError, str(error))


def _refuse(bad: Sequence[_Fault], total: int, where: Callable[[Path], str] | None) -> None:
    """Raise one error for all bad files, if there are some."""
    if not bad:
        return
    found, _, remedies = zip(*(fault.words.rpartition(": ") for fault in bad), strict=True)
    if where:
        found = [
            words.replace(f"'{fault.file}'", f"'{fault.file}' ({where(fault.file)})", 1)
            for words, fault in zip(found[:_NAMED], bad, strict=False)
        ]
    remedy = remedies[0] if len(set(remedies)) == 1 else "replace or remove it"
    if len(bad) > 1:
        remedy = re.sub(r"\bits\b", "their", re.sub(r"\bit\b", "them", remedy))
    more = f" and {len(bad) - _NAMED} more" if len(bad) > _NAMED else ""
    kind = OSError if all(fault.kind is OSError for fault in bad) else ValueError
    raise kind(f"{len(bad)} of {total} images cannot be read: {', '.join(found[:_NAMED])}{more}: {remedy}")


class _Unsuitable(ValueError):
    """An undamaged image in a format that is not supported."""


def _open_rgb(file: Path, *, upright: bool = True) -> Image.Image:
    try:
        with _open_any(file) as picture:
            if Image.MAX_IMAGE_PIXELS and picture.width * picture.height > Image.MAX_IMAGE_PIXELS:
                raise Image.DecompressionBombError  # PIL itself raises at twice the limit, and warns before
            if picture.mode in _WIDE_MODES:
                raise _Unsuitable(f"'{file}' has more than 8 bits a channel ({picture.mode}): save it as 8-bit RGB")
            picture.load()
            if upright:
                ImageOps.exif_transpose(picture, in_place=True)
            picture.info.pop("transparency", None)  # PIL would warn that it is lost
            return picture if picture.mode == "RGB" else picture.convert("RGB")
    except Image.DecompressionBombError:
        limit = f"{Image.MAX_IMAGE_PIXELS // 10**6} million pixels"
        raise ValueError(f"'{file}' is larger than {limit}: make it smaller, or remove it") from None
    except FileNotFoundError:
        raise FileNotFoundError(f"there is no file '{file}': check its name") from None
    except PermissionError:
        raise PermissionError(f"'{file}' may not be read: change its permissions") from None
    except UnidentifiedImageError:
        what = "is empty (0 bytes)" if not os.path.getsize(file) else "is not an image that can be read"
        raise ValueError(f"'{file}' {what}: replace or remove it") from None
    except (_Unsuitable, MemoryError):
        raise
    except Exception as error:  # of damaged files: OSError, SyntaxError, EOFError, struct.error, …
        if isinstance(error, OSError) and error.errno:  # from the operating system (disk, link, folder), not from PIL
            raise type(error)(f"'{file}' cannot be read ({error.strerror}): check it and try again") from None
        raise ValueError(f"'{file}' is damaged ({error}): replace or remove it") from None


def _open_any(file: Path) -> Image.Image:
    """Open an image; a HEIC photograph, too, if the library for it is installed."""
    try:
        return Image.open(file)
    except UnidentifiedImageError:
        with open(file, "rb") as content:
            head = content.read(12)
        if head[4:8] != b"ftyp" or head[8:] not in _HEIF_BRANDS | _AVIF_BRANDS:
            raise
    if head[8:] in _HEIF_BRANDS:
        _register_heif(file)
    elif ".avif" not in Image.registered_extensions():
        raise _Unsuitable(f"'{file}' is an AVIF image, which needs Pillow 11.3 or later: pip install --upgrade pillow")
    return Image.open(file)


def _register_heif(file: Path) -> None:
    """Make PIL read HEIC images from now on."""
    try:
        from pillow_heif import register_heif_opener
    except ModuleNotFoundError:
        needs = "which needs pillow-heif: pip install 'course-lib[heic]'"
        raise _Unsuitable(f"'{file}' is a HEIC image, {needs}") from None
    register_heif_opener()


def _fit(picture: Image.Image, size: int) -> Image.Image:
    width, height = picture.size
    if width <= height:
        width, height = size, int(size * height / width)
    else:
        width, height = int(size * width / height), size
    if picture.size != (width, height):
        picture = picture.resize((width, height), Image.Resampling.BILINEAR)  # PIL antialiases when it shrinks
    left, top = round((width - size) / 2), round((height - size) / 2)
    return picture.crop((left, top, left + size, top + size))


def _to_planes(picture: Image.Image) -> np.ndarray:
    return np.array(picture).transpose(2, 0, 1).copy()  # (H, W, 3) → (3, H, W)
