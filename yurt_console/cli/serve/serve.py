"""``yurt-console serve``: wires the parts of the console and serves until a signal.

The HTTP server is imported while the first lists run: importing it takes longer than everything else.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib
import logging
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import uvloop

from yurt_console.api.http.cluster_context import ClusterContext
from yurt_console.cache.cluster_cache import ClusterCache
from yurt_console.cache.feed import Feed
from yurt_console.http_server.listener import listener
from yurt_console.kinds import registry
from yurt_console.kube import kubeconfig
from yurt_console.kube.client import Client
from yurt_console.kube.credentials import Credentials
from yurt_console.kube.errors import ApiError, KubeError, NotFound, TooManyRequests, Unreachable
from yurt_console.settings import Settings
from yurt_console.tenancy.identity import session_key
from yurt_console.tenancy.identity.impersonation import Impersonator
from yurt_console.tenancy.identity.permissions import Permissions
from yurt_console.tenancy.identity.session_key import SessionKey

if TYPE_CHECKING:
    from yurt_console.cli.serve.server import Server

log = logging.getLogger(__name__)

_SWITCH_INTERVAL: Final = 0.0005
"""Switch interval in seconds while the server is imported."""
_SYNC_TIMEOUT: Final = 60.0
"""Seconds after which collection is enabled without a sync: enough for the largest cluster."""
_RETRY: Final = 2.0
"""Seconds between attempts to read the session key."""


def run(settings: Settings) -> int:
    """Serve until SIGINT or SIGTERM; returns the exit code. Raises `KubeconfigError`, `SettingError`."""
    credentials = kubeconfig.locate(
        settings.cluster.kubeconfig, os.environ, Path.home(), settings.cluster.context
    )
    with contextlib.ExitStack() as sockets:
        listeners = []
        addresses = [(settings.server.host, settings.server.port)]
        if settings.metrics.port:
            addresses.append((settings.metrics.host, settings.metrics.port))
        for host, port in addresses:
            try:
                listeners.append(sockets.enter_context(listener(host, port)))
            except OSError as error:
                log.error("cannot listen on %s port %d: %s", host, port, error.strerror or error)
                return 1
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(_serve(settings, credentials, *listeners))


async def _serve(
    settings: Settings,
    credentials: Credentials,
    public: socket.socket,
    metrics: socket.socket | None = None,
) -> int:
    """Serve at once, also while the API server is unreachable: responses are 503 until the first sync."""
    async with Client(credentials, timeout=settings.cluster.request_timeout) as client:
        feed = Feed(settings.server.change_interval)
        inventory = registry.inventory(settings)
        cache = ClusterCache(client, settings, feed, inventory.resources)
        key = SessionKey()
        impersonator = Impersonator(client, settings.cluster.namespace)
        cluster = ClusterContext("", client, inventory, cache, feed, impersonator, Permissions(impersonator))
        await cache.start()
        collecting = asyncio.create_task(_enable_garbage_collection(cache))
        watching = asyncio.create_task(_watch_installation(cache, client, settings))
        learning = asyncio.create_task(_learn_key(client, settings.cluster.namespace, key))
        try:

            def make() -> Server:
                with _beside_event_loop():
                    server: Server = importlib.import_module("yurt_console.cli.serve.server").server(
                        settings, cluster, key, metrics
                    )
                return server

            server = await asyncio.to_thread(make)

            def end_without_key(task: asyncio.Task[bool]) -> None:
                if not task.cancelled() and not task.result():
                    server.should_exit = True

            learning.add_done_callback(end_without_key)
            port = public.getsockname()[1]
            log.info(
                "console on http://%s:%d/ for the cluster at %s", settings.server.host, port, client.server
            )
            await server.serve([public])
            return 1 if learning.done() and not learning.result() else 0
        finally:
            learning.cancel()
            collecting.cancel()
            watching.cancel()
            await impersonator.close()
            await cache.stop()


async def _learn_key(client: Client, namespace: str, key: SessionKey) -> bool:
    """Read the session key, waiting as long as needed. False, with a log line, when there is none."""
    try:
        key.learn(await _session_key(client, namespace))
    except NotFound as error:
        log.error("cannot start: %s; has `yurt-console install` been run on this cluster?", error)
    except KubeError as error:
        log.error("cannot start: %s", error)
    return key.known


@contextlib.contextmanager
def _beside_event_loop() -> Iterator[None]:
    """Import in a thread with a short switch interval, so that the event loop keeps responding."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(_SWITCH_INTERVAL)
    try:
        yield
    finally:
        sys.setswitchinterval(interval)


async def _session_key(client: Client, namespace: str) -> bytes:
    """The session key that all replicas share; waits while the API server is unreachable."""
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
            await asyncio.sleep(_RETRY)


async def _enable_garbage_collection(cache: ClusterCache) -> None:
    """Enable garbage collection after the first lists, without the objects that they created.

    Those live as long as the process; collecting during the lists would take a tenth of their time.
    """
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(cache.ready.wait(), _SYNC_TIMEOUT)
    gc.enable()
    await cache.ready.wait()
    gc.freeze()


async def _watch_installation(cache: ClusterCache, client: Client, settings: Settings) -> None:
    """Watch for version skew, after the first sync so that the import delays nothing."""
    await cache.ready.wait()
    installation = await asyncio.to_thread(importlib.import_module, "yurt_console.diagnostics.installation")
    await installation.watch(client, settings, installation.CONSOLE)
