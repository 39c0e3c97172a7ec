"""NodeRestriction: a kubelet writes its own Node, its own pods and its own Lease only.

Source: k8s.io/kubernetes, plugin/pkg/admission/noderestriction, in API server v1.20's words. As there, a
mirror pod may be in any namespace.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from apimachinery.errors import StatusError
from kubesim.authorization.node_authorizer import references
from kubesim.errors.statuses import forbidden, not_found
from kubesim.machinery.lookup import Lookup
from kubesim.machinery.options import AdmissionAttributes
from kubesim.machinery.users import is_node
from kubesim.storage.log import Object

MIRROR = "kubernetes.io/config.mirror"
_LEASES = "kube-node-lease"
_RESTRICTED = "node-restriction.kubernetes.io"
_KUBELET_LABELS = frozenset(
    {
        "kubernetes.io/hostname",
        "kubernetes.io/os",
        "kubernetes.io/arch",
        "beta.kubernetes.io/os",
        "beta.kubernetes.io/arch",
        "beta.kubernetes.io/instance-type",
        "node.kubernetes.io/instance-type",
        "failure-domain.beta.kubernetes.io/zone",
        "failure-domain.beta.kubernetes.io/region",
        "failure-domain.kubernetes.io/zone",
        "failure-domain.kubernetes.io/region",
        "topology.kubernetes.io/zone",
        "topology.kubernetes.io/region",
    }
)
_KUBELET_NAMESPACES = ("kubelet.kubernetes.io", "node.kubernetes.io")
_KUBERNETES = ("kubernetes.io", "k8s.io")


class NodeRestriction:
    """The NodeRestriction plug-in."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup

    def __call__(self, write: AdmissionAttributes) -> None:
        """Raise a `StatusError` for a write that a node may not make."""
        if not is_node(write.user):
            return
        match write.group, write.plural, write.subresource:
            case "", "pods", part:
                self._pod(write, part)
            case "", "nodes", _:
                self._node(write)
            case "", "persistentvolumeclaims", part:
                _claim(write, part)
            case "", "serviceaccounts", "token":
                self._token(write)
            case "coordination.k8s.io", "leases", _:
                _lease(write)
            case "storage.k8s.io", "csinodes", _:
                if _name(write) != write.user.node:
                    raise _refused(write, "can only access CSINode with the same name as the requesting node")
            case _:
                return

    def _pod(self, write: AdmissionAttributes, part: str) -> None:
        node, who = write.user.node, json.dumps(write.user.node)
        old = write.old or {}
        match part, write.verb:
            case "", "create":
                self._mirror_pod(write, who)
            case "", "delete":
                if old["spec"].get("nodeName") != node:
                    why = f"node {who} can only delete pods with spec.nodeName set to itself"
                    raise _refused(write, why)
            case "", _:
                why = f"node {who} can only create and delete mirror pods"
                raise _refused(write, f'unexpected operation "{write.verb.upper()}", {why}')
            case "status", _:
                if old["spec"].get("nodeName") != node:
                    own = "pods with spec.nodeName set to itself"
                    raise _refused(write, f"node {who} can only update pod status for {own}")
                if _labels(old) != _labels(write.obj):
                    raise _refused(write, f"node {who} cannot update labels through pod status")
            case "eviction", _:
                pod = self._existing("pods", write.namespace, _name(write))
                if pod["spec"].get("nodeName") != node:
                    why = f"node {node} can only evict pods with spec.nodeName set to itself"
                    raise _refused(write, why)
            case _:
                allowed = "only 'status' and 'eviction' are allowed"
                raise _refused(write, f'unexpected pod subresource "{part}", {allowed}')

    def _mirror_pod(self, write: AdmissionAttributes, who: str) -> None:
        pod = write.obj or {}
        metadata, spec = pod["metadata"], pod.get("spec") or {}
        if MIRROR not in (metadata.get("annotations") or {}):
            why = f'pod does not have "{MIRROR}" annotation, node {who} can only create mirror pods'
            raise _refused(write, why)
        named = {plural for plural, name in references(spec) if name}
        # the ServiceAccount plug-in runs first and has its own message
        for plural, words in (("serviceaccounts", "service accounts"), ("secrets", "secrets")):
            if plural in named:
                raise _refused(write, f"a mirror pod may not reference {words}")
        if spec.get("nodeName") != write.user.node:
            raise _refused(write, f"node {who} can only create pods with spec.nodeName set to itself")
        self._owners(write, who, metadata.get("ownerReferences") or [])
        for plural in ("configmaps", "persistentvolumeclaims"):
            if plural in named:
                raise _refused(write, f"node {who} can not create pods that reference {plural}")

    def _owners(self, write: AdmissionAttributes, who: str, owners: list[Object]) -> None:
        only = f"node {who} can only create pods with"
        if len(owners) > 1:
            raise _refused(write, f"{only} a single owner reference set to itself")
        if not owners:
            raise _refused(write, f"{only} an owner reference set to itself")
        (owner,) = owners
        node = write.user.node
        if (owner.get("apiVersion"), owner.get("kind"), owner.get("name")) != ("v1", "Node", node):
            raise _refused(write, f"{only} an owner reference set to itself")
        if not owner.get("controller"):
            raise _refused(write, f"{only} a controller owner reference set to itself")
        if owner.get("blockOwnerDeletion"):
            raise _refused(write, f"node {who} must not set blockOwnerDeletion on an owner reference")
        uid = self._existing("nodes", "", node)["metadata"]["uid"]
        if owner.get("uid") != uid:
            raise _refused(write, f"node {node} UID mismatch: expected {owner.get('uid')} got {uid}")

    def _node(self, write: AdmissionAttributes) -> None:
        who, obj, old = json.dumps(write.user.node), write.obj or {}, write.old or {}
        if _name(write) != write.user.node:
            raise _refused(write, f'node {who} is not allowed to modify node "{_name(write)}"')
        changed = sorted(_changed(_labels(obj), _labels(old)))
        if write.verb == "create":
            if (obj.get("spec") or {}).get("configSource"):
                why = f"node {who} is not allowed to create pods with a non-nil configSource"
                raise _refused(write, why)
            wrong = [label for label in changed if _is_restricted(label)]
            if wrong:
                listed = ", ".join(wrong)
                raise _refused(write, f"node {who} is not allowed to set the following labels: {listed}")
        elif write.verb == "update":
            spec, before = obj.get("spec") or {}, old.get("spec") or {}
            source = spec.get("configSource")
            if source and source != before.get("configSource"):
                why = f"node {who} is not allowed to update configSource to a new non-nil configSource"
                raise _refused(write, why)
            if (spec.get("taints") or []) != (before.get("taints") or []):
                raise _refused(write, f"node {who} is not allowed to modify taints")
            wrong = [label for label in changed if _is_restricted(label) or not _is_free(label)]
            if wrong:
                raise _refused(write, f"is not allowed to modify labels: {', '.join(wrong)}")

    def _token(self, write: AdmissionAttributes) -> None:
        bound = ((write.obj or {}).get("spec") or {}).get("boundObjectRef") or {}
        if (bound.get("apiVersion"), bound.get("kind")) != ("v1", "Pod") or not bound.get("name"):
            raise _refused(write, "node requested token not bound to a pod")
        if not bound.get("uid"):
            raise _refused(write, "node requested token with a pod binding without a uid")
        pod = self._existing("pods", write.namespace, bound["name"])
        if bound["uid"] != pod["metadata"]["uid"]:
            why = f"the UID in the bound object reference ({bound['uid']}) does not match the UID in record."
            raise _refused(write, f"{why} The object might have been deleted and then recreated")
        if pod["spec"].get("nodeName") != write.user.node:
            raise _refused(write, "node requested token bound to a pod scheduled on a different node")

    def _existing(self, plural: str, namespace: str, name: str) -> Object:
        found = self._lookup.get("", plural, namespace, name)
        if found is None:
            raise not_found("", plural.removesuffix("s"), name)
        return found


def _claim(write: AdmissionAttributes, part: str) -> None:
    if part != "status":
        raise _refused(write, "may only update PVC status")
    if _without_free_status(write.obj or {}) != _without_free_status(write.old or {}):
        why = "is not allowed to update fields other than status.capacity and status.conditions"
        raise _refused(write, f"node {json.dumps(write.user.node)} {why}")


def _without_free_status(claim: Object) -> Object:
    free = ("capacity", "conditions")
    status = {key: value for key, value in (claim.get("status") or {}).items() if key not in free}
    return {**claim, "metadata": {**claim["metadata"], "resourceVersion": ""}, "status": status}


def _lease(write: AdmissionAttributes) -> None:
    if write.namespace != _LEASES:
        raise _refused(write, f'can only access leases in the "{_LEASES}" system namespace')
    if _name(write) != write.user.node:
        raise _refused(write, "can only access node lease with the same name as the requesting node")


def _refused(write: AdmissionAttributes, why: str) -> StatusError:
    metadata: Mapping[str, Any] = (write.obj or {}).get("metadata") or {}
    name = write.name or metadata.get("name") or metadata.get("generateName") or "Unknown"
    return forbidden(write.group, write.plural, name, why)


def _name(write: AdmissionAttributes) -> str:
    name: str = write.name or ((write.obj or {}).get("metadata") or {}).get("name", "")
    return name


def _labels(obj: Object | None) -> Mapping[str, str]:
    found: Mapping[str, str] = ((obj or {}).get("metadata") or {}).get("labels") or {}
    return found


def _changed(new: Mapping[str, str], old: Mapping[str, str]) -> Iterator[str]:
    return (key for key in new.keys() | old.keys() if new.get(key) != old.get(key))


def _is_restricted(label: str) -> bool:
    return _is_in(label, _RESTRICTED)


def _is_free(label: str) -> bool:
    """Whether a kubelet may set a label: it is not Kubernetes' own, or is one of those for kubelets."""
    if not any(_is_in(label, domain) for domain in _KUBERNETES):
        return True
    return label in _KUBELET_LABELS or any(_is_in(label, domain) for domain in _KUBELET_NAMESPACES)


def _is_in(label: str, domain: str) -> bool:
    prefix, slash, _ = label.partition("/")
    return bool(slash) and (prefix == domain or prefix.endswith(f".{domain}"))
