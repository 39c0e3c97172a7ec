"""``yurt-console serve``: the console's parts put together, served until a signal ends it.

What serves takes longer to import than everything else, so that is done while the cluster is listed.
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

_PATIENCE: Final = 0.0005
"""Seconds that the event loop waits for its turn while the server is imported."""
_FILLED: Final = 60.0
"""Seconds in which the copy of the largest cluster is filled; without one, errors make garbage."""
_PAUSE: Final = 2.0
"""Seconds between attempts to read the session key while the API server is away."""


def run(settings: Settings) -> int:
    """Serve until SIGINT or SIGTERM; the process's exit status. Raises `KubeconfigError`, `SettingError`."""
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
    """Answer at once, also while the API server is away: until there is something to show with 503."""
    async with Client(credentials, timeout=settings.cluster.request_timeout) as client:
        feed = Feed(settings.server.change_interval)
        inventory = registry.inventory(settings)
        cache = ClusterCache(client, settings, feed, inventory.followed)
        key = SessionKey()
        impersonator = Impersonator(client, settings.cluster.namespace)
        cluster = ClusterContext("", client, inventory, cache, feed, impersonator, Permissions(impersonator))
        await cache.start()
        settled = asyncio.create_task(_settle(cache))
        watched = asyncio.create_task(_look_at_what_is_installed(cache, client, settings))
        learned = asyncio.create_task(_learn_key(client, settings.cluster.namespace, key))
        try:

            def make() -> Server:
                with _aside():
                    made: Server = importlib.import_module("yurt_console.cli.serve.server").server(
                        settings, cluster, key, metrics
                    )
                return made

            server = await asyncio.to_thread(make)

            def end_without_key(task: asyncio.Task[bool]) -> None:
                if not task.cancelled() and not task.result():
                    server.should_exit = True

            learned.add_done_callback(end_without_key)
            port = public.getsockname()[1]
            log.info(
                "console on http://%s:%d/ for the cluster at %s", settings.server.host, port, client.server
            )
            await server.serve([public])
            return 1 if learned.done() and not learned.result() else 0
        finally:
            learned.cancel()
            settled.cancel()
            watched.cancel()
            await impersonator.close()
            await cache.stop()


async def _learn_key(client: Client, namespace: str, key: SessionKey) -> bool:
    """Learn the key of sessions, however long it takes; False, said in the log, when there can be none."""
    try:
        key.learn(await _session_key(client, namespace))
    except NotFound as error:
        log.error("cannot start: %s; has `yurt-console install` been run on this cluster?", error)
    except KubeError as error:
        log.error("cannot start: %s", error)
    return key.known


@contextlib.contextmanager
def _aside() -> Iterator[None]:
    """Import beside the event loop, which goes first when it can."""
    patience = sys.getswitchinterval()
    sys.setswitchinterval(_PATIENCE)
    try:
        yield
    finally:
        sys.setswitchinterval(patience)


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


async def _settle(cache: ClusterCache) -> None:
    """Look for garbage from now on, but not among what the first fill made: that lives as long as we do.

    Looking for it meanwhile would take a tenth of the time that the fill takes.
    """
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(cache.ready.wait(), _FILLED)
    gc.enable()
    await cache.ready.wait()
    gc.freeze()


async def _look_at_what_is_installed(cache: ClusterCache, client: Client, settings: Settings) -> None:
    """Once there is something to show, so that importing this is in nobody's way."""
    await cache.ready.wait()
    installation = await asyncio.to_thread(importlib.import_module, "yurt_console.diagnostics.installation")
    await installation.watch(client, settings, installation.CONSOLE)
