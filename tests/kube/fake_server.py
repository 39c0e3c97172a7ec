"""Fake API server on loopback, for responses that a real one gives only in case of faults."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.kube.certificates import Authority

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def answering(
    handler: Handler, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1"
) -> AsyncIterator[str]:
    """A server with ``handler`` for all requests; its URL."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    server = TestServer(app, scheme="https" if tls else "http", host=host)
    await server.start_server(ssl=tls)
    try:
        yield f"{server.scheme}://{host}:{server.port}"
    finally:
        await server.close()


@asynccontextmanager
async def speaking(*replies: bytes, stay: asyncio.Event | None = None) -> AsyncIterator[str]:
    """A server that sends raw bytes and closes: one reply per connection, the last one repeatedly.

    With ``stay`` it closes once that is set.
    """
    left = list(replies)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.read(65536)
            writer.write(left.pop(0) if len(left) > 1 else left[0])
            await writer.drain()
            if stay is not None:
                await stay.wait()
        except OSError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        if stay is not None:
            stay.set()
        server.close()
        await server.wait_closed()


def server_tls(authority: Authority, folder: Path, *hosts: str, clients: bool = False) -> ssl.SSLContext:
    """TLS context of a server with a certificate for ``hosts``; ``clients``: requires client certificates."""
    certificate, key = authority.issue("server", hosts=hosts)
    (folder / "server.pem").write_bytes(certificate + key)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "server.pem")
    if clients:
        context.load_verify_locations(cadata=authority.pem.decode())
        context.verify_mode = ssl.CERT_REQUIRED
    return context
