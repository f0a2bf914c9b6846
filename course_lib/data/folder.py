"""A folder of class folders, as a list of files; no pixel is read here."""

import os
from dataclasses import dataclass
from pathlib import Path

IMAGE_SUFFIXES = (".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp")


@dataclass(frozen=True)
class Listing:
    """Image files with their labels.

    Attributes:
        root: the folder they are in.
        names: paths below `root`, with forward slashes, sorted within each class.
        labels: positions in `class_names`.
        class_names: the class folders' names, sorted.
    """

    root: Path
    names: tuple[str, ...]
    labels: tuple[int, ...]
    class_names: tuple[str, ...]

    @property
    def files(self) -> list[Path]:
        """The files, in the order of `names`."""
        return [self.root / name for name in self.names]

    def stamps(self) -> list[tuple[str, int, int]]:
        """Name, bytes and time of change of each file: tells whether decoded pixels are still those of the files."""
        facts = ((name, os.stat(self.root / name)) for name in self.names)
        return [(name, fact.st_size, fact.st_mtime_ns) for name, fact in facts]


def list_class_folders(root: Path) -> Listing:
    """List every image below each class folder of `root`, as `torchvision.datasets.ImageFolder` does.

    A file counts by its suffix (jpg, png, webp, …), at any depth; hidden files and folders are ignored.

    Raises:
        FileNotFoundError: `root` is missing or not a folder.
        ValueError: there are no class folders, only one, or one without images.
    """
    root = Path(root).expanduser()
    if not root.is_dir():
        raise FileNotFoundError(f"there is no folder '{root}': give the folder that holds one folder per class")
    classes = sorted(entry.name for entry in root.iterdir() if entry.is_dir() and not entry.name.startswith("."))
    if not classes:
        raise ValueError(f"'{root}' has no class folders: put the images of each class into a folder of its own")
    if len(classes) == 1:
        raise ValueError(
            f"'{root}' has a single class folder ('{classes[0]}'): a classifier needs at least two classes"
        )
    names, labels = [], []
    for label, name in enumerate(classes):
        found = _find_images(root, root / name)
        if not found:
            suffixes = ", ".join(IMAGE_SUFFIXES)
            raise ValueError(f"the class folder '{root / name}' holds no images ({suffixes}): add some or remove it")
        names += found
        labels += [label] * len(found)
    return Listing(root, tuple(names), tuple(labels), tuple(classes))


def count_images(root: Path) -> int:
    """Number of image files in the class folders of `root`; 0 when there are none."""
    try:
        return len(list_class_folders(root).names)
    except (ValueError, OSError):
        return 0


def _find_images(root: Path, folder: Path) -> list[str]:
    found = []
    for parent, folders, files in os.walk(folder, followlinks=True):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [
            (Path(parent) / file).relative_to(root).as_posix()
            for file in files
            if file.lower().endswith(IMAGE_SUFFIXES) and not file.startswith(".")
        ]
    return sorted(found)
