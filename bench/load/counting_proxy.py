"""Reverse proxy that counts requests: ``python -m bench.load.counting_proxy KUBECONFIG CERT KEY PORT``.

It serves with the API server's certificate, for a kubeconfig that names its port, so every request of that
client is counted. ``GET /-/counts`` returns a list of `Count` since the start.
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

from bench.cluster.endpoint import Endpoint, read_kubeconfig

COUNTS = "/-/counts"
_HOP_BY_HOP = {"connection", "content-length", "host", "keep-alive", "te", "transfer-encoding", "upgrade"}


class Count(msgspec.Struct, frozen=True):
    """Number of requests for one method and path; ``watch`` separates watches from lists."""

    method: str
    path: str
    watch: bool
    count: int


class Proxy:
    """Forwards requests and counts them."""

    def __init__(self, server: Endpoint) -> None:
        self._server = server
        self._counts: Counter[tuple[str, str, bool]] = Counter()
        self._session: aiohttp.ClientSession | None = None

    async def open(self, _: web.Application) -> None:
        """Open the connection pool to the API server."""
        connector = aiohttp.TCPConnector(limit=0, ssl=self._server.tls() or False)
        timeout = aiohttp.ClientTimeout(total=None)
        self._session = aiohttp.ClientSession(connector=connector, timeout=timeout, auto_decompress=False)

    async def close(self, _: web.Application) -> None:
        """Close the connection pool."""
        if self._session is not None:
            await self._session.close()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Forward one request."""
        assert self._session is not None
        if request.path == COUNTS:
            counts = [Count(*key, count) for key, count in self._counts.items()]
            return web.Response(body=msgspec.json.encode(counts), content_type="application/json")
        self._counts[request.method, request.path, "watch" in request.query] += 1
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _HOP_BY_HOP}
        url = self._server.url + request.raw_path
        body = await request.read()
        async with self._session.request(request.method, url, headers=headers, data=body or None) as reply:
            forwarded = {
                name: value for name, value in reply.headers.items() if name.lower() not in _HOP_BY_HOP
            }
            response = web.StreamResponse(status=reply.status, headers=forwarded)
            await response.prepare(request)
            async for piece in reply.content.iter_any():
                await response.write(piece)
            await response.write_eof()
        return response


def main() -> None:
    """Serve until terminated."""
    kubeconfig, certificate, key, port = sys.argv[1:]
    uvloop.install()
    proxy = Proxy(read_kubeconfig(Path(kubeconfig)))
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
