"""Keeps the accounts in order: the leader's main service.

Three things make it look at an account: an event about its User (kopf), a change of something that it has
(`operator.owned`), and the calendar. Looking is always the same: `reconcile`. Nothing is given up; what is
refused is said in the User's conditions and tried again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

from yurt_console.kube.client import Client
from yurt_console.kube.errors import ApiError, KubeError
from yurt_console.operator import cluster_info
from yurt_console.operator.accounts import following, owned_watch
from yurt_console.operator.accounts.event_recorder import Recorder
from yurt_console.operator.accounts.reconcile import StepFailed, Waiting, now, reconcile, report_failure
from yurt_console.operator.accounts.work_queue import WorkQueue
from yurt_console.operator.replica import Replica
from yurt_console.settings import Settings
from yurt_console.tenancy.provisioning.conditions import FAILED
from yurt_console.tenancy.provisioning.observed import Platform
from yurt_console.tenancy.provisioning.steps import News

_log = logging.getLogger(__name__)

_AT_ONCE = 16
"""Accounts in work at the same time; at a start all of them come at once."""
_PLATFORM_SECONDS = 60.0
"""How often the cluster is asked what tenants have to be told about it."""
_WAIT_SECONDS = 1.0
_PASSING = (409, 429)
"""Refusals that mean nothing when they come once; nor do those of 500 and above."""
_PATIENCE = 3
"""Failures in a row after which one that may pass is worth telling."""


async def run(replica: Replica) -> None:
    """Keep all accounts in order until cancelled."""
    keeper = AccountController(replica.client, replica.settings)
    watch = owned_watch.Watch(replica.client, replica.settings, keeper.look_at)
    async with asyncio.TaskGroup() as group:
        group.create_task(keeper.run())
        group.create_task(watch.run())
        await watch.settled()  # what it lists first is no news: every account is looked at once anyway
        group.create_task(following.run(replica, keeper.look_at))


class AccountController:
    """Looks at accounts when told to, a bounded number at a time; ``clock`` is the calendar."""

    def __init__(self, client: Client, settings: Settings, *, clock: Callable[[], datetime] = now) -> None:
        self._client = client
        self._settings = settings
        self._clock = clock
        self._queue = WorkQueue(clock)
        self._recorder = Recorder(client)
        self._names: set[str] = set()
        self._platform: Platform | None = None

    def look_at(self, name: str) -> None:
        """Look at the account of this name soon."""
        self._names.add(name)
        self._queue.add(name)

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._recorder.run())
            await self._discover()
            group.create_task(self._follow_platform())
            await self._queue.work(_AT_ONCE, self._look)

    async def _look(self, name: str) -> None:
        if self._platform is None:
            self._queue.delay(name, _WAIT_SECONDS)
            return
        appointments: list[datetime | None] = []
        steps = reconcile(
            self._client,
            name,
            self._platform,
            clock=self._clock,
            tell=self._recorder.tell,
            settled=appointments.append,
        )
        try:
            async for step in steps:
                _log.info("User %s: %s", name, step)
        except Waiting as pause:
            _log.debug("User %s: %s", name, pause)
            self._queue.delay(name, _WAIT_SECONDS)
        except StepFailed as failure:
            await self._failed(name, failure)
        except KubeError as error:
            _log.warning("User %s: %s", name, error)
            self._queue.retry(name, _asked(error))
        else:
            self._queue.forget_failures(name)
            self._queue.appoint(name, appointments[0] if appointments else None)
            if not appointments:  # the User is gone
                self._names.discard(name)

    async def _failed(self, name: str, failure: StepFailed) -> None:
        failures = self._queue.retry(name, _asked(failure.error))
        _log.warning("User %s: %s", name, failure)
        code = failure.error.code if isinstance(failure.error, ApiError) else 0
        lasting = 400 <= code < 500 and code not in _PASSING
        if not lasting and failures < _PATIENCE:
            return
        self._recorder.tell(failure.user, (News(FAILED, str(failure), warning=True),))
        try:
            await report_failure(self._client, failure, self._clock)
        except KubeError as error:
            _log.warning("User %s: cannot say what failed: %s", name, error)

    async def _follow_platform(self) -> None:
        while True:
            await asyncio.sleep(_PLATFORM_SECONDS if self._platform is not None else _WAIT_SECONDS)
            await self._discover()

    async def _discover(self) -> None:
        try:
            found = await cluster_info.discover(self._client, self._settings)
        except KubeError as error:
            _log.warning("operator: %s", error)
            return
        if found != self._platform:
            self._platform = found
            self._queue.add_all(self._names)


def _asked(error: KubeError) -> float:
    return float(error.retry_after) if isinstance(error, ApiError) else 0.0
