"""The namespace controller: default ServiceAccount, and deletion of the content of terminating namespaces."""

from __future__ import annotations

from collections import Counter

from apimachinery.errors import StatusError
from apimachinery.resources import NAMESPACES, SERVICE_ACCOUNTS
from kubesim.controllers.manager import ControllerManager, enqueue, enqueue_after, is_terminating
from kubesim.machinery.options import DeleteOptions
from kubesim.storage.log import Change, Object, Ref

_RETRY = 1.0


class NamespaceController:
    """namespace-controller and serviceaccount-controller."""

    def __init__(self, manager: ControllerManager) -> None:
        self.manager = manager
        self._terminating: set[str] = set()
        manager.on(NAMESPACES, self._changed)
        manager.on(SERVICE_ACCOUNTS, self._account_changed)
        manager.on_any(self._content_changed)

    def _changed(self, change: Change) -> None:
        name = change.record.ref.name
        if change.type == "DELETED":
            self._terminating.discard(name)
            return
        if is_terminating(change.record.object):
            self._terminating.add(name)
        enqueue(self, change.record.ref)

    def _account_changed(self, change: Change) -> None:
        if change.type == "DELETED" and change.record.ref.name == "default":
            enqueue(self, Ref("", "namespaces", "", change.record.ref.namespace))

    def _content_changed(self, change: Change) -> None:
        if change.type == "DELETED" and change.record.ref.namespace in self._terminating:
            enqueue(self, Ref("", "namespaces", "", change.record.ref.namespace))

    def reconcile(self, ref: Ref) -> None:
        """Create the default ServiceAccount, or finalize a terminating namespace."""
        namespace = self.manager.index.get(ref)
        if namespace is None:
            return
        if is_terminating(namespace):
            self._finalize(ref, namespace)
        elif self.manager.server.find(SERVICE_ACCOUNTS, ref.name, "default") is None:
            self.manager.server.create(SERVICE_ACCOUNTS, ref.name, {"metadata": {"name": "default"}})

    def _finalize(self, ref: Ref, namespace: Object) -> None:
        """Delete the content; wait for objects with finalizers."""
        server = self.manager.server
        for inside in self.manager.index.in_namespace(ref.name):
            obj = self.manager.index.get(inside)
            kind = server.kinds.find(inside.group, inside.plural)
            if obj is None or kind is None or is_terminating(obj):
                continue
            try:
                server.delete(kind, ref.name, inside.name, DeleteOptions(propagation="Background"))
            except StatusError:
                enqueue_after(self, ref, _RETRY)
        left = self.manager.index.in_namespace(ref.name)
        if left:
            self._report(namespace, left)
            return
        namespace = server.get(NAMESPACES, "", ref.name)
        finalizers = [one for one in namespace["spec"].get("finalizers") or () if one != "kubernetes"]
        spec = {key: value for key, value in namespace["spec"].items() if key != "finalizers"}
        server.store(
            NAMESPACES, {**namespace, "spec": {**spec, **({"finalizers": finalizers} if finalizers else {})}}
        )

    def _report(self, namespace: Object, left: list[Ref]) -> None:
        now = self.manager.timestamp()
        old = {one["type"]: one for one in namespace["status"].get("conditions") or ()}
        finalizers = Counter(
            finalizer
            for inside in left
            for finalizer in (self.manager.index.get(inside) or {"metadata": {}})["metadata"].get(
                "finalizers"
            )
            or ()
        )
        conditions = []
        for kind, status, reason, message in _conditions(left, finalizers):
            before = old.get(kind)
            moment = before["lastTransitionTime"] if before and before["status"] == status else now
            conditions.append(
                {
                    "type": kind,
                    "status": status,
                    "lastTransitionTime": moment,
                    "reason": reason,
                    "message": message,
                }
            )
        new = {**namespace["status"], "conditions": conditions}
        if new != namespace["status"]:
            self.manager.server.store(NAMESPACES, {**namespace, "status": new})


def _conditions(left: list[Ref], finalizers: Counter[str]) -> tuple[tuple[str, str, str, str], ...]:
    kinds = Counter(f"{ref.plural}.{ref.group}" for ref in left)
    remaining = ", ".join(f"{kind} has {count} resource instances" for kind, count in sorted(kinds.items()))
    waiting = ", ".join(f"{name} in {count} resource instances" for name, count in sorted(finalizers.items()))
    return (
        (
            "NamespaceDeletionDiscoveryFailure",
            "False",
            "ResourcesDiscovered",
            "All resources successfully discovered",
        ),
        (
            "NamespaceDeletionGroupVersionParsingFailure",
            "False",
            "ParsedGroupVersions",
            "All legacy kube types successfully parsed",
        ),
        (
            "NamespaceDeletionContentFailure",
            "False",
            "ContentDeleted",
            "All content successfully deleted, may be waiting on finalization",
        ),
        (
            "NamespaceContentRemaining",
            "True",
            "SomeResourcesRemain",
            f"Some resources are remaining: {remaining}",
        ),
        (
            (
                "NamespaceFinalizersRemaining",
                "True",
                "SomeFinalizersRemain",
                f"Some content in the namespace has finalizers remaining: {waiting}",
            )
            if waiting
            else (
                "NamespaceFinalizersRemaining",
                "False",
                "ContentHasNoFinalizers",
                "All content-preserving finalizers finished",
            )
        ),
    )
