"""Wire structs shared by many kinds: metadata, conditions, taints, containers.

Fields that a row does not need are left out; msgspec skips them without building them. Collections may be
``null`` as well as missing. ``gc=False`` is safe: these structs live for one decoding and hold no cycles.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from yurt_console.cache.wire.sharing import own_labels, shared, shared_labels, text
from yurt_console.rows import Condition, Labels, Taint


class OwnerReference(msgspec.Struct, gc=False):
    """An entry of ``metadata.ownerReferences``."""

    kind: str = ""
    name: str = ""
    controller: bool | None = None


class ObjectMeta(msgspec.Struct, gc=False, rename="camel"):
    """``metadata`` of any object. Labels and annotations stay undecoded until they are read."""

    name: str
    namespace: str = ""
    uid: str = ""
    creation_timestamp: str | None = None
    deletion_timestamp: str | None = None
    generation: int = 0
    labels: msgspec.Raw = msgspec.Raw()
    annotations: msgspec.Raw = msgspec.Raw()
    owner_references: list[OwnerReference] | None = None

    def identity(self) -> tuple[str, str, str, str, Labels]:
        """The first five fields of every row."""
        labels = shared_labels(self.labels) if self.namespace else own_labels(self.labels)
        return text(self.namespace), self.name, self.uid, text(self.creation_timestamp or ""), labels

    def owner(self) -> tuple[str, str]:
        """Kind and name of the owner with ``controller: true``; two empty texts without one."""
        for reference in self.owner_references or ():
            if reference.controller:
                return text(reference.kind), text(reference.name)
        return "", ""


class WireCondition(msgspec.Struct, gc=False, rename="camel"):
    """An entry of ``status.conditions``."""

    type: str = ""
    status: str = ""
    reason: str = ""
    message: str = ""
    last_transition_time: str | None = None


class WireTaint(msgspec.Struct, gc=False):
    """An entry of ``spec.taints``."""

    key: str = ""
    value: str = ""
    effect: str = ""


class Amounts(msgspec.Struct, gc=False, frozen=True):
    """A ResourceList, reduced to the resources that rows sum."""

    cpu: str = "0"
    memory: str = "0"


class Resources(msgspec.Struct, gc=False):
    """``resources`` of a container: requests and limits."""

    requests: Amounts | None = None
    limits: Amounts | None = None


class Container(msgspec.Struct, gc=False, rename="camel"):
    """A container, an init container or a sidecar (an init container with restartPolicy Always)."""

    name: str = ""
    image: str = ""
    resources: Resources | None = None
    restart_policy: str = ""


class PodSpec(msgspec.Struct, gc=False, rename="camel"):
    """``spec`` of a Pod."""

    node_name: str = ""
    containers: list[Container] | None = None
    init_containers: list[Container] | None = None
    overhead: Amounts | None = None


class PodTemplate(msgspec.Struct, gc=False):
    """``spec.template`` of a workload."""

    spec: PodSpec = msgspec.field(default_factory=PodSpec)


class LabelSelector(msgspec.Struct, gc=False, rename="camel"):
    """``spec.selector`` of a workload."""

    match_labels: msgspec.Raw = msgspec.Raw()


def conditions(found: Iterable[WireCondition] | None) -> tuple[Condition, ...]:
    """Conditions as rows hold them, without ``lastHeartbeatTime``."""
    return tuple(
        Condition(
            text(condition.type),
            text(condition.status),
            text(condition.reason),
            text(condition.message),
            text(condition.last_transition_time or ""),
        )
        for condition in found or ()
    )


def taints(found: Iterable[WireTaint] | None) -> tuple[Taint, ...]:
    """Taints as rows hold them."""
    return tuple(Taint(text(taint.key), text(taint.value), text(taint.effect)) for taint in found or ())


def images(containers: Sequence[Container] | None) -> tuple[str, ...]:
    """The images of the containers in order, without those of init containers."""
    return shared(tuple(text(container.image) for container in containers or ()))


def seconds(time: str | None) -> str:
    """A time truncated to whole seconds, so that times sort as text; "" for None."""
    if not time:
        return ""
    return text(time[:19] + "Z" if len(time) > 20 and time.endswith("Z") else time)
