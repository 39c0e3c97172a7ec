"""The generic API server without HTTP, for the HTTP endpoints and all components inside the simulation.

Objects are plain dicts, immutable by convention: change a copy and write it back. All methods are
synchronous: a read and a write without an await in between need no lock. Errors are `StatusError`s in
the words of the API server.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from apimachinery.resources import NAMESPACES, SERVICES, Resource
from kubesim.admission.chain import Admission, Chain
from kubesim.admission.webhook_client import WebhookClient
from kubesim.admission.webhooks import Webhooks
from kubesim.errors.statuses import bad_request, no_such_resource, not_found
from kubesim.machinery import namespaces
from kubesim.machinery.calls import Address, Handler
from kubesim.machinery.kinds import Kind, Kinds
from kubesim.machinery.options import (
    DEFAULT_DELETION,
    INTERNAL,
    AdmissionAttributes,
    DeleteOptions,
    ListOptions,
    WriteOptions,
)
from kubesim.machinery.selection import Selection
from kubesim.registry.listing import Page, page
from kubesim.registry.patch import patch_object_in_log
from kubesim.registry.store import ObjectStore
from kubesim.runtime.clock import Clock, SystemClock
from kubesim.schema.types import DecodingError
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

    It has no plug-in of its own; `control_plane.assembly.new_server` adds them.
    """

    def __init__(
        self, kinds: Sequence[Kind] = (), log: Log | None = None, clock: Clock | None = None
    ) -> None:
        self.log = log or Log()
        self.clock: Clock = clock or SystemClock()
        self.kinds = Kinds(kinds)
        self.webhooks, self.webhook_client = Webhooks(self.log, self.kinds), WebhookClient()
        self._chain = Chain(self.webhooks)
        self._store = ObjectStore(self.log, self.kinds, self.clock, self._chain)
        self.handlers: dict[Address, Handler] = {}

    @property
    def early_admission(self) -> list[Admission]:
        """Mutating plug-ins; they run before the mutating webhooks and may change or reject the object."""
        return self._chain.early

    @property
    def admission(self) -> list[Admission]:
        """Validating plug-ins; each raises a `StatusError` to reject a write."""
        return self._chain.plugins

    @property
    def late_admission(self) -> list[Admission]:
        """Validating plug-ins that run after the webhooks, on the final object."""
        return self._chain.late

    def kind(self, of: Kind | Resource) -> Kind:
        """The served kind of a resource. Raises `NotFoundError`."""
        found = self.kinds.find(of.group, of.plural)
        if found is None:
            raise no_such_resource()
        return found

    def record(self, of: Kind | Resource, namespace: str, name: str) -> Record:
        """One object with its encoding. Raises `NotFoundError`."""
        kind = self.kind(of)
        record = self._find(kind, namespace, name)
        if record is None:
            raise not_found(kind.group, kind.plural, name)
        return record

    def get(self, of: Kind | Resource, namespace: str, name: str) -> Object:
        """One object. Raises `NotFoundError`."""
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
        """All objects of a namespace, or of all namespaces for "", in etcd's order."""
        kind = self.kind(of)
        selection = Selection.parse(kind, label_selector, field_selector)
        records = self._computed(kind, namespace) if kind.computed else self.log.list(*kind.table, namespace)
        objects = (record.object for record in records)
        if selection.is_everything:
            return [*objects]
        return [obj for obj in objects if selection.matches(obj)]

    def page(self, of: Kind | Resource, namespace: str, options: ListOptions) -> Page:
        """A list with ListOptions. Computed kinds come in one page without a version."""
        kind = self.kind(of)
        if kind.computed is None:
            return page(self.log, kind, namespace, options)
        matches = Selection.parse(kind, options.label_selector, options.field_selector).matches
        return Page([one for one in self._computed(kind, namespace) if matches(one.object)], 0)

    def watch(self, of: Kind | Resource, namespace: str = "", *, since: int | None = None) -> Watch:
        """Changes from now on, or after a revision. Raises `log.Compacted`."""
        return self.log.subscribe(*self.kind(of).table, namespace, since=since)

    def create(
        self, of: Kind | Resource, namespace: str, obj: Object, options: WriteOptions = INTERNAL
    ) -> Object:
        """Create an object; its name is in ``obj``. Raises `StatusError`."""
        kind, obj = self._stored(self.kind(of), obj, options)
        return self._store.create(kind, namespace, obj, options).object

    def update(
        self,
        of: Kind | Resource,
        namespace: str,
        name: str,
        obj: Object,
        options: WriteOptions = INTERNAL,
    ) -> Object:
        """Replace an object except its status. Raises `StatusError`."""
        kind, obj = self._stored(self.kind(of), obj, options)
        return self._store.update(kind, namespace, name, obj, "", options).object

    def update_status(
        self,
        of: Kind | Resource,
        namespace: str,
        name: str,
        obj: Object,
        options: WriteOptions = INTERNAL,
    ) -> Object:
        """Replace an object's status. Raises `StatusError`."""
        return self._store.update(self.kind(of), namespace, name, obj, "status", options).object

    def store(self, of: Kind | Resource, obj: Object) -> Object:
        """Store an object without defaulting, validation and admission, for controllers.

        Raises `NotFoundError`, and `ConflictError` for an outdated metadata.resourceVersion.
        """
        kind, metadata = self.kind(of), obj["metadata"]
        current = self.record(kind, metadata.get("namespace", ""), metadata["name"])
        self._store.check_version(kind, metadata["name"], metadata, current.object["metadata"])
        return self._store.store(current, obj).object

    def apply_patch(
        self,
        of: Kind | Resource,
        namespace: str,
        name: str,
        media_type: str,
        patch: Any,
        *,
        subresource: str = "",
        options: WriteOptions = INTERNAL,
    ) -> tuple[Object, bool]:
        """Patch an object; the second value tells whether server-side apply created it."""
        record, created = patch_object_in_log(
            self.log, self._store, self.clock, self.kind(of), namespace, name,
            media_type, patch, subresource, options,
        )  # fmt: skip
        return record.object, created

    def admit(self, kind: Kind, write: AdmissionAttributes) -> Object:
        """The body of a subresource request after admission. Raises `StatusError`."""
        return self._chain.admit(kind, write)

    def delete(
        self, of: Kind | Resource, namespace: str, name: str, options: DeleteOptions = DEFAULT_DELETION
    ) -> tuple[Object, bool]:
        """Delete an object, or mark it for deletion; the second value tells whether it is gone."""
        record, gone = self._store.delete(self.kind(of), namespace, name, options)
        return record.object, gone

    def delete_collection(
        self,
        of: Kind | Resource,
        namespace: str,
        which: ListOptions,
        options: DeleteOptions = DEFAULT_DELETION,
    ) -> Page:
        """Delete the objects of a list; returns the list."""
        found = self.page(of, namespace, which)
        for record in found.records:
            self.delete(of, record.ref.namespace, record.ref.name, options)
        return found

    def _stored(self, kind: Kind, obj: Object, options: WriteOptions) -> tuple[Kind, Object]:
        """The kind that stores the objects, and the object in its form."""
        if kind.stored_as is None or kind.to_stored is None:
            return kind, obj
        holder = self.kinds.find(*kind.stored_as)
        if holder is None:
            return kind, obj
        try:
            return holder, kind.to_stored(kind.decode(obj, options.version or kind.storage_version))
        except DecodingError as error:
            raise bad_request(f"{kind.kind} cannot be handled as a {kind.kind}: {error}") from None

    def observe(self, observer: Callable[[Change], None]) -> None:
        """Call ``observer`` with every change, inside the write."""
        self.log.observers.append(observer)

    def bootstrap(self) -> None:
        """Create the system namespaces and the `kubernetes` Service where they are missing."""
        for name in namespaces.ALL:
            if self.find(NAMESPACES, "", name) is None:
                self.create(NAMESPACES, "", {"metadata": {"name": name}})
        if self.find(SERVICES, "default", "kubernetes") is None:
            self.create(SERVICES, "default", _OWN_SERVICE)
