"""The resource quota controller: recalculates usage.

Admission adds what is created; this recalculates after a change of the quota, and after a deletion or a
change that frees resources.
"""

from __future__ import annotations

from collections import Counter

from kubesim.admission.amounts import ZERO, Amount, amounts, total
from kubesim.admission.quota import QUOTAS
from kubesim.admission.usage import is_in_scope, usage
from kubesim.controllers.manager import ControllerManager, enqueue
from kubesim.storage.log import Change, Object, Ref

_UNCOUNTED = frozenset({"events"})


class ResourceQuotaController:
    """resourcequota-controller."""

    def __init__(self, manager: ControllerManager) -> None:
        self.manager = manager
        self._namespaces: Counter[str] = Counter()
        manager.on_any(self._changed)

    def _changed(self, change: Change) -> None:
        ref = change.record.ref
        if (ref.group, ref.plural) == QUOTAS:
            self._quota_changed(change)
        elif self._namespaces.get(ref.namespace) and ref.plural not in _UNCOUNTED and _frees_usage(change):
            for record in self.manager.server.log.list(*QUOTAS, ref.namespace):
                enqueue(self, record.ref)

    def _quota_changed(self, change: Change) -> None:
        namespace = change.record.ref.namespace
        if change.type == "ADDED":
            self._namespaces[namespace] += 1
        elif change.type == "DELETED":
            self._namespaces[namespace] -= 1
        if change.type != "DELETED":
            obj = change.record.object
            if (obj.get("status") or {}).get("hard") != (obj.get("spec") or {}).get("hard"):
                enqueue(self, change.record.ref)
        if change.type != "MODIFIED":
            for record in self.manager.server.log.list(*QUOTAS, namespace):
                enqueue(self, record.ref)

    def reconcile(self, ref: Ref) -> None:
        """Recalculate the usage of a quota."""
        quota, kind = self.manager.index.get(ref), self.manager.server.kinds.find(*QUOTAS)
        if quota is None or kind is None:
            return
        hard = (quota.get("spec") or {}).get("hard") or {}
        counted = total(
            usage(inside.group, inside.plural, obj)
            for inside in self.manager.index.in_namespace(ref.namespace)
            if (obj := self.manager.index.get(inside)) is not None
            and inside.plural not in _UNCOUNTED
            and is_in_scope(quota, inside.group, inside.plural, obj)
        )
        status = {"hard": hard, "used": _texts(counted, hard)}
        if status != quota.get("status"):
            self.manager.server.store(kind, {**quota, "status": status})


def _texts(counted: dict[str, Amount], hard: Object) -> dict[str, str]:
    return {name: str(counted.get(name, ZERO)) for name in amounts(hard)}


def _frees_usage(change: Change) -> bool:
    """Whether the usage of an object changed in a way that admission has not counted."""
    if change.type != "MODIFIED" or change.previous is None:
        return True
    ref = change.record.ref
    before = usage(ref.group, ref.plural, change.previous.object)
    return usage(ref.group, ref.plural, change.record.object) != before
