"""The part of ``yurt-console check`` about what the product cannot prevent: what clusters let any node do.

What each finding means, and what one can do, stands in docs/operations.md.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

from apimachinery.resources import CLUSTER_ROLES, OTHERS_ACCESS_REVIEWS, PODS
from yurt_console.diagnostics.findings import Finding, doubtful, fine, wrong
from yurt_console.kube.client import Client, Object
from yurt_console.kube.errors import Forbidden, KubeError, NotFound
from yurt_console.operator import cluster_info
from yurt_console.settings import Settings

_PAGE = "docs/operations.md, What the product cannot prevent"
_PROBE = "user-00000000000000000000-check"
"""A machine that is not there, but is called like a tenant's."""
_READ_BY_NODES = ("pods", "services", "nodes")
_YURT_HUB = "yurt-hub"
_RESTRICTING = ("--enable-admission-plugins", "NodeRestriction"), ("--authorization-mode", "Node")


async def findings(client: Client, settings: Settings) -> AsyncIterator[Finding]:
    """What can be seen of it from here."""
    for part in (_reads, _yurt_hub, _approver, _restriction):
        try:
            async for finding in part(client):
                yield finding
        except Forbidden as error:
            yield doubtful(f"Not checked, for want of a right: {error.status.message}", "")
        except KubeError as error:
            yield doubtful(f"A check failed: {error}", "run it again")


async def _reads(client: Client) -> AsyncIterator[Finding]:
    """What the API server would let a tenant's machine read of everybody's."""
    read = [kind for kind in (*_READ_BY_NODES, "secrets") if await _may_list(client, kind)]
    if "secrets" in read:
        yield wrong(
            "Every node, tenants' machines too, may read all Secrets of the cluster.",
            "find what gives the group system:nodes that right, and take it away",
        )
    if others := [kind for kind in read if kind != "secrets"]:
        yield doubtful(
            f"Every node, tenants' machines too, may read all {', '.join(others)} of the cluster.",
            f"keep nothing confidential in them, Kubernetes gives nodes no less; {_PAGE}",
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
        yield doubtful(
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
        yield doubtful(
            "OpenYurt before 1.7 approves a yurthub certificate for any node name to any token.",
            f"upgrade OpenYurt, or switch its csrapprover controller off; {_PAGE}",
        )


async def _restriction(client: Client) -> AsyncIterator[Finding]:
    """As far as the API server's own Pod shows its flags, which kubeadm's do."""
    for pod in await client.list(PODS, "kube-system", label_selector="component=kube-apiserver"):
        flags = [
            text
            for container in pod["spec"]["containers"]
            for text in (*(container.get("command") or ()), *(container.get("args") or ()))
        ]
        for flag, wanted in _RESTRICTING:
            values = [text.partition("=")[2].split(",") for text in flags if text.startswith(f"{flag}=")]
            if values and wanted not in values[-1]:
                yield doubtful(
                    f"{pod['metadata']['name']} runs without {wanted} in {flag}: nodes reach other nodes.",
                    f"add {wanted} to {flag}",
                )
                return
        yield fine(f"{pod['metadata']['name']} keeps each node to itself (Node, NodeRestriction).")
