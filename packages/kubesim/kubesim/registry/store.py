"""The generic store: everything between a decoded object and the log. Nothing here awaits.

Defaulting, validation, system metadata, optimistic concurrency, the separation of status, graceful
deletion and finalizers. Source: k8s.io/apiserver, pkg/registry/generic/registry/store.go and
pkg/registry/rest, as API server v1.20 behaves.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import timedelta

from apimachinery.errors import StatusCause
from apimachinery.times import rfc3339
from kubesim.admission.chain import Chain
from kubesim.errors.statuses import (
    already_exists,
    bad_request,
    conflict,
    forbidden,
    invalid,
    namespace_terminating,
    not_found,
    server_error,
)
from kubesim.machinery import object_meta as meta
from kubesim.machinery.kinds import Kind, Kinds
from kubesim.machinery.options import DeleteOptions, WriteOptions
from kubesim.registry.field_tracking import track
from kubesim.registry.listing import parse_version
from kubesim.runtime.clock import Clock
from kubesim.schema.types import DecodingError
from kubesim.storage.log import Log, Object, Record, encode_members

_NEVER_DELETED = ("default", "kube-system", "kube-public")
_OWN_DELETION = ("namespaces", "customresourcedefinitions")
_UNVERSIONED = ("kind", "apiVersion", "metadata", "status")


class ObjectStore:
    """Writes of one server; ``chain`` is its admission."""

    def __init__(self, log: Log, kinds: Kinds, clock: Clock, chain: Chain) -> None:
        self._log, self._kinds, self._clock, self._chain = log, kinds, clock, chain

    def create(self, kind: Kind, namespace: str, obj: Object, options: WriteOptions) -> Record:
        """Create an object. Raises `StatusError`."""
        new = self._decoded(kind, obj, options.version)
        metadata = new["metadata"]
        self._place(kind, metadata, namespace)
        if metadata.pop("resourceVersion", ""):
            raise server_error("resourceVersion should not be set on objects to be created")
        for key in ("deletionTimestamp", "deletionGracePeriodSeconds", "selfLink"):
            metadata.pop(key, None)
        made = metadata.pop("name", "") if options.is_name_made else ""
        name = metadata.get("name", "")
        self._check_namespace(kind, namespace, name or metadata.get("generateName", ""))
        kind.default(new)
        new = self._chain.mutated(kind, "", namespace, name, new, None, options)
        known = self._chain.webhooks.key(new)
        prepared = self._chain.webhooks.prepared_object(known) or self._prepared(
            kind, namespace, new, made, options
        )
        name = prepared["metadata"].get("name", "")
        with self._chain.webhooks.keep_prepared(known, prepared):
            return self._add(kind, namespace, name, prepared, options)

    def _prepared(self, kind: Kind, namespace: str, obj: Object, made: str, options: WriteOptions) -> Object:
        """A new object with its system metadata, and what its kind prepares."""
        new = {**obj, "metadata": dict(obj["metadata"])}
        metadata = new["metadata"]
        self._place(kind, metadata, namespace)
        if not metadata.get("name") and metadata.get("generateName"):
            metadata["name"] = made or self._generate_name(kind, namespace, metadata["generateName"])
        name = metadata.get("name", "")
        metadata["uid"] = str(uuid.uuid4())
        metadata["creationTimestamp"] = rfc3339(self._clock.now())
        if kind.counts_generation:
            metadata["generation"] = 1
        kind.prepare_create(new)
        self._chain.check("create", kind, "", namespace, name, new, None, options)
        return new

    def _add(self, kind: Kind, namespace: str, name: str, new: Object, options: WriteOptions) -> Record:
        self._raise_invalid(
            kind, name, (*meta.problems(kind, new["metadata"]), *_problems(kind, new, options))
        )
        ref = kind.ref(namespace, name)
        if self._log.get(ref) is not None:
            raise already_exists(kind.group, kind.plural, name)
        self._chain.approve("create", kind, "", namespace, name, new, None, options)
        new = track(kind, None, new, options, self._clock)
        if options.dry_run:
            return Record(ref, new, 0, 0, encode_members(new))
        return self._log.put(ref, new)

    def update(  # noqa: PLR0917
        self, kind: Kind, namespace: str, name: str, obj: Object, subresource: str, options: WriteOptions
    ) -> Record:
        """Replace an object, or its status. Raises `StatusError`; a write without a change is not stored."""
        ref = kind.ref(namespace, name)
        new = self._decoded(kind, obj, options.version)
        metadata = new["metadata"]
        self._check_name(kind, namespace, name, metadata)
        current = self._log.get(ref)
        if current is None:
            if kind.create_on_update and not subresource:
                metadata.pop("uid", None)
                return self.create(kind, namespace, new, options)
            raise not_found(kind.group, kind.plural, name)
        old = current.object
        self.check_version(kind, name, metadata, old["metadata"])
        meta.carry_over(metadata, old["metadata"])
        new = self._merged(kind, new, old, subresource)
        kind.default(new)
        self._check_namespace_exists(kind, namespace)
        changed = self._chain.mutated(kind, subresource, namespace, name, new, old, options)
        if changed is not new:
            meta.carry_over(changed["metadata"], old["metadata"])
            new = self._merged(kind, changed, old, subresource)
        kind.prepare_update(new, old)
        if (
            kind.counts_generation
            and not subresource
            and _specification(kind, new) != _specification(kind, old)
        ):
            new["metadata"]["generation"] = old["metadata"].get("generation", 0) + 1
        self._chain.check("update", kind, subresource, namespace, name, new, old, options)
        causes = [
            *meta.problems(kind, new["metadata"]),
            *meta.update_problems(new["metadata"], old["metadata"]),
        ]
        if subresource == "status":
            causes += kind.validate_as(new, _version(kind, options)) if kind.validate_as else ()
        else:
            causes += [*_problems(kind, new, options), *kind.validate_update(new, old)]
        self._raise_invalid(kind, name, causes)
        self._chain.approve("update", kind, subresource, namespace, name, new, old, options)
        new = track(kind, old, new, options, self._clock)
        return self.store(current, new, dry_run=options.dry_run)

    def store(self, current: Record, new: Object, *, dry_run: bool = False) -> Record:
        """Store a checked object; a terminating one without finalizers is removed."""
        ref, old = current.ref, current.object
        new = {**new, "metadata": {**new["metadata"], "resourceVersion": old["metadata"]["resourceVersion"]}}
        if dry_run:
            return Record(ref, new, current.revision, current.created, encode_members(new))
        ends = meta.is_gone(new) and not (
            ref.plural == "namespaces" and new.get("spec", {}).get("finalizers")
        )
        if new == old and not ends:
            return current
        if ends:
            # a watch never sees the object without its last finalizer
            self._log.remove(ref)
            return Record(ref, new, current.revision, current.created, encode_members(new))
        return self._log.put(ref, new)

    def delete(self, kind: Kind, namespace: str, name: str, options: DeleteOptions) -> tuple[Record, bool]:
        """Delete an object, or mark it for deletion; the second value tells whether it is gone."""
        ref = kind.ref(namespace, name)
        current = self._log.get(ref)
        if current is None:
            raise not_found(kind.group, kind.plural, name)
        if ref.group == "" and ref.plural == "namespaces" and name in _NEVER_DELETED:
            raise forbidden("", "namespaces", name, "this namespace may not be deleted")
        self._check_preconditions(kind, current, options)
        self._chain.mutated(kind, "", namespace, name, None, current.object, options)
        self._chain.check("delete", kind, "", namespace, name, None, current.object, options)
        self._chain.approve("delete", kind, "", namespace, name, None, current.object, options)
        new = self._marked_for_deletion(kind, current.object, options)
        if ref.plural == "namespaces" and not ref.group:
            return self._delete_namespace(current, new, dry_run=options.dry_run)
        graceful = kind.grace_period is not None
        waits = bool(new["metadata"].get("finalizers") or new["metadata"].get("deletionGracePeriodSeconds"))
        if options.dry_run:
            return Record(ref, new, current.revision, current.created, encode_members(new)), not waits
        if new != current.object and (waits or graceful):
            current = self._log.put(ref, new)
        if waits:
            return current, False
        self._log.remove(ref)
        return current, True

    def _marked_for_deletion(self, kind: Kind, old: Object, options: DeleteOptions) -> Object:
        """The object with the marks of a deletion request."""
        metadata = dict(old["metadata"])
        finalizers = _collector_finalizers(kind, metadata.get("finalizers") or [], options.propagation)
        own = kind.deletion_finalizer
        if own and own not in finalizers and "deletionTimestamp" not in metadata:
            finalizers = [*finalizers, own]
        if finalizers:
            metadata["finalizers"] = finalizers
        else:
            metadata.pop("finalizers", None)
        grace = self._grace(kind, old, options)
        present = metadata.get("deletionGracePeriodSeconds")
        if "deletionTimestamp" not in metadata:
            end = self._clock.now() + timedelta(seconds=grace)
            metadata["deletionTimestamp"] = rfc3339(end)
            if kind.plural not in _OWN_DELETION:
                metadata["deletionGracePeriodSeconds"] = grace
            if metadata.get("generation"):
                metadata["generation"] += 1
        elif present and grace < present and options.grace_period_seconds is not None:
            metadata["deletionTimestamp"] = rfc3339(self._clock.now() + timedelta(seconds=grace))
            metadata["deletionGracePeriodSeconds"] = grace
        return {**old, "metadata": metadata}

    def _grace(self, kind: Kind, old: Object, options: DeleteOptions) -> int:
        if kind.grace_period is None:
            return 0
        longest = kind.grace_period(old)
        if not longest or options.grace_period_seconds is None:
            return longest
        return max(options.grace_period_seconds, 0)

    def _delete_namespace(self, current: Record, new: Object, *, dry_run: bool) -> tuple[Record, bool]:
        new = {**new, "status": {**new.get("status", {}), "phase": "Terminating"}}
        if dry_run or new == current.object:
            return Record(current.ref, new, current.revision, current.created, encode_members(new)), False
        if new.get("spec", {}).get("finalizers") or new["metadata"].get("finalizers"):
            return self._log.put(current.ref, new), False
        self._log.put(current.ref, new)
        return self._log.remove(current.ref), True

    def _merged(self, kind: Kind, new: Object, old: Object, subresource: str) -> Object:
        if subresource == "status":
            merged = {**old, "metadata": new["metadata"]}
            if kind.custom:
                remaining = {key: value for key, value in old["metadata"].items() if key != "managedFields"}
                merged["metadata"] = {**remaining, **_only(new["metadata"], "managedFields")}
            merged.pop("status", None)
            return {**merged, **_only(new, "status")}
        if "status" in kind.subresources:
            new.pop("status", None)
            new.update(_only(old, "status"))
        return new

    def _decoded(self, kind: Kind, obj: Object, version: str) -> Object:
        version = version or kind.storage_version
        try:
            decoded = kind.decode(obj, version)
        except DecodingError as error:
            raise bad_request(
                f'{kind.kind} in version "{version}" cannot be handled as a {kind.kind}: {error}'
            ) from None
        rest = {key: value for key, value in decoded.items() if key not in ("kind", "apiVersion", "metadata")}
        head = {"kind": kind.kind, "apiVersion": kind.storage_api_version}
        return {**head, "metadata": dict(decoded.get("metadata") or {}), **rest}

    def _place(self, kind: Kind, metadata: Object, namespace: str) -> None:
        if not kind.namespaced:
            metadata.pop("namespace", None)
            return
        if metadata.get("namespace", namespace) != namespace:
            raise bad_request(
                "the namespace of the provided object does not match the namespace sent on the request"
            )
        metadata["namespace"] = namespace

    def _check_name(self, kind: Kind, namespace: str, name: str, metadata: Object) -> None:
        if not metadata.get("name"):
            raise bad_request(
                f"the name of the object ({name} based on URL) was undeterminable: name must be provided"
            )
        if metadata["name"] != name:
            raise bad_request(
                f"the name of the object ({metadata['name']}) does not match the name on the URL ({name})"
            )
        if kind.namespaced and metadata.get("namespace", namespace) != namespace:
            raise bad_request(
                f"the namespace of the object ({metadata['namespace']}) does not match the namespace on the"
                f" URL ({namespace})"
            )
        self._place(kind, metadata, namespace)

    def check_version(self, kind: Kind, name: str, metadata: Object, old: Object) -> None:
        """Check the preconditions on uid and resourceVersion. Raises `ConflictError`."""
        sent = metadata.get("resourceVersion", "")
        if sent and not (sent.isascii() and sent.isdecimal()):
            raise server_error(f'strconv.ParseUint: parsing "{sent}": invalid syntax')
        uid = metadata.get("uid", "")
        if uid and uid != old["uid"]:
            place = f"{kind.plural}/{old['namespace']}/{name}" if kind.namespaced else f"{kind.plural}/{name}"
            group = f"{kind.group}/" if kind.custom else ""
            raise conflict(
                kind.group, kind.plural, name,
                f"StorageError: invalid object, Code: 4, Key: /registry/{group}{place}, ResourceVersion: 0,"
                f" AdditionalErrorMsg: Precondition failed: UID in precondition: {uid},"
                f" UID in object meta: {old['uid']}",
            )  # fmt: skip
        if not parse_version(sent) and not kind.unconditional_update:
            problem = "must be specified for an update"
            cause = StatusCause(
                "FieldValueInvalid", f"Invalid value: 0x0: {problem}", "metadata.resourceVersion"
            )
            raise invalid(kind.group, kind.plural if kind.custom else kind.kind, name, [cause])
        if parse_version(sent) and sent != old["resourceVersion"]:
            raise conflict(kind.group, kind.plural, name)

    def _check_preconditions(self, kind: Kind, current: Record, options: DeleteOptions) -> None:
        metadata = current.object["metadata"]
        what = "the {} in the precondition ({}) does not match the {} in record ({})."
        if options.uid and options.uid != metadata["uid"]:
            why = what.format("UID", options.uid, "UID", metadata["uid"])
            text = f"{why} The object might have been deleted and then recreated"
            raise conflict(kind.group, kind.kind, metadata["name"], text)
        version = metadata["resourceVersion"]
        if options.resource_version and options.resource_version != version:
            why = what.format("ResourceVersion", options.resource_version, "ResourceVersion", version)
            raise conflict(
                kind.group, kind.kind, metadata["name"], f"{why} The object might have been modified"
            )

    def _check_namespace(self, kind: Kind, namespace: str, name: str) -> None:
        found = self._check_namespace_exists(kind, namespace)
        if found is not None and "deletionTimestamp" in found["metadata"]:
            raise namespace_terminating(kind.group, kind.plural, name, namespace)

    def _check_namespace_exists(self, kind: Kind, namespace: str) -> Object | None:
        if not kind.namespaced:
            return None
        namespaces = self._kinds.find("", "namespaces")
        record = self._log.get(namespaces.ref("", namespace)) if namespaces else None
        if record is None:
            raise not_found("", "namespaces", namespace)
        return record.object

    def _generate_name(self, kind: Kind, namespace: str, base: str) -> str:
        while self._log.get(kind.ref(namespace, name := meta.generated_name(base))) is not None:
            continue
        return name

    def _raise_invalid(self, kind: Kind, name: str, causes: Iterable[StatusCause]) -> None:
        found = list(dict.fromkeys(causes))
        if found:
            raise invalid(kind.group, kind.kind, name, found)


def _collector_finalizers(kind: Kind, present: list[str], propagation: str) -> list[str]:
    """The finalizers after applying the propagation policy of a deletion."""
    if not propagation:
        if kind.orphans_by_default and not {meta.ORPHAN, meta.FOREGROUND} & set(present):
            return [*present, meta.ORPHAN]
        return present
    remaining = [finalizer for finalizer in present if finalizer not in (meta.ORPHAN, meta.FOREGROUND)]
    added = {"Orphan": [meta.ORPHAN], "Foreground": [meta.FOREGROUND]}.get(propagation, [])
    return remaining + added


def _problems(kind: Kind, obj: Object, options: WriteOptions) -> list[StatusCause]:
    by_schema = kind.validate_as(obj, _version(kind, options)) if kind.validate_as else ()
    return [*by_schema, *kind.validate(obj)]


def _version(kind: Kind, options: WriteOptions) -> str:
    return options.version or kind.storage_version


def _specification(kind: Kind, obj: Object) -> Object:
    """What ``metadata.generation`` counts changes of."""
    counts_status = kind.custom and "status" not in kind.subresources
    uncounted = _UNVERSIONED[:-1] if counts_status else _UNVERSIONED
    return {key: value for key, value in obj.items() if key not in uncounted}


def _only(obj: Object, key: str) -> Object:
    return {key: obj[key]} if key in obj else {}
