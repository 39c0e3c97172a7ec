"""The Deployment controller: one ReplicaSet per template, rolled out by the strategy."""

from __future__ import annotations

from datetime import datetime

from apimachinery.errors import StatusError
from apimachinery.resources import DEPLOYMENTS, PODS
from kubesim.controllers.event_recorder import EventText
from kubesim.controllers.manager import (
    ControllerManager,
    controller_of,
    controller_refs,
    enqueue,
    enqueue_after,
    is_terminating,
)
from kubesim.controllers.workloads.replicasets import REPLICA_SETS, pods_of, selects
from kubesim.model import rollouts
from kubesim.model.rollouts import Scaling
from kubesim.storage.log import Change, Object, Ref

_COMPONENT = "deployment-controller"


class DeploymentController:
    """deployment-controller."""

    def __init__(self, manager: ControllerManager) -> None:
        self.manager = manager
        manager.on(DEPLOYMENTS, lambda change: enqueue(self, change.record.ref))
        manager.on(REPLICA_SETS, self._replica_set_changed)
        manager.on(PODS, self._pod_changed)

    def _replica_set_changed(self, change: Change) -> None:
        owner = controller_of(change.record.object)
        if owner is not None and owner["kind"] == "Deployment":
            enqueue(self, Ref("apps", "deployments", change.record.ref.namespace, owner["name"]))
        elif owner is None and change.type != "DELETED":
            labels = change.record.object["metadata"].get("labels") or {}
            for record in self.manager.server.log.list("apps", "deployments", change.record.ref.namespace):
                if selects(record.object).matches(labels):
                    enqueue(self, record.ref)

    def _pod_changed(self, change: Change) -> None:
        """Wake Recreate rollouts: ReplicaSets do not count the terminating pods that these wait for."""
        owner = controller_of(change.record.object)
        if change.type == "DELETED" and owner is not None and owner["kind"] == "ReplicaSet":
            replica_set = self.manager.index.by_uid(owner["uid"])
            above = controller_of(replica_set) if replica_set else None
            if above is not None:
                enqueue(self, Ref("apps", "deployments", change.record.ref.namespace, above["name"]))

    def reconcile(self, ref: Ref) -> None:
        """One step of a rollout; its change triggers the next."""
        deployment = self.manager.index.get(ref)
        if deployment is None:
            return
        if is_terminating(deployment):
            self._report(deployment, self._replica_sets(deployment))
            return
        self._adopt(deployment)
        every = self._replica_sets(deployment)
        new = _current(deployment, every)
        paused = deployment["spec"].get("paused", False)
        if new is None and not paused:
            new = self._create(deployment, every)
            if new is None:
                return
            every = [*every, new]
        if new is not None and not paused:
            deployment, new = self._annotate(deployment, new, every)
            every = [new if one["metadata"]["uid"] == new["metadata"]["uid"] else one for one in every]
        if paused or rollouts.is_scaled(deployment, every):
            steps = self._scale_only(deployment, new, every)
        else:
            steps = rollouts.next_scaling(deployment, new or {}, [one for one in every if one is not new])
            if (
                steps
                and deployment["spec"]["strategy"]["type"] == "Recreate"
                and not self._all_terminated(every, new, steps)
            ):
                steps = []
        for step in steps:
            self._scale(deployment, next(one for one in every if one["metadata"]["name"] == step.name), step)
        self._report(deployment, self._replica_sets(deployment))
        if not paused:
            self._tidy(deployment)

    def _replica_sets(self, deployment: Object) -> list[Object]:
        uid = deployment["metadata"]["uid"]
        found = self.manager.index.dependents(uid, "replicasets")
        mine = [one for one in found if (controller_of(one) or {}).get("uid") == uid]
        return sorted(mine, key=lambda one: (one["metadata"]["creationTimestamp"], rollouts.revision_of(one)))

    def _adopt(self, deployment: Object) -> None:
        selector, namespace = selects(deployment), deployment["metadata"]["namespace"]
        for one in self.manager.index.orphans("apps", "replicasets", namespace):
            if selector.matches(one["metadata"].get("labels") or {}) and not is_terminating(one):
                metadata = {**one["metadata"], "ownerReferences": controller_refs(deployment)}
                self.manager.server.store(REPLICA_SETS, {**one, "metadata": metadata})

    def _create(self, deployment: Object, every: list[Object]) -> Object | None:
        metadata, spec = deployment["metadata"], deployment["spec"]
        template = spec["template"]
        collisions = deployment.get("status", {}).get("collisionCount", 0)
        label = rollouts.hash_of(template, collisions)
        inner = template["metadata"]
        labels = {**(inner.get("labels") or {}), rollouts.HASH_LABEL: label}
        selector = spec["selector"]
        matching = {**(selector.get("matchLabels") or {}), rollouts.HASH_LABEL: label}
        revision = str(max(map(rollouts.revision_of, every), default=0) + 1)
        size = spec["replicas"] if not every else 0
        old = [one for one in every if rollouts.size(one)]
        if old and spec["strategy"]["type"] != "Recreate":
            room = spec["replicas"] + rollouts.bounds(deployment).surge - sum(map(rollouts.size, old))
            size = max(min(room, spec["replicas"]), 0)
        elif not old:
            size = spec["replicas"]
        replica_set = {
            "metadata": {
                "name": f"{metadata['name']}-{label}",
                "labels": labels,
                "annotations": rollouts.annotations_for(deployment, revision),
                "ownerReferences": controller_refs(deployment),
            },
            "spec": {
                "replicas": size,
                "selector": {**selector, "matchLabels": matching},
                "template": {**template, "metadata": {**inner, "labels": labels}},
                **({"minReadySeconds": spec["minReadySeconds"]} if spec.get("minReadySeconds") else {}),
            },
        }
        try:
            new = self.manager.server.create(REPLICA_SETS, metadata["namespace"], replica_set)
        except StatusError as error:
            if error.status.reason == "AlreadyExists":
                status = {**deployment.get("status", {}), "collisionCount": collisions + 1}
                self.manager.server.store(DEPLOYMENTS, {**deployment, "status": status})
            return None
        if size:
            self._record_scaling(deployment, new, "up", size)
        return new

    def _annotate(self, deployment: Object, new: Object, every: list[Object]) -> tuple[Object, Object]:
        """Write revision and replicas annotations of Deployment and ReplicaSets."""
        others = [rollouts.revision_of(one) for one in every if one is not new]
        revision = max([rollouts.revision_of(new), *(number + 1 for number in others)], default=1)
        annotations = new["metadata"].get("annotations") or {}
        wanted = {**annotations, rollouts.REVISION: str(revision)}
        before = rollouts.revision_of(new)
        if before and before != revision:
            history = annotations.get(rollouts.HISTORY)
            wanted[rollouts.HISTORY] = f"{history},{before}" if history else str(before)
        if wanted != annotations:
            metadata = {**new["metadata"], "annotations": wanted}
            new = self.manager.server.store(REPLICA_SETS, {**new, "metadata": metadata})
        mine = deployment["metadata"].get("annotations") or {}
        if mine.get(rollouts.REVISION) != str(revision):
            metadata = {**deployment["metadata"], "annotations": {**mine, rollouts.REVISION: str(revision)}}
            deployment = self.manager.server.store(DEPLOYMENTS, {**deployment, "metadata": metadata})
        return deployment, new

    def _scale_only(self, deployment: Object, new: Object | None, every: list[Object]) -> list[Scaling]:
        """Scale without a rollout: the Deployment was scaled or is paused."""
        running = [one for one in every if rollouts.size(one)]
        if len(running) <= 1:
            one = running[0] if running else new
            wanted = deployment["spec"]["replicas"]
            if one is None:
                return []
            steps = [Scaling(one["metadata"]["name"], wanted)]
            return steps if rollouts.size(one) != wanted or running else []
        steps = rollouts.proportional(deployment, every)
        named = {step.name for step in steps}
        # All ReplicaSets record the new size: otherwise the next reconcile would scale them again.
        return [
            *steps,
            *(
                Scaling(one["metadata"]["name"], rollouts.size(one))
                for one in running
                if one["metadata"]["name"] not in named
            ),
        ]

    def _all_terminated(self, every: list[Object], new: Object | None, steps: list[Scaling]) -> bool:
        """Recreate: start new pods after every old one has terminated."""
        if new is None or all(step.name != new["metadata"]["name"] for step in steps):
            return True
        return not any(pods_of(self.manager, one) for one in every if one is not new)

    def _scale(self, deployment: Object, replica_set: Object, step: Scaling) -> None:
        current, metadata = rollouts.size(replica_set), replica_set["metadata"]
        revision = (metadata.get("annotations") or {}).get(rollouts.REVISION, "")
        fresh = rollouts.annotations_for(deployment, revision)
        annotations = {
            **(metadata.get("annotations") or {}),
            **{key: fresh[key] for key in (rollouts.DESIRED, rollouts.MAXIMUM)},
        }
        if current == step.replicas and annotations == metadata.get("annotations"):
            return
        generation = metadata.get("generation", 1) + (1 if current != step.replicas else 0)
        new = {
            **replica_set,
            "metadata": {**metadata, "annotations": annotations, "generation": generation},
            "spec": {**replica_set["spec"], "replicas": step.replicas},
        }
        self.manager.server.store(REPLICA_SETS, new)
        if current != step.replicas:
            self._record_scaling(deployment, new, "up" if step.replicas > current else "down", step.replicas)

    def _record_scaling(self, deployment: Object, replica_set: Object, way: str, size: int) -> None:
        text = f"Scaled {way} replica set {replica_set['metadata']['name']} to {size}"
        self.manager.record_event(deployment, EventText("ScalingReplicaSet", text), _COMPONENT)

    def _report(self, deployment: Object, every: list[Object]) -> None:
        new = _current(deployment, every)
        old_status = deployment.get("status") or {}
        status = rollouts.counts(deployment, new, every)
        if "collisionCount" in old_status:
            status["collisionCount"] = old_status["collisionCount"]
        conditions = self._progress(deployment, status, new, every)
        wanted = deployment["spec"]["replicas"]
        if status.get("availableReplicas", 0) >= wanted - rollouts.bounds(deployment).unavailable:
            available = ("True", "MinimumReplicasAvailable", "Deployment has minimum availability.")
        else:
            available = (
                "False",
                "MinimumReplicasUnavailable",
                "Deployment does not have minimum availability.",
            )
        conditions = self._with(conditions, "Available", *available)
        failed = [one for each in every for one in each.get("status", {}).get("conditions") or ()]
        conditions = [one for one in conditions if one["type"] != "ReplicaFailure"]
        if failed:
            conditions = self._with(
                conditions, "ReplicaFailure", "True", failed[0]["reason"], failed[0]["message"]
            )
        status["conditions"] = conditions
        if status != old_status:
            self.manager.server.store(DEPLOYMENTS, {**deployment, "status": status})

    def _progress(
        self, deployment: Object, status: Object, new: Object | None, every: list[Object]
    ) -> list[Object]:
        old_status = deployment.get("status") or {}
        conditions: list[Object] = list(old_status.get("conditions") or ())
        present = next((one for one in conditions if one["type"] == "Progressing"), None)
        if deployment["spec"].get("paused"):
            return self._with(
                conditions, "Progressing", "Unknown", "DeploymentPaused", "Deployment is paused"
            )
        name = (
            f'ReplicaSet "{new["metadata"]["name"]}"'
            if new
            else f'Deployment "{deployment["metadata"]["name"]}"'
        )
        if present is not None and present["reason"] == "DeploymentPaused":
            return self._with(
                conditions, "Progressing", "Unknown", "DeploymentResumed", "Deployment is resumed"
            )
        if rollouts.is_complete(deployment, status):
            text = f"{name} has successfully progressed."
            return self._with(conditions, "Progressing", "True", "NewReplicaSetAvailable", text)
        if present is None:
            text = f'Created new replica set "{new["metadata"]["name"]}"' if new else ""
            return self._with(conditions, "Progressing", "True", "NewReplicaSetCreated", text)
        moved = any(
            status.get(key, 0) > old_status.get(key, 0)
            for key in ("updatedReplicas", "readyReplicas", "availableReplicas")
        ) or status.get("replicas", 0) - status.get("updatedReplicas", 0) < old_status.get(
            "replicas", 0
        ) - old_status.get("updatedReplicas", 0)
        if moved:
            text = f"{name} is progressing."
            others = [one for one in conditions if one is not present]
            again = self._with([], "Progressing", "True", "ReplicaSetUpdated", text)[0]
            if present["status"] == "True":
                again["lastTransitionTime"] = present["lastTransitionTime"]
            return [again, *others]
        return self._overdue(deployment, conditions, present, name)

    def _overdue(
        self, deployment: Object, conditions: list[Object], present: Object, name: str
    ) -> list[Object]:
        if present["reason"] in ("NewReplicaSetAvailable", "ProgressDeadlineExceeded"):
            return conditions
        deadline = deployment["spec"].get("progressDeadlineSeconds", 600)
        ends = datetime.fromisoformat(present["lastUpdateTime"]).timestamp() + deadline
        if self.manager.now() < ends:
            metadata = deployment["metadata"]
            ref = Ref("apps", "deployments", metadata["namespace"], metadata["name"])
            enqueue_after(self, ref, ends - self.manager.now() + 1)
            return conditions
        text = f"{name} has timed out progressing."
        return self._with(conditions, "Progressing", "False", "ProgressDeadlineExceeded", text)

    def _with(self, conditions: list[Object], kind: str, *values: str) -> list[Object]:
        """Conditions with one set, unless it is equal; in their existing order."""
        status, reason, message = values
        old = next((one for one in conditions if one["type"] == kind), None)
        if old is not None and (old["status"], old["reason"], old["message"]) == values:
            return conditions
        now = self.manager.timestamp()
        moment = old["lastTransitionTime"] if old is not None and old["status"] == status else now
        new = {
            "type": kind,
            "status": status,
            "lastUpdateTime": now,
            "lastTransitionTime": moment,
            "reason": reason,
            "message": message,
        }
        return [new if one is old else one for one in conditions] if old is not None else [*conditions, new]

    def _tidy(self, deployment: Object) -> None:
        """Delete old ReplicaSets beyond revisionHistoryLimit after a complete rollout."""
        current = self.manager.server.get(
            DEPLOYMENTS, deployment["metadata"]["namespace"], deployment["metadata"]["name"]
        )
        if not rollouts.is_complete(current, current.get("status") or {}):
            return
        every = self._replica_sets(current)
        new = _current(current, every)
        idle = [
            one
            for one in every
            if one is not new and not rollouts.size(one) and not one.get("status", {}).get("replicas")
        ]
        excess = len(idle) - current["spec"].get("revisionHistoryLimit", 10)
        for one in sorted(idle, key=rollouts.revision_of)[: max(excess, 0)]:
            self.manager.server.delete(REPLICA_SETS, one["metadata"]["namespace"], one["metadata"]["name"])


def _current(deployment: Object, every: list[Object]) -> Object | None:
    """The ReplicaSet of the current template, or None."""
    template = rollouts.without_hash(deployment["spec"]["template"])
    return next((one for one in every if rollouts.without_hash(one["spec"]["template"]) == template), None)
