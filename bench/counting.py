"""Counts what a client asks of the API server: ``python -m bench.counting KUBECONFIG CERT KEY PORT``.

A reverse proxy with the API server's own certificate, for a kubeconfig that names its port. Nothing is
guessed from metrics: every request that reaches Kubernetes goes through here and is counted. ``GET
/-/counts`` gives `Count` objects since the start; that address is no Kubernetes address.
"""

from __future__ import annotations

import ssl
import sys
from collections import Counter
from pathlib import Path

import aiohttp
import msgspec
import uvloop
from aiohttp import web

from bench import address

COUNTS = "/-/counts"
_HOP_BY_HOP = {"connection", "content-length", "host", "keep-alive", "te", "transfer-encoding", "upgrade"}


class Count(msgspec.Struct, frozen=True):
    """How often one thing was asked; ``watch`` tells a watch from a list of the same address."""

    method: str
    path: str
    watch: bool
    count: int


class Proxy:
    """Hands requests on and counts them."""

    def __init__(self, server: address.Address) -> None:
        self._server = server
        self._counts: Counter[tuple[str, str, bool]] = Counter()
        self._session: aiohttp.ClientSession | None = None

    async def open(self, _: web.Application) -> None:
        """Open the connections to the API server."""
        connector = aiohttp.TCPConnector(limit=0, ssl=self._server.tls() or False)
        timeout = aiohttp.ClientTimeout(total=None)
        self._session = aiohttp.ClientSession(connector=connector, timeout=timeout, auto_decompress=False)

    async def close(self, _: web.Application) -> None:
        """Close them."""
        if self._session is not None:
            await self._session.close()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One request on its way through."""
        assert self._session is not None
        if request.path == COUNTS:
            counts = [Count(*key, count) for key, count in self._counts.items()]
            return web.Response(body=msgspec.json.encode(counts), content_type="application/json")
        self._counts[request.method, request.path, "watch" in request.query] += 1
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _HOP_BY_HOP}
        url = self._server.url + request.raw_path
        body = await request.read()
        async with self._session.request(request.method, url, headers=headers, data=body or None) as reply:
            kept = {name: value for name, value in reply.headers.items() if name.lower() not in _HOP_BY_HOP}
            response = web.StreamResponse(status=reply.status, headers=kept)
            await response.prepare(request)
            async for piece in reply.content.iter_any():
                await response.write(piece)
            await response.write_eof()
        return response


def main() -> None:
    """Serve until the process is ended."""
    kubeconfig, certificate, key, port = sys.argv[1:]
    uvloop.install()
    proxy = Proxy(address.read(Path(kubeconfig)))
    application = web.Application(client_max_size=64 * 2**20, handler_args={"auto_decompress": False})
    application.on_startup.append(proxy.open)
    application.on_cleanup.append(proxy.close)
    application.router.add_route("*", "/{path:.*}", proxy.handle)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate, key)
    web.run_app(
        application, host="127.0.0.1", port=int(port), ssl_context=tls, print=None, shutdown_timeout=0.1
    )


if __name__ == "__main__":
    main()
