"""The operator's process: services of every replica and of the leader, start, signals and end.

The leader's services get a client that delays requests while leadership is uncertain (`election.Fenced`), so
they need not check it.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import os
import signal

from yurt_console.custom_resources import USERS
from yurt_console.kube.client import Client
from yurt_console.kube.credentials import Credentials
from yurt_console.kube.errors import ApiError, Forbidden, NotFound, Unauthorized, Unreachable
from yurt_console.operator import controllers
from yurt_console.operator.leader.election import Fenced, LeaderElector
from yurt_console.operator.metrics import service as metrics
from yurt_console.operator.replica import Replica, Service
from yurt_console.operator.stats import OperatorStats
from yurt_console.operator.webhook import service as webhook
from yurt_console.settings import Settings

_log = logging.getLogger(__name__)

LOST = 3
"""The exit status of a process that lost the Lease to another."""
_FAILED = 1
_LAST = 20.0
"""Seconds from a signal to the end of the process."""
_PAUSE = 2.0


REPLICA_SERVICES: tuple[Service, ...] = (webhook.run, metrics.run)
"""Run from start to end of each process, leading or not."""
LEADER_SERVICES: tuple[Service, ...] = (controllers.run,)
"""Run while the process leads. Whatever writes to the cluster belongs here, except the webhook's certificate
and configuration, which are the same in every replica."""


def run(credentials: Credentials, settings: Settings, more: tuple[Service, ...] = ()) -> int:
    """Run until SIGTERM or SIGINT; 0 after an orderly end, 1 after an error.

    ``more`` runs in every replica, beside our own. A leader that is replaced ends the process at once, with
    `LOST`.
    """
    try:
        asyncio.run(_operate(credentials, settings, (*REPLICA_SERVICES, *more)))
    except (Exception, asyncio.CancelledError) as error:
        _log.error("the operator ended: %s", _cause(error))
        return _FAILED
    _log.info("operator: stopped")
    return 0


async def _operate(credentials: Credentials, settings: Settings, everywhere: tuple[Service, ...]) -> None:
    stop = asyncio.Event()
    _handle_signals(stop)
    stats = OperatorStats()
    async with (
        Client(credentials, timeout=settings.cluster.request_timeout, counts=stats.requests) as client,
        asyncio.TaskGroup() as group,
    ):
        replica = Replica(client, credentials, settings, stats)
        _log.info("operator: started for the API server %s", client.server)
        services = [group.create_task(service(replica)) for service in (*everywhere, _lead)]
        await stop.wait()
        for task in services:
            task.cancel()


async def _lead(replica: Replica) -> None:
    """Wait for leadership, then run the leader's services."""
    await _user_kind_served(replica.client)
    seconds = replica.settings.leader.lease_duration
    async with Client(replica.credentials, timeout=seconds / 2, counts=replica.stats.requests) as client:
        elector = LeaderElector(client, replica.settings.cluster.namespace, seconds)
        replica.stats.leads = lambda: elector.trusted
        await elector.campaign()
        _log.info("operator: %s leads", elector.holder)
        try:
            await _run_leader(replica, elector)
        finally:
            await elector.release()


async def _run_leader(replica: Replica, elector: LeaderElector) -> None:
    source = Fenced(replica.credentials.source, elector)
    fenced = dataclasses.replace(replica.credentials, source=source)
    timeout, counts = replica.settings.cluster.request_timeout, replica.stats.requests
    async with Client(fenced, timeout=timeout, counts=counts) as client, asyncio.TaskGroup() as group:
        leader = dataclasses.replace(replica, client=client, credentials=fenced)
        group.create_task(_hold(elector))
        for service in LEADER_SERVICES:
            group.create_task(service(leader))


async def _hold(elector: LeaderElector) -> None:
    """Renew the Lease; end the process at once when it is lost."""
    other = await elector.hold()
    _log.error("operator: lost the Lease, holder is now %s; exiting", other or "no replica")
    logging.shutdown()
    os._exit(LOST)


def _handle_signals(stop: asyncio.Event) -> None:
    """Set ``stop`` on SIGINT and SIGTERM, and kill the process when it has not ended in time."""
    loop = asyncio.get_running_loop()

    def request_stop() -> None:
        stop.set()
        loop.call_later(_LAST, signal.raise_signal, signal.SIGKILL)

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, request_stop)


async def _user_kind_served(client: Client) -> None:
    """Wait until the User kind is served: before ``yurt-console install`` there is nothing to control."""
    reported = ""
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
            return
        if problem != reported:
            _log.warning("operator: %s", problem)
            reported = problem
        client.forget(USERS)
        await asyncio.sleep(_PAUSE)


def _cause(error: BaseException) -> BaseException:
    """The first error of a group."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
