"""``GET /objects/KIND/NAME``: a node or a node pool as Kubernetes has it, to whom it belongs.

Nodes and pools are in no namespace, so a tenant's right to look at them names each (`operator.sight`). The
console looks whose they are, in its copy and in what came back, and asks as the caller in between.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

from apimachinery.errors import NotFoundError, ServiceUnavailableError, wrong_fields
from yurt_console.api.http import errors, responses
from yurt_console.api.http.query import Parameter
from yurt_console.api.http.responses import Response
from yurt_console.api.http.routing.route import Access, Call, Route
from yurt_console.api.http.routing.upstream import Upstream
from yurt_console.api.objects.namespaced import PATIENCE, cleaned, wrong_name
from yurt_console.kinds.registry import OBJECT_PAGES
from yurt_console.kube.client import Object
from yurt_console.kube.errors import Forbidden
from yurt_console.tenancy.identity import access

_MOMENT: Final = 2
"""Seconds in which the operator gives the right, and the API server learns of it."""


KINDS: Final = {plural: kind for plural, kind in OBJECT_PAGES.items() if not kind.resource.namespaced}


async def _machine(call: Call) -> Response:
    kind, name = call.named("kind"), call.named("name")
    known = KINDS.get(kind)
    if known is None:
        raise NotFoundError.of(f"without a namespace, objects are shown of these kinds: {', '.join(KINDS)}")
    if causes := wrong_name(name):
        raise wrong_fields(causes)
    scopes = access.scopes(call.caller)
    table = call.cluster.inventory.table(kind)
    row = table.get(("", name))
    scope = "" if row is None else table.scope(row)
    if scopes is not None and scope not in scopes:
        raise _unknown(kind)
    try:
        async with call.cluster.impersonator.client(call.caller, scope) as client, asyncio.timeout(PATIENCE):
            found = await client.get(known.resource, name)
    except Forbidden as error:
        if scopes is None or errors.impersonation_refused(error):
            raise
        raise _too_early(kind) from None
    if scopes is not None:
        if (found["metadata"].get("labels") or {}).get(known.tenant_label) != scope:
            raise _unknown(kind)
        found = _alone(found)
    return responses.send(call.request, cleaned(found))


def _unknown(kind: str) -> NotFoundError:
    return NotFoundError.of(f"none of your {kind} is called so")


def _too_early(kind: str) -> ServiceUnavailableError:
    """The operator names what is new in the tenant's right a moment after it came into being."""
    message = f"your account is just being allowed to look at this of your {kind}; try again"
    return ServiceUnavailableError.of(message, cause="AccessNotReady", retry_after=_MOMENT)


def _alone(found: Object) -> Object:
    """The pool without its nodes: its controller lists every node that claims to be in it, of any tenant."""
    status: dict[str, Any] = found.get("status") or {}
    return {**found, "status": {key: value for key, value in status.items() if key != "nodes"}}


MACHINE: Final = Route(
    "get_cluster_object",
    "GET",
    "/objects/{kind}/{name}",
    Access.TENANT,
    _machine,
    "A node or a node pool as Kubernetes has it, asked as the caller",
    reply=dict[str, Any],
    parts=(
        Parameter("kind", "the plural of the object's kind", {"type": "string", "enum": [*KINDS]}),
        Parameter("name", "how it is called", {"type": "string", "minLength": 1}),
    ),
    errors=(400, 404, 500, 504),
    reads_cluster=True,
    upstream=Upstream.CALLER,
)
