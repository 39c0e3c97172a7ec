"""Rollout steps of a Deployment, and its status. Pure.

Source: k8s.io/kubernetes, pkg/controller/deployment, as kube-controller-manager v1.20 behaves.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from kubesim.runtime import seeded
from kubesim.storage.log import Object

HASH_LABEL = "pod-template-hash"
REVISION = "deployment.kubernetes.io/revision"
DESIRED = "deployment.kubernetes.io/desired-replicas"
MAXIMUM = "deployment.kubernetes.io/max-replicas"
HISTORY = "deployment.kubernetes.io/revision-history"
_OWN_ANNOTATIONS = frozenset(
    {"kubectl.kubernetes.io/last-applied-configuration", REVISION, DESIRED, MAXIMUM, HISTORY,
     "deprecated.deployment.rollback.to"}
)  # fmt: skip


class Bounds(NamedTuple):
    """maxSurge and maxUnavailable as numbers of pods."""

    surge: int
    unavailable: int


class Scaling(NamedTuple):
    """A ReplicaSet and its next size."""

    name: str
    replicas: int


def hash_of(template: Object, collisions: int = 0) -> str:
    """The pod-template-hash of a template."""
    return seeded.template_hash(msgspec.json.encode(template, order="deterministic"), collisions)


def without_hash(template: Object) -> Object:
    """The Deployment's template that a ReplicaSet was created from."""
    metadata = dict(template["metadata"])
    labels = {key: value for key, value in (metadata.pop("labels", None) or {}).items() if key != HASH_LABEL}
    return {**template, "metadata": {**metadata, **({"labels": labels} if labels else {})}}


def bounds(deployment: Object) -> Bounds:
    """maxSurge (rounded up) and maxUnavailable (rounded down), never both 0."""
    spec = deployment["spec"]
    if spec["strategy"]["type"] == "Recreate":
        return Bounds(0, 0)
    rolling, wanted = spec["strategy"].get("rollingUpdate") or {}, spec["replicas"]
    surge = number_of(rolling.get("maxSurge", 0), wanted, up=True)
    unavailable = number_of(rolling.get("maxUnavailable", 0), wanted, up=False)
    return Bounds(surge, min(unavailable, wanted) if surge or unavailable else 1)


def number_of(value: int | str, total: int, *, up: bool) -> int:
    """An IntOrString, possibly a percentage."""
    if isinstance(value, int):
        return value
    share = int(value.removesuffix("%")) * total / 100
    return math.ceil(share) if up else math.floor(share)


def revision_of(obj: Object) -> int:
    """The revision annotation as a number; 0 without one."""
    text = (obj["metadata"].get("annotations") or {}).get(REVISION, "")
    return int(text) if text.isdecimal() else 0


def annotations_for(deployment: Object, revision: str) -> dict[str, str]:
    """The annotations that a ReplicaSet copies from its Deployment."""
    spec = deployment["spec"]
    own = deployment["metadata"].get("annotations") or {}
    return {
        **{key: value for key, value in own.items() if key not in _OWN_ANNOTATIONS},
        REVISION: revision,
        DESIRED: str(spec["replicas"]),
        MAXIMUM: str(spec["replicas"] + bounds(deployment).surge),
    }


def size(replica_set: Object) -> int:
    """spec.replicas of a ReplicaSet."""
    return int(replica_set["spec"]["replicas"])


def counted(replica_sets: Sequence[Object], what: str) -> int:
    """The sum of a status field."""
    return sum(one.get("status", {}).get(what, 0) for one in replica_sets)


def next_scaling(deployment: Object, new: Object, old: Sequence[Object]) -> list[Scaling]:
    """The next step of a rollout; empty when there is none now."""
    if deployment["spec"]["strategy"]["type"] == "Recreate":
        return _recreate(deployment, new, old)
    return _grow(deployment, new, old) or _shrink(deployment, new, old)


def _recreate(deployment: Object, new: Object, old: Sequence[Object]) -> list[Scaling]:
    running = [one for one in old if size(one)]
    if running:
        return [Scaling(one["metadata"]["name"], 0) for one in running]
    if counted(old, "replicas") or size(new) == deployment["spec"]["replicas"]:
        return []
    return [Scaling(new["metadata"]["name"], deployment["spec"]["replicas"])]


def _grow(deployment: Object, new: Object, old: Sequence[Object]) -> list[Scaling]:
    wanted, present = deployment["spec"]["replicas"], size(new)
    if present == wanted:
        return []
    if present > wanted:
        return [Scaling(new["metadata"]["name"], wanted)]
    room = wanted + bounds(deployment).surge - present - sum(map(size, old))
    more = min(room, wanted - present)
    return [Scaling(new["metadata"]["name"], present + more)] if more > 0 else []


def _shrink(deployment: Object, new: Object, old: Sequence[Object]) -> list[Scaling]:
    """Scale down old ReplicaSets: unhealthy pods first, then within maxUnavailable."""
    everything = [*old, new]
    if not sum(map(size, old)):
        return []
    least = deployment["spec"]["replicas"] - bounds(deployment).unavailable
    new_unavailable = size(new) - new.get("status", {}).get("availableReplicas", 0)
    spare = sum(map(size, everything)) - least - new_unavailable
    if spare <= 0:
        return []
    sizes = {one["metadata"]["name"]: size(one) for one in old}
    for one in sorted(old, key=_age):
        broken = min(size(one) - one.get("status", {}).get("availableReplicas", 0), spare)
        if size(one) and broken > 0:
            sizes[one["metadata"]["name"]] -= broken
            spare -= broken
    healthy = counted(everything, "availableReplicas") - least
    for one in sorted(old, key=_age):
        taken = min(sizes[one["metadata"]["name"]], healthy)
        if taken > 0:
            sizes[one["metadata"]["name"]] -= taken
            healthy -= taken
    return [Scaling(name, count) for name, count in sizes.items() if count != _size_in(old, name)]


def _size_in(replica_sets: Sequence[Object], name: str) -> int:
    return next(size(one) for one in replica_sets if one["metadata"]["name"] == name)


def _age(obj: Object) -> tuple[str, str]:
    return obj["metadata"]["creationTimestamp"], obj["metadata"]["name"]


def proportional(deployment: Object, replica_sets: Sequence[Object]) -> list[Scaling]:
    """Proportional scaling of several active ReplicaSets."""
    wanted, surge = deployment["spec"]["replicas"], bounds(deployment).surge
    running = [one for one in replica_sets if size(one)]
    allowed = wanted + surge if wanted > 0 else 0
    more = allowed - sum(map(size, running))
    order = sorted(running, key=lambda one: (-size(one), _age(one)))
    found, rest = [], more
    for one in order:
        share = 0
        if more:
            before = int((one["metadata"].get("annotations") or {}).get(MAXIMUM, 0) or 0) or size(one)
            share = round(size(one) * allowed / before) - size(one)
            share = min(share, rest) if more > 0 else max(share, rest)
        rest -= share
        found.append((one["metadata"]["name"], size(one) + share))
    if found and rest:
        found[0] = (found[0][0], max(found[0][1] + rest, 0))
    return [Scaling(name, count) for name, count in found if count != _size_in(running, name)]


def is_scaled(deployment: Object, replica_sets: Sequence[Object]) -> bool:
    """Whether the Deployment was scaled since its ReplicaSets recorded its size."""
    return any(
        int((one["metadata"].get("annotations") or {}).get(DESIRED, deployment["spec"]["replicas"]))
        != deployment["spec"]["replicas"]
        for one in replica_sets
        if size(one)
    )


def is_complete(deployment: Object, status: Object) -> bool:
    """Whether a rollout is complete."""
    wanted = deployment["spec"]["replicas"]
    return all(status.get(key, 0) == wanted for key in ("updatedReplicas", "replicas", "availableReplicas"))


def counts(deployment: Object, new: Object | None, every: Sequence[Object]) -> Object:
    """The counters of a Deployment's status."""
    available = counted(every, "availableReplicas")
    status = {
        "observedGeneration": deployment["metadata"].get("generation", 1),
        "replicas": counted(every, "replicas"),
        "updatedReplicas": new.get("status", {}).get("replicas", 0) if new else 0,
        "readyReplicas": counted(every, "readyReplicas"),
        "availableReplicas": available,
        "unavailableReplicas": max(sum(map(size, every)) - available, 0),
    }
    return {key: value for key, value in status.items() if value}
