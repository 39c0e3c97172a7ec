"""kopf in a thread of its own: its settings, its start, and starting it over.

kopf takes the process's signals in the main thread, ends every task it finds in its loop, and kills the
process some time after a stop. In a thread with a loop of its own it does no harm to anybody else.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable, Iterator

import aiohttp
import kopf

from yurt_console.custom_resources import USERS
from yurt_console.kube.client import Client
from yurt_console.kube.errors import ApiError, NotFound, Unreachable
from yurt_console.operator.accounts.handlers import registry
from yurt_console.operator.replica import Replica

_log = logging.getLogger(__name__)

_NOT_FOUND, _TOO_MANY, _SERVERS_FAULT = 404, 429, 500
_PAUSE = 2.0
"""Seconds before kopf is started again."""
_STOPPED_WITHIN = 10.0
_QUIETER = {"kopf": logging.WARNING, "kopf._core.reactor.running": logging.ERROR}
"""kopf says of every event that it was handled, and warns that it takes no signals."""


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
    settings.posting.enabled = False  # we write our own
    settings.peering.standalone = True
    settings.watching.server_timeout = 60
    settings.watching.client_timeout = 75
    settings.watching.chunk_size = 500
    settings.networking.connect_timeout = 10
    settings.networking.request_timeout = 30
    settings.networking.error_backoffs = Backoffs()
    settings.queueing.exit_timeout = 1
    settings.process.ultimate_exiting_timeout = None
    return settings


async def run(replica: Replica, look_at: Callable[[str], None]) -> None:
    """Call ``look_at`` with the name of every User that is there, comes, changes or goes, until cancelled.

    kopf ends when an API server that starts does not know the User kind yet; then it begins anew.
    """
    for name, level in _QUIETER.items():
        logging.getLogger(name).setLevel(level)
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[None] = loop.create_future()
    kopf_thread = _Thread(
        replica,
        lambda name: loop.call_soon_threadsafe(look_at, name),
        lambda error: loop.call_soon_threadsafe(_end, ended, error),
    )
    kopf_thread.start()
    try:
        await asyncio.shield(ended)
    finally:
        kopf_thread.stop()
        await asyncio.wait([ended], timeout=_STOPPED_WITHIN)


def _end(ended: asyncio.Future[None], error: BaseException | None) -> None:
    if error is None:
        ended.set_result(None)
    else:
        ended.set_exception(error)


class _Thread(threading.Thread):
    """Runs kopf, again and again, until it is told to stop or something is wrong for good."""

    def __init__(
        self,
        replica: Replica,
        look_at: Callable[[str], object],
        ended: Callable[[BaseException | None], object],
    ) -> None:
        super().__init__(name="kopf", daemon=True)
        self._replica = replica
        self._look_at = look_at
        self._ended = ended
        self._stopping = threading.Event()
        self._inner: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None
        self._lock = threading.Lock()

    def run(self) -> None:
        error: BaseException | None = None
        try:
            while not asyncio.run(self._operate()):
                _log.warning("operator: starting over")
        except (Exception, asyncio.CancelledError) as caught:
            error = RuntimeError(str(caught)) if isinstance(caught, asyncio.CancelledError) else caught
        self._ended(error)

    def stop(self) -> None:
        """Let it end soon; from any thread."""
        with self._lock:
            self._stopping.set()
            if self._inner is not None:
                loop, told = self._inner
                with contextlib.suppress(RuntimeError):  # that loop has just ended
                    loop.call_soon_threadsafe(told.set)

    async def _operate(self) -> bool:
        """Whether the end was asked for; False when it came by what passes, and a pause is over."""
        told = asyncio.Event()
        with self._lock:
            self._inner = (asyncio.get_running_loop(), told)
            if self._stopping.is_set():
                return True
        credentials, settings = self._replica.credentials, self._replica.settings
        async with Client(credentials, timeout=settings.request_timeout) as client:
            if not await _served(client, told):
                return True
            others = asyncio.all_tasks()
            tasks = await kopf.spawn_tasks(
                registry=registry(credentials, self._look_at),
                settings=tuned(),
                clusterwide=True,
                standalone=True,
                stop_flag=told,
            )
            try:
                await kopf.run_tasks(tasks, ignored=others)
            except Exception as error:
                if not told.is_set() and not _passes(error):
                    raise
                _log.warning("operator: %s", error)
            return await _pause(told)


def _passes(error: Exception) -> bool:
    """Whether an API server that starts or stops says this; it knows no custom kinds (404) at first."""
    status = getattr(error, "status", 0)  # kopf's own exceptions are not part of its interface
    passing = status in (_NOT_FOUND, _TOO_MANY) or status >= _SERVERS_FAULT
    return passing or isinstance(error, (aiohttp.ClientError, OSError))


async def _pause(told: asyncio.Event) -> bool:
    """Whether a stop was asked for before the pause was over."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(told.wait(), _PAUSE)
    return told.is_set()


async def _served(client: Client, told: asyncio.Event) -> bool:
    """Wait until the User kind is served, or a stop is asked for: False.

    kopf itself would wait for a definition that is made, and that is not what happens when an API server
    has not read those it keeps.
    """
    while True:
        with contextlib.suppress(NotFound, ApiError, Unreachable):
            await client.served(USERS)
            return True
        client.forget(USERS)
        if await _pause(told):
            return False
