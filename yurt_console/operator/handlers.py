"""What kopf calls: every event about a User leads to the same thing, bringing that account into order.

kopf supplies the watch, one queue for each account, resuming after a restart, the finalizer and timers.
What to do is `tenancy.plan`'s, and failures are retried here rather than by kopf, which would note each
attempt in the object.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from typing import Any

import kopf

from yurt_console.kube.client import Client
from yurt_console.kube.errors import ApiError, KubeError
from yurt_console.kube.resources import USERS
from yurt_console.operator import login, platform
from yurt_console.operator.reconcile import Waiting, reconcile
from yurt_console.settings import Settings
from yurt_console.tenancy.plan import Platform

_log = logging.getLogger(__name__)

RECHECK_SECONDS = 600.0
"""How often an account is looked at without an event: renews credentials, sees the end of its days."""
_AT_ONCE = 16
"""Accounts in work at the same time; at a start all of them come at once."""
_PLATFORM_SECONDS = 60.0
_WAIT_SECONDS = 1.0
_LONGEST_BACKOFF = 30.0


class Keeper:
    """Keeps accounts in order, a bounded number at a time, and never gives one up."""

    def __init__(self, client: Client, settings: Settings) -> None:
        self._client = client
        self._settings = settings
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._platform: tuple[float, Platform] | None = None

    async def keep(self, name: str) -> None:
        """Bring the account into order, however long the API server is away or something else in the way."""
        backoff = _WAIT_SECONDS
        while True:
            try:
                async with self._slots:
                    async for step in reconcile(self._client, name, await self._known_platform()):
                        _log.info("User %s: %s", name, step)
                return
            except Waiting as pause:
                _log.debug("User %s: %s", name, pause)
                delay = _WAIT_SECONDS
            except KubeError as error:
                _log.warning("User %s: %s", name, error)
                told = error.retry_after if isinstance(error, ApiError) else 0
                delay = max(float(told), backoff * random.uniform(0.5, 1.0))
                backoff = min(backoff * 2, _LONGEST_BACKOFF)
            await asyncio.sleep(delay)

    async def _known_platform(self) -> Platform:
        now = time.monotonic()
        if self._platform is None or now - self._platform[0] > _PLATFORM_SECONDS:
            self._platform = (now, await platform.discover(self._client, self._settings))
        return self._platform[1]


def registry(client: Client, settings: Settings) -> kopf.OperatorRegistry:
    """The handlers, for one cluster."""
    handlers = kopf.OperatorRegistry()
    keeper = Keeper(client, settings)
    sessions = login.Sessions(client.credentials)
    kind = (USERS.group, USERS.versions[0], USERS.plural)

    @kopf.on.login(registry=handlers)
    async def log_in(**_: Any) -> kopf.AiohttpSession:
        return await sessions.open()

    @kopf.on.resume(*kind, registry=handlers)
    @kopf.on.create(*kind, registry=handlers)
    @kopf.on.update(*kind, registry=handlers)
    @kopf.on.delete(*kind, registry=handlers)
    async def changed(name: str | None, **_: Any) -> None:
        await keeper.keep(str(name))

    @kopf.timer(*kind, registry=handlers, interval=RECHECK_SECONDS, initial_delay=RECHECK_SECONDS)
    async def rechecked(name: str | None, **_: Any) -> None:
        await keeper.keep(str(name))

    return handlers
