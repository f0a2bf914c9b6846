"""CIFAR-100 (Krizhevsky 2009): 32-pixel images of 100 classes; names begin with the official part, train/ or test/."""

import http.client
from pathlib import Path

from course_lib.data.folder import Listing, list_class_folders
from course_lib.data.network import socket_timeout
from course_lib.paths import real_data_dirs, user_dir

NATIVE_SIZE = 32
PARTS = ("test", "train")  # in this order, so that of two equal images the official test set keeps its own
_ARCHIVE_FOLDER = "cifar-100-python"


def find_cifar() -> Path | None:
    """The folder of PNG files or of the official archive's files, or None. Imports no torch."""
    for root in real_data_dirs():
        if all((root / "cifar100" / part).is_dir() for part in PARTS):
            return root / "cifar100"
        if (root / _ARCHIVE_FOLDER).is_dir():
            return root / _ARCHIVE_FOLDER
    return None


def find_files() -> Path | None:
    """The folder that `find_cifar` finds, if it holds PNG files."""
    root = find_cifar()
    return root if root is not None and (root / "train").is_dir() else None


def list_cifar_files(root: Path) -> Listing:
    """The files ``<part>/<class>/*.png`` of both official parts.

    Raises:
        ValueError: the two parts do not have the same classes, or a class folder is empty.
    """
    parts = {part: list_class_folders(root / part) for part in PARTS}
    test, train = parts.values()
    if test.class_names != train.class_names:
        different = sorted(set(test.class_names) ^ set(train.class_names))[0]
        raise ValueError(
            f"'{root}' has the class '{different}' in one of train and test only: restore the missing folder"
        )
    names = [f"{part}/{name}" for part, listing in parts.items() for name in listing.names]
    return Listing(root, tuple(names), test.labels + train.labels, train.class_names)


def load_cifar_arrays(root: Path | None):
    """Both official parts through torchvision, downloaded first (with its own MD5 check) when `root` is None.

    Returns:
        images (N, 3, 32, 32) uint8 array, labels, class names, and names ``"<part>/<class>/<position>"``.

    Raises:
        ConnectionError: they cannot be downloaded; says what to put where by hand.
        ValueError: the files found are damaged.
    """
    import numpy as np
    from filelock import FileLock

    folder = root.parent if root else user_dir() / "datasets"
    folder.mkdir(parents=True, exist_ok=True)
    if root:
        parts = [_open_part(folder, part, download=False) for part in PARTS]
    else:
        with FileLock(folder / ".cifar100.lock"):
            parts = [_open_part(folder, part, download=True) for part in PARTS]
    images = np.concatenate([part.data for part in parts]).transpose(0, 3, 1, 2)
    labels = [label for part in parts for label in part.targets]
    class_names = tuple(parts[0].classes)
    names = tuple(
        f"{name}/{class_names[label]}/{i:05d}"
        for name, part in zip(PARTS, parts, strict=True)
        for i, label in enumerate(part.targets)
    )
    return images, labels, class_names, names


def _open_part(folder: Path, part: str, *, download: bool):
    from torchvision.datasets import CIFAR100

    try:
        with socket_timeout():
            return CIFAR100(folder, train=part == "train", download=download)
    except RuntimeError as error:  # torchvision raises it for files that fail its MD5 check
        where = folder / _ARCHIVE_FOLDER
        raise ValueError(
            f"CIFAR-100 in '{where}' is missing or damaged ({error}): remove that folder and try again"
        ) from None
    except (OSError, http.client.HTTPException) as error:
        raise ConnectionError(
            f"CIFAR-100 could not be downloaded ({type(error).__name__}): get {CIFAR100.url} by other means and "
            f"unpack it so that '{folder / _ARCHIVE_FOLDER}' exists, or set COURSE_REAL_DATA to a folder that has "
            f"cifar100/train/<class>/*.png and cifar100/test/<class>/*.png"
        ) from error
