"""Indexes shared by the controllers, updated with every change: by owner, node, namespace and uid."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from kubesim.model.scheduling import Load, load_of
from kubesim.storage.log import Change, Log, Object, Ref

PODS = ("", "pods")


class IndexEntry(NamedTuple):
    """The index entry of one object: what a change has to move."""

    owners: tuple[str, ...]
    controller: str
    node: str
    load: Load


_NO_ENTRY = IndexEntry((), "", "", Load())


class Index:
    """Dependents by owner, pods by node, objects by namespace. `apply` takes every change once, in order."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._dependents: dict[str, dict[Ref, None]] = defaultdict(dict)
        self._on_node: dict[str, dict[Ref, None]] = defaultdict(dict)
        self._contents: dict[str, dict[Ref, None]] = defaultdict(dict)
        self._orphans: dict[tuple[str, str, str], dict[Ref, None]] = defaultdict(dict)
        self._loads: dict[str, Load] = {}
        self._by_uid: dict[str, Ref] = {}

    def apply(self, change: Change) -> None:
        """Update the index."""
        ref = change.record.ref
        before = _entry(ref, change.previous.object) if change.previous else _NO_ENTRY
        gone = change.type == "DELETED"
        after = _NO_ENTRY if gone else _entry(ref, change.record.object)
        if change.previous is None or gone:
            self._add_or_remove(ref, change.record.object["metadata"]["uid"], gone=gone)
        if before.owners != after.owners:
            _move(self._dependents, ref, before.owners, after.owners)
        if ref.namespace and (before.controller != after.controller or change.previous is None or gone):
            self._set_orphan(ref, orphan=not gone and not after.controller)
        if before.node != after.node:
            _move(self._on_node, ref, _one(before.node), _one(after.node))
        if before.node:
            self._loads[before.node] = self.load(before.node) - before.load
        if after.node:
            self._loads[after.node] = self.load(after.node) + after.load

    def get(self, ref: Ref) -> Object | None:
        """The current object, or None."""
        record = self._log.get(ref)
        return record.object if record else None

    def by_uid(self, uid: str) -> Object | None:
        """The object of a uid, or None."""
        ref = self._by_uid.get(uid)
        return self.get(ref) if ref else None

    def ref(self, uid: str) -> Ref:
        """The storage key of an indexed uid."""
        return self._by_uid[uid]

    def dependents(self, uid: str, plural: str = "") -> list[Object]:
        """The objects with this owner uid, of one plural if given."""
        return list(self._objects(self._dependents.get(uid), plural))

    def on_node(self, node: str) -> list[Object]:
        """The pods bound to a node."""
        return list(self._objects(self._on_node.get(node), ""))

    def in_namespace(self, namespace: str) -> list[Ref]:
        """The objects of a namespace."""
        return list(self._contents.get(namespace, ()))

    def orphans(self, group: str, plural: str, namespace: str) -> list[Object]:
        """The objects of one kind without a controller."""
        return list(self._objects(self._orphans.get((group, plural, namespace)), ""))

    def load(self, node: str) -> Load:
        """The requests of the pods bound to a node."""
        return self._loads.get(node) or Load()

    def _objects(self, refs: dict[Ref, None] | None, plural: str) -> Iterator[Object]:
        for ref in refs or ():
            if not plural or ref.plural == plural:
                record = self._log.get(ref)
                if record is not None:
                    yield record.object

    def _add_or_remove(self, ref: Ref, uid: str, *, gone: bool) -> None:
        if gone:
            self._by_uid.pop(uid, None)
        else:
            self._by_uid[uid] = ref
        if ref.namespace:
            namespaces = _one(ref.namespace)
            _move(self._contents, ref, namespaces if gone else (), () if gone else namespaces)

    def _set_orphan(self, ref: Ref, *, orphan: bool) -> None:
        orphans = self._orphans[ref.group, ref.plural, ref.namespace]
        if orphan:
            orphans[ref] = None
        else:
            orphans.pop(ref, None)


def _entry(ref: Ref, obj: Object) -> IndexEntry:
    owners = obj["metadata"].get("ownerReferences") or ()
    uids = tuple(owner["uid"] for owner in owners)
    controller = next((owner["uid"] for owner in owners if owner.get("controller")), "")
    if (ref.group, ref.plural) != PODS or not obj["spec"].get("nodeName"):
        return IndexEntry(uids, controller, "", Load())
    return IndexEntry(uids, controller, obj["spec"]["nodeName"], load_of(obj))


def _one(value: str) -> tuple[str, ...]:
    return (value,) if value else ()


def _move(
    index: dict[str, dict[Ref, None]], ref: Ref, before: tuple[str, ...], after: tuple[str, ...]
) -> None:
    for key in before:
        refs = index.get(key)
        if refs is not None:
            refs.pop(ref, None)
            if not refs:
                del index[key]
    for key in after:
        index[key][ref] = None
