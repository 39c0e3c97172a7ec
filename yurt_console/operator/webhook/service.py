"""The webhook as a service: listening socket, serving certificate, registration at the API server."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import ssl
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from yurt_console.http_server import server as http_server
from yurt_console.http_server.server import BackgroundServer
from yurt_console.kube.credentials import Credentials
from yurt_console.kube.errors import KubeError
from yurt_console.operator.replica import Replica
from yurt_console.operator.webhook import keys, registration
from yurt_console.operator.webhook.app import Application
from yurt_console.operator.webhook.certificates import Keys
from yurt_console.operator.webhook.registration import NOWHERE, THROUGH_SERVICE, Place
from yurt_console.settings import Settings

_log = logging.getLogger(__name__)

_LOOK = 30.0
"""Seconds between two checks of Secret and configurations; a change by others lasts at most this."""
_AGAIN = 2.0
_GRACE = 3
_AT_ONCE = 256
CONSOLE_ACCOUNT = "yurt-console"


async def run(replica: Replica) -> None:
    """Serve until cancelled. Raises `KubeError` for a wrong setting or address."""
    settings = replica.settings
    address, host = _addresses(settings, replica.credentials)
    if address == NOWHERE:
        _log.warning(
            "webhook: there is none (see webhook_address), so nothing keeps tenants' pods on their own nodes;"
            " do not let strangers in"
        )
        return
    try:
        where = registration.place(address, settings.cluster.namespace)
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.create_server((host, settings.webhook.port), family=family, backlog=256)
    except ValueError as error:
        raise KubeError(str(error)) from None
    except OSError as error:
        place = f"{host}:{settings.webhook.port}"
        raise KubeError(f"the webhook cannot listen on {place}: {error.strerror}") from None
    with listening:
        # asyncio does this only for sockets that name their protocol; without it an answer takes 40 ms more
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await _serve(replica, where, listening)


def _addresses(settings: Settings, credentials: Credentials) -> tuple[str, str]:
    """Where the API server reaches us, and where we listen: as set, else as a pod needs it, else nowhere."""
    if not credentials.in_pod:
        return settings.webhook.address or NOWHERE, settings.webhook.host or "127.0.0.1"
    everywhere = "::" if "[" in credentials.server else "0.0.0.0"  # noqa: S104 - of the pod's own network
    return settings.webhook.address or THROUGH_SERVICE, settings.webhook.host or everywhere


async def _serve(replica: Replica, where: Place, listening: socket.socket) -> None:
    console = f"system:serviceaccount:{replica.settings.cluster.namespace}:{CONSOLE_ACCOUNT}"
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    load(context, await _keys(replica, where))
    server = _server(Application(replica.client, console, replica.stats.webhook), context)
    serving = asyncio.create_task(server.serve([listening]))
    keeping = asyncio.create_task(_keep(replica, where, console, context))
    try:
        await asyncio.wait((serving, keeping), return_when=asyncio.FIRST_COMPLETED)
        for task in (serving, keeping):
            if task.done():
                task.result()  # neither ends by itself, but for a mistake
    finally:
        keeping.cancel()
        server.should_exit = True
        await asyncio.gather(serving, keeping, return_exceptions=True)


async def _keys(replica: Replica, where: Place) -> Keys:
    """The shared keys; waits while the API server is unavailable."""
    reported = ""
    while True:
        try:
            return await keys.kept(
                replica.client, replica.settings.cluster.namespace, where.hosts, datetime.now(UTC)
            )
        except KubeError as error:
            if str(error) != reported:
                reported = str(error)
                _log.warning("webhook: %s", reported)
            await asyncio.sleep(_AGAIN)


async def _keep(replica: Replica, where: Place, console: str, context: ssl.SSLContext) -> None:
    """Keep configurations and certificate: an authority is trusted before its certificate serves."""
    while True:
        pause = _LOOK
        keys = await _keys(replica, where)
        try:
            if await registration.keep(replica.client, where, keys.authorities, console):
                _log.info("webhook: the API server asks us from now on")
            load(context, keys)
        except KubeError as error:
            _log.warning("webhook: its configuration was not updated: %s", error)
            pause = _AGAIN
        await asyncio.sleep(pause)


def _server(application: Application, context: ssl.SSLContext) -> BackgroundServer:
    config = http_server.config(application, _GRACE, loop="none", limit_concurrency=_AT_ONCE)
    config.load()
    config.ssl = context
    return BackgroundServer(config)


def load(context: ssl.SSLContext, keys: Keys) -> None:
    """Serve with these from the next connection on; OpenSSL reads files only, so one exists briefly."""
    handle, name = tempfile.mkstemp(prefix="yurt-console-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(keys.certificate + keys.key)
        context.load_cert_chain(name)
    finally:
        Path(name).unlink()
