"""Polls the platform (`cluster_info`) for all controllers of the leader."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from yurt_console.kube.client import Client
from yurt_console.kube.errors import KubeError
from yurt_console.operator import cluster_info
from yurt_console.operator.cluster_info import Joining
from yurt_console.settings import Settings
from yurt_console.tenancy.provisioning.observed import Platform

_log = logging.getLogger(__name__)

_SECONDS = 60.0
_RETRY_SECONDS = 1.0
"""The pause while nothing is known yet."""


class PlatformPoller:
    """Keeps the last `Platform` and `Joining` that could be discovered."""

    def __init__(self, client: Client, settings: Settings) -> None:
        self.joining: Joining | None = None
        """Needed for nodes only, and known also when the address or the CA of the cluster is not."""
        self.platform: Platform | None = None
        self._client = client
        self._settings = settings
        self._handlers: list[Callable[[], None]] = []
        self._problem = ""
        self._discovered = asyncio.Event()

    def on_change(self, handler: Callable[[], None]) -> None:
        """Call ``handler`` after `platform` has changed."""
        self._handlers.append(handler)

    async def discovered(self) -> Platform:
        """The platform; waits for the first time that it can be discovered."""
        while self.platform is None:
            await self._discovered.wait()
        return self.platform

    async def run(self) -> None:
        """Poll until cancelled."""
        while True:
            await self.poll()
            await asyncio.sleep(_RETRY_SECONDS if self.platform is None else _SECONDS)

    async def poll(self) -> None:
        """Ask once. A failure is logged once, and leaves what is known as it is."""
        try:
            self.joining = await cluster_info.for_joining(self._client, self._settings)
            platform = await cluster_info.discover(self._client, self._settings, self.joining)
        except KubeError as error:
            if str(error) != self._problem:
                _log.warning("operator: cannot discover the platform, the last state is used: %s", error)
                self._problem = str(error)
            return
        self._problem = ""
        if platform != self.platform:
            self.platform = platform
            self._discovered.set()
            for handler in self._handlers:
                handler()
