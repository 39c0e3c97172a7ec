"""Diagnostics of the admission webhook: registration, reachability, answers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from apimachinery.resources import NODES, SECRETS
from yurt_console.diagnostics.findings import Finding, fail, ok, warn
from yurt_console.kube.client import Client
from yurt_console.kube.errors import Forbidden, InternalError, KubeError, NotFound
from yurt_console.operator.webhook import keys, registration
from yurt_console.operator.webhook.registration import NO_WEBHOOK, THROUGH_SERVICE
from yurt_console.settings import Settings

_PROBE = "user-00000000000000000000-check"
"""Name of the Node of a dry run that makes the API server call the webhook."""
_REMEDY = "start yurt-console operator, outside of a pod with --webhook-address, and read its log"


async def findings(client: Client, settings: Settings) -> AsyncIterator[Finding]:
    """Whether the webhook confines tenants to their own nodes. Raises `KubeError`."""
    version = await client.version()
    try:
        address = (
            THROUGH_SERVICE if settings.webhook.address in ("", NO_WEBHOOK) else settings.webhook.address
        )
        where = registration.parse_address(address, settings.cluster.namespace)
    except ValueError as error:
        yield fail(f"{error}.", "see docs/settings.md")
        return
    console = f"system:serviceaccount:{settings.cluster.namespace}:yurt-console"
    found: list[dict[str, Any]] = []
    for resource, wanted in registration.configurations(where, b"", version, console):
        try:
            configuration = await client.get(resource, registration.NAME)
        except NotFound:
            yield warn(
                f"There is no {resource.kind} {registration.NAME}: nothing keeps tenants' pods"
                " on their own nodes. Do not let strangers in.",
                _REMEDY,
            )
            return
        found += configuration.get("webhooks") or ()
        if not _same_rules(configuration, wanted):
            yield warn(f"{resource.kind} {registration.NAME} is not the one this version writes.", _REMEDY)
    async for finding in _trust(client, settings, found):
        yield finding
    async for finding in _answers(client):
        yield finding


def _same_rules(found: dict[str, Any], wanted: dict[str, Any]) -> bool:
    expected = [
        {key: value for key, value in webhook.items() if key != "clientConfig"}
        for webhook in wanted["webhooks"]
    ]
    return registration.contains(found.get("webhooks"), expected)


async def _trust(
    client: Client, settings: Settings, webhooks: list[dict[str, Any]]
) -> AsyncIterator[Finding]:
    name = f"{settings.cluster.namespace}/{keys.SECRET_NAME}"
    try:
        secret = await client.get(SECRETS, keys.SECRET_NAME, settings.cluster.namespace)
    except NotFound:
        yield fail(f"The webhook's certificates (Secret {name}) are missing.", _REMEDY)
        return
    except Forbidden:
        yield warn(f"Permission missing to read Secret {name}, so its authority was not compared.", "")
        return
    trusted = (secret.get("data") or {}).get("ca.crt")
    if any(webhook["clientConfig"].get("caBundle") != trusted for webhook in webhooks):
        yield fail("The API server trusts another authority than the webhook's certificate is from.", _REMEDY)


async def _answers(client: Client) -> AsyncIterator[Finding]:
    """Call the webhook through the API server, by a dry run that creates nothing."""
    path = NODES.path(NODES.versions[0])
    body = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": _PROBE}}
    try:
        await client.request("POST", path, params={"dryRun": "All"}, body=body)
    except Forbidden:
        yield warn("Permission missing to create nodes in a dry run, so the webhook was not called.", "")
    except InternalError as error:
        yield fail(
            f"The admission webhook does not answer, so tenants can make no pods: {error.status.message}",
            _REMEDY,
        )
    except KubeError as error:
        yield fail(f"The admission webhook was not reached: {error}", _REMEDY)
    else:
        yield ok("The API server calls the admission webhook, and it answers.")
