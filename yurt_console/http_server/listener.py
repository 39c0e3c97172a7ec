"""Listening sockets, opened before a server is imported."""

from __future__ import annotations

import socket
from typing import Final

_BACKLOG: Final = 2048
"""Connections that may wait until the server accepts them."""


def listener(host: str, port: int) -> socket.socket:
    """A listening socket, so that nothing is begun when the address cannot be had. Raises `OSError`."""
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
        made.listen(_BACKLOG)
        made.setblocking(False)
    except OSError:
        made.close()
        raise
    return made
