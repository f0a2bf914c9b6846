"""What every download needs that its library does not give."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

TIMEOUT_S = 30


@contextmanager
def socket_timeout(seconds: float = TIMEOUT_S) -> Iterator[None]:
    """Give up on a connection that says nothing for so long.

    torch.hub and torchvision set no limit, and a silent firewall would keep a student waiting for ever.
    """
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)
