"""Leader election with a Lease, and credentials that are valid only while the Lease is held.

A leader that was frozen or cut off cannot know what happened meanwhile. So its requests go through `Fenced`,
which blocks them once the last renewal is too old: before another replica can take over, and however suddenly
the process wakes up. If the API server was unavailable and no other replica took the Lease, the leader
continues; `LeaderElector.hold` returns only when the Lease is lost.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import socket
import time
from datetime import UTC, datetime

from apimachinery.resources import LEASES
from yurt_console.kube.client import Client
from yurt_console.kube.credentials import Credential, Source
from yurt_console.kube.errors import AlreadyExists, Conflict, Forbidden, KubeError, NotFound, Unauthorized
from yurt_console.operator.leader import lease
from yurt_console.operator.leader.lease import Seen

_log = logging.getLogger(__name__)

_RELEASE_SECONDS = 2.0
_CLOSED_PAUSE = 0.1
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""Linux' CLOCK_MONOTONIC stops while the machine sleeps; a Lease does not."""


def clock() -> float:
    """Monotonic seconds, also while the process is stopped or the machine sleeps."""
    return time.clock_gettime(_CLOCK)


def identity() -> str:
    """A unique name for this process: after a restart it must not inherit the Lease of a frozen
    predecessor."""
    return f"{socket.gethostname()}_{secrets.token_hex(4)}"


class LeaderElector:
    """A candidate for the Lease, as client-go's LeaderElector. ``seconds``: the duration of the Lease."""

    def __init__(self, client: Client, namespace: str, seconds: int) -> None:
        self.holder = identity()
        self._client = client
        self._namespace = namespace
        self._seconds = seconds
        self._seen: Seen | None = None
        self._until = float("-inf")

    @property
    def trusted(self) -> bool:
        """Whether the last renewal is recent enough to act as the leader."""
        return clock() < self._until

    async def campaign(self) -> None:
        """Return once this process holds the Lease. Raises `Unauthorized` and `Forbidden`."""
        reported = ""
        while True:
            try:
                obstacle = await self._acquire()
            except (Unauthorized, Forbidden):
                raise
            except KubeError as error:
                obstacle = str(error)
            if not obstacle:
                return
            if obstacle != reported:
                _log.info("operator: %s", obstacle)
                reported = obstacle
            await asyncio.sleep(self._seconds / lease.RENEWALS)

    async def hold(self) -> str:
        """Renew the Lease until it is lost; the new holder, "" for none."""
        failing = False
        while True:
            await asyncio.sleep(self._seconds / lease.RENEWALS)
            try:
                other = await self._renew()
            except KubeError as error:
                if not failing:
                    _log.warning("operator: the Lease is not renewed: %s", error)
                failing = True
                continue
            if other is not None:
                self._until = float("-inf")
                return other
            failing = False

    async def release(self) -> None:
        """Release the Lease, if it is still held, so that no candidate has to wait. Call it last."""
        held, self._until = self.trusted, float("-inf")
        if not held or self._seen is None:
            return
        try:
            async with asyncio.timeout(_RELEASE_SECONDS):
                await self._release_lease(self._seen)
        except (KubeError, TimeoutError) as error:
            _log.warning("operator: the Lease is not released, and free in %d s: %s", self._seconds, error)

    async def _release_lease(self, seen: Seen) -> None:
        try:
            await self._client.replace(LEASES, lease.released(seen.found, datetime.now(UTC)))
        except Conflict:  # a renewal was in flight when the process was stopped
            found = await self._client.get(LEASES, lease.NAME, self._namespace)
            if lease.seen(None, found, clock()).holder == self.holder:
                await self._client.replace(LEASES, lease.released(found, datetime.now(UTC)))

    async def _acquire(self) -> str:
        """Try once to acquire the Lease; "" on success, else the obstacle."""
        begun, wall = clock(), datetime.now(UTC)
        try:
            found = await self._client.get(LEASES, lease.NAME, self._namespace)
        except NotFound:
            return "" if await self._create(begun, wall) else "another operator acquired the Lease first"
        self._seen = lease.seen(self._seen, found, clock())
        if self._seen.holder != self.holder and not self._seen.free(clock()):
            return f"{self._seen.holder} leads; waiting"
        try:
            body = lease.taken(found, self.holder, self._seconds, wall)
            self._keep(await self._client.replace(LEASES, body), begun)
        except Conflict:
            return "another operator acquired the Lease first"
        return ""

    async def _renew(self) -> str | None:
        """Renew the Lease: None on success, else its holder."""
        begun, wall = clock(), datetime.now(UTC)
        try:
            ours = lease.renewed(self._seen.found, wall) if self._seen is not None else {}
            self._keep(await self._client.replace(LEASES, ours), begun)
        except (Conflict, NotFound):
            try:
                found = await self._client.get(LEASES, lease.NAME, self._namespace)
            except NotFound:
                return None if await self._create(begun, wall) else "another operator"
            self._seen = lease.seen(None, found, begun)
            if self._seen.holder != self.holder:
                return self._seen.holder
            # still ours: the response to an earlier renewal was lost, or etcd was restored
            self._keep(await self._client.replace(LEASES, lease.renewed(found, wall)), begun)
        return None

    async def _create(self, begun: float, wall: datetime) -> bool:
        """Create the Lease; False when another candidate did."""
        body = lease.first(self.holder, self._seconds, self._namespace, wall)
        try:
            self._keep(await self._client.create(LEASES, body), begun)
        except AlreadyExists:
            return False
        return True

    def _keep(self, written: dict[str, object], begun: float) -> None:
        self._seen = lease.seen(None, written, begun)
        self._until = begun + self._seconds * lease.TRUSTED


class Fenced(Source):
    """The credentials of another source, while this process leads; waits, possibly forever, while not."""

    def __init__(self, source: Source, elector: LeaderElector) -> None:
        self._source = source
        self._elector = elector

    async def credential(self, rejected: Credential | None = None) -> Credential:
        """A credential that may be used at once."""
        credential = await self._source.credential(rejected)
        while not self._elector.trusted:  # noqa: ASYNC110  # asked from several loops
            await asyncio.sleep(_CLOSED_PAUSE)
        return credential
