"""Connection pool of one identity; maps all failures to `KubeError`s.

A peer that vanished silently (power, cables and NAT tables at the edge) is detected within 25 s, idle or
busy, by TCP keep-alive and TCP_USER_TIMEOUT (20 s measured with the peer's address removed under a watch).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import TypeAlias
from weakref import WeakSet

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from yurt_console import __version__
from yurt_console.kube.credentials import Credential, Credentials
from yurt_console.kube.errors import MalformedReply, Unreachable, from_response

_CONNECT = 10.0
"""Seconds for TCP and TLS; an API server that takes longer is as good as away."""

_POOL = 100
"""Connections of one identity: some 20 watches, and the rest for requests at once."""

_TURNS = 3
"""Turns of the event loop in which it hears that a connection has ended, and closes it."""

_SOCKET_OPTIONS = {
    "TCP_KEEPIDLE": 10,
    "TCP_KEEPINTVL": 5,
    "TCP_KEEPCNT": 3,
    "TCP_USER_TIMEOUT": 20_000,  # milliseconds
}


RequestCounts: TypeAlias = Counter[tuple[str, str]]
"""Requests by method and code; the code of one without a response is `NO_RESPONSE`."""
NO_RESPONSE = "<error>"
"""What client-go counts instead of a code."""


class Transport:
    """Sends requests with a `Credentials` and counts them; opens its pool at the first one."""

    def __init__(
        self,
        credentials: Credentials,
        headers: Sequence[tuple[str, str]] = (),
        counts: RequestCounts | None = None,
    ) -> None:
        self.credentials = credentials
        self.counts: RequestCounts = Counter() if counts is None else counts
        self._address = URL(credentials.server)
        always = {"User-Agent": f"yurt-console/{__version__}", "Accept": "application/json"}
        self._headers = CIMultiDict([*always.items(), *headers])
        self._session: aiohttp.ClientSession | None = None
        self._retired: list[aiohttp.ClientSession] = []
        self._sockets: WeakSet[socket.socket] = WeakSet()
        self._certificate = b""
        self._closed = False

    @property
    def on_loopback(self) -> bool:
        """Whether the server is on this machine, where compressing only costs."""
        return self._address.host in ("localhost", "127.0.0.1", "::1")

    @asynccontextmanager
    async def send(
        self,
        method: str,
        target: str,
        *,
        headers: Mapping[str, str],
        body: bytes | None,
        reply_within: float,
        end_within: float,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """A successful response, its body not yet read; anything else raises from the `KubeError` tree.

        The status line must come within ``reply_within`` seconds and the body's end within ``end_within``.
        A 401 is tried once more when the credentials have something newer.
        """
        request = partial(
            self._response,
            method,
            target,
            headers=headers,
            body=body,
            reply_within=reply_within,
            end_within=end_within,
        )
        credential = await self.credentials.source.credential()
        response = await request(credential)
        try:
            if response.status == 401:
                newer = await self.credentials.source.credential(credential)
                if newer != credential:
                    response.close()
                    credential, response = newer, await request(newer)
            if not 200 <= response.status < 300:
                failure = await self.read(response)
                retry_after = response.headers.get("Retry-After", "")
                raise from_response(response.status, failure, retry_after, secrets=(credential.token,))
            yield response
        finally:
            response.release()  # to the pool when read to its end, else closed

    async def read(
        self, response: aiohttp.ClientResponse, on_begun: Callable[[bytes], object] | None = None
    ) -> bytes:
        """The whole body; ``on_begun`` is called with what comes first of it."""
        try:
            if on_begun is None:
                return await response.read()
            pieces = [await response.content.readany()]
            on_begun(pieces[0])
            pieces += [piece async for piece in response.content.iter_any()]
            return b"".join(pieces)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise self._failure(error) from None

    async def chunks(self, response: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
        """The body as it arrives."""
        try:
            async for chunk in response.content.iter_any():
                yield chunk
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise self._failure(error) from None

    async def close(self) -> None:
        """Close all connections; requests under way fail with `Unreachable`."""
        self._closed = True
        sessions = [*self._retired, *([self._session] if self._session else [])]
        self._session, self._retired = None, []
        for session in sessions:
            await session.close()
        # Connections of requests that were cancelled may still wait for the server's goodbye: do without it.
        for each in [each for each in self._sockets if each.fileno() >= 0]:
            with contextlib.suppress(OSError):  # the server has hung up already
                each.shutdown(socket.SHUT_RDWR)
        for _ in range(_TURNS):
            await asyncio.sleep(0)

    async def _response(
        self,
        method: str,
        target: str,
        credential: Credential,
        *,
        headers: Mapping[str, str],
        body: bytes | None,
        reply_within: float,
        end_within: float,
    ) -> aiohttp.ClientResponse:
        session = await self._pool(credential)
        sent = self._headers.copy()
        sent.update(headers)
        if credential.token:
            sent["Authorization"] = f"Bearer {credential.token}"
        code = NO_RESPONSE
        try:
            async with asyncio.timeout(reply_within):
                response = await session.request(
                    method,
                    URL(self.credentials.server + target, encoded=True),
                    headers=sent,
                    data=body,
                    allow_redirects=False,  # would carry the token to wherever the reply says
                    server_hostname=self.credentials.server_name or None,
                    timeout=aiohttp.ClientTimeout(total=end_within, sock_connect=_CONNECT),
                )
            code = str(response.status)
            return response
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise self._failure(error) from None
        finally:
            self.counts[method, code] += 1

    async def _pool(self, credential: Credential) -> aiohttp.ClientSession:
        if self._closed:
            raise RuntimeError("this client is closed")
        if self._session is not None and self._certificate == credential.certificate:
            return self._session
        # Connections speak for the certificate they were opened with. What runs on the previous one may
        # end; what is older than that is closed now.
        outlived, self._retired = self._retired, [self._session] if self._session else []
        opened = self._session = self._open(credential)
        self._certificate = credential.certificate
        for session in outlived:
            await session.close()
        return opened

    def _open(self, credential: Credential) -> aiohttp.ClientSession:
        context = self.credentials.tls(credential.certificate)
        connector = aiohttp.TCPConnector(
            ssl=context if context is not None else True, limit=_POOL, socket_factory=self._socket
        )
        return aiohttp.ClientSession(
            connector=connector, cookie_jar=aiohttp.DummyCookieJar(), read_bufsize=2**18, trust_env=False
        )

    def _socket(
        self,
        info: tuple[int | socket.AddressFamily, int | socket.SocketKind, int, str, tuple[object, ...]],
    ) -> socket.socket:
        family, kind, protocol, *_ = info
        guarded = socket.socket(family, kind, protocol)
        self._sockets.add(guarded)
        guarded.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in _SOCKET_OPTIONS.items():
            option = getattr(socket, name, None)  # all four on Linux, fewer elsewhere
            if option is not None:
                guarded.setsockopt(socket.IPPROTO_TCP, option, value)
        return guarded

    def _failure(self, error: Exception) -> Unreachable | MalformedReply:
        # aiohttp's own texts may hold addresses with their query, or what the server sent.
        where = f"{self._address.host}:{self._address.port}"
        match error:
            case aiohttp.ClientConnectorCertificateError():
                why = error.certificate_error
                what = getattr(why, "verify_message", "") or "it is not the server we look for"
                return Unreachable(f"{where}: its certificate is not trusted: {what}")
            case aiohttp.ClientSSLError():
                return Unreachable(f"{where}: TLS failed")
            case TimeoutError():
                return Unreachable(f"{where}: no answer in time")
            case aiohttp.ClientConnectorError():
                number = error.os_error.errno or 0
                known = os.strerror(number) if number > 0 else ""  # resolvers have numbers of their own
                return Unreachable(f"{where}: {known or error.os_error.strerror or 'cannot be reached'}")
            case aiohttp.ContentTypeError() | aiohttp.ClientResponseError() | aiohttp.InvalidURL():
                return MalformedReply(f"{where}: the reply is not HTTP as we know it")
            case ssl.SSLError():
                return Unreachable(f"{where}: TLS failed")
            case _:
                return Unreachable(f"{where}: the connection was lost")
