"""``GET /objects/KIND/NAMESPACE/NAME``: one object as Kubernetes has it, asked as the caller.

Everything else the console answers from its copy of the cluster, where an object is a row; this one is
the object itself, for the page of one object and its YAML. Only kinds that have a page: never Secrets.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from apimachinery import validation
from apimachinery.errors import NotFoundError, StatusCause, wrong_fields
from apimachinery.resources import Resource
from yurt_console.api.http import responses
from yurt_console.api.http.query import Parameter
from yurt_console.api.http.responses import Response
from yurt_console.api.http.routing.route import Access, Call, Route
from yurt_console.api.http.routing.upstream import Upstream
from yurt_console.kinds.registry import OBJECT_PAGES
from yurt_console.kube.client import Object
from yurt_console.tenancy.identity import access

KINDS: Final[Mapping[str, Resource]] = {
    plural: kind.resource for plural, kind in OBJECT_PAGES.items() if kind.resource.namespaced
}
PATIENCE: Final = 10.0
"""Seconds for the API server's reply; the page waits for it."""
_LAST_APPLIED: Final = "kubectl.kubernetes.io/last-applied-configuration"


async def _object(call: Call) -> Response:
    resource, namespace, name = _asked(*map(call.named, ("kind", "namespace", "name")))
    access.namespace(call.caller, namespace)
    async with call.cluster.impersonator.client(call.caller, namespace) as client, asyncio.timeout(PATIENCE):
        found = await client.get(resource, name, namespace)
    return responses.send(call.request, cleaned(found))


def cleaned(found: Object) -> Object:
    """The object without what only programs read: who set which field, and kubectl's copy of it all."""
    metadata = {key: value for key, value in found["metadata"].items() if key != "managedFields"}
    annotations = {
        key: value for key, value in (metadata.pop("annotations", None) or {}).items() if key != _LAST_APPLIED
    }
    if annotations:
        metadata["annotations"] = annotations
    return {**found, "metadata": metadata}


def _asked(kind: str, namespace: str, name: str) -> tuple[Resource, str, str]:
    resource = KINDS.get(kind)
    if resource is None:
        raise NotFoundError.of(f"objects are shown of these kinds: {', '.join(KINDS)}")
    causes = wrong_name(name)
    if not validation.is_dns_label(namespace):
        message = "must be a namespace's name: a DNS label of at most 63 characters"
        causes.insert(0, StatusCause("FieldValueInvalid", message, "namespace"))
    if causes:
        raise wrong_fields(causes)
    return resource, namespace, name


def wrong_name(name: str) -> list[StatusCause]:
    """What is wrong with the name of an object in an address: nothing, or one cause."""
    if validation.is_dns_subdomain(name):
        return []
    message = "must be an object's name: a DNS subdomain of at most 253 characters"
    return [StatusCause("FieldValueInvalid", message, "name")]


OBJECT: Final = Route(
    "get_object",
    "GET",
    "/objects/{kind}/{namespace}/{name}",
    Access.TENANT,
    _object,
    "One object as Kubernetes has it, asked as the caller",
    reply=dict[str, Any],
    parts=(
        Parameter("kind", "the plural of the object's kind", {"type": "string", "enum": [*KINDS]}),
        Parameter("namespace", "where it is", {"type": "string", "minLength": 1}),
        Parameter("name", "how it is called", {"type": "string", "minLength": 1}),
    ),
    errors=(400, 404, 500, 504),
    reads_cluster=True,
    upstream=Upstream.CALLER,
)
