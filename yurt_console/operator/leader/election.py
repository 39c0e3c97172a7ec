"""Getting, keeping and giving back the Lease; and credentials that hold only while it is kept.

A leader that was frozen, or cut off, cannot know what happened meanwhile. So everything it sends goes
through `Fenced`, which lets nothing pass once the last renewal is too long ago: before another can take
over, and however suddenly the process wakes up. When the API server was away and nobody took the Lease
in between, the leader goes on; `Leadership.hold` returns only when it is lost for good.
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
"""Linux' monotonic clock stands still while the machine sleeps; a Lease does not."""


def clock() -> float:
    """Seconds that go on while this process is stopped or its machine sleeps."""
    return time.clock_gettime(_CLOCK)


def identity() -> str:
    """A name for this process and no other, past or future: a restart must not inherit what a frozen
    predecessor holds."""
    return f"{socket.gethostname()}_{secrets.token_hex(4)}"


class Leadership:
    """One replica's part in the election. ``seconds``: how long a leader may be silent."""

    def __init__(self, client: Client, namespace: str, seconds: int) -> None:
        self.holder = identity()
        self._client = client
        self._namespace = namespace
        self._seconds = seconds
        self._seen: Seen | None = None
        self._until = float("-inf")

    @property
    def trusted(self) -> bool:
        """Whether we lead, as far as can be known without asking."""
        return clock() < self._until

    async def campaign(self) -> None:
        """Return once we hold the Lease. Raises `Unauthorized` and `Forbidden`."""
        said = ""
        while True:
            try:
                news = await self._stand()
            except (Unauthorized, Forbidden):
                raise
            except KubeError as error:
                news = str(error)
            if not news:
                return
            if news != said:
                _log.info("operator: %s", news)
                said = news
            await asyncio.sleep(self._seconds / lease.RENEWALS)

    async def hold(self) -> str:
        """Renew the Lease; returns who holds it instead of us ("" for nobody) when it is lost."""
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
        """Give the Lease back, if we still hold it, so that nobody has to wait; everything must be done."""
        held, self._until = self.trusted, float("-inf")
        if not held or self._seen is None:
            return
        try:
            async with asyncio.timeout(_RELEASE_SECONDS):
                await self._give_back(self._seen)
        except (KubeError, TimeoutError) as error:
            _log.warning("operator: the Lease is not given back, and free in %d s: %s", self._seconds, error)

    async def _give_back(self, seen: Seen) -> None:
        try:
            await self._client.replace(LEASES, lease.released(seen.found, datetime.now(UTC)))
        except Conflict:  # a renewal was under way when we were told to stop, and nobody waited for its reply
            found = await self._client.get(LEASES, lease.NAME, self._namespace)
            if lease.seen(None, found, clock()).holder == self.holder:
                await self._client.replace(LEASES, lease.released(found, datetime.now(UTC)))

    async def _stand(self) -> str:
        """Try once to get it; "" when we have it, else why not."""
        begun, wall = clock(), datetime.now(UTC)
        try:
            found = await self._client.get(LEASES, lease.NAME, self._namespace)
        except NotFound:
            return "" if await self._create(begun, wall) else "another operator was faster"
        self._seen = lease.seen(self._seen, found, clock())
        if self._seen.holder != self.holder and not self._seen.free(clock()):
            return f"{self._seen.holder} leads; waiting"
        try:
            body = lease.taken(found, self.holder, self._seconds, wall)
            self._keep(await self._client.replace(LEASES, body), begun)
        except Conflict:
            return "another operator was faster"
        return ""

    async def _renew(self) -> str | None:
        """None when it is ours for another while, else the holder."""
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
            # ours after all: the reply to an earlier renewal was lost, or the data were restored
            self._keep(await self._client.replace(LEASES, lease.renewed(found, wall)), begun)
        return None

    async def _create(self, begun: float, wall: datetime) -> bool:
        """Make the Lease, which nobody has; False when another did."""
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
    """Another source's credentials, given only while we lead; until then, and possibly for ever, it waits."""

    def __init__(self, source: Source, leadership: Leadership) -> None:
        self._source = source
        self._leadership = leadership

    async def credential(self, rejected: Credential | None = None) -> Credential:
        """A credential that may be used at once."""
        credential = await self._source.credential(rejected)
        while not self._leadership.trusted:  # noqa: ASYNC110  # asked from several loops
            await asyncio.sleep(_CLOSED_PAUSE)
        return credential
