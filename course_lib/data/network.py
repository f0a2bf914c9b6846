"""A timeout for downloads by torch.hub and torchvision, which set none."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

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
