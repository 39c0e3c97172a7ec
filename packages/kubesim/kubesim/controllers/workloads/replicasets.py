"""The ReplicaSet controller, and pod control for the other workload controllers."""

from __future__ import annotations

import dataclasses
from typing import Any

from apimachinery.errors import StatusError
from apimachinery.resources import PODS, Resource
from apimachinery.selectors import Selector, SelectorError
from kubesim.controllers.event_recorder import EventText
from kubesim.controllers.manager import (
    ControllerManager,
    controller_of,
    controller_refs,
    enqueue,
    enqueue_after,
    is_terminating,
    seconds,
)
from kubesim.machinery.options import WriteOptions
from kubesim.machinery.users import service_account
from kubesim.model.pod_status import is_over, is_ready, since
from kubesim.runtime import seeded
from kubesim.storage.log import Change, Object, Ref

REPLICA_SETS = Resource("apps", "replicasets", "ReplicaSet", True, ("v1",))
_COMPONENT = "replicaset-controller"
_RETRY = 5.0


_ACCOUNTS = {
    kind: service_account("kube-system", f"{name}-controller")
    for kind, name in (
        ("ReplicaSet", "replicaset"),
        ("StatefulSet", "statefulset"),
        ("DaemonSet", "daemon-set"),
        ("Job", "job"),
    )
}
"""Component names of the controllers that create pods."""


@dataclasses.dataclass(frozen=True, slots=True)
class PodVariant:
    """How a new pod differs from the template."""

    name: str = ""
    labels: tuple[tuple[str, str], ...] = ()
    spec: tuple[tuple[str, Any], ...] = ()


def new_pod(
    manager: ControllerManager, owner: Object, template: Object, variant: PodVariant = PodVariant()
) -> Object:
    """Create a pod of a template. Raises `StatusError`."""
    metadata, inner = owner["metadata"], template["metadata"]
    base = f"{metadata['name']}-"
    name = variant.name
    while not name or (not variant.name and manager.server.find(PODS, metadata["namespace"], name)):
        count = manager.count(metadata["uid"])
        name = base[:58] + seeded.letters(
            5, manager.seed, metadata["namespace"], base, manager.timestamp(), count
        )
    labels = {**(inner.get("labels") or {}), **dict(variant.labels)}
    pod_metadata: Object = {"name": name, "generateName": base, "ownerReferences": controller_refs(owner)}
    pod_metadata |= {"labels": labels} if labels else {}
    pod_metadata |= {"annotations": inner["annotations"]} if inner.get("annotations") else {}
    pod = {"metadata": pod_metadata, "spec": {**template["spec"], **dict(variant.spec)}}
    options = WriteOptions(user=_ACCOUNTS[owner["kind"]], is_name_made=not variant.name)
    return manager.server.create(PODS, metadata["namespace"], pod, options)


def is_available(pod: Object, now: float, min_ready: int) -> bool:
    """Whether a pod is available: ready for minReadySeconds."""
    return is_ready(pod) and (not min_ready or since(pod, "Ready") + min_ready <= now)


def active(pods: list[Object]) -> list[Object]:
    """Pods that are neither finished nor terminating."""
    return [pod for pod in pods if not is_over(pod) and not is_terminating(pod)]


def selects(owner: Object) -> Selector:
    """The selector of a workload; an invalid one matches nothing."""
    try:
        return Selector.of(owner["spec"].get("selector"))
    except SelectorError:
        return Selector(nothing=True)


def adopt(manager: ControllerManager, owner: Object) -> None:
    """Adopt matching orphan pods, release controlled pods that no longer match."""
    metadata = owner["metadata"]
    if is_terminating(owner):
        return
    selector = selects(owner)
    for pod in manager.index.orphans("", "pods", metadata["namespace"]):
        if (
            selector.matches(pod["metadata"].get("labels") or {})
            and not is_over(pod)
            and not is_terminating(pod)
        ):
            owners = [*(pod["metadata"].get("ownerReferences") or ()), *controller_refs(owner)]
            manager.server.store(PODS, {**pod, "metadata": {**pod["metadata"], "ownerReferences": owners}})
    for pod in manager.index.dependents(metadata["uid"], "pods"):
        mine = (controller_of(pod) or {}).get("uid") == metadata["uid"]
        if mine and not is_terminating(pod) and not selector.matches(pod["metadata"].get("labels") or {}):
            owners = [one for one in pod["metadata"]["ownerReferences"] if one["uid"] != metadata["uid"]]
            manager.server.store(PODS, {**pod, "metadata": {**pod["metadata"], "ownerReferences": owners}})


def pods_of(manager: ControllerManager, owner: Object) -> list[Object]:
    """The pods that a workload controls."""
    uid = owner["metadata"]["uid"]
    return [
        pod
        for pod in manager.index.dependents(uid, "pods")
        if any(one["uid"] == uid and one.get("controller") for one in pod["metadata"]["ownerReferences"])
    ]


def on_pods(manager: ControllerManager, controller: Any, kind: str, plural: str) -> None:
    """Enqueue the workload of ``kind`` that controls a changed pod."""

    def changed(change: Change) -> None:
        owners = [controller_of(change.record.object)]
        if change.previous is not None:
            owners.append(controller_of(change.previous.object))
        for owner in owners:
            if owner is not None and owner["kind"] == kind:
                group = owner["apiVersion"].rpartition("/")[0]
                enqueue(controller, Ref(group, plural, change.record.ref.namespace, owner["name"]))

    manager.on(PODS, changed)


def deletion_order(pod: Object) -> tuple[Any, ...]:
    """Deletion order of superfluous pods: unassigned, not running, not ready, younger."""
    restarts = max((one["restartCount"] for one in pod["status"].get("containerStatuses") or ()), default=0)
    return (
        bool(pod["spec"].get("nodeName")),
        {"Pending": 0, "Unknown": 1}.get(pod["status"].get("phase", ""), 2),
        is_ready(pod),
        -since(pod, "Ready") if is_ready(pod) else 0,
        -restarts,
        -seconds(pod["metadata"]["creationTimestamp"]),
        pod["metadata"]["name"],
    )


class ReplicaSetController:
    """replicaset-controller."""

    def __init__(self, manager: ControllerManager) -> None:
        self.manager = manager
        manager.on(REPLICA_SETS, lambda change: enqueue(self, change.record.ref))
        on_pods(manager, self, "ReplicaSet", "replicasets")
        manager.on(PODS, self._orphan_changed)

    def _orphan_changed(self, change: Change) -> None:
        pod, namespace = change.record.object, change.record.ref.namespace
        labels = pod["metadata"].get("labels")
        if change.type == "DELETED" or not labels or controller_of(pod) is not None:
            return
        for record in self.manager.server.log.list("apps", "replicasets", namespace):
            if selects(record.object).matches(labels):
                enqueue(self, record.ref)

    def reconcile(self, ref: Ref) -> None:
        """Create or delete pods, and update the status."""
        owner = self.manager.index.get(ref)
        if owner is None:
            return
        adopt(self.manager, owner)
        pods = active(pods_of(self.manager, owner))
        failure: StatusError | None = None
        if not is_terminating(owner):
            failure = self._manage(owner, pods)
            if failure is not None:
                enqueue_after(self, ref, _RETRY)
        owner = self.manager.index.get(ref)
        if owner is not None:
            self._count(owner, active(pods_of(self.manager, owner)), failure)

    def _manage(self, owner: Object, pods: list[Object]) -> StatusError | None:
        missing = owner["spec"]["replicas"] - len(pods)
        for _ in range(missing):
            try:
                pod = new_pod(self.manager, owner, owner["spec"]["template"])
            except StatusError as error:
                event = EventText("FailedCreate", f"Error creating: {error.status.message}", warning=True)
                self.manager.record_event(owner, event, _COMPONENT)
                return error
            event = EventText("SuccessfulCreate", f"Created pod: {pod['metadata']['name']}")
            self.manager.record_event(owner, event, _COMPONENT)
        for pod in sorted(pods, key=deletion_order)[:-missing] if missing < 0 else ():
            name = pod["metadata"]["name"]
            self.manager.server.delete(PODS, pod["metadata"]["namespace"], name)
            self.manager.record_event(
                owner, EventText("SuccessfulDelete", f"Deleted pod: {name}"), _COMPONENT
            )
        return None

    def _count(self, owner: Object, pods: list[Object], failure: StatusError | None) -> None:
        spec, now = owner["spec"], self.manager.now()
        min_ready = spec.get("minReadySeconds", 0)
        labels = (spec["template"]["metadata"].get("labels") or {}).items()
        status = {
            "replicas": len(pods),
            "fullyLabeledReplicas": sum(
                labels <= (pod["metadata"].get("labels") or {}).items() for pod in pods
            ),
            "readyReplicas": sum(map(is_ready, pods)),
            "availableReplicas": sum(is_available(pod, now, min_ready) for pod in pods),
            "observedGeneration": owner["metadata"].get("generation", 1),
        }
        new: Object = {key: value for key, value in status.items() if value or key == "replicas"}
        if failure is not None:
            new["conditions"] = [self._failed(owner, failure)]
        if new != owner.get("status"):
            self.manager.server.store(REPLICA_SETS, {**owner, "status": new})
        if status["availableReplicas"] < status["readyReplicas"]:
            ready = [since(pod, "Ready") + min_ready for pod in pods if is_ready(pod)]
            soonest = min((moment for moment in ready if moment > now), default=now + 1)
            reference = Ref("apps", "replicasets", owner["metadata"]["namespace"], owner["metadata"]["name"])
            enqueue_after(self, reference, soonest - now)

    def _failed(self, owner: Object, failure: StatusError) -> Object:
        old = next(iter((owner.get("status") or {}).get("conditions") or ()), None)
        return {
            "type": "ReplicaFailure",
            "status": "True",
            "lastTransitionTime": old["lastTransitionTime"] if old else self.manager.timestamp(),
            "reason": "FailedCreate",
            "message": failure.status.message,
        }
