"""Handlers of resource requests: get, list, watch, create, update, patch, delete and subresources."""

from __future__ import annotations

import dataclasses
import functools
import inspect
import json
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import yaml

from apimachinery.errors import ConflictError
from kubesim.control_plane.webhook_retries import run_with_webhooks
from kubesim.endpoints.parameters import delete_options, is_true, list_options, whole_number, write_options
from kubesim.endpoints.replies import Form, Reply, accepted, encoded, joined
from kubesim.endpoints.requests import Request, body_object, yaml_value
from kubesim.endpoints.routing import Place, is_allowed
from kubesim.endpoints.tables import partial, table
from kubesim.endpoints.watching import WatchRequest, stream
from kubesim.errors.statuses import (
    bad_request,
    method_not_allowed,
    no_such_resource,
    server_error,
    unsupported_media_type,
)
from kubesim.machinery.calls import Call, Stream
from kubesim.machinery.kinds import Kind
from kubesim.machinery.options import AdmissionAttributes, DeleteOptions, WriteOptions
from kubesim.machinery.selection import Selection
from kubesim.machinery.users import UserInfo
from kubesim.patch.json_patch import APPLY_PATCH, media_types
from kubesim.registry.listing import Page, parse_version
from kubesim.registry.patch import patched
from kubesim.registry.server import Server
from kubesim.storage.log import Object, Record

_CREATED = 201
_PATCHED_AGAIN = 5


class Resources:
    """Handles requests for the server's objects."""

    def __init__(self, server: Server) -> None:
        self._server = server

    async def answer(self, request: Request, place: Place, verb: str, user: UserInfo) -> Reply:
        """The response to an authorized request. Raises `StatusError`."""
        if not is_allowed(place, verb, request.method):
            raise method_not_allowed()
        form = accepted(request.header("accept"))
        handler = self._server.handlers.get((place.kind.group, place.kind.plural, place.subresource))
        if handler is not None and verb not in ("list", "watch"):
            return await self._called_for_long(request, place, verb, user, form)
        match verb:
            case "get" if place.subresource not in ("", "status"):
                raise no_such_resource()
            case "get":
                return self._get(place, form)
            case "list":
                return self._list(request, place, form)
            case "watch":
                return self._watch(request, place, form)
            case "create" if not place.subresource:
                return await self._run_with_webhooks(lambda: self._create(request, place, user, form))
            case "update":
                return await self._run_with_webhooks(lambda: self._update(request, place, user, form))
            case "patch":
                return await self._run_with_webhooks(lambda: self._patch(request, place, user, form))
            case "delete":
                return await self._run_with_webhooks(lambda: self._delete(request, place, user, form))
            case "deletecollection":
                return await self._delete_collection(request, place, user, form)
            case _:
                raise no_such_resource()

    def _get(self, place: Place, form: Form) -> Reply:
        record = self._server.record(place.kind, place.namespace, place.name)
        if form.shape or place.kind.from_stored:
            return self._rendered(place, record.object, form)
        return joined(_head(place) + record.members + b"\n", form)

    def _list(self, request: Request, place: Place, form: Form) -> Reply:
        page = self._server.page(place.kind, place.namespace, list_options(request.query))
        return self._shown_list(request, place, page, form)

    def _shown_list(self, request: Request, place: Place, page: Page, form: Form) -> Reply:
        kind = place.kind
        metadata = _list_metadata(page)
        if form.shape == "Table":
            rendered = table(
                kind, place.version, _presented(kind, page.records), self._server.clock.now(),
                table_version=form.shape_version, metadata=metadata,
                include=request.query.get("includeObject", "Metadata"),
            )  # fmt: skip
            return encoded(rendered, form)
        if form.shape:
            items = [partial(obj, form.shape_version) for obj in _presented(kind, page.records)]
            version = f"meta.k8s.io/{form.shape_version}"
            return encoded(
                {
                    "kind": "PartialObjectMetadataList",
                    "apiVersion": version,
                    "metadata": metadata,
                    "items": items,
                },
                form,
            )
        head = {
            "kind": kind.list_kind,
            "apiVersion": kind.resource.api_version(place.version),
            "metadata": metadata,
        }
        if kind.from_stored is not None:
            return encoded({**head, "items": _presented(kind, page.records)}, form)
        # items of built-in kinds have no kind and apiVersion, items of custom kinds do
        opening = _head(place) if kind.custom else b"{"
        items_json = (b"," + opening).join(record.members for record in page.records)
        start = msgspec.json.encode(head)[:-1] + b',"items":['
        body = start + opening + items_json + b"]}\n" if page.records else start + b"]}\n"
        return joined(body, form)

    def _watch(self, request: Request, place: Place, form: Form) -> Reply:
        query = request.query
        watch_request = WatchRequest(
            kind=place.kind,
            version=place.version,
            namespace=place.namespace,
            selection=Selection.parse(
                place.kind, query.get("labelSelector", ""), _with_name(query.get("fieldSelector", ""), place)
            ),
            resource_version=query.get("resourceVersion", ""),
            timeout_seconds=whole_number(query, "timeoutSeconds"),
            bookmarks=is_true(query, "allowWatchBookmarks"),
            form=form,
        )
        parse_version(watch_request.resource_version)
        return Reply(chunks=stream(self._server, watch_request))

    def _create(self, request: Request, place: Place, user: UserInfo, form: Form) -> Reply:
        options = write_options(request, user, place.version, "CreateOptions")
        obj = self._body(request, place, place.kind.kind)
        new = self._server.create(place.kind, place.namespace, obj, options)
        return self._rendered(place, new, form, _CREATED)

    def _update(self, request: Request, place: Place, user: UserInfo, form: Form) -> Reply:
        options = write_options(request, user, place.version, "UpdateOptions")
        obj = self._body(request, place, place.kind.kind)
        there = self._server.find(place.kind, place.namespace, place.name) is not None
        write = self._server.update_status if place.subresource == "status" else self._server.update
        new = write(place.kind, place.namespace, place.name, obj, options)
        return self._rendered(place, new, form, 200 if there else _CREATED)

    def _patch(self, request: Request, place: Place, user: UserInfo, form: Form) -> Reply:
        options = write_options(request, user, place.version, "PatchOptions")
        patch = _patch_body(request, place.kind)
        new, created = self._server.apply_patch(
            place.kind, place.namespace, place.name, request.content_type, patch,
            subresource=place.subresource, options=options,
        )  # fmt: skip
        return self._rendered(place, new, form, _CREATED if created else 200)

    def _delete(self, request: Request, place: Place, user: UserInfo, form: Form) -> Reply:
        options = delete_options(request, user)
        obj, gone = self._server.delete(place.kind, place.namespace, place.name, options)
        if not gone or place.kind.returns_deleted:
            return self._rendered(place, obj, form)
        return encoded(_deleted(place.kind, obj), form)

    async def _delete_collection(self, request: Request, place: Place, user: UserInfo, form: Form) -> Reply:
        options: DeleteOptions = delete_options(request, user)
        server, kind = self._server, place.kind
        page = server.page(kind, place.namespace, list_options(request.query))
        for record in page.records:
            ref = record.ref
            delete = functools.partial(server.delete, kind, ref.namespace, ref.name, options)
            await run_with_webhooks(server, delete)
        return self._shown_list(request, place, page, form)

    async def _run_with_webhooks(self, write: Callable[[], Reply]) -> Reply:
        """The response to a write, with the warnings of its webhooks."""
        reply, warnings = await run_with_webhooks(self._server, write)
        if not warnings:
            return reply
        rendered = ", ".join(f"299 - {json.dumps(text)}" for text in warnings)
        return dataclasses.replace(reply, headers={**reply.headers, "warning": rendered})

    async def _called_for_long(
        self, request: Request, place: Place, verb: str, user: UserInfo, form: Form
    ) -> Reply:
        """As `_called`; the patch is applied again when the object changed while webhooks answered."""
        for _ in range(_PATCHED_AGAIN):
            try:
                return await self._called(request, place, verb, user, form)
            except ConflictError:
                if verb != "patch" or not self._server.webhooks.are_configured:
                    raise
        return await self._called(request, place, verb, user, form)

    async def _called(self, request: Request, place: Place, verb: str, user: UserInfo, form: Form) -> Reply:
        """A request with a registered handler: a subresource or a create-only kind."""
        server, kind, part = self._server, place.kind, place.part
        body_kind = (part.kind if part and part.kind else kind.kind) or kind.kind
        group, version = kind.group, place.version
        if part is not None and part.kind:
            group, version = part.group, part.version
        obj = current = None
        options = WriteOptions(user=user)
        if verb == "patch":
            current = await self._value(Call("get", kind, place.subresource, place.namespace, place.name))
            patch = _patch_body(request, kind)
            obj = patched(kind, request.content_type, current, patch)
            verb = "update"
        elif verb in ("create", "update"):
            obj = body_object(request, kind, body_kind, version=version, group=group)
            if verb == "update" and server.webhooks.are_configured:
                current = await self._value(Call("get", kind, place.subresource, place.namespace, place.name))
        if obj is not None:
            options_kind = "CreateOptions" if verb == "create" else "UpdateOptions"
            options = write_options(request, user, place.version, options_kind)
        if obj is not None and (place.subresource or kind.plural == "bindings"):
            write = AdmissionAttributes(
                verb, kind.group, kind.plural, place.subresource, place.namespace, place.name, obj, current,
                user, options, place.version, (group, version, body_kind),
            )  # fmt: skip
            obj, _ = await run_with_webhooks(server, lambda: server.admit(kind, write))
        call = Call(verb, kind, place.subresource, place.namespace, place.name, obj, request.query, options)
        answer = server.handlers[kind.group, kind.plural, place.subresource](call)
        if inspect.isawaitable(answer):
            answer = await answer
        if isinstance(answer, Stream):
            return Reply(chunks=answer.chunks, content_type=answer.content_type)
        return encoded(answer, Form(form.media_type), _CREATED if verb == "create" else 200)

    async def _value(self, call: Call) -> Object:
        answer = self._server.handlers[call.kind.group, call.kind.plural, call.subresource](call)
        if inspect.isawaitable(answer):
            answer = await answer
        if isinstance(answer, Stream):
            raise server_error("a stream cannot be patched")
        return answer

    def _body(self, request: Request, place: Place, expected: str) -> Object:
        return body_object(request, place.kind, expected, version=place.version, group=place.kind.group)

    def _rendered(self, place: Place, obj: Object, form: Form, status: int = 200) -> Reply:
        kind = place.kind
        if kind.from_stored is not None:
            obj = kind.from_stored(obj)
        if form.shape == "Table":
            metadata = {"resourceVersion": obj["metadata"].get("resourceVersion", "")}
            rendered = table(
                kind, place.version, [obj], self._server.clock.now(),
                table_version=form.shape_version, metadata=metadata,
            )  # fmt: skip
            return encoded(rendered, form, status)
        if form.shape:
            return encoded(partial(obj, form.shape_version), form, status)
        api_version = kind.resource.api_version(place.version)
        if obj.get("apiVersion") != api_version:
            obj = {**obj, "apiVersion": api_version}
        return encoded(obj, form, status)


def _head(place: Place) -> bytes:
    head = {"kind": place.kind.kind, "apiVersion": place.kind.resource.api_version(place.version)}
    return msgspec.json.encode(head)[:-1] + b","


def _list_metadata(page: Page) -> dict[str, Any]:
    metadata: dict[str, Any] = {"resourceVersion": str(page.revision)}
    if page.continue_token:
        metadata["continue"] = page.continue_token
        if page.remaining is not None:
            metadata["remainingItemCount"] = page.remaining
    return metadata


def _presented(kind: Kind, records: Sequence[Record]) -> list[Object]:
    convert = kind.from_stored
    return [convert(record.object) if convert else record.object for record in records]


def _deleted(kind: Kind, obj: Object) -> Object:
    group = {"group": kind.group} if kind.group else {}
    details = {"name": obj["metadata"]["name"], **group, "kind": kind.plural, "uid": obj["metadata"]["uid"]}
    return {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details}


def _patch_body(request: Request, kind: Kind) -> Any:
    media_type = request.content_type
    if media_type not in media_types(strategic=not kind.custom):
        raise unsupported_media_type(media_types(strategic=False) if kind.custom else ())
    if media_type == APPLY_PATCH:
        try:
            return yaml_value(request.body)
        except (yaml.YAMLError, TypeError) as error:
            raise bad_request(f"error decoding YAML: {' '.join(str(error).split())}") from None
    try:
        return msgspec.json.decode(request.body)
    except (msgspec.DecodeError, RecursionError):
        raise server_error("Invalid JSON Patch") from None


def _with_name(field_selector: str, place: Place) -> str:
    """The deprecated watch paths: /watch/.../NAME selects one object."""
    if not place.name:
        return field_selector
    return ",".join(filter(None, (field_selector, f"metadata.name={place.name}")))
