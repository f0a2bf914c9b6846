"""Image files that paths, folders and patterns name."""

import glob
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from course_lib.data.folder import IMAGE_SUFFIXES


@dataclass(frozen=True)
class FoundFiles:
    """What was found for paths, folders and patterns.

    Attributes:
        files: image files, each once, in the order of the arguments; those of a folder or a pattern sorted.
        problems: a sentence for each argument that named no image.
        left_out: number of files in folders that are not images, by suffix in lower case.
    """

    files: tuple[Path, ...]
    problems: tuple[str, ...]
    left_out: dict[str, int]


def find_files(arguments: Iterable[Path | str]) -> FoundFiles:
    """Find the image files that arguments name: files, folders with all below them, and patterns like ``*.jpg``.

    A pattern may have ``*``, ``?``, ``[…]`` and ``**`` (any folders), for shells that leave it as it is. A file named
    by itself is taken whatever its suffix. Hidden files are left out of folders.
    """
    files, problems, left_out = {}, [], Counter()
    for argument in map(str, arguments):
        path = Path(argument).expanduser()
        if path.exists() or not glob.has_magic(argument):
            matches = [path]
        else:
            matches = [Path(name) for name in sorted(glob.glob(str(path), recursive=True))]
            if not matches:
                problems.append(f"no file fits the pattern '{argument}': check it")
        inside = [file for match in matches if match.is_dir() for file in _files_below(match)]
        images = [match for match in matches if not match.is_dir()] + [file for file in inside if _is_image(file)]
        left_out.update(file.suffix.lower() for file in inside if not _is_image(file))
        if matches and not images:
            problems.append(f"'{argument}' holds no images ({', '.join(IMAGE_SUFFIXES)}): name files or another folder")
        files |= dict.fromkeys(images)
    return FoundFiles(tuple(files), tuple(problems), dict(left_out.most_common()))


def _files_below(folder: Path) -> list[Path]:
    """All files below a folder that are not hidden, sorted."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return sorted(path for path in found if not any(part.startswith(".") for part in path.relative_to(folder).parts))


def _is_image(file: Path) -> bool:
    return file.name.lower().endswith(IMAGE_SUFFIXES)
