"""Serving the app with uvicorn, with optional TLS client certificates."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator
from typing import Any, cast

import uvicorn
from cryptography import x509
from cryptography.x509.oid import NameOID
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from kubesim.authentication.authenticator import Peer
from kubesim.endpoints.app import App

_BACKLOG = 1024


class _Protocol(HttpToolsProtocol):
    """Adds the client certificate's subject to requests, and lets the app break the connection."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        tls = transport.get_extra_info("ssl_object")
        certificate = tls.getpeercert(binary_form=True) if tls is not None else None
        self.app_state = {**self.app_state, "abort": transport.abort}
        if certificate:
            self.app_state["peer"] = peer_of(certificate)


def peer_of(certificate: bytes) -> Peer:
    """The subject of a DER certificate."""
    subject = x509.load_der_x509_certificate(certificate).subject

    def values(oid: x509.ObjectIdentifier) -> tuple[str, ...]:
        return tuple(str(attribute.value) for attribute in subject.get_attributes_for_oid(oid))

    names = values(NameOID.COMMON_NAME)
    return Peer(names[0] if names else "", values(NameOID.ORGANIZATION_NAME))


@contextlib.asynccontextmanager
async def serving(
    app: App, *, host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None
) -> AsyncIterator[int]:
    """Serve ``app`` while the block runs; yields the port. Open streams are cut at the end."""
    listening = _listening(host, port)
    config = uvicorn.Config(
        app,
        http=_Protocol,
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=1,
    )
    config.load()
    if tls is not None:
        config.ssl = tls
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        while not server.started:
            if task.done():
                task.result()
            await asyncio.sleep(0.005)
        yield cast(tuple[Any, ...], listening.getsockname())[1]
    finally:
        for watch in app.server.log.watches():
            watch.close()
        server.should_exit = True
        try:
            await task
        finally:
            listening.close()  # uvicorn does it too, unless it was interrupted


def _listening(host: str, port: int) -> socket.socket:
    family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
    # asyncio disables Nagle's algorithm only for named protocols
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(_BACKLOG)
    except OSError:
        listening.close()
        raise
    return listening


class _Server(uvicorn.Server):
    """A uvicorn server without signal handlers."""

    @contextlib.contextmanager
    def capture_signals(self) -> Any:
        """Install no signal handlers."""
        yield
