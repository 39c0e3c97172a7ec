"""HTTP server of the console: uvicorn with its configuration, signals and shutdown.

`cli.serve` imports it late.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import threading
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlsplit

import uvicorn
from starlette.types import ASGIApp

from yurt_console.api import web_assets
from yurt_console.api.app import create_app
from yurt_console.api.http.cluster_context import ClusterContext
from yurt_console.api.http.middleware import trusted_networks
from yurt_console.api.http.protocol import Protocol
from yurt_console.api.http.state import Console
from yurt_console.api.http.websocket_protocol import (
    MESSAGE_LIMIT,
    PING_SECONDS,
    PONG_SECONDS,
    WebSocketProtocol,
)
from yurt_console.cache.feed import Feed
from yurt_console.http_server import server as http_server
from yurt_console.http_server.server import BackgroundServer
from yurt_console.settings import SettingError, Settings
from yurt_console.tenancy.accounts import profile
from yurt_console.tenancy.accounts.accounts import Accounts
from yurt_console.tenancy.identity.session_key import SessionKey
from yurt_console.tenancy.provisioning import limits

_GRACE: Final = 5
"""Seconds for requests in progress after a signal; streams end at once."""


class Server(uvicorn.Server):
    """uvicorn's server; a shutdown ends streams instead of waiting for them."""

    def __init__(self, config: uvicorn.Config, feed: Feed, metrics: _Metrics | None = None) -> None:
        super().__init__(config)
        self._feed = feed
        self._metrics = metrics

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve the console, and the metrics on their own listener, until a signal."""
        if self._metrics is None:
            await super().serve(sockets)
            return
        exposition = asyncio.create_task(self._metrics.serve(self._metrics.listeners))
        try:
            await super().serve(sockets)
        finally:
            self._metrics.should_exit = True
            await exposition

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on SIGINT and SIGTERM, then return; uvicorn's own handler would raise the signal again."""
        loop = asyncio.get_running_loop()
        # Only the main thread can handle signals.
        main = threading.current_thread() is threading.main_thread()
        handled = (signal.SIGINT, signal.SIGTERM) if main else ()
        for number in handled:
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in handled:
                loop.remove_signal_handler(number)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams, then wait for requests in progress."""
        self._feed.close()
        await super().shutdown(sockets)


class _Metrics(BackgroundServer):
    """The server of ``/metrics``. It stops with the console's."""

    def __init__(self, console: Console, listener: socket.socket) -> None:
        from yurt_console.api import metrics  # noqa: PLC0415 - optional

        super().__init__(_config(metrics.application(console)))
        self.listeners = [listener]


def configuration(console: Console) -> uvicorn.Config:
    """The configuration of the server that runs the application."""
    return _config(
        create_app(console),
        ws=WebSocketProtocol,
        ws_max_size=MESSAGE_LIMIT,
        ws_ping_interval=PING_SECONDS,
        ws_ping_timeout=PONG_SECONDS,
        ws_per_message_deflate=False,  # a small message could grow to any size
    )


def _config(app: ASGIApp, **options: Any) -> uvicorn.Config:
    return http_server.config(app, _GRACE, loop="uvloop", http=Protocol, **options)


def examine(settings: Settings) -> None:
    """Raise `SettingError` for settings that parse but would refuse every browser or every phone number."""
    trusted_networks(settings.server.trusted_proxies)
    if settings.server.origin and not _is_origin(settings.server.origin):
        raise SettingError("origin must be as browsers send it, such as https://console.example.com")
    profile.require_region(settings.registration.phone_region)
    limits.require_quota(settings)


def server(
    settings: Settings,
    cluster: ClusterContext,
    session_key: SessionKey,
    metrics: socket.socket | None = None,
) -> Server:
    """The server of one console; ``metrics`` is the listener of ``/metrics``. Raises `SettingError`."""
    examine(settings)
    accounts = Accounts(cluster.client, cluster.inventory.users, cluster.feed, settings)
    console = Console(settings, cluster, accounts, session_key, web_assets=web_assets.load())
    return Server(configuration(console), cluster.feed, _Metrics(console, metrics) if metrics else None)


def _is_origin(text: str) -> bool:
    try:
        parts = urlsplit(text.rstrip("/"))
        parts.port  # noqa: B018 - raises for an invalid port
    except ValueError:
        return False
    rest = (parts.path, parts.query, parts.fragment, parts.username)
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not any(rest)
