"""The scheduler: it gives each waiting pod a node, or says why there is none."""

from __future__ import annotations

import functools

from yurt_console.kube.resources import NODES, PODS
from yurt_console.simulator.actors.recorder import SCHEDULER, Told
from yurt_console.simulator.actors.world import World, controller_of, is_leaving, queue
from yurt_console.simulator.fitting import message, only_node, preference, refusals
from yurt_console.simulator.log import Change, Object, Ref
from yurt_console.simulator.pod_status import is_over, with_condition

_RETRY = 1.0
"""Seconds from a change that may help to another look at the pods that wait."""


class Scheduler:
    """kube-scheduler: required node affinity, taints, cordons and room decide; then the emptier node."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._waiting: dict[Ref, None] = {}
        self._nodes: dict[str, Object] = {}
        world.on(PODS, self._pod_changed)
        world.on(NODES, self._node_changed)

    def _pod_changed(self, change: Change) -> None:
        ref, pod = change.record.ref, change.record.object
        waits = change.type != "DELETED" and not pod["spec"].get("nodeName") and not is_over(pod)
        if waits and not is_leaving(pod) and pod["spec"].get("schedulerName") == SCHEDULER:
            if change.type == "ADDED" and ref not in self._waiting:
                queue(self, ref)
            self._waiting[ref] = None
            return
        self._waiting.pop(ref, None)
        freed = change.type == "DELETED" or is_over(pod)
        if freed and pod["spec"].get("nodeName"):
            self._look_again()

    def _node_changed(self, change: Change) -> None:
        name, before = change.record.ref.name, self._nodes.get(change.record.ref.name)
        if change.type == "DELETED":
            self._nodes.pop(name, None)
            return
        self._nodes[name] = node = change.record.object
        if before is None or _offer(before) != _offer(node):
            self._look_again()

    def _look_again(self) -> None:
        if self._waiting:
            self.world.agenda.after(_RETRY, self, self._retry)

    def _retry(self) -> None:
        for ref in self._waiting:
            queue(self, ref)

    def reconcile(self, ref: Ref) -> None:
        """Find a node for one pod."""
        pod = self.world.index.get(ref)
        if pod is None or ref not in self._waiting:
            return
        node = self._best(pod)
        if isinstance(node, str):
            self._refuse(pod, node)
            return
        self._bind(pod, node)

    def _best(self, pod: Object) -> Object | str:
        """The node that suits best, or why none does."""
        index, wanted = self.world.index, only_node(pod)
        reasons: list[str] = []
        best: tuple[tuple[float, ...], str] | None = None
        kin = self._kin(pod)
        for name, node in self._nodes.items():
            if wanted and name != wanted:
                reasons.append("node(s) didn't match Pod's node affinity")
                continue
            used = index.load(name)
            found = refusals(pod, node, used, functools.partial(index.on_node, name))
            reasons += found
            if not found:
                suits = (preference(pod, node, used, kin.get(name, 0)), name)
                best = suits if best is None or suits < best else best
        return self._nodes[best[1]] if best else message(len(self._nodes), reasons)

    def _kin(self, pod: Object) -> dict[str, int]:
        """How many pods of the same controller each node has."""
        owner = controller_of(pod)
        counts: dict[str, int] = {}
        for other in self.world.index.dependents(owner["uid"], "pods") if owner else ():
            name = other["spec"].get("nodeName", "")
            counts[name] = counts.get(name, 0) + 1
        return counts

    def _bind(self, pod: Object, node: Object) -> None:
        name, metadata = node["metadata"]["name"], pod["metadata"]
        conditions = with_condition(
            pod["status"].get("conditions") or (), "PodScheduled", "True", self.world.stamp()
        )
        status = {**pod["status"], "conditions": conditions}
        bound = {**pod, "spec": {**pod["spec"], "nodeName": name}, "status": status}
        text = f"Successfully assigned {metadata['namespace']}/{metadata['name']} to {name}"
        self.world.tell(self.world.server.store(PODS, bound), Told("Scheduled", text), SCHEDULER)

    def _refuse(self, pod: Object, why: str) -> None:
        conditions = pod["status"].get("conditions") or ()
        new = with_condition(conditions, "PodScheduled", "False", self.world.stamp(), "Unschedulable", why)
        pod = self.world.server.store(PODS, {**pod, "status": {**pod["status"], "conditions": new}})
        self.world.tell(pod, Told("FailedScheduling", why, warning=True), SCHEDULER)


def _offer(node: Object) -> tuple[object, ...]:
    """What of a node decides whether pods fit on it."""
    spec = node.get("spec", {})
    taints, allocatable = spec.get("taints"), node.get("status", {}).get("allocatable")
    return node["metadata"].get("labels"), taints, spec.get("unschedulable"), allocatable
