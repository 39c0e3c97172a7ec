"""Diagnostics of exposures: permissions of every node that this product cannot take away.

docs/operations/security.md explains each finding and its remedy.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

from apimachinery.resources import CLUSTER_ROLES, OTHERS_ACCESS_REVIEWS, PODS
from yurt_console.diagnostics.findings import Finding, fail, ok, warn
from yurt_console.kube.client import Client, Object
from yurt_console.kube.errors import Forbidden, KubeError, NotFound
from yurt_console.operator import cluster_info
from yurt_console.settings import Settings

_PAGE = "docs/operations/security.md, What the product cannot prevent"
_PROBE = "user-00000000000000000000-check"
"""Name of a tenant's node that does not exist."""
_READ_BY_NODES = ("pods", "services", "nodes")
_YURT_HUB = "yurt-hub"
_RESTRICTING = ("--enable-admission-plugins", "NodeRestriction"), ("--authorization-mode", "Node")


async def findings(client: Client, settings: Settings) -> AsyncIterator[Finding]:
    """The exposures that are visible through the API server."""
    for part in (_reads, _yurt_hub, _approver, _restriction):
        try:
            async for finding in part(client):
                yield finding
        except Forbidden as error:
            yield warn(f"Not checked, permission missing: {error.status.message}", "")
        except KubeError as error:
            yield warn(f"A check failed: {error}", "run it again")


async def _reads(client: Client) -> AsyncIterator[Finding]:
    """Resources of all tenants that a tenant's machine may read, by SubjectAccessReview."""
    read = [kind for kind in (*_READ_BY_NODES, "secrets") if await _may_list(client, kind)]
    if "secrets" in read:
        yield fail(
            "Every node, tenants' machines too, may read all Secrets of the cluster.",
            "remove the binding that gives the group system:nodes that permission",
        )
    if others := [kind for kind in read if kind != "secrets"]:
        yield warn(
            f"Every node, tenants' machines too, may read all {', '.join(others)} of the cluster.",
            f"keep nothing confidential in them; Kubernetes grants nodes no less; {_PAGE}",
        )


async def _may_list(client: Client, resource: str) -> bool:
    who = {"user": f"system:node:{_PROBE}", "groups": ["system:nodes", "system:authenticated"]}
    review = {"spec": {**who, "resourceAttributes": {"verb": "list", "resource": resource}}}
    answer = await client.create(OTHERS_ACCESS_REVIEWS, review)
    return bool(answer["status"]["allowed"])


async def _yurt_hub(client: Client) -> AsyncIterator[Finding]:
    try:
        role = await client.get(CLUSTER_ROLES, _YURT_HUB)
    except NotFound:
        return
    if any(_reads_all(rule) for rule in role.get("rules") or ()):
        yield warn(
            f"Every node, tenants' machines too, may read all ConfigMaps (ClusterRole {_YURT_HUB}).",
            f"keep credentials in Secrets; {_PAGE}",
        )


def _reads_all(rule: Object) -> bool:
    resources, verbs = set(rule.get("resources") or ()), set(rule.get("verbs") or ())
    everything = not rule.get("resourceNames") and bool({"get", "list", "*"} & verbs)
    return everything and bool({"configmaps", "*"} & resources)


async def _approver(client: Client) -> AsyncIterator[Finding]:
    found = await cluster_info.openyurt_versions(client)
    if found.served and found.stored != "v1beta2":
        yield warn(
            "OpenYurt before 1.7 approves a yurthub certificate for any node name to any token.",
            f"upgrade OpenYurt, or switch its csrapprover controller off; {_PAGE}",
        )


async def _restriction(client: Client) -> AsyncIterator[Finding]:
    """NodeRestriction and the node authorizer, if the API server is a Pod that shows its flags."""
    for pod in await client.list(PODS, "kube-system", label_selector="component=kube-apiserver"):
        flags = [
            text
            for container in pod["spec"]["containers"]
            for text in (*(container.get("command") or ()), *(container.get("args") or ()))
        ]
        for flag, wanted in _RESTRICTING:
            values = [text.partition("=")[2].split(",") for text in flags if text.startswith(f"{flag}=")]
            if values and wanted not in values[-1]:
                yield warn(
                    f"{pod['metadata']['name']} runs without {wanted} in {flag}: nodes reach other nodes.",
                    f"add {wanted} to {flag}",
                )
                return
        yield ok(f"{pod['metadata']['name']} restricts each node to its own objects (Node, NodeRestriction).")
