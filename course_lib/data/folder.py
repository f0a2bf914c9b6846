"""List the image files of a folder of class folders, which may be split into parts already; no file is opened."""

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from course_lib.data.notes import PARTS, FolderNotes, list_words, name_some

_COMMON_SUFFIXES = (".jpg", ".jpeg", ".jfif", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp")
IMAGE_SUFFIXES = (*_COMMON_SUFFIXES, ".gif", ".avif", ".heic", ".heif")
PART_NAMES = {"train": "train", "val": "val", "valid": "val", "validation": "val", "test": "test"}  # in lower case
_LEFTOVERS = {  # of operating systems and file servers, in lower case; hidden files need no entry
    "__macosx",
    "@eadir",
    "$recycle.bin",
    "system volume information",
    "desktop.ini",
    "ehthumbs.db",
    "icon\r",
    "thumbs.db",
}


@dataclass(frozen=True)
class Listing:
    """Image files with their labels.

    Attributes:
        root: the folder they are in.
        names: paths below `root`, with forward slashes, sorted within each class.
        labels: positions in `class_names`; of concepts, a tuple of 0, 1 and NaN for each image.
        class_names: the class folders' names, sorted; of concepts, their names.
        left_out: paths below `root` of files of kinds that are not read.
        beside: paths below `root` of images outside the class folders, which are not read.
        given_parts: those of ``("train", "val", "test")`` that the folder or the table has itself.
        table: the CSV file that names the images and their concepts; None for class folders.
        lines: the line of each image in the table.
        parts: the part of each image, where the table gives it; the names of other images begin with it (`part_of`).
        paths: the path of each image below `root`, where it is not its name.
    """

    root: Path
    names: tuple[str, ...]
    labels: tuple[int, ...] | tuple[tuple[float, ...], ...]
    class_names: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    given_parts: tuple[str, ...] = ()
    table: Path | None = None
    lines: tuple[int, ...] = ()
    parts: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()

    @property
    def place(self) -> Path:
        """The folder, or the table."""
        return self.table or self.root

    @property
    def files(self) -> list[Path]:
        """The files, in the order of `names`."""
        return [self.root / path for path in self.paths or self.names]

    @property
    def where(self) -> Callable[[Path], str] | None:
        """Function that says in which line of the table a file is named; None for class folders."""
        if self.table is None:
            return None
        return lambda file: f"line {self.lines[self.files.index(file)]} of '{self.table.name}'"

    def take(self, chosen: Sequence[int]) -> "Listing":
        """The listing of the images at positions `chosen`."""
        values = {name: getattr(self, name) for name in ("names", "labels", "lines", "parts", "paths")}
        return replace(self, **{name: tuple(own[i] for i in chosen) for name, own in values.items() if own})

    def stamps(self) -> list[tuple[str, int, int]]:
        """Name, size (bytes) and modification time (ns) of each file; they differ after a file has changed."""
        facts = ((name, _stat(file)) for name, file in zip(self.names, self.files, strict=True))
        return [(name, fact.st_size, fact.st_mtime_ns) for name, fact in facts]

    def state(self) -> list:
        """Place, stamps, labels, and digest of the table; they differ after a file or a label has changed."""
        table = [] if self.table is None else [hashlib.sha256(self.table.read_bytes()).hexdigest()]
        return [str(self.root.resolve()), self.stamps(), self.labels, *table]

    def notes(self) -> FolderNotes:
        """What was found beside the images."""
        suffixes = Counter(os.path.splitext(name)[1].lower() for name in self.left_out)
        left_out = dict(sorted(suffixes.items(), key=lambda entry: (-entry[1], entry[0])))
        parts = dict(zip(self.names, self.parts, strict=True)) if self.parts else {}
        return FolderNotes(len(self.names), left_out, self.beside, given_parts=self.given_parts, parts=parts)


def list_folder(root: Path) -> Listing:
    """List the images of a folder: of its class folders, or of those below its parts if it is split already.

    It is split already if it holds ``train/`` and ``val/`` (or ``valid/``, ``validation/``) or ``test/``, in upper or
    lower case, or nothing but a folder ``train/`` with folders in it. The classes are those of ``train/``; the names
    begin with the part's folder.

    Raises:
        FileNotFoundError, PermissionError: as `list_class_folders`.
        ValueError: as `list_class_folders`; or a part is there twice or without ``train/``, has a class that ``train/``
            lacks, or lies beside folders with images.
    """
    root = Path(root).expanduser()
    parts = find_parts(root)
    if not parts:
        return list_class_folders(root)
    train = list_class_folders(parts["train"])
    listings = {"train": train}
    for part in parts.keys() - {"train"}:
        listings[part] = _with_classes(list_class_folders(parts[part], least=1), train.class_names, part)
    joined = {part: _below(root, listings[part]) for part in PARTS if part in parts}
    names, labels, left_out, beside = (
        tuple(value for listing in joined.values() for value in getattr(listing, field))
        for field in ("names", "labels", "left_out", "beside")
    )
    left_out += _look_beside(root, parts)
    beside += tuple(n for n in left_out if _is_image(n))
    left_out = tuple(n for n in left_out if not _is_image(n))
    return Listing(root, names, labels, train.class_names, left_out, beside, tuple(joined))


def find_parts(root: Path) -> dict[str, Path]:
    """The folders of the parts ("train", "val", "test") that `root` is split into; none if it holds class folders.

    Raises:
        PermissionError: a folder may not be read.
        ValueError: a part is there twice, or only parts without ``train/``.
    """
    root, found = Path(root).expanduser(), {}
    if not root.is_dir():
        return {}
    folders = [entry.name for entry in _look_into(root) if entry.is_dir()]
    named = [name for name in folders if name.lower() in PART_NAMES]
    parts = {PART_NAMES[name.lower()] for name in named}
    if not named or (len(named) < len(folders) and ("train" not in parts or len(parts) == 1)):  # bus, car, train
        return {}
    if parts == {"train"} and not any(entry.is_dir() for name in named for entry in _look_into(root / name)):
        return {}
    for name in named:
        if (part := PART_NAMES[name.lower()]) in found:
            raise ValueError(f"'{root}' holds '{found[part].name}' and '{name}', one part twice: keep one of them")
        found[part] = root / name
    if "train" not in found:
        others = list_words([f"'{name}'" for name in named])
        raise ValueError(f"'{root}' holds {others} but no folder 'train': add it, or give the others other names")
    return found


def part_of(name: str) -> str:
    """The part ("train", "val", "test") that the name of an image in a folder with parts begins with."""
    return PART_NAMES[name.partition("/")[0].lower()]


def list_class_folders(root: Path, *, least: int = 2) -> Listing:
    """List every image below each class folder of `root`, as `torchvision.datasets.ImageFolder` does.

    A file counts by its suffix (jpg, png, webp, …), at any depth; hidden files and what operating systems leave behind
    (``Thumbs.db``, ``__MACOSX``) are ignored.

    Args:
        root: the folder.
        least: number of classes that there must be.

    Raises:
        FileNotFoundError: `root` is missing or not a folder.
        PermissionError: a folder may not be read (to skip it would lose its images silently).
        ValueError: there are no class folders, only one, or some without images; a link leads nowhere or in a circle;
            a name is not text.
    """
    root = Path(root).expanduser()
    if not root.is_dir():
        raise FileNotFoundError(f"there is no folder '{root}': give the folder that holds one folder per class")
    entries = _look_into(root)
    classes = [entry.name for entry in entries if entry.is_dir()]
    if not classes:
        raise ValueError(f"'{root}' has no class folders: put the images of each class into a folder of its own")
    if len(classes) < least:
        raise ValueError(
            f"'{root}' has a single class folder ('{classes[0]}'): a classifier needs at least two classes"
        )
    files = [_find_files(root, root / name, (os.path.realpath(root),)) for name in classes]
    found = [[name for name in names if _is_image(name)] for names in files]
    if empty := [f"'{root / name}'" for name, images in zip(classes, found, strict=True) if not images]:
        which = f"folder {empty[0]} holds" if len(empty) == 1 else f"folders {', '.join(empty)} hold"
        remedy = "add some or remove " + ("it" if len(empty) == 1 else "them")
        raise ValueError(f"the class {which} no images ({', '.join(IMAGE_SUFFIXES)}): {remedy}")
    names = [name for images in found for name in images]
    labels = [label for label, images in enumerate(found) for _ in images]
    if odd := [name for name in names if name != name.encode(errors="replace").decode()]:
        found = f"{len(odd)} of {len(names)} image names in '{root}' cannot be read as UTF-8, the first is {odd[0]!a}"
        raise ValueError(f"{found}: rename {'it' if len(odd) == 1 else 'them'}")
    loose = [entry.name for entry in entries if not entry.is_dir()]
    left_out = [name for names in (*files, loose) for name in names if not _is_image(name)]
    beside = filter(_is_image, loose)
    return Listing(root, tuple(names), tuple(labels), tuple(classes), tuple(left_out), tuple(beside))


def count_images(root: Path) -> int:
    """Number of image files in the class folders of `root`; 0 when there are none."""
    try:
        return len(list_class_folders(root).names)
    except (ValueError, OSError):
        return 0


def _with_classes(listing: Listing, class_names: tuple[str, ...], part: str) -> Listing:
    """The listing of a part, labelled by position in the classes of the train part."""
    if unknown := [name for name in listing.class_names if name not in class_names]:
        which = f"{'class' if len(unknown) == 1 else 'classes'} {name_some([repr(name) for name in unknown])}"
        raise ValueError(
            f"the {part} part '{listing.root}' has the {which}, which the train part lacks: "
            f"add images to the train part, or remove {'it' if len(unknown) == 1 else 'them'}"
        )
    labels = tuple(class_names.index(listing.class_names[label]) for label in listing.labels)
    return replace(listing, labels=labels, class_names=class_names)


def _below(root: Path, listing: Listing) -> Listing:
    """The listing of a folder in `root` as one of paths below `root`."""
    part = listing.root.name
    moved = ("names", "left_out", "beside")
    return replace(listing, root=root, **{f: tuple(f"{part}/{n}" for n in getattr(listing, f)) for f in moved})


def _look_beside(root: Path, parts: dict[str, Path]) -> tuple[str, ...]:
    """Paths of the files beside the folders of the parts; folders with images are refused."""
    files = []
    for entry in _look_into(root):
        if not entry.is_dir():
            files.append(entry.name)
        elif Path(entry.path) not in parts.values():
            inside = _find_files(root, Path(entry.path), (os.path.realpath(root),))
            if any(map(_is_image, inside)):
                given = list_words([f"'{folder.name}'" for folder in parts.values()])
                raise ValueError(
                    f"'{root}' is split into {given}, and the folder '{entry.name}' beside them holds images, too: "
                    f"move it elsewhere"
                )
            files += inside
    return tuple(files)


def _is_image(name: str) -> bool:
    return name.lower().endswith(IMAGE_SUFFIXES)


def _find_files(root: Path, folder: Path, above: tuple[str, ...]) -> list[str]:
    """Paths below `root` of the files in `folder`; `above` are the resolved paths of the folders above it."""
    place = os.path.realpath(folder)
    if any(Path(upper).is_relative_to(place) for upper in above):
        raise ValueError(f"the link '{folder}' leads back to '{place}', a folder it lies in: remove the link")
    found, below = [], folder.relative_to(root).as_posix()
    for entry in _look_into(folder):
        if entry.is_dir():
            found += _find_files(root, Path(entry.path), (*above, place))
        else:
            found.append(f"{below}/{entry.name}")
    return sorted(found)


def _look_into(folder: Path) -> list[os.DirEntry]:
    """The entries of a folder, sorted by name, without hidden ones and leftovers of operating systems."""
    try:
        with os.scandir(folder) as entries:
            visible = sorted((e for e in entries if not _is_leftover(e.name)), key=lambda e: e.name)
    except PermissionError:
        raise PermissionError(f"the folder '{folder}' may not be read: change its permissions") from None
    for entry in visible:
        with suppress(OSError):  # a link to itself
            if entry.is_dir() or entry.is_file():
                continue
        kind = "a link that leads nowhere" if entry.is_symlink() else "neither a file nor a folder"
        raise ValueError(f"'{entry.path}' is {kind}: mend or remove it")
    return visible


def _is_leftover(name: str) -> bool:
    return name.startswith(".") or name.lower() in _LEFTOVERS


def _stat(file: Path) -> os.stat_result:
    try:
        return os.stat(file)
    except OSError as error:
        raise type(error)(f"'{file}' cannot be looked at ({error.strerror}): check it and its folder") from None
