"""Load files, archives and drawn worlds as image sets, through the cache."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import PIL
import torch
from torch import Tensor
from tqdm.auto import tqdm

from course_lib.data import cifar
from course_lib.data.cache import cached_array
from course_lib.data.decode import DECODE_VERSION, decode_files, resize_arrays
from course_lib.data.folder import Listing, part_of
from course_lib.data.imageset import ImageSet
from course_lib.data.splits import homework_folders
from course_lib.paths import cache_dir


def load_listing(
    source: str,
    listing: Listing,
    size: int,
    *,
    check: Callable[[], None] | None = None,
    progress: bool = True,
    memory_limit_mb: float,
) -> ImageSet:
    """Load the files of a listing; `check` is called before they are decoded for the first time.

    The cache keeps pixels only, so a changed judgement decodes nothing again.
    """

    def make():
        if check:
            check()
        shape = (len(listing.names), 3, size, size)
        return shape, decode_files(listing.files, size, where=listing.where, progress=progress), {}

    place = f"{source.partition(':')[0]}:{listing.place.resolve()}"
    identity = [*_decoder(), *listing.stamps()]
    pixels, _ = cached_array(place, size, identity, make, memory_limit_mb=memory_limit_mb)
    images = ImageSet.from_arrays(pixels, torch.tensor(listing.labels), listing.class_names, listing.names, source)
    return replace(images, notes=listing.notes())


def iter_listing(listing: Listing, size: int | None = None, *, progress: bool = True) -> Iterator[tuple[str, Tensor]]:
    """Name and pixels (3, H, W) uint8 of each file, at its own size or resized and cropped to `size`."""
    decoded = decode_files(listing.files, size, where=listing.where, progress=progress)
    for name, image in zip(listing.names, decoded, strict=True):
        yield name, torch.from_numpy(image)


def check_pixels(images: ImageSet, files: Iterable[tuple[str, Tensor]], place: object) -> None:
    """Compare the pixels of a loaded set with its files, decoded again.

    Args:
        images: the loaded set.
        files: (name, pixels) of each file; a name that the set lacks is skipped (loading leaves exact copies out).
        place: where the files are, for the error.


    Raises:
        ValueError: the pixels of a file differ from the set's.
    """
    positions = {name: i for i, name in enumerate(images.names)}
    for name, pixels in files:
        if name in positions and not torch.equal(pixels, images.batch(positions[name])[0]):
            raise ValueError(
                f"the cached pixels of '{name}' differ from its file in '{place}': remove the folder '{cache_dir()}'"
            )


def iter_cifar(size: int, *, progress: bool = True) -> Iterator[tuple[str, Tensor]]:
    """Name and pixels (3, size, size) uint8 of every image of CIFAR-100, from its files and not from the cache."""
    if root := cifar.find_files():
        yield from iter_listing(cifar.list_cifar_files(root), size, progress=progress)
        return
    arrays, _, _, names = cifar.load_cifar_arrays(cifar.find_cifar())
    yield from zip(names, map(torch.from_numpy, resize_arrays(arrays, size)), strict=True)


def load_cifar(size: int, *, progress: bool = True, memory_limit_mb: float) -> ImageSet:
    """CIFAR-100's two official parts in one set, without exact copies (of two copies the test part keeps its own)."""
    if root := cifar.find_files():
        listing = cifar.list_cifar_files(root)
        images = load_listing("cifar100", listing, size, progress=progress, memory_limit_mb=memory_limit_mb)
        return _as_loaded(images.without_duplicates())

    def make():
        arrays, labels, class_names, names = cifar.load_cifar_arrays(cifar.find_cifar())
        kept = {"labels": labels, "class_names": class_names, "names": names}
        return (len(arrays), 3, size, size), resize_arrays(arrays, size), kept

    pixels, kept = cached_array("cifar100:official", size, _decoder(), make, memory_limit_mb=memory_limit_mb)
    images = ImageSet.from_arrays(pixels, kept["labels"], kept["class_names"], kept["names"], "cifar100")
    return _as_loaded(images.without_duplicates())


def load_world(name: str, size: int, *, progress: bool = True, memory_limit_mb: float) -> ImageSet:
    """A drawn world: images with one class each, or the scenes with several concepts."""
    from course_lib.data import mini

    build, unit = mini.find_builder(name)

    def make():
        with tqdm(desc=f"drawing mini:{name}", unit=unit, disable=not progress) as bar:
            pixels, labels, class_names, names = build(size=size, progress=partial(_show, bar))
        kept = {"labels": labels.tolist(), "class_names": list(class_names), "names": list(names)}
        return tuple(pixels.shape), pixels.numpy(), kept

    identity = [mini.WORLD_VERSION, repr(mini.HARD), _code_digest(Path(mini.__file__).parent)]
    pixels, kept = cached_array(f"mini:{name}", size, identity, make, memory_limit_mb=memory_limit_mb)
    images = ImageSet.from_arrays(pixels, kept["labels"], kept["class_names"], kept["names"], f"mini:{name}")
    return replace(images, identity=world_identity(f"mini:{name}", size))


def world_identity(source: str, size: int) -> str:
    """Edition of a drawn world and size of its images, which determine the pixels."""
    from course_lib.data import mini

    return f"{source}, edition {mini.WORLD_VERSION}, {size} px"


def part_of_listing(listing: Listing, part: str) -> Listing:
    """The files of one part ("train" with validation, or "test") of the folder's own or of the homework's rule, or all.

    Raises:
        ValueError: the folder or table is split already and has no test part, or it is not split and has concepts.
    """
    if part == "all":
        return listing
    if listing.given_parts:
        if "test" not in listing.given_parts:
            raise ValueError(f"'{listing.place}' is split already and has no test part: count all images, or add it")
        parts = listing.parts or tuple(map(part_of, listing.names))
        chosen = [i for i, given in enumerate(parts) if (given == "test") == (part == "test")]
    elif listing.table is not None:
        raise ValueError(
            f"the {part} part of the homework's rule needs one class per image, and '{listing.table}' has "
            f"{len(listing.class_names)} concepts: count all images, or add a column split"
        )
    else:
        chosen = homework_folders(listing.names, listing.labels)[part == "test"]
    return listing.take(chosen)


def part_of_images(images: ImageSet, part: str) -> Iterator[Tensor]:
    """The images (3, H, W) of one part of the homework's rule, or all of them."""
    if part != "all":
        labels = images.single_labels(f"the {part} part of the homework's rule")
        images = images.take(homework_folders(images.names, labels)[part == "test"])
    for i in range(len(images)):
        yield images.batch(i)[0]


def _decoder() -> list:
    """Versions of the decoding rules and of Pillow: with the files they determine the pixels."""
    return [DECODE_VERSION, PIL.__version__]


def _show(bar: tqdm, done: int, total: int) -> None:
    bar.total = total
    bar.update(done - bar.n)


def _code_digest(folder: Path) -> str:
    """SHA-256 of the code in `folder`: after any change of the code, the worlds are drawn again."""
    files = sorted(folder.rglob("*.py"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def _as_loaded(images: ImageSet) -> ImageSet:
    """The set as its own root, so that `source_fingerprint` covers only the images that are left in it."""
    return replace(images, root=None)
