"""Pixels drawn or decoded once, kept on disk as .npy, and opened in memory or memory-mapped."""

import errno
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import torch
from filelock import FileLock
from torch import Tensor

from course_lib.paths import cache_dir

_NO_ROOM = {errno.ENOSPC, errno.EROFS, getattr(errno, "EDQUOT", errno.ENOSPC)}  # Windows has no quota error


def cached_pixels(
    label: str,
    size: int,
    identity: object,
    make: Callable[[], tuple[tuple[int, int, int, int], Iterable[np.ndarray], dict]],
    *,
    memory_limit_mb: float,
) -> tuple[Tensor, dict]:
    """The images that `make` makes, from the cache if they are there; several processes may ask at once.

    Args:
        label: what the images are, e.g. ``"pacs:cartoon"``; with `size` it names the entry, and a new entry replaces
            an older one of the same label and size.
        identity: anything JSON can hold that changes whenever the pixels may (file names, sizes, times, versions).
        make: returns the shape (N, 3, H, W), an iterable of N arrays (3, H, W) uint8, and what else is to be kept (a
            dict for JSON); called only when the cache has no such entry.
        memory_limit_mb: larger arrays are memory-mapped instead of read.

    Returns:
        Pixels (N, 3, H, W) uint8 (writing to them never changes the file), and what else was kept.

    Raises:
        OSError: the cache cannot be written.
    """
    file = _entry(label, size, identity)
    while (found := _open(file, memory_limit_mb)) is None:  # twice only if another process replaces it just now
        _write_once(file, make)
    return found


def _entry(label: str, size: int, identity: object) -> Path:
    where = hashlib.sha256(label.encode(errors="surrogatepass")).hexdigest()[:8]
    what = hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:16]
    plain = re.sub(r"[^A-Za-z0-9]+", "-", label).strip("-")[-40:]
    return cache_dir() / f"{plain}-{where}-{size}px.{what}.npy"


def _open(file: Path, memory_limit_mb: float) -> tuple[Tensor, dict] | None:
    """A whole cache entry, or None."""
    try:
        mapped = file.stat().st_size > memory_limit_mb * 1e6
        kept = json.loads(file.with_suffix(".json").read_text())
        array = np.load(file, mmap_mode="c" if mapped else None)  # "c": writing makes a private copy
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (ValueError, EOFError):  # cut short, by a crash of the machine for example
        file.unlink(missing_ok=True)
        return None
    return torch.from_numpy(array), kept


def _write_once(file: Path, make: Callable) -> None:
    stem, about = file.name.split(".")[0], file.with_suffix(".json")
    part, about_part = file.with_name(f"{stem}.part"), file.with_name(f"{stem}.json.part")
    with _lock(file.with_name(f"{stem}.lock")):
        if file.exists() and about.exists():
            return  # another process made it meanwhile
        try:
            shape, images, kept = make()
            _write_array(part, shape, images)
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
            with suppress(OSError):  # Windows keeps a file that another process has mapped
                old.unlink(missing_ok=True)
                old.with_suffix(".json").unlink(missing_ok=True)


@contextmanager
def _lock(file: Path) -> Iterator[None]:
    """Hold `file` as a lock among processes; it is let go even if this one is killed."""
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


def _write_array(file: Path, shape: tuple[int, ...], images: Iterable[np.ndarray]) -> None:
    count = 0
    with open(file, "wb") as out:
        np.lib.format.write_array_header_1_0(out, {"descr": "|u1", "fortran_order": False, "shape": tuple(shape)})
        for image in images:
            if image.shape != tuple(shape[1:]) or image.dtype != np.uint8:
                raise ValueError(
                    f"image {count} is {image.dtype} {image.shape}, not uint8 {shape[1:]}: cannot be cached"
                )
            out.write(np.ascontiguousarray(image).data)
            count += 1
    if count != shape[0]:
        raise ValueError(f"{count} images came instead of {shape[0]}: nothing was cached, try again")


def _unwritable(file: Path, error: OSError) -> OSError:
    return type(error)(
        f"the cache '{file.parent}' cannot be written ({error.strerror or error}): "
        f"make room there, or set COURSE_HOME to another folder"
    )
