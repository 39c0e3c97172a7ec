"""``/metrics`` as a service of every replica, on a listener of its own."""

from __future__ import annotations

import logging
from typing import Final

from yurt_console.http_server import server as http_server
from yurt_console.http_server.listener import listener
from yurt_console.http_server.server import BackgroundServer
from yurt_console.kube.errors import KubeError
from yurt_console.operator.replica import Replica

_log = logging.getLogger(__name__)

_GRACE: Final = 1


async def run(replica: Replica) -> None:
    """Serve until cancelled; nothing without a port. Raises `KubeError` when it cannot listen."""
    host, port = replica.settings.metrics.operator_host, replica.settings.metrics.operator_port
    if not port:
        return
    try:
        listening = listener(host, port)
    except OSError as error:
        raise KubeError(f"cannot listen on {host} port {port}: {error.strerror or error}") from None
    with listening:
        from yurt_console.operator.metrics import collectors  # noqa: PLC0415 - imported when it is asked for

        application = collectors.application(replica.stats, replica.client.server)
        _log.info("operator: metrics on %s port %d", host, port)
        config = http_server.config(application, _GRACE, loop="none")
        await BackgroundServer(config).run_until_cancelled(listening)
