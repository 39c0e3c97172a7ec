"""The StatefulSet controller: pods with ordinals, created in order and deleted in reverse."""

from __future__ import annotations

from apimachinery.errors import StatusError
from apimachinery.resources import PODS, STATEFUL_SETS, Resource
from kubesim.controllers.event_recorder import EventText
from kubesim.controllers.manager import ControllerManager, enqueue, enqueue_after, is_terminating
from kubesim.controllers.workloads import revisions
from kubesim.controllers.workloads.replicasets import PodVariant, adopt, new_pod, on_pods, pods_of
from kubesim.model.pod_status import is_over, is_ready
from kubesim.storage.log import Object, Ref

_CLAIMS = Resource("", "persistentvolumeclaims", "PersistentVolumeClaim", True, ("v1",))
_COMPONENT = "statefulset-controller"
_HASH = "controller.kubernetes.io/hash"
_POD_HASH = "controller-revision-hash"
_RETRY = 5.0


class StatefulSetController:
    """statefulset-controller."""

    def __init__(self, manager: ControllerManager) -> None:
        self.manager = manager
        manager.on(STATEFUL_SETS, lambda change: enqueue(self, change.record.ref))
        on_pods(manager, self, "StatefulSet", "statefulsets")

    def reconcile(self, ref: Ref) -> None:
        """Create or delete pods: one at a time, or all with podManagementPolicy Parallel."""
        owner = self.manager.index.get(ref)
        if owner is None or is_terminating(owner):
            return
        adopt(self.manager, owner)
        update, every = revisions.current(self.manager, owner, _HASH)
        name = (owner.get("status") or {}).get("currentRevision") or update["metadata"]["name"]
        old = next((one for one in every if one["metadata"]["name"] == name), update)
        try:
            self._step(owner, old, update)
        except StatusError as error:
            text = f"create Pod in StatefulSet {ref.name} failed error: {error.status.message}"
            self.manager.record_event(owner, EventText("FailedCreate", text, warning=True), _COMPONENT)
            enqueue_after(self, ref, _RETRY)
        self._report(ref, update)
        live = {pod["metadata"]["labels"].get(_POD_HASH, "") for pod in pods_of(self.manager, owner)}
        revisions.tidy(
            self.manager, owner, every, live | {update["metadata"]["name"], old["metadata"]["name"]}
        )

    def _step(self, owner: Object, old: Object, update: Object) -> None:
        spec = owner["spec"]
        pods = {
            _ordinal(owner, pod): pod for pod in pods_of(self.manager, owner) if _ordinal(owner, pod) >= 0
        }
        ordered = spec["podManagementPolicy"] == "OrderedReady"
        for number in range(spec["replicas"]):
            pod = pods.get(number)
            if pod is not None and is_over(pod) and not is_terminating(pod):
                text = (
                    f"StatefulSet {pod['metadata']['namespace']}/{owner['metadata']['name']}"
                    f" is recreating failed Pod {pod['metadata']['name']}"
                )
                self.manager.record_event(
                    owner, EventText("RecreatingFailedPod", text, warning=True), _COMPONENT
                )
                self._delete(owner, pod)
                return
            if pod is None:
                self._create(owner, number, update if number >= _partition(spec) or _is_first(owner) else old)
                if ordered:
                    return
            elif ordered and (is_terminating(pod) or not is_ready(pod)):
                return
        for number in sorted((number for number in pods if number >= spec["replicas"]), reverse=True):
            leaving = is_terminating(pods[number])
            if not leaving:
                self._delete(owner, pods[number])
            if ordered:
                return
        self._update(owner, pods, update)

    def _update(self, owner: Object, pods: dict[int, Object], update: Object) -> None:
        """RollingUpdate: replace outdated pods from the last down to the partition, one at a time."""
        spec = owner["spec"]
        if spec["updateStrategy"]["type"] == "OnDelete":
            return
        for number in range(spec["replicas"] - 1, _partition(spec) - 1, -1):
            pod = pods.get(number)
            if pod is None:
                return
            if _revision(pod) != update["metadata"]["name"] and not is_terminating(pod):
                self._delete(owner, pod)
                return
            if is_terminating(pod) or not is_ready(pod):
                return

    def _create(self, owner: Object, number: int, revision: Object) -> None:
        name = f"{owner['metadata']['name']}-{number}"
        labels = ((_POD_HASH, revision["metadata"]["name"]), ("statefulset.kubernetes.io/pod-name", name))
        template = revisions.template_of(revision)
        claims = self._claims(owner, name)
        spec: list[tuple[str, object]] = [
            ("hostname", name),
            ("subdomain", owner["spec"].get("serviceName", "")),
        ]
        if claims:
            named = {volume["name"] for volume in claims}
            others = [one for one in template["spec"].get("volumes") or () if one["name"] not in named]
            spec.append(("volumes", [*claims, *others]))
        new_pod(self.manager, owner, template, PodVariant(name, labels, tuple(spec)))
        text = f"create Pod {name} in StatefulSet {owner['metadata']['name']} successful"
        self.manager.record_event(owner, EventText("SuccessfulCreate", text), _COMPONENT)

    def _claims(self, owner: Object, pod: str) -> list[Object]:
        """The volumes of a pod's claims; missing claims are created and bound."""
        volumes = []
        for claim in owner["spec"].get("volumeClaimTemplates") or ():
            name = f"{claim['metadata']['name']}-{pod}"
            namespace = owner["metadata"]["namespace"]
            volumes.append({"name": claim["metadata"]["name"], "persistentVolumeClaim": {"claimName": name}})
            if self.manager.server.find(_CLAIMS, namespace, name) is not None:
                continue
            labels = owner["spec"]["selector"].get("matchLabels") or {}
            body = {"metadata": {**claim["metadata"], "name": name, "labels": labels}, "spec": claim["spec"]}
            body["metadata"].pop("creationTimestamp", None)
            made = self.manager.server.create(_CLAIMS, namespace, body)
            capacity = claim["spec"].get("resources", {}).get("requests", {})
            status = {
                "phase": "Bound",
                "accessModes": claim["spec"].get("accessModes", []),
                "capacity": capacity,
            }
            spec = {**made["spec"], "volumeName": f"pvc-{made['metadata']['uid']}"}
            self.manager.server.store(_CLAIMS, {**made, "spec": spec, "status": status})
            text = f"create Claim {name} Pod {pod} in StatefulSet {owner['metadata']['name']} success"
            self.manager.record_event(owner, EventText("SuccessfulCreate", text), _COMPONENT)
        return volumes

    def _delete(self, owner: Object, pod: Object) -> None:
        name = pod["metadata"]["name"]
        self.manager.server.delete(PODS, pod["metadata"]["namespace"], name)
        text = f"delete Pod {name} in StatefulSet {owner['metadata']['name']} successful"
        self.manager.record_event(owner, EventText("SuccessfulDelete", text), _COMPONENT)

    def _report(self, ref: Ref, update: Object) -> None:
        owner = self.manager.index.get(ref)
        if owner is None:
            return
        spec, before = owner["spec"], owner.get("status") or {}
        wanted = update["metadata"]["name"]
        present = before.get("currentRevision") or wanted
        pods = pods_of(self.manager, owner)
        alive = [pod for pod in pods if not is_terminating(pod)]
        updated = sum(_revision(pod) == wanted for pod in alive)
        ready = sum(map(is_ready, pods))
        done = updated == ready == spec["replicas"] == len(pods)
        if done and spec["updateStrategy"]["type"] == "RollingUpdate":
            present = wanted
        counts = {
            "currentReplicas": sum(_revision(pod) == present for pod in alive),
            "readyReplicas": ready,
            "updatedReplicas": updated,
        }
        status = {
            "observedGeneration": owner["metadata"].get("generation", 1),
            "replicas": len(pods),
            **{key: value for key, value in counts.items() if value},
            "currentRevision": present,
            "updateRevision": wanted,
            "collisionCount": before.get("collisionCount", 0),
        }
        if status != before:
            self.manager.server.store(STATEFUL_SETS, {**owner, "status": status})


def _partition(spec: Object) -> int:
    return int((spec["updateStrategy"].get("rollingUpdate") or {}).get("partition", 0))


def _is_first(owner: Object) -> bool:
    return not (owner.get("status") or {}).get("currentRevision")


def _revision(pod: Object) -> str:
    return str((pod["metadata"].get("labels") or {}).get(_POD_HASH, ""))


def _ordinal(owner: Object, pod: Object) -> int:
    base, _, number = pod["metadata"]["name"].rpartition("-")
    return int(number) if base == owner["metadata"]["name"] and number.isdecimal() else -1
