"""The DaemonSet controller: one pod on every eligible node."""

from __future__ import annotations

from collections.abc import Mapping

from apimachinery.errors import StatusError
from apimachinery.resources import DAEMON_SETS, NODES, PODS
from kubesim.controllers.event_recorder import EventText
from kubesim.controllers.manager import ControllerManager, enqueue, enqueue_after, is_terminating
from kubesim.controllers.workloads import revisions
from kubesim.controllers.workloads.replicasets import (
    PodVariant,
    adopt,
    is_available,
    new_pod,
    on_pods,
    pods_of,
)
from kubesim.model.pod_status import is_over, is_ready
from kubesim.model.rollouts import number_of
from kubesim.model.scheduling import only_node, untolerated, wants
from kubesim.storage.log import Change, Object, Ref

_COMPONENT = "daemonset-controller"
_HASH = "controller-revision-hash"
_GENERATION = "deprecated.daemonset.template.generation"
_GENERATION_LABEL = "pod-template-generation"
_RETRY = 5.0

_TOLERATED = (
    ("not-ready", "NoExecute"),
    ("unreachable", "NoExecute"),
    ("disk-pressure", "NoSchedule"),
    ("memory-pressure", "NoSchedule"),
    ("pid-pressure", "NoSchedule"),
    ("unschedulable", "NoSchedule"),
)


class _Targets:
    """The eligible nodes of a DaemonSet: where pods should run, and where they may stay."""

    def __init__(self, owner: Object, nodes: Mapping[str, Object]) -> None:
        self.template = owner["spec"]["template"]
        spec = self.template["spec"]
        self._pod = {"spec": {**spec, "tolerations": _tolerations(spec)}}
        self.belongs: dict[str, None] = {}
        self.stays: set[str] = set()
        for name, node in nodes.items():
            self.judge(name, node)

    def judge(self, name: str, node: Object | None) -> None:
        """Apply a node's change; None for a deleted one."""
        self.belongs.pop(name, None)
        self.stays.discard(name)
        if node is None or not wants(self._pod["spec"], node):
            return
        # a NoSchedule taint does not evict a running pod
        if untolerated(self._pod, node, ("NoExecute",)) is None:
            self.stays.add(name)
        if untolerated(self._pod, node) is None:
            self.belongs[name] = None


class DaemonSetController:
    """daemonset-controller."""

    def __init__(self, manager: ControllerManager) -> None:
        self.manager = manager
        self._nodes: dict[str, Object] = {}
        self._daemon_sets: dict[str, _Targets] = {}
        manager.on(DAEMON_SETS, self._changed)
        manager.on(NODES, self._node_changed)
        on_pods(manager, self, "DaemonSet", "daemonsets")

    def _changed(self, change: Change) -> None:
        if change.type == "DELETED":
            self._daemon_sets.pop(change.record.object["metadata"]["uid"], None)
        enqueue(self, change.record.ref)

    def _targets(self, owner: Object) -> _Targets:
        uid = owner["metadata"]["uid"]
        known = self._daemon_sets.get(uid)
        if known is None or known.template != owner["spec"]["template"]:
            self._daemon_sets[uid] = known = _Targets(owner, self._nodes)
        return known

    def _node_changed(self, change: Change) -> None:
        name, node = change.record.ref.name, change.record.object
        before = self._nodes.get(name)
        if change.type == "DELETED":
            self._nodes.pop(name, None)
        else:
            self._nodes[name] = node
        if change.type == "DELETED" or before is None or _offer(before) != _offer(node):
            for targets in self._daemon_sets.values():
                targets.judge(name, self._nodes.get(name))
            for record in self.manager.server.log.list("apps", "daemonsets"):
                enqueue(self, record.ref)

    def reconcile(self, ref: Ref) -> None:
        """Create missing pods, delete superfluous ones, replace outdated ones."""
        owner = self.manager.index.get(ref)
        if owner is None or is_terminating(owner):
            return
        adopt(self.manager, owner)
        owner = self._with_generation(owner)
        update, every = revisions.current(self.manager, owner, _HASH)
        label = update["metadata"]["labels"][_HASH]
        try:
            self._manage(owner, label)
        except StatusError as error:
            event = EventText("FailedCreate", f"Error creating: {error.status.message}", warning=True)
            self.manager.record_event(owner, event, _COMPONENT)
            enqueue_after(self, ref, _RETRY)
        if owner["spec"]["updateStrategy"]["type"] == "RollingUpdate":
            self._roll(owner, label)
        self._report(ref, label)
        live = {f"{ref.name}-{_hash(pod)}" for pod in pods_of(self.manager, owner)}
        revisions.tidy(self.manager, owner, every, live | {update["metadata"]["name"]})

    def _with_generation(self, owner: Object) -> Object:
        """The deprecated template generation follows metadata.generation."""
        annotations = owner["metadata"].get("annotations") or {}
        newest = max(revisions.of(self.manager, owner), key=lambda one: int(one["revision"]), default=None)
        if newest is None or revisions.template_of(newest) == owner["spec"]["template"]:
            return owner
        number = str(owner["metadata"].get("generation", 1))
        if annotations.get(_GENERATION) == number:
            return owner
        metadata = {**owner["metadata"], "annotations": {**annotations, _GENERATION: number}}
        return self.manager.server.store(DAEMON_SETS, {**owner, "metadata": metadata})

    def _by_node(self, owner: Object) -> dict[str, list[Object]]:
        found: dict[str, list[Object]] = {}
        for pod in pods_of(self.manager, owner):
            found.setdefault(pod["spec"].get("nodeName") or only_node(pod), []).append(pod)
        return found

    def _manage(self, owner: Object, label: str) -> None:
        present, targets = self._by_node(owner), self._targets(owner)
        for name in [*targets.belongs, *(name for name in present if name not in targets.belongs)]:
            pods = present.get(name, [])
            over = [pod for pod in pods if is_over(pod) and not is_terminating(pod)]
            for pod in over:
                text = (
                    f"Found failed daemon pod {pod['metadata']['namespace']}/{pod['metadata']['name']}"
                    f" on node {name}, will try to kill it"
                )
                self.manager.record_event(owner, EventText("FailedDaemonPod", text, warning=True), _COMPONENT)
                self._delete(owner, pod)
            alive = [pod for pod in pods if not is_terminating(pod) and pod not in over]
            if name not in targets.stays:
                for pod in alive:
                    self._delete(owner, pod)
            elif not pods and name in targets.belongs:
                self._create(owner, name, label)
            else:
                for pod in sorted(alive, key=lambda one: one["metadata"]["creationTimestamp"])[1:]:
                    self._delete(owner, pod)

    def _create(self, owner: Object, node: str, label: str) -> None:
        template = owner["spec"]["template"]
        generation = (owner["metadata"].get("annotations") or {}).get(_GENERATION, "1")
        variant = PodVariant(
            labels=((_HASH, label), (_GENERATION_LABEL, generation)),
            spec=(
                ("affinity", _on_node(template["spec"].get("affinity") or {}, node)),
                ("tolerations", _tolerations(template["spec"])),
            ),
        )
        pod = new_pod(self.manager, owner, template, variant)
        self.manager.record_event(
            owner, EventText("SuccessfulCreate", f"Created pod: {pod['metadata']['name']}"), _COMPONENT
        )

    def _delete(self, owner: Object, pod: Object) -> None:
        name = pod["metadata"]["name"]
        self.manager.server.delete(PODS, pod["metadata"]["namespace"], name)
        self.manager.record_event(owner, EventText("SuccessfulDelete", f"Deleted pod: {name}"), _COMPONENT)

    def _roll(self, owner: Object, label: str) -> None:
        wanted = self._targets(owner).belongs
        present, now = self._by_node(owner), self.manager.now()
        rolling = owner["spec"]["updateStrategy"].get("rollingUpdate") or {}
        allowed = number_of(rolling.get("maxUnavailable", 1), len(wanted), up=True)
        min_ready = owner["spec"].get("minReadySeconds", 0)
        away = 0
        old: list[tuple[bool, Object]] = []
        for name in wanted:
            pods = [pod for pod in present.get(name, ()) if not is_terminating(pod)]
            working = [pod for pod in pods if is_available(pod, now, min_ready)]
            away += not working
            old += [(pod in working, pod) for pod in pods if _hash(pod) != label]
        for available, pod in sorted(old, key=lambda one: (one[0], one[1]["metadata"]["name"])):
            if available and away >= allowed:
                return
            away += available
            self._delete(owner, pod)

    def _report(self, ref: Ref, label: str) -> None:
        owner = self.manager.index.get(ref)
        if owner is None:
            return
        present, now = self._by_node(owner), self.manager.now()
        min_ready = owner["spec"].get("minReadySeconds", 0)
        counts = dict.fromkeys(("desired", "current", "misscheduled", "ready", "available", "updated"), 0)
        wanted = self._targets(owner).belongs
        counts["misscheduled"] = sum(name in self._nodes and name not in wanted for name in present)
        counts["desired"] = len(wanted)
        for name in wanted:
            pods = sorted(present.get(name, ()), key=lambda one: one["metadata"]["creationTimestamp"])
            if pods:
                counts["current"] += 1
                counts["ready"] += is_ready(pods[0])
                counts["available"] += is_available(pods[0], now, min_ready)
                counts["updated"] += _hash(pods[0]) == label
        always = {
            "currentNumberScheduled": counts["current"],
            "numberMisscheduled": counts["misscheduled"],
            "desiredNumberScheduled": counts["desired"],
            "numberReady": counts["ready"],
        }
        sometimes = {
            "observedGeneration": owner["metadata"].get("generation", 1),
            "updatedNumberScheduled": counts["updated"],
            "numberAvailable": counts["available"],
            "numberUnavailable": counts["desired"] - counts["available"],
        }
        status = {**always, **{key: value for key, value in sometimes.items() if value}}
        if status != owner.get("status"):
            self.manager.server.store(DAEMON_SETS, {**owner, "status": status})
        if counts["available"] < counts["ready"]:
            enqueue_after(self, ref, min_ready)


def _hash(pod: Object) -> str:
    return str((pod["metadata"].get("labels") or {}).get(_HASH, ""))


def _tolerations(spec: Object) -> list[Object]:
    own: list[Object] = list(spec.get("tolerations") or ())
    added = [
        {"key": f"node.kubernetes.io/{name}", "operator": "Exists", "effect": effect}
        for name, effect in _TOLERATED
    ]
    if spec.get("hostNetwork"):
        added.append(
            {"key": "node.kubernetes.io/network-unavailable", "operator": "Exists", "effect": "NoSchedule"}
        )
    return [*own, *(one for one in added if one not in own)]


def _on_node(affinity: Object, name: str) -> Object:
    """The node affinity to a single node, as the controller sets it for the scheduler."""
    field = {"key": "metadata.name", "operator": "In", "values": [name]}
    node = {
        **(affinity.get("nodeAffinity") or {}),
        "requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [{"matchFields": [field]}]},
    }
    return {**affinity, "nodeAffinity": node}


def _offer(node: Object) -> tuple[object, object]:
    return node["metadata"].get("labels"), node.get("spec", {}).get("taints")
