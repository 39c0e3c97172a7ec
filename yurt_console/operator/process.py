"""The operator as a process of its own: kopf's settings, and its start and end.

kopf ends every task it finds, so nothing else may share its loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import Iterator

import aiohttp
import kopf

from yurt_console.kube.client import Client
from yurt_console.kube.credentials import Credentials
from yurt_console.kube.errors import ApiError, Forbidden, NotFound, Unauthorized, Unreachable
from yurt_console.kube.resources import USERS
from yurt_console.operator.handlers import registry
from yurt_console.settings import Settings

_log = logging.getLogger(__name__)

FINALIZER = "user.openyurt.io/yurt-console"
_PREFIX = "yurt-console.openyurt.io"
_NOT_FOUND, _TOO_MANY, _SERVERS_FAULT = 404, 429, 500
_PAUSE = 2.0
"""Seconds before kopf is started again."""
_LAST = 20.0
"""Seconds after a signal in which everything must have ended."""
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
    settings.process.ultimate_exiting_timeout = _LAST
    settings.persistence.finalizer = FINALIZER
    settings.persistence.progress_storage = kopf.AnnotationsProgressStorage(prefix=_PREFIX)
    settings.persistence.diffbase_storage = kopf.AnnotationsDiffBaseStorage(
        prefix=_PREFIX, ignored_fields=[f"spec.{field}" for field in _OURS]
    )
    return settings


def run(credentials: Credentials, settings: Settings) -> int:
    """Run until SIGTERM or SIGINT; 0 after an orderly end, 1 when kopf broke down.

    kopf ends when an API server that starts does not know the User kind yet. Then all begins anew, in a
    loop of its own: the old one still holds kopf's timer that kills the process.
    """
    try:
        while not asyncio.run(_operate(credentials, settings)):
            _log.warning("operator: starting over")
    except (Exception, asyncio.CancelledError) as error:
        _log.error("the operator ended: %s", error)
        return 1
    _log.info("operator: stopped")
    return 0


async def _operate(credentials: Credentials, settings: Settings) -> bool:
    """Whether the end was asked for; False when it came by what passes, and a pause is over."""
    told = asyncio.Event()
    _listen(told)
    async with Client(credentials, timeout=settings.request_timeout) as client:
        _log.info("operator: keeping the accounts of %s in order", client.server)
        if not await _served(client, told):
            return True
        others = asyncio.all_tasks()
        tasks = await kopf.spawn_tasks(
            registry=registry(client, settings),
            settings=tuned(),
            clusterwide=True,
            standalone=True,
            stop_flag=told,
        )
        _listen(told)  # again: kopf has taken the signals, and does not say afterwards whether one came
        try:
            await kopf.run_tasks(tasks, ignored=others)
        except Exception as error:
            if not told.is_set() and not _passes(error):
                raise
            _log.warning("operator: %s", error)
        return await _pause(told)


def _listen(told: asyncio.Event) -> None:
    """Set ``told`` when a signal comes, and see to it that the process ends."""
    loop = asyncio.get_running_loop()

    def stop() -> None:
        told.set()
        loop.call_later(_LAST, signal.raise_signal, signal.SIGKILL)

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)


def _passes(error: Exception) -> bool:
    """Whether an API server that starts or stops says this; it knows no custom kinds (404) at first."""
    status = getattr(error, "status", 0)  # kopf's own exceptions are not part of its interface
    passing = status in (_NOT_FOUND, _TOO_MANY) or status >= _SERVERS_FAULT
    return passing or isinstance(error, (aiohttp.ClientError, OSError))


async def _pause(told: asyncio.Event) -> bool:
    """Whether a signal came before the pause was over."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(told.wait(), _PAUSE)
    return told.is_set()


async def _served(client: Client, told: asyncio.Event) -> bool:
    """Wait until the User kind is served, or a signal comes: False.

    kopf itself would wait for a definition that is made, and that is not what happens when an API server
    has not read those it keeps.
    """
    said = ""
    while True:
        try:
            await client.served(USERS)
        except NotFound:
            problem = "the cluster has no User kind yet; waiting for yurt-console install"
        except (Unreachable, ApiError) as error:
            if isinstance(error, (Unauthorized, Forbidden)):
                raise
            problem = str(error)
        else:
            return True
        if problem != said:
            _log.warning("operator: %s", problem)
            said = problem
        client.forget(USERS)
        if await _pause(told):
            return False
