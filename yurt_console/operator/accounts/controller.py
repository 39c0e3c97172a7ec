"""The account controller: reconciles accounts when they change and when the calendar says so.

A name is enqueued when its User or one of its objects changes (`OperatorCache`), when the platform does, and
at the times that the plan asks for. Each time the whole account is reconciled. It never gives up: what the
API server refuses is said in the User's conditions and tried again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

from yurt_console.kube.client import Client
from yurt_console.kube.errors import ApiError, KubeError
from yurt_console.operator.accounts.event_recorder import EventRecorder
from yurt_console.operator.accounts.reconcile import StepFailed, Waiting, now, reconcile, report_failure
from yurt_console.operator.accounts.work_queue import WorkQueue
from yurt_console.operator.cache import OperatorCache
from yurt_console.operator.platform_poller import PlatformPoller
from yurt_console.operator.stats import USER, OperatorStats, Result
from yurt_console.tenancy.provisioning.conditions import FAILED
from yurt_console.tenancy.provisioning.steps import AccountEvent

_log = logging.getLogger(__name__)

WORKERS = 16
"""Accounts reconciled at the same time; at the start all accounts are enqueued."""
_WAIT_SECONDS = 1.0
_TRANSIENT = (409, 429)
"""Codes that are not reported at the first failure; nor are those of 500 and above."""
_REPORT_AFTER = 3
"""Failures in a row after which a transient one is reported."""


class AccountController:
    """Reconciles a bounded number of accounts at a time; ``clock`` is the calendar."""

    def __init__(
        self,
        client: Client,
        cache: OperatorCache,
        platform: PlatformPoller,
        stats: OperatorStats,
        *,
        clock: Callable[[], datetime] = now,
    ) -> None:
        self._client = client
        self._cache = cache
        self._platform = platform
        self._clock = clock
        self._queue = WorkQueue(clock, stats.accounts)
        self._stats = stats.reconciles[USER]
        self._recorder = EventRecorder(client)
        cache.on_account_change(self.enqueue)
        platform.on_change(self._enqueue_all)

    def enqueue(self, name: str) -> None:
        """Reconcile the account of this name soon."""
        self._queue.add(name)

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._recorder.run())
            # a change between a reconcile and the end of the first lists would be missed
            await self._cache.accounts_listed()
            await self._platform.discovered()
            await self._queue.work(WORKERS, self._process)

    def _enqueue_all(self) -> None:
        self._queue.add_all([user.name for user in self._cache.users.rows()])

    async def _process(self, name: str) -> None:
        await self._stats.observe(self._reconcile(name))

    async def _reconcile(self, name: str) -> Result:
        platform = await self._platform.discovered()
        deadlines: list[datetime | None] = []
        steps = reconcile(
            self._client,
            name,
            platform,
            clock=self._clock,
            record=self._recorder.record,
            settled=deadlines.append,
        )
        try:
            async for step in steps:
                _log.info("User %s: step done: %s", name, step)
        except Waiting as waiting:
            _log.debug("User %s: %s", name, waiting)
            self._queue.add_after(name, _WAIT_SECONDS)
            return Result.REQUEUE_AFTER
        except StepFailed as failure:
            await self._failed(name, failure)
        except KubeError as error:
            _log.warning("User %s: reconcile failed, will retry: %s", name, error)
            self._queue.add_rate_limited(name, _retry_after(error))
        else:
            self._queue.forget(name)
            self._queue.add_at(name, deadlines[0] if deadlines else None)
            return Result.SUCCESS
        return Result.ERROR

    async def _failed(self, name: str, failure: StepFailed) -> None:
        failures = self._queue.add_rate_limited(name, _retry_after(failure.error))
        _log.warning("User %s: step failed, will retry: %s", name, failure)
        code = failure.error.code if isinstance(failure.error, ApiError) else 0
        lasting = 400 <= code < 500 and code not in _TRANSIENT
        if not lasting and failures < _REPORT_AFTER:
            return
        self._recorder.record(failure.user, (AccountEvent(FAILED, str(failure), warning=True),))
        try:
            await report_failure(self._client, failure, self._clock)
        except KubeError as error:
            _log.warning("User %s: cannot write what failed into its status: %s", name, error)


def _retry_after(error: KubeError) -> float:
    return float(error.retry_after) if isinstance(error, ApiError) else 0.0
