"""``yurt-console operator``: keeps the cluster as the accounts need it, until it is told to stop."""

from __future__ import annotations

from yurt_console.cli import connection
from yurt_console.diagnostics import outdated
from yurt_console.operator import process
from yurt_console.operator.replica import Replica
from yurt_console.settings import Settings


def run(settings: Settings) -> int:
    """Run until SIGTERM or SIGINT. Raises `KubeconfigError`."""
    return process.run(connection.credentials(settings), settings, (_look_at_what_is_installed,))


async def _look_at_what_is_installed(replica: Replica) -> None:
    await outdated.watch(replica.client, replica.settings, outdated.OPERATOR)
