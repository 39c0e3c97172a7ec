"""The node lifecycle controller: grace period, taints, eviction; and pod garbage collection.

Pods of autonomous OpenYurt nodes are neither marked unready nor evicted.
Source: k8s.io/kubernetes, pkg/controller/nodelifecycle and podgc; openyurt, its own nodelifecycle.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

from apimachinery.resources import LEASES, NODES, PODS
from kubesim.controllers.event_recorder import EventText
from kubesim.controllers.manager import ControllerManager, enqueue, is_terminating, seconds
from kubesim.machinery import namespaces
from kubesim.machinery.options import DeleteOptions
from kubesim.model import machines
from kubesim.model.pod_status import is_over, is_ready, with_condition
from kubesim.model.scheduling import seconds_tolerated
from kubesim.storage.log import Change, Object, Ref

_COMPONENT = "node-controller"
GRACE = 40.0
"""--node-monitor-grace-period in seconds: a node without a heartbeat for that long is Unknown."""
_MONITOR_EVERY = 5.0
_ORPHAN_SECONDS = 40.0
"""Seconds until pods of a deleted node are deleted."""
_UNREACHABLE, _NOT_READY = "node.kubernetes.io/unreachable", "node.kubernetes.io/not-ready"
_UNSCHEDULABLE = "node.kubernetes.io/unschedulable"
_PRESSURES = {
    "MemoryPressure": "node.kubernetes.io/memory-pressure",
    "DiskPressure": "node.kubernetes.io/disk-pressure",
    "PIDPressure": "node.kubernetes.io/pid-pressure",
}
_OWN_TAINTS = frozenset({_UNREACHABLE, _NOT_READY, _UNSCHEDULABLE, *_PRESSURES.values()})


class NodeLifecycleController:
    """node-lifecycle-controller with its taint manager, and pod-garbage-collector."""

    def __init__(self, manager: ControllerManager, is_autonomous: Callable[[Object], bool]) -> None:
        self.manager = manager
        self._is_autonomous = is_autonomous
        self._last_heartbeat: dict[str, float] = {}
        self._ready: dict[str, str] = {}
        self._no_execute: dict[str, list[Object]] = {}
        manager.on(NODES, self._node_changed)
        manager.on(LEASES, self._lease_changed)
        manager.on(PODS, self._pod_changed)
        if not manager.is_replay:
            manager.timers.call_later(_MONITOR_EVERY, self, self._monitor)

    def _lease_changed(self, change: Change) -> None:
        if (
            change.record.ref.namespace == namespaces.NODE_LEASE
            and change.record.ref.name in self._last_heartbeat
        ):
            self._last_heartbeat[change.record.ref.name] = self.manager.server.clock.monotonic()

    def _node_changed(self, change: Change) -> None:
        name, node = change.record.ref.name, change.record.object
        if change.type == "DELETED":
            for known in (self._last_heartbeat, self._ready, self._no_execute):
                known.pop(name, None)
            self.manager.timers.call_soon(("gone", name), functools.partial(self._node_deleted, node))
            return
        if name not in self._last_heartbeat:
            self._last_heartbeat[name] = self.manager.server.clock.monotonic()
            if change.type == "ADDED" and not self.manager.is_starting:
                self.manager.timers.call_soon(("registered", name), functools.partial(self._registered, name))
        self._no_execute[name] = [
            taint for taint in node["spec"].get("taints") or () if taint["effect"] == "NoExecute"
        ]
        enqueue(self, change.record.ref)

    def _pod_changed(self, change: Change) -> None:
        pod, before = change.record.object, change.previous
        name = pod["spec"].get("nodeName", "")
        if change.type == "DELETED":
            self.manager.timers.cancel(("evict", pod["metadata"]["uid"]))
        elif (
            name
            and self._no_execute.get(name)
            and (before is None or not before.object["spec"].get("nodeName"))
        ):
            enqueue(self, Ref("", "nodes", "", name))
        elif name and name not in self._last_heartbeat and before is None:
            self._delete_pods_later(name)

    def _registered(self, name: str) -> None:
        if node := self.manager.server.find(NODES, "", name):
            text = f"Node {name} event: Registered Node {name} in Controller"
            self.manager.record_event(node, EventText("RegisteredNode", text), _COMPONENT)

    def _monitor(self) -> None:
        self.manager.timers.call_later(_MONITOR_EVERY, self, self._monitor)
        silent_since = self.manager.server.clock.monotonic() - GRACE
        for name, heartbeat in self._last_heartbeat.items():
            if heartbeat < silent_since:
                self.mark_unreachable(name)

    def mark_unreachable(self, name: str) -> None:
        """Set a node's conditions to Unknown."""
        node = self.manager.server.find(NODES, "", name)
        if node is None or machines.is_ready(node) == "Unknown":
            return
        conditions = node["status"].get("conditions") or []
        status = {
            **node["status"],
            "conditions": machines.unknown_conditions(conditions, self.manager.timestamp()),
        }
        self.manager.server.store(NODES, {**node, "status": status})

    def reconcile(self, ref: Ref) -> None:
        """Set the taints of a node's conditions, record Events of changes, and schedule evictions."""
        node = self.manager.index.get(ref)
        if node is None:
            return
        ready, before = machines.is_ready(node), self._ready.get(ref.name)
        if not any(one["type"] == "Ready" for one in node["status"].get("conditions") or ()):
            ready = "False" if before is None else before
        self._ready[ref.name] = ready
        node = self._taint(node, ready)
        autonomous = self._is_autonomous(node)
        if ready != "True" and before == "True":
            text = f"Node {ref.name} status is now: NodeNotReady"
            self.manager.record_event(node, EventText("NodeNotReady", text), _COMPONENT)
            if not autonomous:
                self._mark_pods_unready(ref.name)
        self._evict(node, autonomous=autonomous)

    def _taint(self, node: Object, ready: str) -> Object:
        wanted: list[tuple[str, str]] = []
        if node["spec"].get("unschedulable"):
            wanted.append((_UNSCHEDULABLE, "NoSchedule"))
        if key := {"False": _NOT_READY, "Unknown": _UNREACHABLE}.get(ready):
            wanted += [(key, "NoSchedule"), (key, "NoExecute")]
        for one in node["status"].get("conditions") or ():
            if one["status"] == "True" and one["type"] in _PRESSURES:
                wanted.append((_PRESSURES[one["type"]], "NoSchedule"))
        present = node["spec"].get("taints") or []
        taints = [
            one for one in present if one["key"] not in _OWN_TAINTS or (one["key"], one["effect"]) in wanted
        ]
        there = {(one["key"], one["effect"]) for one in taints}
        now = self.manager.timestamp()
        taints += [
            {"key": key, "effect": effect, "timeAdded": now}
            for key, effect in wanted
            if (key, effect) not in there
        ]
        if taints == present:
            return node
        rest = {key: value for key, value in node["spec"].items() if key != "taints"}
        spec = {**rest, **({"taints": taints} if taints else {})}
        return self.manager.server.store(NODES, {**node, "spec": spec})

    def _mark_pods_unready(self, name: str) -> None:
        for pod in self.manager.index.on_node(name):
            if is_over(pod) or not is_ready(pod):
                continue
            conditions = with_condition(
                pod["status"]["conditions"], "Ready", "False", self.manager.timestamp()
            )
            status = {**pod["status"], "conditions": conditions}
            unready = self.manager.server.store(PODS, {**pod, "status": status})
            self.manager.record_event(
                unready, EventText("NodeNotReady", "Node is not ready", warning=True), _COMPONENT
            )

    def _evict(self, node: Object, *, autonomous: bool) -> None:
        name = node["metadata"]["name"]
        no_execute = [taint for taint in node["spec"].get("taints") or () if taint["effect"] == "NoExecute"]
        for pod in self.manager.index.on_node(name):
            key = ("evict", pod["metadata"]["uid"])
            self.manager.timers.cancel(key)
            if is_terminating(pod) or is_over(pod) or not no_execute or (autonomous and _is_loss(no_execute)):
                continue
            ends = []
            for taint in no_execute:
                tolerated = seconds_tolerated(pod["spec"].get("tolerations") or (), taint)
                if tolerated is not None:
                    since = seconds(taint["timeAdded"]) if taint.get("timeAdded") else self.manager.now()
                    ends.append(since + tolerated)
            if ends:
                ref = Ref("", "pods", pod["metadata"]["namespace"], pod["metadata"]["name"])
                left = min(ends) - self.manager.now()
                self.manager.timers.call_later(
                    left, key, functools.partial(self._delete_tainted, ref, pod["metadata"]["uid"])
                )

    def _delete_tainted(self, ref: Ref, uid: str) -> None:
        pod = self.manager.index.get(ref)
        if pod is None or pod["metadata"]["uid"] != uid or is_terminating(pod):
            return
        text = f"Marking for deletion Pod {ref.namespace}/{ref.name}"
        self.manager.record_event(pod, EventText("TaintManagerEviction", text), "taint-controller")
        self.manager.server.delete(PODS, ref.namespace, ref.name)

    def _node_deleted(self, node: Object) -> None:
        name = node["metadata"]["name"]
        text = f"Node {name} event: Removing Node {name} from Controller"
        self.manager.record_event(node, EventText("RemovingNode", text), _COMPONENT)
        self._delete_pods_later(name)

    def _delete_pods_later(self, name: str) -> None:
        self.manager.timers.call_later(
            _ORPHAN_SECONDS, ("orphaned", name), functools.partial(self._delete_orphaned_pods, name)
        )

    def _delete_orphaned_pods(self, name: str) -> None:
        if self.manager.server.find(NODES, "", name) is not None:
            return
        for pod in self.manager.index.on_node(name):
            metadata = pod["metadata"]
            options = DeleteOptions(grace_period_seconds=0)
            self.manager.server.delete(PODS, metadata["namespace"], metadata["name"], options)


def _is_loss(taints: list[Object]) -> bool:
    """Whether all NoExecute taints are those of an unreachable or unready node."""
    return all(taint["key"] in (_UNREACHABLE, _NOT_READY) for taint in taints)
