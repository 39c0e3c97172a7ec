"""``GET /schema``: the OpenAPI document, made from the route table and the reply types, so it cannot lag."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from typing import Any, Final

import msgspec

import yurt_console
from apimachinery.errors import Status
from yurt_console.api.http import responses
from yurt_console.api.http.query import Parameter
from yurt_console.api.http.responses import Response
from yurt_console.api.http.routing.route import Access, Call, Route

_REASONS: Final = {
    400: "A parameter or field is wrong; details.causes names each",
    401: "No valid token or session",
    403: "Not allowed; the message names the missing right",
    404: "There is no such object, or the console shows none of this kind",
    409: "An account with this e-mail exists",
    413: "The body is too large",
    414: "The address is too long",
    415: "The body is not JSON",
    426: "Not a WebSocket handshake",
    429: "Too many; Retry-After says how long to wait",
    500: "A mistake of the console's, or a right that it lacks itself",
    503: "Not now: the cluster is still being read, or its API server is away; Retry-After says when",
    504: "The cluster's API server took too long",
}
_SECURITY: Final = {
    "token": {"type": "apiKey", "in": "query", "name": "token", "description": "The contract's way"},
    "bearer": {"type": "http", "scheme": "bearer"},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "yurt-console",
        "description": "Set by POST /session; called __Host-yurt-console on HTTPS",
    },
}
_WORD: Final = re.compile(r"\w+")
_REF: Final = "#/components/schemas/{name}"


def document(routes: Iterable[Route]) -> dict[str, Any]:
    """The OpenAPI 3.1 document of ``routes``."""
    routes = tuple(routes)
    types = [kind for route in routes for kind in (route.reply, route.body) if kind is not None]
    _, components = msgspec.json.schema_components([*dict.fromkeys(types), Status], ref_template=_REF)
    paths: dict[str, Any] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Yurt Console",
            "version": yurt_console.__version__,
            "description": "A multi-tenant console for OpenYurt. Every error is a Kubernetes Status.",
        },
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": _SECURITY},
    }


def route(described: tuple[Route, ...]) -> Route:
    """The route that answers with the document of ``described`` and itself."""

    @functools.cache  # made when first asked for: it takes as long as all else that a start imports of ours
    def body() -> responses.Body:
        return responses.Body(responses.encode(document((*described, own))))

    async def handler(call: Call) -> Response:
        tag = responses.tag_of(body().plain)
        return responses.unchanged(call.request, tag) or responses.send(
            call.request, body(), cache="no-cache", tag=tag
        )

    own = Route("get_schema", "GET", "/schema", Access.PUBLIC, handler, "This document", reply=dict[str, Any])
    return own


def _operation(route: Route) -> dict[str, Any]:
    answers: dict[str, Any] = {str(route.status): _success(route)}
    for code in sorted(_failures(route)):
        answers[str(code)] = {
            "description": _REASONS[code],
            "content": {"application/json": {"schema": _reference(Status)}},
        }
    operation: dict[str, Any] = {
        "operationId": f"{route.method.lower()}{''.join(_WORD.findall(route.path.title()))}",
        "summary": route.summary,
        "parameters": [
            *(_parameter(parameter, "path") for parameter in route.parts),
            *(_parameter(parameter, "query") for parameter in route.parameters),
            *(_parameter(parameter, "header") for parameter in route.headers),
        ],
        "responses": answers,
    }
    if route.body is not None:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": _reference(route.body)}},
        }
    if route.access is not Access.PUBLIC:
        operation["security"] = [{name: []} for name in _SECURITY]
    return operation


def _success(route: Route) -> dict[str, Any]:
    content: dict[str, Any] = {}
    if route.reply is not None:
        content = {route.media_type: {"schema": _reference(route.reply)}}
    elif route.media_type and route.status == 200:
        content = {route.media_type: {"schema": {"type": "string"}}}
    return {"description": route.summary, **({"content": content} if content else {})}


def _failures(route: Route) -> set[int]:
    codes = {*route.errors, 400, 414}
    if route.access is not Access.PUBLIC:
        codes |= {401, 403}
    if route.reads_cluster or route.path == "/readyz":
        codes.add(503)
    return codes


def _reference(kind: Any) -> dict[str, Any]:
    return msgspec.json.schema_components([kind], ref_template=_REF)[0][0]


def _parameter(parameter: Parameter, place: str) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "in": place,
        "description": parameter.description,
        "required": parameter.required or place == "path",
        "schema": dict(parameter.schema),
    }
