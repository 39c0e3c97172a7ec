"""``yurt-console check``: prints what the cluster lacks and how to repair it."""

from __future__ import annotations

import asyncio

from yurt_console.cli import cluster_client
from yurt_console.diagnostics.check import findings
from yurt_console.settings import Settings


def run(settings: Settings) -> int:
    """Print every finding; 1 when something is wrong."""
    return asyncio.run(_check(settings))


async def _check(settings: Settings) -> int:
    failed = False
    async with cluster_client.client(settings) as client:
        async for finding in findings(client, settings):
            print(finding)
            failed = failed or finding.is_failure
    print()
    print("Something essential is missing." if failed else "Nothing essential is missing.")
    return 1 if failed else 0
