"""The leader's service: all controllers, on one cache and one view of the platform."""

from __future__ import annotations

import asyncio

from yurt_console.operator.accounts.controller import AccountController
from yurt_console.operator.cache import OperatorCache
from yurt_console.operator.nodes.csr_controller import CsrController
from yurt_console.operator.platform_poller import PlatformPoller
from yurt_console.operator.replica import Replica


async def run(replica: Replica) -> None:
    """Run the controllers until cancelled."""
    cache = OperatorCache(replica.client, replica.settings)
    platform = PlatformPoller(replica.client, replica.settings)
    accounts = AccountController(replica.client, cache, platform, replica.stats)
    nodes = CsrController(replica.client, cache, platform, replica.stats)
    async with asyncio.TaskGroup() as group:
        for task in (cache.run(), platform.run(), accounts.run(), nodes.run()):
            group.create_task(task)
