"""Which client certificate a request came with: uvicorn's HTTP protocol, with TLS's peer in the scope.

uvicorn does not implement ASGI's TLS extension. This protocol asks the transport once, when the
connection is made (TLS has verified the certificate by then), and puts a `Peer` or None under
``scope["extensions"]["yurt.peer"]`` of each request. Use it as ``uvicorn.Config(http=PeerProtocol)``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from yurt_console.simulator.auth import Peer

_EXTENSION = "yurt.peer"


class PeerProtocol(HttpToolsProtocol):
    """HTTP/1.1 whose requests know their client's certificate."""

    _peer: Peer | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Read the verified certificate of a TLS connection."""
        super().connection_made(transport)
        tls = transport.get_extra_info("ssl_object")
        self._peer = subject(tls.getpeercert() or {}) if tls is not None else None

    def on_message_begin(self) -> None:
        """Begin a request with its peer in the scope."""
        super().on_message_begin()
        extension: dict[object, object] = {"peer": self._peer}
        self.scope["extensions"] = {**(self.scope.get("extensions") or {}), _EXTENSION: extension}


def peer_of(scope: Mapping[str, Any]) -> Peer | None:
    """The client certificate's subject of a request, None without one."""
    extension = (scope.get("extensions") or {}).get(_EXTENSION) or {}
    peer: Peer | None = extension.get("peer")
    return peer


def subject(certificate: Mapping[str, Any]) -> Peer | None:
    """CN and O of a certificate as ``ssl`` describes it; None when there is none."""
    attributes = [attribute for part in certificate.get("subject", ()) for attribute in part]
    names = [value for key, value in attributes if key == "commonName"]
    organizations = tuple(value for key, value in attributes if key == "organizationName")
    return Peer(names[0], organizations) if names else None
