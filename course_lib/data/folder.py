"""List the image files of a folder of class folders; no file is opened."""

import os
from contextlib import suppress
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
        """Name, size (bytes) and modification time (ns) of each file; they differ after a file has changed."""
        facts = ((name, _stat(self.root / name)) for name in self.names)
        return [(name, fact.st_size, fact.st_mtime_ns) for name, fact in facts]


def list_class_folders(root: Path) -> Listing:
    """List every image below each class folder of `root`, as `torchvision.datasets.ImageFolder` does.

    A file counts by its suffix (jpg, png, webp, …), at any depth; hidden files and folders are ignored.

    Raises:
        FileNotFoundError: `root` is missing or not a folder.
        PermissionError: a folder may not be read (to skip it would lose its images silently).
        ValueError: there are no class folders, only one, or some without images; a link leads nowhere or in a circle;
            a name is not text.
    """
    root = Path(root).expanduser()
    if not root.is_dir():
        raise FileNotFoundError(f"there is no folder '{root}': give the folder that holds one folder per class")
    classes = [entry.name for entry in _look_into(root) if entry.is_dir()]
    if not classes:
        raise ValueError(f"'{root}' has no class folders: put the images of each class into a folder of its own")
    if len(classes) == 1:
        raise ValueError(
            f"'{root}' has a single class folder ('{classes[0]}'): a classifier needs at least two classes"
        )
    found = [_find_images(root, root / name, (os.path.realpath(root),)) for name in classes]
    if empty := [f"'{root / name}'" for name, images in zip(classes, found, strict=True) if not images]:
        which = f"folder {empty[0]} holds" if len(empty) == 1 else f"folders {', '.join(empty)} hold"
        remedy = "add some or remove " + ("it" if len(empty) == 1 else "them")
        raise ValueError(f"the class {which} no images ({', '.join(IMAGE_SUFFIXES)}): {remedy}")
    names = [name for images in found for name in images]
    labels = [label for label, images in enumerate(found) for _ in images]
    if odd := [name for name in names if name != name.encode(errors="replace").decode()]:
        found = f"{len(odd)} of {len(names)} image names in '{root}' cannot be read as UTF-8, the first is {odd[0]!a}"
        raise ValueError(f"{found}: rename {'it' if len(odd) == 1 else 'them'}")
    return Listing(root, tuple(names), tuple(labels), tuple(classes))


def count_images(root: Path) -> int:
    """Number of image files in the class folders of `root`; 0 when there are none."""
    try:
        return len(list_class_folders(root).names)
    except (ValueError, OSError):
        return 0


def _find_images(root: Path, folder: Path, above: tuple[str, ...]) -> list[str]:
    """Paths below `root` of the images in `folder`; `above` are the resolved paths of the folders above it."""
    place = os.path.realpath(folder)
    if any(Path(upper).is_relative_to(place) for upper in above):
        raise ValueError(f"the link '{folder}' leads back to '{place}', a folder it lies in: remove the link")
    found, below = [], folder.relative_to(root).as_posix()
    for entry in _look_into(folder):
        if entry.is_dir():
            found += _find_images(root, Path(entry.path), (*above, place))
        elif entry.name.lower().endswith(IMAGE_SUFFIXES):
            found.append(f"{below}/{entry.name}")
    return sorted(found)


def _look_into(folder: Path) -> list[os.DirEntry]:
    """The entries of a folder, sorted by name, without hidden ones."""
    try:
        with os.scandir(folder) as entries:
            visible = sorted((e for e in entries if not e.name.startswith(".")), key=lambda e: e.name)
    except PermissionError:
        raise PermissionError(f"the folder '{folder}' may not be read: change its permissions") from None
    for entry in visible:
        with suppress(OSError):  # a link to itself
            if entry.is_dir() or entry.is_file():
                continue
        kind = "a link that leads nowhere" if entry.is_symlink() else "neither a file nor a folder"
        raise ValueError(f"'{entry.path}' is {kind}: mend or remove it")
    return visible


def _stat(file: Path) -> os.stat_result:
    try:
        return os.stat(file)
    except OSError as error:
        raise type(error)(f"'{file}' cannot be looked at ({error.strerror}): check it and its folder") from None
