"""Liveness probe of the API server, shared by all reflectors.

A watch with a lost peer looks like a quiet one, and bookmarks are too rare to tell them apart. So one small
request proves liveness for all kinds. When it fails, all kinds are stale since the last success. When it
succeeds again, all requests in flight are restarted, because they may hang on a dead connection for minutes.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from apimachinery.resources import NAMESPACES
from yurt_console.kube.client import Client
from yurt_console.kube.errors import Forbidden, KubeError, NotFound
from yurt_console.settings import Settings

_HURRY = 1.0
"""Seconds between probes while the server is unreachable."""
_SYSTEM_NAMESPACE = "kube-system"


class Probe:
    """Requests ``/readyz``, or ``/version`` where RBAC forbids that."""

    def __init__(self, client: Client, settings: Settings, *, clock: Callable[[], float] = time.time) -> None:
        self._client = client
        self._interval = settings.cache.probe_interval
        self._timeout = settings.cache.probe_timeout
        self._clock = clock
        self._lost: list[Callable[[], None]] = []
        self._back: list[Callable[[float], None]] = []
        self._lost_at = 0.0
        self._identity = ""
        self._identified_at = -1.0
        self._identifying = asyncio.Lock()
        self.alive = True
        """Whether the last probe succeeded; true before the first."""
        self.alive_at = 0.0
        """Unix time of the last success; 0 before the first."""

    def listen(self, lost: Callable[[], None], back: Callable[[float], None]) -> None:
        """Call ``lost`` when the server goes away, and ``back`` with that time (loop clock) on return."""
        self._lost.append(lost)
        self._back.append(back)

    async def run(self) -> None:
        """Probe until cancelled."""
        while True:
            try:
                await self.ask()
            except KubeError:
                self._failed()
            await asyncio.sleep(self._interval if self.alive else min(self._interval, _HURRY))

    async def ask(self) -> None:
        """Probe once; raises `KubeError` when the server is unreachable or not ready."""
        try:
            await self._client.request("GET", "/readyz", timeout=self._timeout)
        except (Forbidden, NotFound):
            await self._client.request("GET", "/version", timeout=self._timeout)
        self._succeeded()

    async def identity(self, since: float) -> str:
        """The uid of ``kube-system``; "" when it cannot be read.

        Another uid means another cluster behind the same address. Requested again unless known from after
        ``since``, a time of the loop's clock.
        """
        async with self._identifying:
            if self._identified_at <= since:
                asked_at = asyncio.get_running_loop().time()
                try:
                    namespace = await self._client.get(NAMESPACES, _SYSTEM_NAMESPACE)
                except (Forbidden, NotFound):
                    self._identity = ""
                else:
                    self._identity = str(namespace.get("metadata", {}).get("uid", ""))
                self._identified_at = asked_at
            return self._identity

    def _succeeded(self) -> None:
        self.alive_at = self._clock()
        if not self.alive:
            self.alive = True
            for back in self._back:
                back(self._lost_at)

    def _failed(self) -> None:
        if self.alive:
            self.alive = False
            self._lost_at = asyncio.get_running_loop().time()
            for lost in self._lost:
                lost()
