"""``yurt-console serve``: the console's parts put together, served until a signal ends it."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import signal
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import uvicorn
import uvloop

from yurt_console.api.app import create_app
from yurt_console.api.console import Console
from yurt_console.api.protocol import Protocol
from yurt_console.cache.feed import Feed
from yurt_console.cache.mirror import Mirror
from yurt_console.kube import kubeconfig
from yurt_console.kube.client import Client
from yurt_console.kube.credentials import Credentials
from yurt_console.kube.errors import ApiError, KubeError, NotFound, TooManyRequests, Unreachable
from yurt_console.settings import Settings
from yurt_console.tenancy import session_key
from yurt_console.tenancy.accounts import Accounts
from yurt_console.tenancy.cluster import Cluster

log = logging.getLogger(__name__)

_GRACE: Final = 5
"""Seconds that requests under way may still take after a signal; streams end at once."""
_PAUSE: Final = 2.0
"""Seconds between attempts to read the session key while the API server is away."""


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


def run(settings: Settings) -> int:
    """Serve until SIGINT or SIGTERM; the process's exit status. Raises `KubeconfigError`, `SettingError`."""
    credentials = kubeconfig.locate(settings.kubeconfig, os.environ, Path.home(), settings.context)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_serve(settings, credentials))


async def _serve(settings: Settings, credentials: Credentials) -> int:
    async with Client(credentials, timeout=settings.request_timeout) as client:
        feed = Feed(settings.change_interval)
        cluster = Cluster(settings)
        mirror = Mirror(client, settings, feed, cluster.mirrored)
        await mirror.start()
        try:
            key = await _session_key(client, settings.namespace)
            accounts = Accounts(client, cluster.users, feed, settings)
            console = Console(settings, cluster, mirror, feed, accounts, key)
            settled = asyncio.create_task(_settle(mirror))
            server = Server(configuration(console), feed)
            log.info(
                "console on http://%s:%d/ for the cluster at %s", settings.host, settings.port, client.server
            )
            await server.serve()
            settled.cancel()
        except NotFound as error:
            log.error("cannot start: %s; has `yurt-console install` been run on this cluster?", error)
            return 1
        except KubeError as error:
            log.error("cannot start: %s", error)
            return 1
        finally:
            await mirror.stop()
    return 0


async def _session_key(client: Client, namespace: str) -> bytes:
    """The key all replicas share; waits for an API server that is away, as the copy of the cluster does."""
    waiting = False
    while True:
        try:
            return await session_key.get_or_create(client, namespace)
        except (Unreachable, ApiError) as error:
            if isinstance(error, ApiError) and error.code < 500 and not isinstance(error, TooManyRequests):
                raise
            if not waiting:
                log.warning("waiting for the API server: %s", error)
            waiting = True
            await asyncio.sleep(_PAUSE)


async def _settle(mirror: Mirror) -> None:
    """Take what the first fill made out of garbage collection's way: it lives as long as the process."""
    await mirror.ready.wait()
    gc.collect()
    gc.freeze()
