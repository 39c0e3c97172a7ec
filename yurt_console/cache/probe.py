"""Whether the API server is there, asked every few seconds for all kinds together.

A watch whose peer vanished looks exactly like a quiet one: bookmarks do not come often enough to tell.
So one tiny request proves life for everybody. When it fails, every kind is stale since the last proof; when
it succeeds again, everything that was under way before is renewed, because it may hang on a dead
connection for minutes.
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
"""Seconds between probes while the server is away, so that its return is noticed soon."""
_SYSTEM_NAMESPACE = "kube-system"


class Probe:
    """Asks ``/readyz``, or ``/version`` where that is not ours to ask."""

    def __init__(self, client: Client, settings: Settings, *, clock: Callable[[], float] = time.time) -> None:
        self._client = client
        self._interval = settings.probe_interval
        self._timeout = settings.probe_timeout
        self._clock = clock
        self._lost: list[Callable[[], None]] = []
        self._back: list[Callable[[float], None]] = []
        self._lost_at = 0.0
        self._identity = ""
        self._identified_at = -1.0
        self._identifying = asyncio.Lock()
        self.alive = True
        """Whether the last probe was answered; true until one was not."""
        self.alive_at = 0.0
        """Unix time of the last proof of life; 0 before the first."""

    def listen(self, lost: Callable[[], None], back: Callable[[float], None]) -> None:
        """Call ``lost`` when the server goes away, and ``back``, with the loop's time of that, after."""
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
        """One probe; raises a `KubeError` when the server is away or not ready."""
        try:
            await self._client.request("GET", "/readyz", timeout=self._timeout)
        except (Forbidden, NotFound):
            await self._client.request("GET", "/version", timeout=self._timeout)
        self._succeeded()

    async def identity(self, since: float) -> str:
        """The uid of the cluster's oldest namespace; "" when we may not know it.

        Another uid is another cluster behind the same address. Asked anew unless known from after
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
