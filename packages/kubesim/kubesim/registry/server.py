"""The API machinery without HTTP: what the HTTP app serves and every actor inside the simulation uses.

Objects are plain dicts, immutable by convention: what the server gives is never changed in place;
build a new one and write it back. Every method is synchronous, so that whoever does not await between
reading and writing needs no lock. Refusals are `ApiError`s in the API server's own words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from apimachinery.resources import NAMESPACES, SERVICES, Resource
from kubesim.admission.calling import Caller
from kubesim.admission.chain import Admission, Chain
from kubesim.admission.webhooks import Webhooks
from kubesim.errors.statuses import bad_request, no_such_resource, not_found
from kubesim.machinery import namespaces
from kubesim.machinery.calls import Address, Handler
from kubesim.machinery.kinds import Kind, Kinds
from kubesim.machinery.options import BY_ITSELF, PLAINLY, Attributes, DeleteOptions, ListOptions, WriteOptions
from kubesim.machinery.selection import Selection
from kubesim.registry.listing import Page, page
from kubesim.registry.patch import patch_object_in_log
from kubesim.registry.store import Writes
from kubesim.runtime.clock import Clock, SystemClock
from kubesim.schema.types import ShapeError
from kubesim.storage.log import Change, Log, Object, Record, Watch, encode_members

_OWN_SERVICE: Object = {
    "metadata": {"name": "kubernetes", "labels": {"component": "apiserver", "provider": "kubernetes"}},
    "spec": {
        "clusterIP": "10.96.0.1",
        "ports": [{"name": "https", "protocol": "TCP", "port": 443, "targetPort": 6443}],
    },
}


class Server:
    """The generic API server: storage, admission and subresource handlers of the kinds it serves.

    It has no plug-in of its own; `control_plane.assembly.new_server` makes one with all of them.
    """

    def __init__(
        self, kinds: Sequence[Kind] = (), log: Log | None = None, clock: Clock | None = None
    ) -> None:
        self.log = log or Log()
        self.clock: Clock = clock or SystemClock()
        self.kinds = Kinds(kinds)
        self.webhooks, self.caller = Webhooks(self.log, self.kinds), Caller()
        self._chain = Chain(self.webhooks)
        self._writes = Writes(self.log, self.kinds, self.clock, self._chain)
        self.handlers: dict[Address, Handler] = {}

    @property
    def early_admission(self) -> list[Admission]:
        """Asked before webhooks may change what is written; each may change it, too, or refuse."""
        return self._chain.early

    @property
    def admission(self) -> list[Admission]:
        """Asked before each write; each may raise an `ApiError` to refuse it."""
        return self._chain.plugins

    @property
    def late_admission(self) -> list[Admission]:
        """Validating plug-ins that run after the webhooks, on the final object."""
        return self._chain.late

    def kind(self, of: Kind | Resource) -> Kind:
        """What is served for a resource. Raises `NotFound` when nothing is."""
        found = self.kinds.find(of.group, of.plural)
        if found is None:
            raise no_such_resource()
        return found

    def record(self, of: Kind | Resource, namespace: str, name: str) -> Record:
        """One object with its encoding. Raises `NotFound`."""
        kind = self.kind(of)
        record = self._find(kind, namespace, name)
        if record is None:
            raise not_found(kind.group, kind.plural, name)
        return record

    def get(self, of: Kind | Resource, namespace: str, name: str) -> Object:
        """One object. Raises `NotFound`."""
        return self.record(of, namespace, name).object

    def find(self, of: Kind | Resource, namespace: str, name: str) -> Object | None:
        """One object, or None."""
        record = self._find(self.kind(of), namespace, name)
        return record.object if record else None

    def _find(self, kind: Kind, namespace: str, name: str) -> Record | None:
        if kind.computed is None:
            return self.log.get(kind.ref(namespace, name))
        return next((one for one in self._computed(kind, namespace) if one.ref.name == name), None)

    def _computed(self, kind: Kind, namespace: str) -> list[Record]:
        found = kind.computed(namespace) if kind.computed else ()
        return [
            Record(
                kind.ref(obj["metadata"].get("namespace", ""), obj["metadata"]["name"]),
                obj, self.log.revision, self.log.revision, encode_members(obj),
            )
            for obj in found
        ]  # fmt: skip

    def list(
        self, of: Kind | Resource, namespace: str = "", *, label_selector: str = "", field_selector: str = ""
    ) -> list[Object]:
        """All objects of a namespace, or of all namespaces, in etcd's order."""
        kind = self.kind(of)
        selection = Selection.parse(kind, label_selector, field_selector)
        records = self._computed(kind, namespace) if kind.computed else self.log.list(*kind.table, namespace)
        objects = (record.object for record in records)
        if selection.is_everything:
            return [*objects]
        return [obj for obj in objects if selection.matches(obj)]

    def page(self, of: Kind | Resource, namespace: str, options: ListOptions) -> Page:
        """A list as clients ask for it. What is computed comes in one page and without a version."""
        kind = self.kind(of)
        if kind.computed is None:
            return page(self.log, kind, namespace, options)
        matches = Selection.parse(kind, options.label_selector, options.field_selector).matches
        return Page([one for one in self._computed(kind, namespace) if matches(one.object)], 0)

    def watch(self, of: Kind | Resource, namespace: str = "", *, since: int | None = None) -> Watch:
        """Changes from now on, or after a revision. Raises `log.Compacted`."""
        return self.log.subscribe(*self.kind(of).table, namespace, since=since)

    def create(
        self, of: Kind | Resource, namespace: str, obj: Object, options: WriteOptions = BY_ITSELF
    ) -> Object:
        """Create an object; its name is in ``obj``. Raises `ApiError`."""
        kind, obj = self._stored(self.kind(of), obj, options)
        return self._writes.create(kind, namespace, obj, options).object

    def update(
        self,
        of: Kind | Resource,
        namespace: str,
        name: str,
        obj: Object,
        options: WriteOptions = BY_ITSELF,
    ) -> Object:
        """Replace an object, except for its status. Raises `ApiError`."""
        kind, obj = self._stored(self.kind(of), obj, options)
        return self._writes.update(kind, namespace, name, obj, "", options).object

    def update_status(
        self,
        of: Kind | Resource,
        namespace: str,
        name: str,
        obj: Object,
        options: WriteOptions = BY_ITSELF,
    ) -> Object:
        """Replace an object's status. Raises `ApiError`."""
        return self._writes.update(self.kind(of), namespace, name, obj, "status", options).object

    def store(self, of: Kind | Resource, obj: Object) -> Object:
        """Write an object that is there as it is, for controllers whose objects need no checking twice.

        Raises `NotFound` and `Conflict`; metadata.resourceVersion counts when it is given.
        """
        kind, metadata = self.kind(of), obj["metadata"]
        current = self.record(kind, metadata.get("namespace", ""), metadata["name"])
        self._writes.check_version(kind, metadata["name"], metadata, current.object["metadata"])
        return self._writes.store(current, obj).object

    def apply_patch(
        self,
        of: Kind | Resource,
        namespace: str,
        name: str,
        media_type: str,
        patch: Any,
        *,
        subresource: str = "",
        options: WriteOptions = BY_ITSELF,
    ) -> tuple[Object, bool]:
        """Patch an object; the second value says whether server-side apply created it."""
        record, created = patch_object_in_log(
            self.log, self._writes, self.clock, self.kind(of), namespace, name,
            media_type, patch, subresource, options,
        )  # fmt: skip
        return record.object, created

    def admit(self, kind: Kind, write: Attributes) -> Object:
        """What a request to a part of an object brings, as admission lets it through. Raises `ApiError`."""
        return self._chain.admit(kind, write)

    def delete(
        self, of: Kind | Resource, namespace: str, name: str, options: DeleteOptions = PLAINLY
    ) -> tuple[Object, bool]:
        """Delete an object, or begin to; the second value says whether it is gone."""
        record, gone = self._writes.delete(self.kind(of), namespace, name, options)
        return record.object, gone

    def delete_collection(
        self,
        of: Kind | Resource,
        namespace: str,
        which: ListOptions,
        options: DeleteOptions = PLAINLY,
    ) -> Page:
        """Delete what a list would give, and give that list."""
        found = self.page(of, namespace, which)
        for record in found.records:
            self.delete(of, record.ref.namespace, record.ref.name, options)
        return found

    def _stored(self, kind: Kind, obj: Object, options: WriteOptions) -> tuple[Kind, Object]:
        """The kind that holds the objects, and the object as it has them."""
        if kind.stored_as is None or kind.to_stored is None:
            return kind, obj
        holder = self.kinds.find(*kind.stored_as)
        if holder is None:
            return kind, obj
        try:
            return holder, kind.to_stored(kind.decode(obj, options.version or kind.storage_version))
        except ShapeError as error:
            raise bad_request(f"{kind.kind} cannot be handled as a {kind.kind}: {error}") from None

    def observe(self, observer: Callable[[Change], None]) -> None:
        """Call ``observer`` with every change, inside the write that makes it."""
        self.log.observers.append(observer)

    def bootstrap(self) -> None:
        """Create the system namespaces and the `kubernetes` Service where they are missing."""
        for name in namespaces.ALL:
            if self.find(NAMESPACES, "", name) is None:
                self.create(NAMESPACES, "", {"metadata": {"name": name}})
        if self.find(SERVICES, "default", "kubernetes") is None:
            self.create(SERVICES, "default", _OWN_SERVICE)
