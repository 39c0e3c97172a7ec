"""Asynchronous client of the Kubernetes API server.

A `Client` is one identity with its own connections. Its methods raise only `kube.errors.KubeError`s
(programming mistakes aside). It retries only a 401 when newer credentials exist and, in `Client.list`, a list
that expired half-way: only the caller knows whether another request may be repeated.
Source: https://kubernetes.io/docs/reference/using-api/api-concepts/
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from functools import partial
from typing import Any, TypeAlias, TypeVar, overload

from apimachinery.resources import Resource
from yurt_console.kube import paging, request_target, watching
from yurt_console.kube.errors import MalformedReply
from yurt_console.kube.responses import Decode, json_object
from yurt_console.kube.rest_client import RestClient

Object: TypeAlias = dict[str, Any]
"""A Kubernetes object as JSON has it."""
JsonPatch: TypeAlias = Sequence[Object]

_T = TypeVar("_T")

_WATCH_GRACE = 15.0
"""Seconds a watch may outlive its ``timeoutSeconds`` before the connection counts as stuck."""


class Client(RestClient):
    """Typed reads, watches and writes of one identity. Use as an async context manager, or call `close`."""

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
            transport=self._make_transport,
            _headers=request_target.impersonation(user, groups, extra or {}),
            _discovery=self._discovery,
        )

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
        async with self.stream(
            resource, namespace=namespace, params=params, end_within=timeout_seconds + _WATCH_GRACE
        ) as response:
            if response.content_type != "application/json":
                raise MalformedReply(f"a watch answers with {response.content_type}")
            async with aclosing(watching.split(response.chunks(), self._line_limit)) as lines:
                yield lines

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
        """Server-side apply: creates or updates ``obj``, and removes fields that it no longer sets.

        Without ``force``, raises `Conflict` for a field of another manager.
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
