"""The scheduler: binds pending pods to nodes."""

from __future__ import annotations

import functools
from collections import Counter

from apimachinery.resources import NODES, PODS
from kubesim.controllers.event_recorder import SCHEDULER, EventText
from kubesim.controllers.manager import ControllerManager, controller_of, enqueue, is_terminating
from kubesim.model.pod_status import is_over, with_condition
from kubesim.model.scheduling import NodeCandidate, PodRequirements, message, only_node
from kubesim.storage.log import Change, Object, Ref

_RETRY = 1.0
"""Seconds from a relevant change to the next attempt for unschedulable pods."""


class Scheduler:
    """kube-scheduler: filters by node affinity, taints and resources; scores by least allocated."""

    def __init__(self, manager: ControllerManager) -> None:
        self.manager = manager
        self._pending: dict[Ref, None] = {}
        self._nodes: dict[str, NodeCandidate] = {}
        manager.on(PODS, self._pod_changed)
        manager.on(NODES, self._node_changed)

    def _pod_changed(self, change: Change) -> None:
        ref, pod = change.record.ref, change.record.object
        waits = change.type != "DELETED" and not pod["spec"].get("nodeName") and not is_over(pod)
        if waits and not is_terminating(pod) and pod["spec"].get("schedulerName") == SCHEDULER:
            if change.type == "ADDED" and ref not in self._pending:
                enqueue(self, ref)
            self._pending[ref] = None
            return
        self._pending.pop(ref, None)
        freed = change.type == "DELETED" or is_over(pod)
        if freed and pod["spec"].get("nodeName"):
            self._retry_later()

    def _node_changed(self, change: Change) -> None:
        name, before = change.record.ref.name, self._nodes.get(change.record.ref.name)
        if change.type == "DELETED":
            self._nodes.pop(name, None)
            return
        self._nodes[name] = offer = NodeCandidate.of(change.record.object)
        if before is None or before[1:] != offer[1:]:
            self._retry_later()

    def _retry_later(self) -> None:
        if self._pending:
            self.manager.timers.call_later(_RETRY, self, self._retry)

    def _retry(self) -> None:
        for ref in self._pending:
            enqueue(self, ref)

    def reconcile(self, ref: Ref) -> None:
        """Schedule one pod."""
        pod = self.manager.index.get(ref)
        if pod is None or ref not in self._pending:
            return
        node = self._best(pod)
        if isinstance(node, str):
            self._mark_unschedulable(pod, node)
            return
        self._bind(pod, node)

    def _best(self, pod: Object) -> Object | str:
        """The best node, or the reason why there is none."""
        index, wish, wanted = self.manager.index, PodRequirements.of(pod), only_node(pod)
        reasons: Counter[str] = Counter()
        best: tuple[tuple[float, ...], str] | None = None
        kin = self._pods_of_controller(pod)
        if wanted:
            reasons["node(s) didn't match Pod's node affinity"] = len(self._nodes) - (wanted in self._nodes)
        for name in (wanted,) if wanted in self._nodes else () if wanted else self._nodes:
            offer, used = self._nodes[name], index.load(name)
            found = wish.refusals(offer, used, functools.partial(index.on_node, name))
            if found:
                reasons.update(found)
                continue
            dislike = (wish.dislike(offer, used, kin.get(name, 0)), name)
            best = dislike if best is None or dislike < best else best
        return self._nodes[best[1]].node if best else message(len(self._nodes), +reasons)

    def _pods_of_controller(self, pod: Object) -> dict[str, int]:
        """The number of the controller's pods on each node."""
        owner = controller_of(pod)
        counts: dict[str, int] = {}
        for other in self.manager.index.dependents(owner["uid"], "pods") if owner else ():
            name = other["spec"].get("nodeName", "")
            counts[name] = counts.get(name, 0) + 1
        return counts

    def _bind(self, pod: Object, node: Object) -> None:
        name, metadata = node["metadata"]["name"], pod["metadata"]
        conditions = with_condition(
            pod["status"].get("conditions") or (), "PodScheduled", "True", self.manager.timestamp()
        )
        status = {**pod["status"], "conditions": conditions}
        bound = {**pod, "spec": {**pod["spec"], "nodeName": name}, "status": status}
        text = f"Successfully assigned {metadata['namespace']}/{metadata['name']} to {name}"
        self.manager.record_event(
            self.manager.server.store(PODS, bound), EventText("Scheduled", text), SCHEDULER
        )

    def _mark_unschedulable(self, pod: Object, why: str) -> None:
        conditions = pod["status"].get("conditions") or ()
        new = with_condition(
            conditions, "PodScheduled", "False", self.manager.timestamp(), "Unschedulable", why
        )
        pod = self.manager.server.store(PODS, {**pod, "status": {**pod["status"], "conditions": new}})
        self.manager.record_event(pod, EventText("FailedScheduling", why, warning=True), SCHEDULER)
