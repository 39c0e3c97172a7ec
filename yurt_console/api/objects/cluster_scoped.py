"""``GET /objects/KIND/NAME``: a node or a node pool, read as its tenant.

Nodes and pools have no namespace, so a tenant's ClusterRole allows them by name
(`operator.nodes.node_access`). The console checks the tenant twice: before the request in its own copy, and
after it in the object returned.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

from apimachinery.errors import NotFoundError, ServiceUnavailableError
from yurt_console.api.http import errors, responses
from yurt_console.api.http.query import Parameter
from yurt_console.api.http.responses import Response
from yurt_console.api.http.routing.route import Access, Call, Route
from yurt_console.api.http.routing.upstream import Upstream
from yurt_console.api.objects.namespaced import TIMEOUT, cleaned
from yurt_console.kinds.registry import OBJECT_PAGES
from yurt_console.kube.client import Object
from yurt_console.kube.errors import Forbidden
from yurt_console.strict_input import Reader
from yurt_console.tenancy.identity import access

_ROLE_DELAY: Final = 2
"""Seconds until the operator has updated the ClusterRole and the API server applies it."""


KINDS: Final = {plural: kind for plural, kind in OBJECT_PAGES.items() if not kind.resource.namespaced}


async def _get(call: Call) -> Response:
    kind, name = call.named("kind"), call.named("name")
    spec = KINDS.get(kind)
    if spec is None:
        raise NotFoundError.of(f"kinds with an object page without a namespace: {', '.join(KINDS)}")
    reader = Reader()
    reader.require_name("name", name)
    reader.done()
    scopes = access.scopes(call.caller)
    table = call.cluster.inventory.table(kind)
    row = table.get(("", name))
    scope = "" if row is None else table.scope(row)
    if scopes is not None and scope not in scopes:
        raise _not_found(kind)
    try:
        async with call.cluster.impersonator.client(call.caller, scope) as client, asyncio.timeout(TIMEOUT):
            found = await client.get(spec.resource, name)
    except Forbidden as error:
        if scopes is None or errors.impersonation_refused(error):
            raise
        raise _access_not_ready(kind) from None
    if scopes is not None:
        if (found["metadata"].get("labels") or {}).get(spec.tenant_label) != scope:
            raise _not_found(kind)
        found = _without_nodes(found)
    return responses.send(call.request, cleaned(found))


def _not_found(kind: str) -> NotFoundError:
    return NotFoundError.of(f"none of your {kind} has this name")


def _access_not_ready(kind: str) -> ServiceUnavailableError:
    """The operator adds a new object to the tenant's ClusterRole a moment after its creation."""
    message = f"permission to read this of your {kind} is not in effect yet; try again"
    return ServiceUnavailableError.of(message, cause="AccessNotReady", retry_after=_ROLE_DELAY)


def _without_nodes(found: Object) -> Object:
    """The pool without ``status.nodes``, which lists every node that claims the pool, of any tenant."""
    status: dict[str, Any] = found.get("status") or {}
    return {**found, "status": {key: value for key, value in status.items() if key != "nodes"}}


MACHINE: Final = Route(
    "get_cluster_object",
    "GET",
    "/objects/{kind}/{name}",
    Access.TENANT,
    _get,
    "A node or a node pool, read from the API server as the caller",
    reply=dict[str, Any],
    parts=(
        Parameter("kind", "the plural of the object's kind", {"type": "string", "enum": [*KINDS]}),
        Parameter("name", "the name of the object", {"type": "string", "minLength": 1}),
    ),
    errors=(400, 404, 500, 504),
    reads_cluster=True,
    upstream=Upstream.CALLER,
)
