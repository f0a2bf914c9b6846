"""PASCAL VOC 2012 classification: which of 20 kinds of objects a photograph shows.

Source: http://host.robots.ox.ac.uk/pascal/VOC/voc2012. The labels follow the development kit (VOCevalcls.m): 1 where an
object of the class is not marked difficult, NaN (not judged) where all of them are, 0 where there is none. The train
part is ``ImageSets/Main/train.txt``, the test part ``val.txt``: the labels of VOC's own test images are not public.
"""

import os
from functools import lru_cache
from pathlib import Path
from xml.etree import ElementTree

from course_lib.data.folder import Listing
from course_lib.data.network import download_once
from course_lib.paths import real_data_dirs, user_dir

CLASSES = (
    "aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair", "cow",
    "diningtable", "dog", "horse", "motorbike", "person", "pottedplant", "sheep", "sofa", "train", "tvmonitor",
)  # fmt: skip
IMAGE_SETS = {"train": "train", "test": "val"}  # part -> the list of images in ImageSets/Main
NUM_IMAGES = {"train": 5717, "test": 5823}
_FOLDERS = ("VOCdevkit/VOC2012", "VOC2012")  # as the archive is unpacked, and without its outer folder


def find_voc() -> Path | None:
    """The folder ``VOC2012`` in the folders of real data, or None. Imports no torch."""
    places = (root / folder for root in real_data_dirs() for folder in _FOLDERS)
    return next((place for place in places if (place / "ImageSets" / "Main").is_dir()), None)


def list_voc(*, progress: bool = True) -> Listing:
    """List the images of both parts with their judgements, downloaded first if they are nowhere.

    The names are ``train/2008_000008`` and ``test/2008_000002``.

    Raises:
        ConnectionError: they are nowhere and cannot be downloaded; says what to put where by hand.
        ValueError: a list of images is missing or incomplete, or an image or its annotation is missing or damaged.
    """
    root = find_voc() or _download(progress)
    ids = {part: _read_ids(root, part) for part in IMAGE_SETS}
    names = [f"{part}/{name}" for part, own in ids.items() for name in own]
    bare = [name for own in ids.values() for name in own]
    paths = [f"JPEGImages/{name}.jpg" for name in bare]
    if missing := [path for path in paths if not (root / path).is_file()]:
        more = f" and {len(missing) - 1} more images" if len(missing) > 1 else ""
        raise ValueError(f"'{root}' lacks '{missing[0]}'{more}: unpack the archive again")
    labels = tuple(_read_labels(root / "Annotations" / f"{name}.xml") for name in bare)
    return Listing(root, tuple(names), labels, CLASSES, given_parts=("train", "test"), paths=tuple(paths))


def _read_ids(root: Path, part: str) -> list[str]:
    file = root / "ImageSets" / "Main" / f"{IMAGE_SETS[part]}.txt"
    try:
        ids = sorted(file.read_text(encoding="ascii").split())
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"the list '{file}' of VOC's {part} images cannot be read ({_why(error)}): {_AGAIN}") from None
    if len(set(ids)) != len(ids) or len(ids) != NUM_IMAGES[part]:
        raise ValueError(
            f"the list '{file}' names {len(set(ids))} images, and VOC 2012 has {NUM_IMAGES[part]} of them: {_AGAIN}"
        )
    return ids


def _read_labels(file: Path) -> tuple[float, ...]:
    """The judgements of an annotation; a file that has not changed is parsed once."""
    try:
        about = os.stat(file)
        return _parse(file, about.st_size, about.st_mtime_ns)
    except OSError as error:
        raise ValueError(f"the annotation '{file}' cannot be read ({_why(error)}): {_AGAIN}") from None


@lru_cache(maxsize=20_000)
def _parse(file: Path, size: int, modified: int) -> tuple[float, ...]:
    try:
        tree = ElementTree.parse(file).getroot()
    except ElementTree.ParseError as error:
        raise ValueError(f"the annotation '{file}' is damaged ({error}): {_AGAIN}") from None
    if tree.tag != "annotation":
        raise ValueError(f"'{file}' is no annotation of VOC, it begins with <{tree.tag}>: {_AGAIN}")
    found = dict.fromkeys(CLASSES, 0.0)
    for thing in tree.iter("object"):
        name, difficult = (thing.findtext(tag, "").strip() for tag in ("name", "difficult"))
        if name not in found or difficult not in ("", "0", "1"):
            what = f"'{name}'" if name not in found else f"difficult = '{difficult}'"
            raise ValueError(f"the annotation '{file}' has an object with {what}, which VOC does not know: {_AGAIN}")
        if difficult != "1":
            found[name] = 1.0
        elif found[name] == 0:
            found[name] = float("nan")
    return tuple(found.values())


def _download(progress: bool) -> Path:
    """Fetch and unpack the archive with torchvision, which checks its MD5."""
    from torchvision.datasets import VOCDetection

    folder = user_dir() / "datasets"
    by_hand = (
        f"get VOCtrainval_11-May-2012.tar by other means and unpack it so that '{folder / _FOLDERS[0]}' exists, or set "
        f"COURSE_REAL_DATA to a folder that has {_FOLDERS[0]}"
    )

    def fetch():
        VOCDetection(folder, year="2012", image_set="train", download=True)

    try:
        return download_once("VOC 2012", folder / ".voc2012.lock", find_voc, fetch, _FOLDERS[0], by_hand)
    except RuntimeError as error:  # torchvision raises it for an archive that fails its MD5 check
        raise ValueError(f"the downloaded archive of VOC 2012 is damaged ({error}): {by_hand}") from None


def _why(error: Exception) -> str:
    return getattr(error, "strerror", None) or type(error).__name__


_AGAIN = "unpack VOCtrainval_11-May-2012.tar again"
