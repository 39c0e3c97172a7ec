"""What the API server is told to ask us about: the two webhook configurations, and keeping them right.

Narrow, because a webhook that is away stops what it is asked about. Pods, DaemonSets and Services: only
in namespaces with the tenant label. Nodes: only when they are made, so that heartbeats never depend on us,
and, where the API server can tell (Kubernetes 1.28), only those called like a tenant's. Users: our absence
lets them pass, because what is asked there is a second look at the console, which must go on without us.
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
NOWHERE = "none"
"""The setting ``webhook_address`` for an operator in the cluster, and for one without a webhook."""
MUTATE, VALIDATE = "/mutate", "/validate"
_SECONDS, _SECONDS_FOR_USERS = 5, 2
_CONDITIONS_SINCE = (1, 28)


class Place(msgspec.Struct, frozen=True):
    """Where the API server finds the webhook: a URL, or the Service in the console's namespace."""

    namespace: str
    url: str = ""

    @property
    def hosts(self) -> tuple[str, ...]:
        """The names and addresses that the certificate must have."""
        if self.url:
            return (urlsplit(self.url).hostname or "",)
        return (f"{SERVICE_NAME}.{self.namespace}.svc",)

    def client(self, path: str, authorities: bytes) -> Object:
        """A webhook's ``clientConfig``."""
        trust = {"caBundle": base64.b64encode(authorities).decode("ascii")}
        if self.url:
            return {"url": f"{self.url.rstrip('/')}{path}", **trust}
        service = {"name": SERVICE_NAME, "namespace": self.namespace, "path": path, "port": 443}
        return {"service": service, **trust}


def place(address: str, namespace: str) -> Place:
    """Parse the setting ``webhook_address``. Raises `ValueError` for what the API server would refuse."""
    if address == THROUGH_SERVICE:
        return Place(namespace)
    parts = urlsplit(address)
    if parts.scheme != "https" or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise ValueError(f"webhook_address must be https://host:port, {THROUGH_SERVICE} or {NOWHERE}")
    return Place(namespace, address)


def configurations(
    where: Place, authorities: bytes, version: Mapping[str, str], console: str
) -> tuple[tuple[Resource, Object], ...]:
    """Both desired configurations. ``version``: the API server's; ``console``: its user name."""
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


async def keep(client: Client, where: Place, authorities: bytes, console: str) -> bool:
    """Create or update both configurations; whether something was written.

    Raises `KubeError`.
    """
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
                pass  # another replica says the same
            continue
        if says(found, wanted):
            continue
        metadata = {**wanted["metadata"], "resourceVersion": found["metadata"]["resourceVersion"]}
        try:
            await client.replace(resource, {**wanted, "metadata": metadata})
            written = True
        except (Conflict, NotFound):
            pass  # the next look tells
    return written


def says(found: Any, wanted: Any) -> bool:
    """Whether ``found`` holds everything that ``wanted`` does; the API server adds defaults."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(says(found.get(key), part) for key, part in wanted.items())
    if isinstance(wanted, list):
        same = isinstance(found, list) and len(found) == len(wanted)
        return same and all(map(says, found, wanted))
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
