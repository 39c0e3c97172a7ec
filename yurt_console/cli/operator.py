"""``yurt-console operator``: reconciles the cluster with the accounts until a signal."""

from __future__ import annotations

from yurt_console.cli import cluster_client
from yurt_console.diagnostics import installation
from yurt_console.operator import process
from yurt_console.operator.replica import Replica
from yurt_console.settings import Settings


def run(settings: Settings) -> int:
    """Run until SIGTERM or SIGINT. Raises `KubeconfigError`."""
    return process.run(cluster_client.credentials(settings), settings, (_watch_installation,))


async def _watch_installation(replica: Replica) -> None:
    await installation.watch(replica.client, replica.settings, installation.OPERATOR)
