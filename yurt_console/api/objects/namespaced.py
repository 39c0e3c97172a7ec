"""``GET /objects/KIND/NAMESPACE/NAME``: one object of a namespace, read as the caller.

Lists come from the console's copy of the cluster, which holds rows. This route reads the object itself, for
its page and its YAML. It serves only kinds with an object page: never Secrets.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from apimachinery.errors import NotFoundError
from apimachinery.resources import Resource
from yurt_console.api.http import responses
from yurt_console.api.http.query import Parameter
from yurt_console.api.http.responses import Response
from yurt_console.api.http.routing.route import Access, Call, Route
from yurt_console.api.http.routing.upstream import Upstream
from yurt_console.kinds.registry import OBJECT_PAGES
from yurt_console.kube.client import Object
from yurt_console.strict_input import Reader
from yurt_console.tenancy.identity import access

KINDS: Final[Mapping[str, Resource]] = {
    plural: kind.resource for plural, kind in OBJECT_PAGES.items() if kind.resource.namespaced
}
TIMEOUT: Final = 10.0
"""Timeout of the request to the API server, in seconds."""
_LAST_APPLIED: Final = "kubectl.kubernetes.io/last-applied-configuration"


async def _get(call: Call) -> Response:
    resource, namespace, name = _target(*map(call.named, ("kind", "namespace", "name")))
    access.namespace(call.caller, namespace)
    async with call.cluster.impersonator.client(call.caller, namespace) as client, asyncio.timeout(TIMEOUT):
        found = await client.get(resource, name, namespace)
    return responses.send(call.request, cleaned(found))


def cleaned(found: Object) -> Object:
    """The object without ``managedFields`` and the annotation of kubectl's last applied configuration."""
    metadata = {key: value for key, value in found["metadata"].items() if key != "managedFields"}
    annotations = {
        key: value for key, value in (metadata.pop("annotations", None) or {}).items() if key != _LAST_APPLIED
    }
    if annotations:
        metadata["annotations"] = annotations
    return {**found, "metadata": metadata}


def _target(kind: str, namespace: str, name: str) -> tuple[Resource, str, str]:
    resource = KINDS.get(kind)
    if resource is None:
        raise NotFoundError.of(f"kinds with an object page: {', '.join(KINDS)}")
    reader = Reader()
    reader.require_namespace("namespace", namespace)
    reader.require_name("name", name)
    reader.done()
    return resource, namespace, name


OBJECT: Final = Route(
    "get_object",
    "GET",
    "/objects/{kind}/{namespace}/{name}",
    Access.TENANT,
    _get,
    "One object, read from the API server as the caller",
    reply=dict[str, Any],
    parts=(
        Parameter("kind", "the plural of the object's kind", {"type": "string", "enum": [*KINDS]}),
        Parameter("namespace", "the namespace of the object", {"type": "string", "minLength": 1}),
        Parameter("name", "the name of the object", {"type": "string", "minLength": 1}),
    ),
    errors=(400, 404, 500, 504),
    reads_cluster=True,
    upstream=Upstream.CALLER,
)
