"""PATCH of all four types: read, merge, and write as an update does."""

from __future__ import annotations

import dataclasses
from typing import Any

import msgspec

from apimachinery.errors import BadRequestError
from apimachinery.times import rfc3339
from kubesim.errors.field_errors import invalid_value
from kubesim.errors.statuses import bad_request, invalid, not_found, unsupported_media_type
from kubesim.machinery.kinds import Kind
from kubesim.machinery.options import WriteOptions
from kubesim.patch.apply import apply
from kubesim.patch.json_patch import (
    APPLY_PATCH,
    JSON_PATCH,
    MERGE_PATCH,
    json_patch,
    media_types,
    merge_patch,
    patch_object,
)
from kubesim.patch.strategic import strategic_merge_patch
from kubesim.registry.store import ObjectStore
from kubesim.runtime.clock import Clock
from kubesim.storage.log import Log, Object, Record


def patched(kind: Kind, media_type: str, original: Object, patch: Any) -> Object:
    """``original`` with a JSON, merge or strategic merge patch applied. Raises `StatusError`."""
    if media_type == JSON_PATCH:
        return json_patch(original, patch)
    if media_type == MERGE_PATCH:
        return merge_patch(original, patch)
    if media_type in media_types(strategic=not kind.custom):
        return strategic_merge_patch(kind.merging, original, patch_object(patch))
    raise unsupported_media_type(media_types(strategic=False) if kind.custom else ())


def patch_object_in_log(  # noqa: PLR0917
    log: Log, store: ObjectStore, clock: Clock, kind: Kind, namespace: str, name: str,
    media_type: str, patch: Any, subresource: str, options: WriteOptions,
) -> tuple[Record, bool]:  # fmt: skip
    """Patch one object; the second value tells whether server-side apply created it. Raises `StatusError`."""
    ref = kind.ref(namespace, name)
    current = log.get(ref)
    version = options.version or kind.storage_version
    live = None
    if current is not None:
        live = {**current.object, "apiVersion": kind.resource.api_version(version)}
    if media_type == APPLY_PATCH:
        new = _applied(kind, live, namespace, name, patch, options, clock)
        tracked = dataclasses.replace(options, applied=True)
        if live is None:
            return store.create(kind, namespace, new, tracked), True
        if current is not None and new is live:
            return current, False
        return store.update(kind, namespace, name, new, subresource, tracked), False
    if live is None:
        raise not_found(kind.group, kind.plural, name)
    new = patched(kind, media_type, live, patch)
    if new.get("kind") != live["kind"] or new.get("apiVersion") != live["apiVersion"]:
        new = {**new, "kind": live["kind"], "apiVersion": live["apiVersion"]}
    if not isinstance(new.get("metadata"), dict):
        new["metadata"] = {"name": name, "resourceVersion": live["metadata"]["resourceVersion"]}
    try:
        kind.decode(new, version)
    except ValueError as error:
        text = msgspec.json.encode(new).decode()
        raise invalid("", "", "", [invalid_value("patch", text, str(error))]) from None
    return store.update(kind, namespace, name, new, subresource, options), False


def _applied(  # noqa: PLR0917
    kind: Kind,
    live: Object | None,
    namespace: str,
    name: str,
    config: Any,
    options: WriteOptions,
    clock: Clock,
) -> Object:
    if not isinstance(config, dict):
        raise bad_request("error decoding YAML: the applied configuration must be an object")
    version = kind.resource.api_version(options.version or kind.storage_version)
    if (config.get("apiVersion"), config.get("kind")) != (version, kind.kind):
        sent = f"{config.get('apiVersion', '')}, Kind={config.get('kind', '')}"
        raise BadRequestError.of(
            f"incorrect apiVersion or kind: got {sent}, expected {version}, Kind={kind.kind}"
        )
    metadata = config.get("metadata") or {}
    if metadata.get("name", name) != name:
        raise bad_request(
            f"the name of the object ({metadata['name']}) does not match the name on the URL ({name})"
        )
    place = {"namespace": namespace} if kind.namespaced else {}
    config = {**config, "metadata": {**metadata, "name": name, **place}}
    return apply(
        kind.merging, live, config, manager=options.manager, force=options.force, now=rfc3339(clock.now())
    )
