"""Node pools by the rules of OpenYurt v1.4 and later: controller and webhooks.

A node belongs to the pool in its label. Source: openyurt, pkg/yurtmanager/controller/nodepool and
pkg/yurtmanager/webhook/{nodepool,node}.
"""

from __future__ import annotations

import json
from collections import defaultdict

from apimachinery.errors import ForbiddenError, Status, StatusCause, StatusError
from apimachinery.resources import NODES
from kubesim.controllers.manager import ControllerManager, enqueue
from kubesim.errors.field_errors import forbidden_field, invalid_value, not_supported
from kubesim.errors.statuses import invalid
from kubesim.machinery.options import AdmissionAttributes
from kubesim.model import machines
from kubesim.openyurt.well_known_labels import DESIRED_NODE_POOL_LABEL, NODE_POOL_LABEL, NODE_POOLS
from kubesim.storage.log import Change, Object, Ref

_PREVIOUS = "nodepool.openyurt.io/previous-attributes"
_TYPE_LABEL = "nodepool.openyurt.io/type"
_POOL_WEBHOOK = "v.v1beta1.nodepool.kb.io"
_NODE_WEBHOOK = "validate.core.v1.node.openyurt.io"
_TYPES = ("Edge", "Cloud")


class NodePoolController:
    """The nodepool controller, and the webhooks of NodePools and Nodes."""

    def __init__(self, manager: ControllerManager) -> None:
        self.manager = manager
        self._members: dict[str, dict[str, None]] = defaultdict(dict)
        manager.on(NODES, self._node_changed)
        manager.on(NODE_POOLS, self._pool_changed)
        manager.server.admission.append(self._admit)

    def _pool_changed(self, change: Change) -> None:
        enqueue(self, change.record.ref)

    def _node_changed(self, change: Change) -> None:
        name = change.record.ref.name
        before = pool_of(change.previous.object) if change.previous else ""
        after = "" if change.type == "DELETED" else pool_of(change.record.object)
        if before and before != after:
            self._members[before].pop(name, None)
            self._queue(before)
        if after:
            self._members[after][name] = None
            if change.previous is None or _relevant(change.previous.object) != _relevant(
                change.record.object
            ):
                self._queue(after)

    def _queue(self, pool: str) -> None:
        enqueue(self, Ref(NODE_POOLS.group, NODE_POOLS.plural, "", pool))

    def reconcile(self, ref: Ref) -> None:
        """Apply a pool's attributes to its nodes, and count them."""
        pool = self.manager.index.get(ref)
        if pool is None:
            return
        ready = 0
        members = sorted(self._members[ref.name])
        for name in members:
            node = self.manager.server.get(NODES, "", name)
            ready += machines.is_ready(node) == "True"
            stamped = _with_pool_attributes(node, pool.get("spec") or {})
            if stamped != node:
                self.manager.server.store(NODES, stamped)
        before = pool.get("status") or {}
        status = {**before, "readyNodeNum": ready, "unreadyNodeNum": len(members) - ready, "nodes": members}
        if status != before:
            self.manager.server.store(NODE_POOLS, {**pool, "status": status})

    def _admit(self, write: AdmissionAttributes) -> None:
        if (write.group, write.plural) == (NODE_POOLS.group, NODE_POOLS.plural) and not write.subresource:
            self._admit_pool(write)
        elif (write.group, write.plural) == ("", "nodes") and write.verb in ("create", "update"):
            self._admit_node(write)

    def _admit_pool(self, write: AdmissionAttributes) -> None:
        if write.verb == "delete":
            if self._members.get(write.name):
                text = "cannot remove nonempty pool, please drain the pool before deleting"
                raise _denied(_POOL_WEBHOOK, write.name, forbidden_field("metadata.name", text))
            return
        spec = write.obj.setdefault("spec", {}) if write.obj else {}
        kind = spec.setdefault("type", "Edge") or "Edge"
        if write.obj is None:
            return
        if kind not in _TYPES:
            raise _denied(_POOL_WEBHOOK, write.name, not_supported("spec.type", kind, sorted(_TYPES)))
        if write.old is not None and write.old.get("spec", {}).get("type", kind) != kind:
            raise _denied(_POOL_WEBHOOK, write.name, invalid_value("spec.type", kind, "field is immutable"))
        if kind == "Cloud" and spec.get("hostNetwork"):
            text = "Cloud NodePool cloud not support hostNetwork"
            raise _denied(_POOL_WEBHOOK, write.name, invalid_value("spec.hostNetwork", True, text))
        labels = {**(write.obj["metadata"].get("labels") or {}), _TYPE_LABEL: kind.lower()}
        write.obj["metadata"]["labels"] = labels

    def _admit_node(self, write: AdmissionAttributes) -> None:
        if write.obj is None or not self.manager.server.kinds.find(NODE_POOLS.group, NODE_POOLS.plural):
            return
        labels = write.obj["metadata"].get("labels") or {}
        if DESIRED_NODE_POOL_LABEL in labels and NODE_POOL_LABEL not in labels:
            labels = {**labels, NODE_POOL_LABEL: labels[DESIRED_NODE_POOL_LABEL]}
            write.obj["metadata"]["labels"] = labels
        after = labels.get(NODE_POOL_LABEL, "")
        before = pool_of(write.old) if write.old else ""
        if after and after != before and self.manager.server.find(NODE_POOLS, "", after) is None:
            text = f'nodepools.{NODE_POOLS.group} "{after}" not found'
            raise _denial(f'admission webhook "{_NODE_WEBHOOK}" denied the request: {text}')
        if before and after and after != before:
            path = f"metadata.labels[{NODE_POOL_LABEL}]"
            text = "apps.openyurt.io/nodepool can not be changed in place, remove it first"
            raise _denial(
                f'admission webhook "{_NODE_WEBHOOK}" denied the request: Node "{write.name}" is invalid:'
                f" {path}: Forbidden: {text}"
            )


def pool_of(node: Object) -> str:
    """The pool in a node's label, "" for none."""
    return str((node["metadata"].get("labels") or {}).get(NODE_POOL_LABEL, ""))


def _relevant(node: Object) -> tuple[object, ...]:
    metadata = node["metadata"]
    return (
        metadata.get("labels"),
        metadata.get("annotations"),
        node["spec"].get("taints"),
        machines.is_ready(node),
    )


def _with_pool_attributes(node: Object, spec: Object) -> Object:
    """A node with the labels, annotations and taints of its pool, and without the pool's previous ones."""
    metadata = node["metadata"]
    annotations = metadata.get("annotations") or {}
    before = json.loads(annotations.get(_PREVIOUS, "{}"))
    wanted = {key: spec[key] for key in ("labels", "annotations", "taints") if spec.get(key)}
    if before == wanted:
        return node
    labels = _merged(metadata.get("labels") or {}, before.get("labels", {}), wanted.get("labels", {}))
    annotations = _merged(annotations, before.get("annotations", {}), wanted.get("annotations", {}))
    annotations[_PREVIOUS] = json.dumps(wanted, separators=(",", ":"), sort_keys=True)
    old = [_taint_key(taint) for taint in (*before.get("taints", ()), *wanted.get("taints", ()))]
    taints = [taint for taint in node["spec"].get("taints") or () if _taint_key(taint) not in old]
    taints += wanted.get("taints", [])
    rest = {key: value for key, value in node["spec"].items() if key != "taints"}
    return {
        **node,
        "metadata": {**metadata, "labels": labels, "annotations": annotations},
        "spec": {**rest, **({"taints": taints} if taints else {})},
    }


def _merged(present: dict[str, str], before: dict[str, str], wanted: dict[str, str]) -> dict[str, str]:
    others = {key: value for key, value in present.items() if key not in before or key in wanted}
    return {**others, **wanted}


def _taint_key(taint: Object) -> tuple[str, str]:
    return taint["key"], taint["effect"]


def _denied(webhook: str, name: str, cause: StatusCause) -> StatusError:
    error = invalid(NODE_POOLS.group, NODE_POOLS.kind, name, [cause])
    return _denial(f'admission webhook "{webhook}" denied the request: {error.status.message}')


def _denial(text: str) -> StatusError:
    return ForbiddenError(Status(message=text, reason=ForbiddenError.reason, code=ForbiddenError.code))
