"""Downloads by torch.hub and torchvision: with a timeout, which they set none of, and one at a time."""

import http.client
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

TIMEOUT_S = 30


@contextmanager
def socket_timeout(seconds: float = TIMEOUT_S) -> Iterator[None]:
    """Set the timeout of the sockets that a ``with`` block opens, and restore the former default after it.

    A connection that sends nothing for `seconds` then raises TimeoutError. Without a timeout, a firewall that drops
    packets would block a download for ever.
    """
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


def download_once(
    title: str, lock: Path, find: Callable[[], Path | None], fetch: Callable[[], object], holds: str, by_hand: str
) -> Path:
    """Download an image set that another process has not fetched meanwhile, and return where it is found then.

    Args:
        title: of the set, for messages.
        lock: file that one process at a time holds; its folder is made if it is missing.
        find: looks for the set.
        fetch: downloads and unpacks it; what it raises for a damaged archive is left to the caller.
        holds: what the archive should hold, for messages.
        by_hand: says what to do where the download fails.

    Raises:
        ConnectionError: it cannot be downloaded. ValueError: it was, and is not found.
    """
    from filelock import FileLock

    lock.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(lock), socket_timeout():
            found = find()
            if found is None:
                fetch()
                found = find()
    except (OSError, http.client.HTTPException) as error:
        raise ConnectionError(f"{title} could not be downloaded ({type(error).__name__}): {by_hand}") from error
    if found is None:
        raise ValueError(f"the downloaded archive holds no {holds}: {by_hand}")
    return found
