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
from yurt_console.operator.webhook.registration import NO_WEBHOOK, THROUGH_SERVICE, WebhookAddress
from yurt_console.settings import Settings

_log = logging.getLogger(__name__)

_INTERVAL = 30.0
"""Seconds between checks of Secret and configurations: the longest time that a foreign change lasts."""
_RETRY = 2.0
_GRACE = 3
_MAX_REQUESTS = 256
CONSOLE_ACCOUNT = "yurt-console"


async def run(replica: Replica) -> None:
    """Serve until cancelled. Raises `KubeError` for a wrong setting or address."""
    settings = replica.settings
    address, host = _addresses(settings, replica.credentials)
    if address == NO_WEBHOOK:
        _log.warning(
            "webhook: disabled (see webhook_address). Tenants' pods are not confined to their own nodes;"
            " serve trusted tenants only."
        )
        return
    try:
        target = registration.parse_address(address, settings.cluster.namespace)
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.create_server((host, settings.webhook.port), family=family, backlog=256)
    except ValueError as error:
        raise KubeError(str(error)) from None
    except OSError as error:
        endpoint = f"{host}:{settings.webhook.port}"
        raise KubeError(f"the webhook cannot listen on {endpoint}: {error.strerror}") from None
    with listening:
        # asyncio sets it only on sockets with an explicit protocol; without it a response takes 40 ms more
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await _serve(replica, target, listening)


def _addresses(settings: Settings, credentials: Credentials) -> tuple[str, str]:
    """The setting ``webhook_address`` and the address to listen on; the defaults differ in a pod."""
    if not credentials.in_pod:
        return settings.webhook.address or NO_WEBHOOK, settings.webhook.host or "127.0.0.1"
    any_address = "::" if "[" in credentials.server else "0.0.0.0"  # noqa: S104 - of the pod's own network
    return settings.webhook.address or THROUGH_SERVICE, settings.webhook.host or any_address


async def _serve(replica: Replica, target: WebhookAddress, listening: socket.socket) -> None:
    console = f"system:serviceaccount:{replica.settings.cluster.namespace}:{CONSOLE_ACCOUNT}"
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    load(context, await _keys(replica, target))
    server = _server(Application(replica.client, console, replica.stats.webhook), context)
    serving = asyncio.create_task(server.serve([listening]))
    updating = asyncio.create_task(_update(replica, target, console, context))
    try:
        await asyncio.wait((serving, updating), return_when=asyncio.FIRST_COMPLETED)
        for task in (serving, updating):
            if task.done():
                task.result()  # both run until cancelled: raises their error
    finally:
        updating.cancel()
        server.should_exit = True
        await asyncio.gather(serving, updating, return_exceptions=True)


async def _keys(replica: Replica, target: WebhookAddress) -> Keys:
    """The shared keys; waits while the API server is unavailable."""
    reported = ""
    while True:
        try:
            return await keys.get_or_create(
                replica.client, replica.settings.cluster.namespace, target.hosts, datetime.now(UTC)
            )
        except KubeError as error:
            if str(error) != reported:
                reported = str(error)
                _log.warning("webhook: %s", reported)
            await asyncio.sleep(_RETRY)


async def _update(replica: Replica, target: WebhookAddress, console: str, context: ssl.SSLContext) -> None:
    """Update configurations and certificate. A new authority is trusted before its certificate is served."""
    while True:
        pause = _INTERVAL
        keys = await _keys(replica, target)
        try:
            if await registration.apply(replica.client, target, keys.authorities, console):
                _log.info("webhook: registered at the API server")
            load(context, keys)
        except KubeError as error:
            _log.warning("webhook: cannot update its configuration: %s", error)
            pause = _RETRY
        await asyncio.sleep(pause)


def _server(application: Application, context: ssl.SSLContext) -> BackgroundServer:
    config = http_server.config(application, _GRACE, loop="none", limit_concurrency=_MAX_REQUESTS)
    config.load()
    config.ssl = context
    return BackgroundServer(config)


def load(context: ssl.SSLContext, keys: Keys) -> None:
    """Serve these keys from the next connection on.

    OpenSSL reads keys from files only, so one exists for a moment, with mode 0600.
    """
    handle, name = tempfile.mkstemp(prefix="yurt-console-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(keys.certificate + keys.key)
        context.load_cert_chain(name)
    finally:
        Path(name).unlink()
