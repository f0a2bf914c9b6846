"""Arrays made once (pixels, outputs of frozen stages), kept on disk as .npy, opened in memory or memory-mapped."""

import errno
import hashlib
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import torch
from filelock import FileLock
from torch import Tensor

from course_lib.paths import DISK_LIMIT_MB, MEMORY_LIMIT_MB, cache_dir

_NO_ROOM = {errno.ENOSPC, errno.EROFS, getattr(errno, "EDQUOT", errno.ENOSPC)}  # Windows has no quota error


def cached_array(
    label: str,
    size: int,
    identity: object,
    make: Callable[[], tuple[tuple[int, ...], Iterable[np.ndarray], dict]],
    *,
    memory_limit_mb: float = MEMORY_LIMIT_MB,
    dtype: type[np.generic] = np.uint8,
    folder: Path | None = None,
) -> tuple[Tensor, dict]:
    """Return the array that `make` computes, read from the cache if it has an entry; processes may call this at once.

    After a new entry is written, the entries of the user's cache that were used longest ago are removed until the rest
    takes up at most `DISK_LIMIT_MB`.

    Args:
        label: its content, e.g. ``"pacs:cartoon"``; with `size` it names the entry, and a new entry replaces an
            older one of the same label and size.
        size: pixels a side of the images.
        identity: anything JSON can hold that changes whenever the values may (file names, sizes, times, versions).
        make: returns the shape (N, …), an iterable of N arrays of shape (…) and `dtype`, and what else is to be kept (a
            dict for JSON); called only when the cache has no such entry.
        memory_limit_mb: larger arrays are memory-mapped instead of read.
        dtype: of the array.
        folder: where entries lie; the user's cache by default.

    Returns:
        The array (N, …) (writing to it never changes the file), and what else was kept.

    Raises:
        OSError: the cache cannot be written.
    """
    file = _entry(folder or cache_dir(), label, size, identity)
    if (found := _open(file, memory_limit_mb)) is not None:
        return found
    while found is None:  # twice only if another process replaces it just now
        _write_once(file, make, np.dtype(dtype))
        found = _open(file, memory_limit_mb)
    limit_folder(cache_dir(), DISK_LIMIT_MB, keep=file)
    return found


def limit_folder(folder: Path, limit_mb: float, keep: Path) -> None:
    """Remove the entries of a cache that were used longest ago, until the rest takes up at most `limit_mb`.

    Args:
        folder: entries in the folders below it count, too.
        keep: the entry that stays, however large.
    """
    entries, room = [], limit_mb * 1e6
    for file in folder.rglob("*.npy"):
        with suppress(OSError):  # another process removes it just now
            about = file.stat()
            entries.append((file == keep, about.st_mtime, about.st_size, file))
    for kept, _, size, file in sorted(entries, reverse=True):
        room -= size
        if room < 0 and not kept:
            _remove(file)


def _entry(folder: Path, label: str, size: int, identity: object) -> Path:
    where = hashlib.sha256(label.encode(errors="surrogatepass")).hexdigest()[:8]
    what = hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:16]
    plain = re.sub(r"[^A-Za-z0-9]+", "-", label).strip("-")[-40:]
    return folder / f"{plain}-{where}-{size}px.{what}.npy"


def _open(file: Path, memory_limit_mb: float) -> tuple[Tensor, dict] | None:
    """Open the cache entry `file`: its array and what else was kept; None if it is missing or cut short."""
    try:
        mapped = file.stat().st_size > memory_limit_mb * 1e6
        kept = json.loads(file.with_suffix(".json").read_text())
        array = np.load(file, mmap_mode="c" if mapped else None)  # "c": writing makes a private copy
        with suppress(OSError):  # a cache that may only be read
            os.utime(file)  # used just now: see `limit_folder`
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (ValueError, EOFError):  # cut short, by a crash of the machine for example
        file.unlink(missing_ok=True)
        return None
    return torch.from_numpy(array), kept


def _write_once(file: Path, make: Callable, dtype: np.dtype) -> None:
    stem, about = file.name.split(".")[0], file.with_suffix(".json")
    part, about_part = file.with_name(f"{stem}.part"), file.with_name(f"{stem}.json.part")
    with _lock(file.with_name(f"{stem}.lock")):
        if file.exists() and about.exists():
            return  # another process made it meanwhile
        try:
            shape, arrays, kept = make()
            _write_array(part, shape, dtype, arrays)
            about_part.write_text(json.dumps(kept))
            about_part.replace(about)
            part.replace(file)
        except OSError as error:
            if error.errno in _NO_ROOM:
                raise _unwritable(file, error) from None
            raise
        finally:
            part.unlink(missing_ok=True)
            about_part.unlink(missing_ok=True)
        for old in set(file.parent.glob(f"{stem}.*.npy")) - {file}:
            _remove(old)


def _remove(file: Path) -> None:
    with suppress(OSError):  # Windows keeps a file that another process has mapped
        file.unlink(missing_ok=True)
        file.with_suffix(".json").unlink(missing_ok=True)


@contextmanager
def _lock(file: Path) -> Iterator[None]:
    """Hold `file` as a lock among processes; the system releases the lock even if this process is killed."""
    lock = FileLock(file)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except OSError as error:
        raise _unwritable(file, error) from None
    try:
        yield
    finally:
        lock.release()


def _write_array(file: Path, shape: tuple[int, ...], dtype: np.dtype, arrays: Iterable[np.ndarray]) -> None:
    count = 0
    with open(file, "wb") as out:
        about = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": tuple(shape)}
        np.lib.format.write_array_header_1_0(out, about)
        for array in arrays:
            if array.shape != tuple(shape[1:]) or array.dtype != dtype:
                found = f"{array.dtype} {array.shape}, not {dtype} {shape[1:]}"
                raise ValueError(f"image {count} is {found}: cannot be cached")
            out.write(np.ascontiguousarray(array).data)
            count += 1
    if count != shape[0]:
        raise ValueError(f"{count} images came instead of {shape[0]}: nothing was cached, try again")


def _unwritable(file: Path, error: OSError) -> OSError:
    return type(error)(
        f"the cache '{file.parent}' cannot be written ({error.strerror or error}): "
        f"make room there, or set COURSE_HOME to another folder"
    )
