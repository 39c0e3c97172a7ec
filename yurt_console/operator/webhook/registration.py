"""Webhook registration: desired ValidatingWebhookConfiguration and MutatingWebhookConfiguration.

The rules are narrow, because an unreachable webhook blocks the requests they match. Pods, DaemonSets and
Services: in namespaces with the tenant label only. Nodes: on creation only, so heartbeats never depend on the
webhook, and from Kubernetes 1.28 on only those with a tenant's node name. Users: failurePolicy Ignore,
because the rule is a second check of the console, which must keep working while the operator is away.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec

from apimachinery.resources import (
    MUTATING_WEBHOOK_CONFIGURATIONS,
    VALIDATING_WEBHOOK_CONFIGURATIONS,
    Resource,
)
from yurt_console.kube.client import Client, Object
from yurt_console.kube.errors import AlreadyExists, Conflict, NotFound
from yurt_console.tenancy import naming
from yurt_console.tenancy.admission import users
from yurt_console.yurt.well_known_labels import TENANT_LABEL

NAME = "yurt-console"
"""The name of both configurations."""
SERVICE_NAME = "yurt-console-webhook"
THROUGH_SERVICE = "service"
NO_WEBHOOK = "none"
"""Values of the setting ``webhook_address``: through the Service, and no webhook."""
MUTATE, VALIDATE = "/mutate", "/validate"
_SECONDS, _SECONDS_FOR_USERS = 5, 2
_CONDITIONS_SINCE = (1, 28)


class WebhookAddress(msgspec.Struct, frozen=True):
    """Address of the webhook for the API server: a URL, or the Service in the console's namespace."""

    namespace: str
    url: str = ""

    @property
    def hosts(self) -> tuple[str, ...]:
        """DNS names and IP addresses for the serving certificate."""
        if self.url:
            return (urlsplit(self.url).hostname or "",)
        return (f"{SERVICE_NAME}.{self.namespace}.svc",)

    def client(self, path: str, authorities: bytes) -> Object:
        """``clientConfig`` of a webhook."""
        trust = {"caBundle": base64.b64encode(authorities).decode("ascii")}
        if self.url:
            return {"url": f"{self.url.rstrip('/')}{path}", **trust}
        service = {"name": SERVICE_NAME, "namespace": self.namespace, "path": path, "port": 443}
        return {"service": service, **trust}


def parse_address(address: str, namespace: str) -> WebhookAddress:
    """Parse the setting ``webhook_address``. Raises `ValueError` for an invalid one."""
    if address == THROUGH_SERVICE:
        return WebhookAddress(namespace)
    parts = urlsplit(address)
    if parts.scheme != "https" or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise ValueError(f"webhook_address must be https://host:port, {THROUGH_SERVICE} or {NO_WEBHOOK}")
    return WebhookAddress(namespace, address)


def configurations(
    where: WebhookAddress, authorities: bytes, version: Mapping[str, str], console: str
) -> tuple[tuple[Resource, Object], ...]:
    """Both desired configurations.

    ``version``: the API server's; ``console``: user name of the console's ServiceAccount.
    """
    mutating = [
        _webhook("pods", _rule("", ["pods"], ["CREATE"]), reinvocationPolicy="IfNeeded"),
        _webhook(
            "daemonsets", _rule("apps", ["daemonsets"], ["CREATE", "UPDATE"]), reinvocationPolicy="IfNeeded"
        ),
    ]
    nodes = _webhook("nodes", _rule("", ["nodes"], ["CREATE"]), tenants=False)
    console_writes = _webhook(
        "users",
        _rule("user.openyurt.io", ["users"], ["CREATE", "UPDATE"], "v1alpha1"),
        tenants=False,
        failurePolicy="Ignore",
        timeoutSeconds=_SECONDS_FOR_USERS,
    )
    validating = [
        _webhook(
            "pods",
            _rule("", ["pods"], ["CREATE", "UPDATE"]),
            _rule("", ["pods/ephemeralcontainers"], ["UPDATE"]),
        ),
        _webhook("daemonsets", _rule("apps", ["daemonsets"], ["CREATE", "UPDATE"])),
        _webhook("services", _rule("", ["services"], ["CREATE", "UPDATE"])),
        nodes,
        console_writes,
    ]
    if _number(version) >= _CONDITIONS_SINCE:
        _only(nodes, "tenants", f"object.metadata.name.matches('{naming.NODE_NAME_PATTERN}')")
        ours = f"['{console}', '{users.administrators(console)}']"
        _only(console_writes, "console", f"request.userInfo.username in {ours}")
    return tuple(
        (resource, _configuration(resource, webhooks, where.client(path, authorities)))
        for resource, webhooks, path in (
            (MUTATING_WEBHOOK_CONFIGURATIONS, mutating, MUTATE),
            (VALIDATING_WEBHOOK_CONFIGURATIONS, validating, VALIDATE),
        )
    )


async def apply(client: Client, where: WebhookAddress, authorities: bytes, console: str) -> bool:
    """Create or update both configurations. Returns whether it has written. Raises `KubeError`."""
    version = await client.version()
    written = False
    for resource, wanted in configurations(where, authorities, version, console):
        try:
            found = await client.get(resource, NAME)
        except NotFound:
            try:
                await client.create(resource, wanted)
                written = True
            except AlreadyExists:
                pass  # another replica created it first
            continue
        if contains(found, wanted):
            continue
        metadata = {**wanted["metadata"], "resourceVersion": found["metadata"]["resourceVersion"]}
        try:
            await client.replace(resource, {**wanted, "metadata": metadata})
            written = True
        except (Conflict, NotFound):
            pass  # another client changed it: the next check compares again
    return written


def contains(found: Any, wanted: Any) -> bool:
    """Whether ``found`` contains all of ``wanted``; it may have more fields, such as defaults."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(contains(found.get(key), part) for key, part in wanted.items())
    if isinstance(wanted, list):
        same = isinstance(found, list) and len(found) == len(wanted)
        return same and all(map(contains, found, wanted))
    return bool(found == wanted)


def _webhook(what: str, *rules: Object, tenants: bool = True, **more: Any) -> Object:
    labelled = {"matchExpressions": [{"key": TENANT_LABEL, "operator": "Exists"}]}
    return {
        "name": f"{what}.yurt-console.openyurt.io",
        "rules": list(rules),
        "failurePolicy": "Fail",
        "timeoutSeconds": _SECONDS,
        "sideEffects": "None",
        "admissionReviewVersions": ["v1"],
        **({"namespaceSelector": labelled} if tenants else {}),
        **more,
    }


def _rule(group: str, resources: list[str], operations: list[str], version: str = "v1") -> Object:
    return {"apiGroups": [group], "apiVersions": [version], "resources": resources, "operations": operations}


def _only(webhook: Object, name: str, expression: str) -> None:
    webhook["matchConditions"] = [{"name": name, "expression": expression}]


def _configuration(resource: Resource, webhooks: list[Object], where: Object) -> Object:
    return {
        "apiVersion": resource.api_version(resource.versions[0]),
        "kind": resource.kind,
        "metadata": {"name": NAME},
        "webhooks": [{**webhook, "clientConfig": where} for webhook in webhooks],
    }


def _number(version: Mapping[str, str]) -> tuple[int, int]:
    digits = ["".join(filter(str.isdigit, version.get(part, ""))) for part in ("major", "minor")]
    return (int(digits[0] or 0), int(digits[1] or 0))
