"""Requests of one identity to the Kubernetes API server: any path, resources at the version that is served,
byte streams and WebSockets.

Methods raise only `kube.errors.KubeError`s (programming mistakes aside). They retry only a 401 when newer
credentials exist.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Self

import msgspec

from apimachinery.resources import Resource
from yurt_console.kube import request_target, watching
from yurt_console.kube.connections.round_tripper import Factory, RequestCounts, Response, WebSocket
from yurt_console.kube.connections.transport import Transport
from yurt_console.kube.credentials import Credentials
from yurt_console.kube.discovery import Discovery
from yurt_console.kube.errors import NotFound
from yurt_console.kube.request_target import Params
from yurt_console.kube.responses import decoded


class RestClient:
    """One identity at one API server. Use as an async context manager, or call `close`."""

    def __init__(
        self,
        credentials: Credentials,
        *,
        timeout: float = 30.0,
        watch_line_limit: int = watching.LINE_LIMIT,
        counts: RequestCounts | None = None,
        transport: Factory = Transport,
        _headers: Sequence[tuple[str, str]] = (),
        _discovery: Discovery | None = None,
    ) -> None:
        """``timeout``: seconds for a request, except streams; ``watch_line_limit``: bytes of an event;
        ``transport`` makes the connections.
        """
        self._credentials = credentials
        self._timeout = timeout
        self._line_limit = watch_line_limit
        self._make_transport = transport
        self.counts: RequestCounts = Counter() if counts is None else counts
        self._transport = transport(credentials, _headers, self.counts)
        self._discovery = _discovery or Discovery(partial(self.request, "GET"))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.server!r})"

    @property
    def server(self) -> str:
        """The API server's address."""
        return self._credentials.server

    @property
    def credentials(self) -> Credentials:
        """What this client was made with, before impersonation."""
        return self._credentials

    async def close(self) -> None:
        """Close this client's connections. Clients made from it by `impersonating` have their own."""
        await self._transport.close()

    async def request(
        self,
        method: str,
        path: str,
        *,
        params: Params | None = None,
        body: object = None,
        content_type: str = "application/json",
        timeout: float | None = None,  # noqa: ASYNC109  # the seconds of one request, as everywhere here
        on_begun: Callable[[bytes], object] | None = None,
    ) -> bytes:
        """Any request; the reply's body. ``body`` is bytes, or becomes JSON; ``timeout`` is in seconds.

        ``on_begun`` is called with what there is of the body as soon as there is any. ``path`` goes out as
        it is: quote what is in it. Parameters that are empty are left out.
        """
        limit = self._timeout if timeout is None else timeout
        headers = {"Accept-Encoding": "identity" if self._transport.on_loopback else "gzip"}
        if body is not None:
            headers["Content-Type"] = content_type
        async with self._transport.send(
            method,
            request_target.target(path, params),
            headers=headers,
            body=body if body is None or isinstance(body, bytes) else msgspec.json.encode(body),
            reply_within=limit,
            end_within=limit,
        ) as response:
            return await response.read(on_begun)

    async def version(self) -> dict[str, str]:
        """The server's ``/version``: major, minor, gitVersion, platform ..."""
        return decoded(await self.request("GET", "/version"), dict[str, str])

    async def served(self, resource: Resource) -> str:
        """The best version of ``resource`` that both sides know; `NotFound` when the cluster lacks the kind.

        Remembered until `forget`, or until an address of that version turns out to be gone; a version that
        is not our best, for a minute.
        """
        return await self._discovery.served(resource)

    def forget(self, resource: Resource) -> None:
        """Ask again which version is served."""
        self._discovery.forget(resource)

    # Streams

    @asynccontextmanager
    async def stream(
        self,
        resource: Resource,
        name: str = "",
        namespace: str = "",
        *,
        subresource: str = "",
        params: Params | None = None,
        end_within: float | None = None,
    ) -> AsyncIterator[Response]:
        """A GET with its body read as it arrives, uncompressed; ``end_within`` seconds, None: it may last."""
        async with (
            self._located(resource, name, namespace, subresource) as path,
            self._transport.send(
                "GET",
                request_target.target(path, params),
                headers={"Accept-Encoding": "identity"},  # a compressor would hold events back
                body=None,
                reply_within=self._timeout,
                end_within=end_within,
            ) as response,
        ):
            yield response

    @asynccontextmanager
    async def upgrade(
        self,
        resource: Resource,
        name: str,
        namespace: str,
        *,
        subresource: str,
        params: Params,
        subprotocols: Sequence[str],
    ) -> AsyncIterator[WebSocket]:
        """A WebSocket to a subresource, ``subprotocols`` the best first.

        A refused handshake raises what the same request would.
        """
        async with (
            self._located(resource, request_target.required(name), namespace, subresource) as path,
            self._transport.upgrade(
                request_target.target(path, params), subprotocols=subprotocols, reply_within=self._timeout
            ) as socket,
        ):
            yield socket

    # Inside

    async def _call(
        self,
        method: str,
        resource: Resource,
        name: str = "",
        namespace: str = "",
        subresource: str = "",
        **sent: Any,
    ) -> bytes:
        async with self._located(resource, name, namespace, subresource) as path:
            return await self.request(method, path, **sent)

    @asynccontextmanager
    async def _located(
        self, resource: Resource, name: str, namespace: str, subresource: str
    ) -> AsyncIterator[str]:
        """The path at the version that is served, which a 404 inside the block makes us ask for again."""
        version = await self.served(resource)
        try:
            yield resource.path(version, *map(request_target.segment, (namespace, name, subresource)))
        except NotFound as error:
            if not error.status.details.name:  # the address is gone, not just an object
                self.forget(resource)
            raise
