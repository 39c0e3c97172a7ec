"""Confinement of pods to their tenant's nodes, by node selector and tolerations. Pure.

The selector confines the pods; the toleration admits them to nodes that repel all other pods.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from yurt_console.tenancy.admission.podspec import PodSpec, Toleration
from yurt_console.tenancy.admission.review import Object
from yurt_console.yurt.well_known_labels import TENANT_NODE_LABEL, TENANT_TAINT, TENANT_TAINT_VALUE

CONDITIONS = frozenset(
    f"node.kubernetes.io/{condition}"
    for condition in (
        "not-ready",
        "unreachable",
        "memory-pressure",
        "disk-pressure",
        "pid-pressure",
        "network-unavailable",
        "unschedulable",
    )
)
"""Taints by condition, not by tenant: API server and DaemonSet controller add such tolerations."""
_NO_SCHEDULE = ("", None, "NoSchedule")


def violations(spec: PodSpec, tenant: str, owner: str | None) -> Iterator[str]:
    """Violations that could place a pod off the tenant's nodes. ``owner``: the tenant of the named node."""
    chosen = (spec.node_selector or {}).get(TENANT_NODE_LABEL, tenant)
    if chosen != tenant:
        yield f'nodeSelector {TENANT_NODE_LABEL} must be "{tenant}", or left out'
    for toleration in spec.tolerations or ():
        if not _is_harmless(toleration) and not _is_own(toleration):
            yield f"it tolerates {_words(toleration)}, which is not a taint of this tenant's nodes"
    if spec.node_name and owner != tenant:
        yield f'nodeName "{spec.node_name}" is not a node of this tenant'


def patch(spec: PodSpec, tenant: str, path: str) -> tuple[Object, ...]:
    """The JSON patch that confines a spec without violations, at ``path``; empty when it is confined."""
    operations: list[Object] = []
    selector = spec.node_selector
    if selector is None:
        operations.append(_add(f"{path}/nodeSelector", {TENANT_NODE_LABEL: tenant}))
    elif selector.get(TENANT_NODE_LABEL) != tenant:
        operations.append(_add(f"{path}/nodeSelector/{_escaped(TENANT_NODE_LABEL)}", tenant))
    tolerations = spec.tolerations
    if not any(_is_own(one) and one.effect in _NO_SCHEDULE for one in tolerations or ()):
        own = {"key": TENANT_TAINT, "operator": "Equal", "value": TENANT_TAINT_VALUE}
        if tolerations is None:
            operations.append(_add(f"{path}/tolerations", [own]))
        else:
            operations.append(_add(f"{path}/tolerations/-", own))
    return tuple(operations)


def _is_harmless(toleration: Toleration) -> bool:
    return toleration.key in CONDITIONS


def _is_own(toleration: Toleration) -> bool:
    equal = toleration.operator in (None, "", "Equal")
    return toleration.key == TENANT_TAINT and equal and toleration.value == TENANT_TAINT_VALUE


def _words(toleration: Toleration) -> str:
    if not toleration.key:
        return "every taint"
    value = f"={toleration.value}" if toleration.value else ""
    return f"{toleration.key}{value}"


def _add(path: str, value: Any) -> Object:
    return {"op": "add", "path": path, "value": value}


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
