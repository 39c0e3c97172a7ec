"""The garbage collector: deletes dependents of deleted owners."""

from __future__ import annotations

from apimachinery.errors import StatusError
from kubesim.controllers.manager import ControllerManager, enqueue, enqueue_after, is_terminating
from kubesim.machinery.kinds import Kind
from kubesim.machinery.object_meta import FOREGROUND, ORPHAN
from kubesim.machinery.options import DeleteOptions
from kubesim.storage.log import Change, Object, Ref

_RETRY = 5.0


class GarbageCollector:
    """garbage-collector."""

    def __init__(self, manager: ControllerManager) -> None:
        self.manager = manager
        manager.on_any(self._changed)

    def _changed(self, change: Change) -> None:
        ref, metadata = change.record.ref, change.record.object["metadata"]
        if change.type == "DELETED":
            for dependent in self.manager.index.dependents(metadata["uid"]):
                enqueue(self, self.manager.index.ref(dependent["metadata"]["uid"]))
            for owner in metadata.get("ownerReferences") or ():
                # an owner in foreground deletion waits for this dependent
                if owner.get("blockOwnerDeletion"):
                    self._enqueue_owner(owner["uid"])
            return
        finalizers = metadata.get("finalizers") or ()
        going = "deletionTimestamp" in metadata and (FOREGROUND in finalizers or ORPHAN in finalizers)
        if going or (metadata.get("ownerReferences") and change.type == "ADDED"):
            enqueue(self, ref)

    def _enqueue_owner(self, uid: str) -> None:
        owner = self.manager.index.by_uid(uid)
        if owner is not None and FOREGROUND in (owner["metadata"].get("finalizers") or ()):
            enqueue(self, self.manager.index.ref(owner["metadata"]["uid"]))

    def reconcile(self, ref: Ref) -> None:
        """Delete an object without remaining owners; process the finalizers orphan and foregroundDeletion."""
        obj, kind = self.manager.index.get(ref), self.manager.server.kinds.find(ref.group, ref.plural)
        if obj is None or kind is None:
            return
        finalizers = obj["metadata"].get("finalizers") or ()
        try:
            if is_terminating(obj) and ORPHAN in finalizers:
                self._orphan(kind, obj)
            elif is_terminating(obj) and FOREGROUND in finalizers:
                self._wait_for_dependents(kind, obj)
            elif not is_terminating(obj):
                self._collect(kind, obj)
        except StatusError:
            enqueue_after(self, ref, _RETRY)

    def _orphan(self, kind: Kind, obj: Object) -> None:
        uid = obj["metadata"]["uid"]
        for dependent in self.manager.index.dependents(uid):
            self._release(dependent, {uid})
        self._remove_finalizer(kind, obj, ORPHAN)

    def _wait_for_dependents(self, kind: Kind, obj: Object) -> None:
        uid = obj["metadata"]["uid"]
        for dependent in self.manager.index.dependents(uid):
            if is_terminating(dependent):
                continue
            ref = self.manager.index.ref(dependent["metadata"]["uid"])
            of = self.manager.server.kinds.find(ref.group, ref.plural)
            if of is not None and not self._has_other_owner(dependent, uid):
                self.manager.server.delete(
                    of, ref.namespace, ref.name, DeleteOptions(propagation="Foreground")
                )
            elif of is not None:
                self._release(dependent, {uid})
        left = self.manager.index.dependents(uid)
        blocking = any(
            owner["uid"] == uid and owner.get("blockOwnerDeletion")
            for dependent in left
            for owner in dependent["metadata"]["ownerReferences"]
        )
        if not blocking:
            self._remove_finalizer(kind, obj, FOREGROUND)

    def _has_other_owner(self, dependent: Object, leaving: str) -> bool:
        """Whether an object has another existing owner."""
        owners = dependent["metadata"]["ownerReferences"]
        others = [self.manager.index.by_uid(owner["uid"]) for owner in owners if owner["uid"] != leaving]
        return any(owner is not None and not is_terminating(owner) for owner in others)

    def _collect(self, kind: Kind, obj: Object) -> None:
        metadata = obj["metadata"]
        owners = metadata.get("ownerReferences") or []
        absent = {
            owner["uid"] for owner in owners if not self._is_there(owner, metadata.get("namespace", ""))
        }
        if not owners or not absent:
            return
        if len(absent) < len(owners):
            self._release(obj, absent)
            return
        options = DeleteOptions(propagation="Background", uid=metadata["uid"])
        self.manager.server.delete(kind, metadata.get("namespace", ""), metadata["name"], options)

    def _is_there(self, owner: Object, namespace: str) -> bool:
        found = self.manager.index.by_uid(owner["uid"])
        return found is not None and found["metadata"].get("namespace", "") in ("", namespace)

    def _release(self, obj: Object, owners: set[str]) -> None:
        metadata = obj["metadata"]
        remaining = [owner for owner in metadata["ownerReferences"] if owner["uid"] not in owners]
        rest = {key: value for key, value in metadata.items() if key != "ownerReferences"}
        new = {**rest, **({"ownerReferences": remaining} if remaining else {})}
        ref = self.manager.index.ref(obj["metadata"]["uid"])
        kind = self.manager.server.kinds.find(ref.group, ref.plural)
        if kind is not None:
            self.manager.server.store(kind, {**obj, "metadata": new})

    def _remove_finalizer(self, kind: Kind, obj: Object, finalizer: str) -> None:
        obj = self.manager.index.by_uid(obj["metadata"]["uid"]) or obj
        metadata = dict(obj["metadata"])
        remaining = [one for one in metadata.pop("finalizers", ()) if one != finalizer]
        new = {**metadata, **({"finalizers": remaining} if remaining else {})}
        self.manager.server.store(kind, {**obj, "metadata": new})
