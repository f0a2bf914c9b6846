"""Where files live: what the course ships, what belongs to the user, where real images may be found."""

import os
from pathlib import Path

MEMORY_LIMIT_MB = 2000  # a larger array of the cache is memory-mapped instead of read
DISK_LIMIT_MB = 20_000  # of all that `cache_dir` holds together; what was used longest ago goes first
_PACKAGE = Path(__file__).resolve().parent


def shipped_dir(kind: str) -> Path:
    """Folder of something the course ships, in a checkout or inside an installed wheel.

    Args:
        kind: path below the repository's root, e.g. ``"data/weights"``, ``"data/papers"`` or ``"notebooks"``.

    Raises:
        FileNotFoundError: neither the checkout nor the installed package has it.
    """
    for root in (_PACKAGE.parent, _PACKAGE / "shipped"):
        if (root / kind).is_dir() and (root != _PACKAGE.parent or in_checkout()):
            return root / kind
    raise FileNotFoundError(f"the course's own folder '{kind}' is missing from {_PACKAGE}: reinstall course-lib")


def in_checkout() -> bool:
    """Whether this is the course's repository, not an installed wheel: what is shipped may be edited in place."""
    return (_PACKAGE.parent / "pyproject.toml").is_file()


def user_dir() -> Path:
    """The user's folder for downloads, caches and finished runs: ``COURSE_HOME``, else the platform's data folder."""
    if home := os.environ.get("COURSE_HOME"):
        return Path(home).expanduser().absolute()
    from platformdirs import user_data_dir

    return Path(user_data_dir("course"))


def cache_dir() -> Path:
    """Folder of things that can be computed again (drawn and decoded images, outputs of frozen stages)."""
    return user_dir() / "cache"


def check_writable(folder: Path, *, make: bool = False) -> None:
    """Try to write into a folder, before hours of work and not after; nothing is left there.

    Args:
        make: the folder is made if it is missing.

    Raises:
        OSError: it is missing or no folder, or no file can be written there.
    """
    import tempfile

    try:
        if make:
            folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        why = error.strerror or error
        raise type(error)(f"nothing can be written into the folder '{folder}' ({why}): choose another one") from None


def write_whole(path: Path, content: bytes) -> None:
    """Write a file in one step, so that an interrupt leaves the former one or the new one; nothing else is left there.

    Raises:
        OSError: the folder is missing, full or cannot be written.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        part.write_bytes(content)
        if path.exists():
            part.chmod(path.stat().st_mode)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def real_data_dirs() -> list[Path]:
    """Folders that may hold real data sets, in the order they are searched."""
    given = os.environ.get("COURSE_REAL_DATA")
    return ([Path(given).expanduser().absolute()] if given else []) + [user_dir() / "datasets"]
