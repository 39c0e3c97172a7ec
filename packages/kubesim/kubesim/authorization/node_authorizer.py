"""The node authorizer: a kubelet reads only the objects that pods on its node refer to.

Without the graph of the original: references are read from the pods on each request.
Source: k8s.io/kubernetes, plugin/pkg/auth/authorizer/node, in v1.20's words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kubesim.authorization import bootstrap_policy
from kubesim.authorization.rbac import Decision
from kubesim.authorization.rules import RequestAttributes, allows
from kubesim.machinery import namespaces
from kubesim.machinery.lookup import Lookup
from kubesim.machinery.users import UserInfo

_READ = ("get", "list", "watch")
_LEASE_VERBS = ("get", "create", "update", "patch", "delete")


def decide(lookup: Lookup, user: UserInfo, attributes: RequestAttributes) -> Decision:
    """Whether the node is allowed; a denial is no opinion, RBAC may still allow the request."""
    match attributes.group, attributes.resource:
        case "", "secrets" | "configmaps":
            return _read(lookup, user.node, attributes)
        case "", "persistentvolumeclaims" if attributes.subresource != "status":
            return _read(lookup, user.node, attributes)
        case "", "serviceaccounts":
            return _token(lookup, user.node, attributes)
        case "coordination.k8s.io", "leases":
            return _lease(user.node, attributes)
        case _:
            return Decision(any(allows(rule, attributes) for rule in bootstrap_policy.NODE_RULES))


def _read(lookup: Lookup, node: str, attributes: RequestAttributes) -> Decision:
    if attributes.verb not in _READ:
        return Decision(False, "can only read resources of this type")
    if attributes.subresource:
        return Decision(False, "cannot read subresource")
    if not attributes.name:
        return Decision(False, "No Object name found")
    return _related(lookup, node, attributes)


def _token(lookup: Lookup, node: str, attributes: RequestAttributes) -> Decision:
    if attributes.verb != "create" or attributes.subresource != "token" or not attributes.name:
        return Decision(False, "can only create tokens for individual service accounts")
    return _related(lookup, node, attributes)


def _lease(node: str, attributes: RequestAttributes) -> Decision:
    if attributes.verb not in _LEASE_VERBS:
        return Decision(False, "can only get, create, update, patch, or delete a node lease")
    if attributes.namespace != namespaces.NODE_LEASE:
        return Decision(False, f'can only access leases in the "{namespaces.NODE_LEASE}" system namespace')
    if attributes.verb != "create" and attributes.name != node:
        return Decision(False, "can only access node lease with the same name as the requesting node")
    return Decision(True)


def _related(lookup: Lookup, node: str, attributes: RequestAttributes) -> Decision:
    wanted = (attributes.resource, attributes.name)
    for pod in lookup.list("", "pods", attributes.namespace):
        if pod.get("spec", {}).get("nodeName") == node and wanted in references(pod["spec"]):
            return Decision(True)
    return Decision(False, f"no relationship found between node '{node}' and this object")


def references(spec: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Plural and name of the objects that a pod refers to."""
    yield "serviceaccounts", spec.get("serviceAccountName", "")
    for secret in spec.get("imagePullSecrets") or ():
        yield "secrets", secret.get("name", "")
    for volume in spec.get("volumes") or ():
        yield from _volume_references(volume)
        for source in (volume.get("projected") or {}).get("sources") or ():
            yield from _volume_references(source)
    for container in (*(spec.get("initContainers") or ()), *(spec.get("containers") or ())):
        for source in container.get("envFrom") or ():
            yield "secrets", (source.get("secretRef") or {}).get("name", "")
            yield "configmaps", (source.get("configMapRef") or {}).get("name", "")
        for variable in container.get("env") or ():
            source = variable.get("valueFrom") or {}
            yield "secrets", (source.get("secretKeyRef") or {}).get("name", "")
            yield "configmaps", (source.get("configMapKeyRef") or {}).get("name", "")


def _volume_references(volume: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    secret, config_map = volume.get("secret") or {}, volume.get("configMap") or {}
    claim = volume.get("persistentVolumeClaim") or {}
    yield "secrets", secret.get("secretName") or secret.get("name", "")
    yield "configmaps", config_map.get("name", "")
    yield "persistentvolumeclaims", claim.get("claimName", "")
