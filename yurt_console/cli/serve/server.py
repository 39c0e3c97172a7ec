"""The HTTP server that runs the console's application: what ``cli.serve`` imports while it lists."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import threading
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

import uvicorn

from yurt_console.api import web_assets
from yurt_console.api.app import create_app
from yurt_console.api.http.cluster_context import ClusterContext
from yurt_console.api.http.middleware import trusted_networks
from yurt_console.api.http.protocol import Protocol
from yurt_console.api.http.state import Console
from yurt_console.cache.feed import Feed
from yurt_console.settings import SettingError, Settings
from yurt_console.tenancy.accounts import profile
from yurt_console.tenancy.accounts.accounts import Accounts
from yurt_console.tenancy.identity.session_key import SessionKey
from yurt_console.tenancy.provisioning import limits

_GRACE: Final = 5
"""Seconds that requests under way may still take after a signal; streams end at once."""


class Server(uvicorn.Server):
    """A server that ends streams when it is told to stop, instead of waiting for them."""

    def __init__(self, config: uvicorn.Config, feed: Feed) -> None:
        super().__init__(config)
        self._feed = feed

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on SIGINT and SIGTERM, and let the caller clean up: uvicorn's own way dies of the signal."""
        loop = asyncio.get_running_loop()
        main = threading.current_thread() is threading.main_thread()  # no other thread may have signals
        handled = (signal.SIGINT, signal.SIGTERM) if main else ()
        for number in handled:
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in handled:
                loop.remove_signal_handler(number)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams, then wait for what is under way."""
        self._feed.close()
        await super().shutdown(sockets)


def configuration(console: Console) -> uvicorn.Config:
    """How the server runs the application: our own log, our own reading of proxies, no name of software."""
    return uvicorn.Config(
        create_app(console),
        host=console.settings.host,
        port=console.settings.port,
        loop="uvloop",
        http=Protocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=_GRACE,
    )


def examine(settings: Settings) -> None:
    """Raise `SettingError` for what can be read but would refuse every browser or every phone."""
    trusted_networks(settings.trusted_proxies)
    if settings.origin and not _is_origin(settings.origin):
        raise SettingError("origin must be as browsers send it, such as https://console.example.com")
    profile.require_region(settings.phone_region)
    limits.require_quota(settings)


def server(
    settings: Settings,
    cluster: ClusterContext,
    session_key: SessionKey,
) -> Server:
    """The server of one console. Raises `SettingError`."""
    examine(settings)
    accounts = Accounts(cluster.client, cluster.inventory.users, cluster.feed, settings)
    console = Console(settings, cluster, accounts, session_key, web_assets=web_assets.load())
    return Server(configuration(console), cluster.feed)


def _is_origin(text: str) -> bool:
    try:
        parts = urlsplit(text.rstrip("/"))
        parts.port  # noqa: B018 - raises for what is no port
    except ValueError:
        return False
    rest = (parts.path, parts.query, parts.fragment, parts.username)
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not any(rest)
