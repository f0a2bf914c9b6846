"""The allocator of the C library, set up for training."""

import ctypes
import sys
from contextlib import suppress
from functools import cache

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # names of parameters in malloc.h, see mallopt(3)


@cache
def keep_freed_memory() -> None:
    """Tell the allocator of glibc to keep freed memory for the next training step; elsewhere, do nothing.

    By default glibc returns freed blocks of megabytes to the operating system, and every training step requests them
    again, page by page: 5 to 8 % of the time of a mini net. The setting holds for the whole process and cannot be
    undone, so it is for processes that only train.
    """
    if sys.platform == "linux":
        with suppress(AttributeError, OSError):  # a C library other than glibc
            library = ctypes.CDLL(None)
            library.mallopt(_M_MMAP_THRESHOLD, 32 * 2**20)
            library.mallopt(_M_TRIM_THRESHOLD, 2**30)
