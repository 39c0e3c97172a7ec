"""The operator as a process of its own: kopf's settings, and its start and end.

kopf takes SIGTERM and SIGINT for itself and ends every task it finds, so nothing else may share its loop.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Iterator

import aiohttp
import kopf

from yurt_console.kube.client import Client
from yurt_console.kube.credentials import Credentials
from yurt_console.kube.errors import KubeError, NotFound
from yurt_console.kube.resources import USERS
from yurt_console.operator.handlers import registry
from yurt_console.settings import Settings

_log = logging.getLogger(__name__)

FINALIZER = "user.openyurt.io/yurt-console"
_PREFIX = "yurt-console.openyurt.io"
_NOT_FOUND, _TOO_MANY, _SERVERS_FAULT = 404, 429, 500
_PAUSE = 2.0
"""Seconds before kopf is started again."""
_OURS = ("kubeConfig", "nodeAddScript", "namespace", "token", "tokenGeneration")
"""Fields of ``spec`` that no account is changed by; and what is a credential must not be copied anywhere."""


class Backoffs:
    """kopf's pauses after a failed request, without an end: an API server that is away will come back."""

    def __iter__(self) -> Iterator[float]:
        pause = 0.5
        while True:
            yield pause
            pause = min(pause * 1.5, 5.0)


def tuned() -> kopf.OperatorSettings:
    """kopf's settings for this product."""
    settings = kopf.OperatorSettings()
    settings.posting.enabled = False  # how an account stands is in its status; Events add no more to it
    settings.peering.standalone = True
    settings.watching.server_timeout = 60
    settings.watching.client_timeout = 75
    settings.watching.chunk_size = 500
    settings.networking.connect_timeout = 10
    settings.networking.request_timeout = 30
    settings.networking.error_backoffs = Backoffs()
    settings.queueing.exit_timeout = 1
    settings.process.ultimate_exiting_timeout = 20
    settings.persistence.finalizer = FINALIZER
    settings.persistence.progress_storage = kopf.AnnotationsProgressStorage(prefix=_PREFIX)
    settings.persistence.diffbase_storage = kopf.AnnotationsDiffBaseStorage(
        prefix=_PREFIX, ignored_fields=[f"spec.{field}" for field in _OURS]
    )
    return settings


def run(credentials: Credentials, settings: Settings) -> int:
    """Run until SIGTERM or SIGINT; 0 after an orderly end, 1 when kopf broke down."""
    try:
        asyncio.run(_operate(credentials, settings))
    except (Exception, asyncio.CancelledError) as error:
        _log.error("the operator ended: %s", error)
        return 1
    return 0


async def _operate(credentials: Credentials, settings: Settings) -> None:
    async with Client(credentials, timeout=settings.request_timeout) as client:
        _log.info("operator: keeping the accounts of %s in order", client.server)
        while True:
            await _look(client)
            handlers = registry(client, settings)
            try:
                await kopf.operator(registry=handlers, settings=tuned(), clusterwide=True, standalone=True)
                break
            except Exception as error:
                if not _passes(error):
                    raise
                _log.warning("operator: starting over: %s", error)
            if await _told_to_stop():
                break
    _log.info("operator: stopped")


def _passes(error: Exception) -> bool:
    """Whether an API server that starts or stops says this; it knows no custom kinds (404) at first."""
    status = getattr(error, "status", 0)  # kopf's own exceptions are not part of its interface
    passing = status in (_NOT_FOUND, _TOO_MANY) or status >= _SERVERS_FAULT
    return passing or isinstance(error, (aiohttp.ClientError, OSError))


async def _told_to_stop() -> bool:
    """Whether a signal came within a pause, while kopf does not listen for it."""
    told, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told.set)
    try:
        async with asyncio.timeout(_PAUSE):
            return await told.wait()
    except TimeoutError:
        return False


async def _look(client: Client) -> None:
    """Say what kopf would silently wait for."""
    try:
        await client.served(USERS)
    except NotFound:
        _log.warning("operator: the cluster has no User kind yet; waiting for yurt-console install")
    except KubeError as error:
        _log.warning("operator: %s", error)
