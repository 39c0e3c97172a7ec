"""Connection pool of one identity; maps all failures to `KubeError`s.

A peer that vanished silently (power, cables and NAT tables at the edge) is detected within 25 s, idle or
busy, by TCP keep-alive and TCP_USER_TIMEOUT (20 s measured with the peer's address removed under a watch).
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from weakref import WeakSet

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from yurt_console import __version__
from yurt_console.kube.connections.failures import FAILURES, translated
from yurt_console.kube.connections.round_tripper import NO_RESPONSE, RequestCounts
from yurt_console.kube.connections.websocket import (
    MESSAGE_LIMIT,
    PING_SECONDS,
    HandshakeRefused,
    KubeWebSocket,
    pinged,
    refusals,
)
from yurt_console.kube.credentials import Credential, Credentials
from yurt_console.kube.errors import MalformedReply, from_response

_CONNECT = 10.0
"""Seconds for TCP and TLS; an API server that takes longer is as good as away."""

_POOL = 100
"""Connections of one identity: some 20 watches, and the rest for requests at once."""

_READ_AHEAD = 2**19
"""Bytes of a body that are received before its reader takes them; aiohttp pauses the connection at these."""

_TURNS = 3
"""Turns of the event loop in which it hears that a connection has ended, and closes it."""

_SOCKET_OPTIONS = {
    "TCP_KEEPIDLE": 10,
    "TCP_KEEPINTVL": 5,
    "TCP_KEEPCNT": 3,
    "TCP_USER_TIMEOUT": 20_000,  # milliseconds
}


class Reply:
    """A response with its body still unread, as `round_tripper.Response` has it."""

    def __init__(self, response: aiohttp.ClientResponse, address: URL) -> None:
        self._response = response
        self._address = address

    @property
    def content_type(self) -> str:
        """The media type, without parameters."""
        return self._response.content_type

    async def read(self, on_begun: Callable[[bytes], object] | None = None) -> bytes:
        """The whole body; ``on_begun`` is called with what comes first of it."""
        try:
            if on_begun is None:
                return await self._response.read()
            pieces = [await self._response.content.readany()]
            on_begun(pieces[0])
            pieces += [piece async for piece in self._response.content.iter_any()]
            return b"".join(pieces)
        except FAILURES as error:
            raise translated(error, self._address) from None

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """The body as it arrives; at most `_READ_AHEAD` bytes wait for the reader."""
        try:
            async for chunk in self._response.content.iter_any():
                yield chunk
        except FAILURES as error:
            raise translated(error, self._address) from None


class Transport:
    """The connections of one `Credentials` on aiohttp; counts requests; opens its pool at the first."""

    def __init__(
        self,
        credentials: Credentials,
        headers: Sequence[tuple[str, str]] = (),
        counts: RequestCounts | None = None,
        *,
        ping_seconds: float = PING_SECONDS,
    ) -> None:
        """``headers`` go with every request; ``ping_seconds`` lie between the pings of a WebSocket."""
        self.credentials = credentials
        self.counts: RequestCounts = Counter() if counts is None else counts
        self._ping_seconds = ping_seconds
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
        end_within: float | None,
    ) -> AsyncIterator[Reply]:
        """A successful response, its body not yet read; anything else raises from the `KubeError` tree.

        The status line must come within ``reply_within`` seconds and the body's end within ``end_within``
        (None: it may last). A 401 is tried once more when the credentials have something newer.
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
            reply = Reply(response, self._address)
            if not 200 <= response.status < 300:
                failure = await reply.read()
                retry_after = response.headers.get("Retry-After", "")
                raise from_response(response.status, failure, retry_after, secrets=(credential.token,))
            yield reply
        finally:
            response.release()  # to the pool when read to its end, else closed

    @asynccontextmanager
    async def upgrade(
        self, target: str, *, subprotocols: Sequence[str], reply_within: float
    ) -> AsyncIterator[KubeWebSocket]:
        """A WebSocket that speaks one of ``subprotocols``; a refused handshake raises as `send` does.

        Raises `MalformedReply` for a server that speaks none of them. A 401 is tried once more when the
        credentials have something newer, and the last subprotocol alone when the list of them is refused.
        """
        async with AsyncExitStack() as stack:
            raw = await self._negotiated(target, subprotocols, reply_within, stack)
            socket = KubeWebSocket(raw, self._address, raw.protocol or "", self._ping_seconds)
            await stack.enter_async_context(pinged(socket, raw))
            if raw.protocol is None:
                raise MalformedReply(f"the server speaks none of {', '.join(subprotocols)}")
            yield socket

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

    async def _negotiated(
        self, target: str, subprotocols: Sequence[str], reply_within: float, stack: AsyncExitStack
    ) -> aiohttp.ClientWebSocketResponse[bool]:
        source, renewed = self.credentials.source, False
        credential = await source.credential()
        while True:
            try:
                return await self._handshake(
                    target, credential, stack, subprotocols=subprotocols, reply_within=reply_within
                )
            except HandshakeRefused as refused:
                if refused.status < 300:
                    raise MalformedReply(f"the server answered {refused.status}, and no WebSocket") from None
                newer = await source.credential(credential) if refused.status == 401 else credential
                if newer != credential and not renewed:
                    credential, renewed = newer, True
                elif len(subprotocols) > 1 and refused.is_about_subprotocols:
                    subprotocols = subprotocols[-1:]
                else:
                    raise from_response(
                        refused.status, refused.body, refused.retry_after, secrets=(credential.token,)
                    ) from None

    async def _handshake(
        self,
        target: str,
        credential: Credential,
        stack: AsyncExitStack,
        *,
        subprotocols: Sequence[str],
        reply_within: float,
    ) -> aiohttp.ClientWebSocketResponse[bool]:
        pool = await self._pool(credential)
        session = await stack.enter_async_context(
            aiohttp.ClientSession(  # the pool's connections, and a middleware that no other request pays for
                connector=pool.connector,
                connector_owner=False,
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT),
                middlewares=(refusals,),
            )
        )
        code = NO_RESPONSE
        try:
            async with asyncio.timeout(reply_within):
                raw = await session.ws_connect(
                    URL(self.credentials.server + target, encoded=True),
                    headers=self._sent({"Accept": "*/*"}, credential),  # old kubelets refuse JSON with 406
                    protocols=subprotocols,
                    server_hostname=self.credentials.server_name or None,
                    max_msg_size=MESSAGE_LIMIT,
                    autoping=False,
                    decode_text=False,
                )
            code = "101"
            return raw
        except HandshakeRefused as refused:
            code = str(refused.status)
            raise
        except FAILURES as error:
            raise translated(error, self._address) from None
        finally:
            self.counts["GET", code] += 1

    async def _response(
        self,
        method: str,
        target: str,
        credential: Credential,
        *,
        headers: Mapping[str, str],
        body: bytes | None,
        reply_within: float,
        end_within: float | None,
    ) -> aiohttp.ClientResponse:
        session = await self._pool(credential)
        code = NO_RESPONSE
        try:
            async with asyncio.timeout(reply_within):
                response = await session.request(
                    method,
                    URL(self.credentials.server + target, encoded=True),
                    headers=self._sent(headers, credential),
                    data=body,
                    allow_redirects=False,  # would carry the token to wherever the reply says
                    server_hostname=self.credentials.server_name or None,
                    timeout=aiohttp.ClientTimeout(total=end_within, sock_connect=_CONNECT),
                )
            code = str(response.status)
            return response
        except FAILURES as error:
            raise translated(error, self._address) from None
        finally:
            self.counts[method, code] += 1

    def _sent(self, headers: Mapping[str, str], credential: Credential) -> CIMultiDict[str]:
        sent = self._headers.copy()
        sent.update(headers)
        if credential.token:
            sent["Authorization"] = f"Bearer {credential.token}"
        return sent

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
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            read_bufsize=_READ_AHEAD // 2,
            trust_env=False,
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
