"""Image sources by name: the list of them, and loading one as an image set."""

from __future__ import annotations  # importing this module imports no torch

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from course_lib.data import aircraft, cifar, meta_album, pacs
from course_lib.data.listed import LISTED, find_images, list_files
from course_lib.data.mini.comparison_sets import COMPARISON_SETS
from course_lib.data.mini.domains import DOMAINS
from course_lib.data.mini.tasks import task_named, task_names
from course_lib.paths import MEMORY_LIMIT_MB, real_data_dirs

if TYPE_CHECKING:
    from torch import Tensor

    from course_lib.data.imageset import ImageSet
    from course_lib.data.statistics import PixelHistogram

MINI_SIZE, FOLDER_SIZE = 48, 224
PARTS = ("all", "train", "test")
SPLIT_SOURCES = ("voc2012", "collages", "aircraft")  # whose parts are used where no rule of splitting is given
_OWN = {"folder": "folder:PATH", "csv": "csv:FILE"}  # a path on this machine follows the kind


@dataclass(frozen=True)
class Source:
    """Facts about a source that need no file; its numbers are None where the name stands for several sources."""

    name: str
    about: str
    num_images: int | None
    num_classes: int | None
    size: int


SOURCES = {
    source.name: source
    for source in (
        Source("mini:cartoon", "the seven target classes drawn as cartoons", 2344, 7, MINI_SIZE),
        Source("mini:photo", "the seven target classes drawn as photos", 1670, 7, MINI_SIZE),
        Source("mini:source", "84 other categories drawn, four fifths as illustrations", 84000, 84, MINI_SIZE),
        Source("mini:unseen", "20 further pictures of each category of mini:source", 1680, 84, MINI_SIZE),
        Source("mini:album", "84 other categories drawn, half as illustrations", 84000, 84, MINI_SIZE),
        *(
            Source(
                f"mini:{domain.name}",
                f"the {len(domain.categories)} {domain.name} categories drawn, four fifths as illustrations",
                domain.num_images,
                len(domain.categories),
                MINI_SIZE,
            )
            for domain in DOMAINS.values()
        ),
        Source("mini:flowers", "20 flower species drawn, for 10 training images of each", 1600, 20, MINI_SIZE),
        *(
            Source(f"mini:{each.name}", f"{each.about}, drawn", each.num_images, len(each.classes), MINI_SIZE)
            for each in COMPARISON_SETS.values()
        ),
        Source("mini:task-NN", "70 varied small tasks drawn, NN from 00 to 69", None, None, MINI_SIZE),
        Source("mini:scenes", "drawn scenes, any of 11 concepts in each image", 2000, 11, MINI_SIZE),
        Source("mini:keyframes", "drawn keyframes, 128 concepts, partly judged as in TRECVID", 4000, 128, MINI_SIZE),
        Source("mini:voc", "drawn photographs with one to four of 20 kinds of objects", 3000, 20, MINI_SIZE),
        *(
            Source(f"pacs:{name}", f"PACS, {name.replace('_', ' ')} domain", pacs.NUM_IMAGES[name], 7, pacs.NATIVE_SIZE)
            for name in ("cartoon", "photo", "art_painting", "sketch")
        ),
        Source("cifar100", "CIFAR-100, both parts; exact copies left out", 60000, 100, cifar.NATIVE_SIZE),
        Source("aircraft", "FGVC-Aircraft, photographs of 100 variants of aircraft", 10000, 100, aircraft.SIZE),
        Source("meta_album:CODE", "Meta-Album Micro, 30 sets from BCT to TEX_ALOT", 800, 20, meta_album.NATIVE_SIZE),
        Source("voc2012", "PASCAL VOC 2012, which of 20 classes a photo shows; val is test", 11540, 20, FOLDER_SIZE),
        Source("collages", "collages of PACS photos and CIFAR-100, any of 24 concepts", 1600, 24, FOLDER_SIZE),
        Source(
            "folder:PATH", "your images, one folder per class, also below train/, val/, test/", None, None, FOLDER_SIZE
        ),
        Source("csv:FILE", "your images; for each concept 1, 0 or nothing (not judged)", None, None, FOLDER_SIZE),
    )
}


def source_names() -> tuple[str, ...]:
    """Names that `load_images` knows; ``folder:PATH``, ``csv:FILE``, ``mini:task-NN`` stand for any of a kind."""
    return tuple(SOURCES)


def describe(source: str) -> dict:
    """Describe a source by name, about, images, classes, size (pixels a side by default), where.

    Raises:
        ValueError: the name is unknown.
    """
    known = _find(source)
    row = {"name": source, "about": known.about, "images": known.num_images, "classes": known.num_classes}
    return row | {"size": known.size, "where": _where(source)}


def list_sources() -> list[dict]:
    """`describe` of every source, for ``course data list``. Imports neither torch nor numpy."""
    return [describe(name) for name in SOURCES]


def is_own(source: str) -> bool:
    """Tell whether a source is named by a path on this machine, as ``folder:PATH`` and ``csv:FILE`` are."""
    kind, _, path = source.partition(":")
    return kind in _OWN and bool(path)


def with_absolute_path(source: str) -> str:
    """The name of a source, with an absolute path if it has one."""
    kind, _, path = source.partition(":")
    return f"{kind}:{Path(path).expanduser().absolute()}" if is_own(source) else source


def is_here(source: str) -> bool:
    """Tell whether the images of a source can be had without a download.

    Raises:
        ValueError: the name is unknown.
    """
    _find(source)
    kind, _, rest = source.partition(":")
    if kind in _OWN:
        path = Path(rest).expanduser()
        return path.is_dir() if kind == "folder" else path.is_file()
    return kind == "mini" or bool(find_images(kind, rest))


def load_images(
    source: str, *, size: int | None = None, progress: bool = True, memory_limit_mb: float = MEMORY_LIMIT_MB
) -> ImageSet:
    """Load, and if need be draw, decode or download, the images of a source; later calls read them from the cache.

    Args:
        source: see `source_names`.
        size: pixels a side. By default mini 48, PACS 227 and CIFAR-100 32 (their own), aircraft 72, own images 224.
            Mini images are drawn at that size; others have their shorter side resized (antialiased) and the centre cut
            out.
        progress: whether to show a bar (on stderr).
        memory_limit_mb: larger sets are memory-mapped from the cache instead of read into memory.

    Raises:
        ValueError: unknown source, bad size, a damaged image, a folder that is no folder of class folders, a faulty
            table (see `list_table`).
        FileNotFoundError: the folder or table does not exist.
        ConnectionError: it has to be downloaded and cannot be; the message says what to do by hand.
    """
    known = _find(source)
    size = known.size if size is None else size
    if size < 1:
        raise ValueError(f"size = {size} is no number of pixels: give 1 or more")
    from course_lib.data import loading

    kind, _, rest = source.partition(":")
    options = {"progress": progress, "memory_limit_mb": memory_limit_mb}
    if kind == "mini":
        return loading.load_world(rest, size, **options)
    if kind == "cifar100":
        return loading.load_cifar(size, **options)
    if kind == "collages":
        from course_lib.data.collages import load_collages

        return load_collages(size, **options)
    listing = list_files(source, progress)
    check = (lambda: pacs.check_content(rest, listing)) if kind == "pacs" else None
    return loading.load_listing(source, listing, size, check=check, **options)


def iter_native_images(source: str, *, progress: bool = True) -> Iterator[tuple[str, Tensor]]:
    """Yield (name, image) of every image at its own size, (3, H, W) uint8, in the order of `load_images`.

    Mini images, which have no size of their own, are drawn at 48 pixels.

    Raises:
        ValueError, FileNotFoundError, ConnectionError: as `load_images`.
    """
    kind = _find(source).name.partition(":")[0]
    if kind in LISTED:
        from course_lib.data import loading

        yield from loading.iter_listing(list_files(source, progress), progress=progress)
    else:
        images = load_images(source, progress=progress)
        for i, name in enumerate(images.names):
            yield name, images.batch(i)[0]


def check_images(source: str, *, progress: bool = True) -> ImageSet:
    """Load a source at its own size, decode every file again, and compare the pixels with those in the cache.

    Of PACS the bytes of the files are compared with the known digest, too. Drawn images have no files: they are only
    loaded.

    Raises:
        ValueError, FileNotFoundError, ConnectionError: as `load_images`; the pixels in the cache differ from a file's.
    """
    images = load_images(source, progress=progress)
    kind, _, rest = source.partition(":")
    if kind == "mini":
        return images
    from course_lib.data import loading

    size, place = images.size[0], source
    if kind == "cifar100":
        files = loading.iter_cifar(size, progress=progress)
    elif kind == "collages":
        from course_lib.data.collages import iter_collages

        files = iter_collages(size, progress=progress, memory_limit_mb=MEMORY_LIMIT_MB)
    else:
        listing = list_files(source, progress)
        if kind == "pacs":
            pacs.check_content(rest, listing)
        files, place = loading.iter_listing(listing, size, progress=progress), listing.root
    loading.check_pixels(images, files, place)
    return images


def source_state(source: str) -> str | None:
    """Hash the path, name, size and modification time of every file of a source, and its table; no image is opened.

    None where there are no image files: drawn images, and CIFAR-100 in its official archive.

    Raises:
        ValueError, FileNotFoundError, ConnectionError: as `load_images`.
    """
    kind = _find(source).name.partition(":")[0]
    if kind == "mini":
        return None
    if kind == "collages":
        return "".join(source_state(photos) or "archive" for photos in ("pacs:photo", "cifar100"))
    if kind == "cifar100":
        root = cifar.find_files()
        listing = root and cifar.list_cifar_files(root)
    else:
        listing = list_files(source, False)
    if listing is None:
        return None
    return hashlib.sha256(json.dumps(listing.state()).encode()).hexdigest()


def count_pixels(source: str, part: str = "all", *, progress: bool = True) -> tuple[PixelHistogram, int]:
    """Count the pixel values of a source at native size: their histogram, and the number of images.

    Args:
        part: ``"all"``, or ``"train"`` (which includes validation) or ``"test"`` of the homework's rule; or of a
            folder that is split already.

    Raises:
        ValueError: unknown part, or as `load_images`.
    """
    if part not in PARTS:
        raise ValueError(f"unknown part '{part}': choose one of {', '.join(PARTS)}")
    import torch

    from course_lib.data import loading
    from course_lib.data.decode import count_values
    from course_lib.data.statistics import PixelHistogram

    if _find(source).name.startswith(LISTED):
        listing = loading.part_of_listing(list_files(source, progress), part)
        counts = count_values(listing.files, where=listing.where, progress=progress)
        return PixelHistogram(torch.from_numpy(counts)), len(listing.files)
    histogram, num_images = PixelHistogram(), 0
    for image in loading.part_of_images(load_images(source, progress=progress), part):
        histogram.update(image)
        num_images += 1
    return histogram, num_images


def _find(source: str) -> Source:
    kind, _, rest = source.partition(":")
    if kind in _OWN and rest:
        return SOURCES[_OWN[kind]]
    if kind == "mini" and rest in task_names():
        own = task_named(rest).facts()
        number, about = own["images"] + own["test_images"], f"small task: {own['domain']}, {own['style']}"
        return Source(source, about, number, own["classes"], MINI_SIZE)
    if kind == "meta_album" and rest in meta_album.CODES:
        return replace(SOURCES["meta_album:CODE"], name=source, about=f"Meta-Album {rest}, Micro")
    if source not in SOURCES:
        if source and (path := Path(source)).exists():
            raise ValueError(f"'{source}' is a path: write {'folder' if path.is_dir() else 'csv'}:{source}")
        raise ValueError(f"unknown source '{source}': choose one of {', '.join(SOURCES)} (with your path)")
    return SOURCES[source]


def _where(source: str) -> str:
    kind, _, rest = source.partition(":")
    if kind == "mini":
        return "drawn when first used"
    if kind in _OWN:
        return "where you say" if source in SOURCES else str(Path(rest).expanduser())
    found = find_images(kind, rest)
    return str(found) if found else f"to be downloaded into {real_data_dirs()[-1]}"
