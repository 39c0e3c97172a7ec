"""Asynchronous client of the Kubernetes API server.

A `Client` is one identity with its own connections. Its methods raise only `kube.errors.KubeError`s
(programming mistakes aside). It retries only a 401 when newer credentials exist and, in `Client.list`, a list
that expired half-way: only the caller knows whether another request may be repeated.
Source: https://kubernetes.io/docs/reference/using-api/api-concepts/
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from functools import partial
from typing import Any, TypeAlias, TypeVar, overload

import msgspec

from apimachinery.resources import Resource
from yurt_console.kube import paging, request_target, watching
from yurt_console.kube.credentials import Credentials
from yurt_console.kube.discovery import Discovery
from yurt_console.kube.errors import MalformedReply, NotFound
from yurt_console.kube.responses import Decode, decoded, json_object
from yurt_console.kube.transport import RequestCounts, Transport

Object: TypeAlias = dict[str, Any]
"""A Kubernetes object as JSON has it."""
JsonPatch: TypeAlias = Sequence[Object]

_T = TypeVar("_T")

_WATCH_GRACE = 15.0
"""Seconds a watch may outlive its ``timeoutSeconds`` before the connection counts as stuck."""


class Client:
    """One identity at one API server. Use as an async context manager, or call `close`."""

    def __init__(
        self,
        credentials: Credentials,
        *,
        timeout: float = 30.0,
        watch_line_limit: int = watching.LINE_LIMIT,
        counts: RequestCounts | None = None,
        _headers: Sequence[tuple[str, str]] = (),
        _discovery: Discovery | None = None,
    ) -> None:
        """``timeout``: seconds of a request, not of a watch; ``watch_line_limit``: bytes of an event."""
        self._credentials = credentials
        self._timeout = timeout
        self._line_limit = watch_line_limit
        self._transport = Transport(credentials, _headers, counts)
        self.counts = self._transport.counts
        self._discovery = _discovery or Discovery(partial(self.request, "GET"))

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"Client({self.server!r})"

    @property
    def server(self) -> str:
        """The API server's address."""
        return self._credentials.server

    @property
    def credentials(self) -> Credentials:
        """What this client was made with, before impersonation."""
        return self._credentials

    async def close(self) -> None:
        """Close this client's connections. Clients made from it by `impersonating` have their own."""
        await self._transport.close()

    def impersonating(
        self, user: str, groups: Sequence[str] = (), extra: Mapping[str, Sequence[str]] | None = None
    ) -> Client:
        """A client that acts as ``user``, with connections of its own: close it as well.

        It shares our credentials and our knowledge of served versions, so making one costs nothing until
        its first request, and it must not outlive us. Raises `BadRequest` for control characters and for an
        empty user, who would be ourselves.
        """
        return Client(
            self._credentials,
            timeout=self._timeout,
            watch_line_limit=self._line_limit,
            counts=self.counts,
            _headers=request_target.impersonation(user, groups, extra or {}),
            _discovery=self._discovery,
        )

    # Addresses

    async def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: object = None,
        content_type: str = "application/json",
        timeout: float | None = None,  # noqa: ASYNC109  # the seconds of one request, as everywhere here
        on_begun: Callable[[bytes], object] | None = None,
    ) -> bytes:
        """Any request; the reply's body. ``body`` is bytes, or becomes JSON; ``timeout`` is in seconds.

        ``on_begun`` is called with what there is of the body as soon as there is any. ``path`` goes out as
        it is: quote what is in it. Parameters that are empty are left out.
        """
        limit = self._timeout if timeout is None else timeout
        headers = {"Accept-Encoding": "identity" if self._transport.on_loopback else "gzip"}
        if body is not None:
            headers["Content-Type"] = content_type
        async with self._transport.send(
            method,
            request_target.target(path, params),
            headers=headers,
            body=body if body is None or isinstance(body, bytes) else msgspec.json.encode(body),
            reply_within=limit,
            end_within=limit,
        ) as response:
            return await self._transport.read(response, on_begun)

    async def version(self) -> dict[str, str]:
        """The server's ``/version``: major, minor, gitVersion, platform ..."""
        return decoded(await self.request("GET", "/version"), dict[str, str])

    async def served(self, resource: Resource) -> str:
        """The best version of ``resource`` that both sides know; `NotFound` when the cluster lacks the kind.

        Remembered until `forget`, or until an address of that version turns out to be gone; a version that
        is not our best, for a minute.
        """
        return await self._discovery.served(resource)

    def forget(self, resource: Resource) -> None:
        """Ask again which version is served."""
        self._discovery.forget(resource)

    # Reading

    @overload
    async def get(
        self, resource: Resource, name: str, namespace: str = "", *, subresource: str = ""
    ) -> Object: ...

    @overload
    async def get(
        self, resource: Resource, name: str, namespace: str = "", *, subresource: str = "", decode: Decode[_T]
    ) -> _T: ...

    async def get(
        self,
        resource: Resource,
        name: str,
        namespace: str = "",
        *,
        subresource: str = "",
        decode: Decode[Any] = json_object,
    ) -> Any:
        """One object, or its subresource; as ``decode`` makes it of the reply's bytes."""
        return decode(
            await self._call("GET", resource, request_target.required(name), namespace, subresource)
        )

    async def list_page(
        self,
        resource: Resource,
        namespace: str = "",
        *,
        limit: int = 0,
        continue_: str = "",
        label_selector: str = "",
        field_selector: str = "",
        resource_version: str = "",
        resource_version_match: str = "",
        on_begun: Callable[[bytes], object] | None = None,
    ) -> bytes:
        """One page of a list as it came, for typed decoding; ``limit`` 0 is everything.

        ``on_begun`` as in `request`. Raises `Gone` when ``continue_`` is too old. No namespace: all of them.
        """
        params = {
            "limit": str(limit) if limit else "",
            "continue": continue_,
            "labelSelector": label_selector,
            "fieldSelector": field_selector,
            "resourceVersion": resource_version,
            "resourceVersionMatch": resource_version_match,
        }
        return await self._call("GET", resource, namespace=namespace, params=params, on_begun=on_begun)

    @overload
    async def list(
        self, resource: Resource, namespace: str = "", *, label_selector: str = "", field_selector: str = ""
    ) -> list[Object]: ...

    @overload
    async def list(
        self,
        resource: Resource,
        namespace: str = "",
        *,
        label_selector: str = "",
        field_selector: str = "",
        decode: Decode[_T],
    ) -> list[_T]: ...

    async def list(
        self,
        resource: Resource,
        namespace: str = "",
        *,
        label_selector: str = "",
        field_selector: str = "",
        decode: Decode[Any] = json_object,
    ) -> list[Any]:
        """All objects, in pages, as ``decode`` makes each of its bytes; see `paging.all_items` and `get`."""
        page = partial(
            self.list_page, resource, namespace, label_selector=label_selector, field_selector=field_selector
        )
        return await paging.all_items(page, decode)

    @asynccontextmanager
    async def watch(
        self,
        resource: Resource,
        namespace: str = "",
        *,
        resource_version: str,
        timeout_seconds: int,
        label_selector: str = "",
        field_selector: str = "",
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        """The lines of a watch, for `watching.parse`; they end when the server ends it.

        Entering raises what the server refuses with (`Gone` for an old version); the lines raise
        `Unreachable` when the connection breaks, or the watch outlives ``timeout_seconds``, and
        `MalformedReply` for an endless line. Bookmarks are asked for. What a cut line held is dropped.
        """
        params = {
            "watch": "true",
            "allowWatchBookmarks": "true",
            "resourceVersion": resource_version,
            "timeoutSeconds": str(timeout_seconds),
            "labelSelector": label_selector,
            "fieldSelector": field_selector,
        }
        path = resource.path(await self.served(resource), request_target.segment(namespace))
        async with AsyncExitStack() as stack:
            try:
                response = await stack.enter_async_context(
                    self._transport.send(
                        "GET",
                        request_target.target(path, params),
                        headers={"Accept-Encoding": "identity"},  # a compressor would hold events back
                        body=None,
                        reply_within=self._timeout,
                        end_within=timeout_seconds + _WATCH_GRACE,
                    )
                )
            except NotFound:
                self.forget(resource)
                raise
            if response.content_type != "application/json":
                raise MalformedReply(f"a watch answers with {response.content_type}")
            chunks = self._transport.chunks(response)
            yield await stack.enter_async_context(aclosing(watching.split(chunks, self._line_limit)))

    # Writing

    async def create(
        self, resource: Resource, obj: Object, namespace: str = "", *, name: str = "", subresource: str = ""
    ) -> Object:
        """POST ``obj``; ``name`` and ``subresource`` for those like serviceaccounts/NAME/token."""
        namespace = namespace or request_target.metadata(obj, "namespace")
        body = obj if subresource else await self._typed(resource, obj)
        return await self._object("POST", resource, name, namespace, subresource, body=body)

    async def replace(
        self, resource: Resource, obj: Object, namespace: str = "", *, subresource: str = ""
    ) -> Object:
        """PUT ``obj``; its ``metadata.resourceVersion``, when there, must still be the current one."""
        name = request_target.required(request_target.metadata(obj, "name"))
        namespace = namespace or request_target.metadata(obj, "namespace")
        body = await self._typed(resource, obj)
        return await self._object("PUT", resource, name, namespace, subresource, body=body)

    @overload
    async def merge_patch(
        self, resource: Resource, name: str, patch: Object, namespace: str = "", *, subresource: str = ""
    ) -> Object: ...

    @overload
    async def merge_patch(
        self, resource: Resource, name: str, patch: Object, *, decode: Decode[_T]
    ) -> _T: ...

    async def merge_patch(
        self,
        resource: Resource,
        name: str,
        patch: Object,
        namespace: str = "",
        *,
        subresource: str = "",
        decode: Decode[Any] = json_object,
    ) -> Any:
        """RFC 7386: fields of ``patch`` replace the object's, None removes; as ``decode`` makes the reply."""
        kind = "application/merge-patch+json"
        name = request_target.required(name)
        return decode(
            await self._call("PATCH", resource, name, namespace, subresource, body=patch, content_type=kind)
        )

    async def json_patch(
        self, resource: Resource, name: str, patch: JsonPatch, namespace: str = "", *, subresource: str = ""
    ) -> Object:
        """RFC 6902: a list of operations; a failed ``test`` is `Invalid`."""
        kind = "application/json-patch+json"
        name = request_target.required(name)
        return await self._object(
            "PATCH", resource, name, namespace, subresource, body=patch, content_type=kind
        )

    async def apply(
        self,
        resource: Resource,
        obj: Object,
        namespace: str = "",
        *,
        field_manager: str = "yurt-console",
        force: bool = True,
        subresource: str = "",
    ) -> Object:
        """Server-side apply: creates ``obj``, or makes what it says so and drops what we no longer say.

        Unless forced, a field that somebody else keeps is `Conflict`.
        """
        return await self._object(
            "PATCH",
            resource,
            request_target.required(request_target.metadata(obj, "name")),
            namespace or request_target.metadata(obj, "namespace"),
            subresource,
            body=await self._typed(resource, obj),
            params={"fieldManager": field_manager, "force": "true" if force else ""},
            content_type="application/apply-patch+yaml",  # JSON is YAML
        )

    async def delete(
        self, resource: Resource, name: str, namespace: str = "", *, uid: str = "", propagation: str = ""
    ) -> None:
        """Delete one object; `Conflict` when ``uid`` is given and it is another's by now.

        ``propagation``: Foreground, Background or Orphan; empty is the kind's own.
        """
        options: Object = {"apiVersion": "v1", "kind": "DeleteOptions"}
        if uid:
            options["preconditions"] = {"uid": uid}
        if propagation:
            options["propagationPolicy"] = propagation
        await self._call("DELETE", resource, request_target.required(name), namespace, body=options)

    # Inside

    async def _object(
        self, method: str, resource: Resource, name: str, namespace: str, subresource: str, **sent: Any
    ) -> Object:
        return json_object(await self._call(method, resource, name, namespace, subresource, **sent))

    async def _typed(self, resource: Resource, obj: Object) -> Object:
        version = resource.api_version(await self.served(resource))
        return {"apiVersion": version, "kind": resource.kind, **obj}

    async def _call(
        self,
        method: str,
        resource: Resource,
        name: str = "",
        namespace: str = "",
        subresource: str = "",
        **sent: Any,
    ) -> bytes:
        version = await self.served(resource)
        path = resource.path(version, *map(request_target.segment, (namespace, name, subresource)))
        try:
            return await self.request(method, path, **sent)
        except NotFound as error:
            if not error.status.details.name:  # the address is gone, not just an object
                self.forget(resource)
            raise
