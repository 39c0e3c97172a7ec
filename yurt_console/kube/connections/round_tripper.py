"""Interface between a `Client` and its connections: requests, byte streams and WebSockets.

`transport.Transport` implements it on aiohttp. Every method raises only `kube.errors.KubeError`s.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol, TypeAlias

from yurt_console.kube.credentials import Credentials

RequestCounts: TypeAlias = Counter[tuple[str, str]]
"""Requests by method and code; the code of one without a response is `NO_RESPONSE`."""
NO_RESPONSE = "<error>"
"""What client-go counts instead of a code."""


class Response(Protocol):
    """A successful response with its body still unread."""

    @property
    def content_type(self) -> str:
        """The media type, without parameters."""

    async def read(self, on_begun: Callable[[bytes], object] | None = None) -> bytes:
        """The whole body; ``on_begun`` is called with its first chunk."""

    def chunks(self) -> AsyncGenerator[bytes, None]:
        """The body as it arrives. A slow reader holds the server back instead of filling memory."""


class WebSocket(Protocol):
    """An open WebSocket of binary messages. One task may receive while another sends."""

    @property
    def subprotocol(self) -> str:
        """The one of the offered subprotocols that the server chose."""

    async def receive(self) -> bytes | None:
        """The next message; None after the server's close frame.

        A slow reader holds the server back. Raises `Unreachable` when the connection is lost and
        `MalformedReply` for a message that is too long.
        """

    async def send(self, message: bytes) -> None:
        """Send a message; waits while the server reads slower than we send. Raises `Unreachable`."""


class RoundTripper(Protocol):
    """The connections of one identity to one API server."""

    @property
    def on_loopback(self) -> bool:
        """Whether the server is on this machine, where compressing only costs."""

    def send(
        self,
        method: str,
        target: str,
        *,
        headers: Mapping[str, str],
        body: bytes | None,
        reply_within: float,
        end_within: float | None,
    ) -> AbstractAsyncContextManager[Response]:
        """A request's successful response.

        The status line must come within ``reply_within`` seconds and the body's end within ``end_within``,
        None for a body that may last.
        """

    def upgrade(
        self, target: str, *, subprotocols: Sequence[str], reply_within: float
    ) -> AbstractAsyncContextManager[WebSocket]:
        """A WebSocket that speaks one of ``subprotocols``, the best first; closed at the block's end."""

    async def close(self) -> None:
        """Close all connections; what runs on them fails with `Unreachable`."""


Factory: TypeAlias = Callable[[Credentials, Sequence[tuple[str, str]], RequestCounts], RoundTripper]
"""Makes the connections of an identity: its credentials, headers that go with every request, and counts."""
