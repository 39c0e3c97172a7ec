"""The OpenAPI document is complete, and what is served keeps to it, whatever Schemathesis thinks of."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.world import ADMIN, World, build, populate, serving
from yurt_console.api.http.routing import openapi
from yurt_console.api.http.routing.route import Access
from yurt_console.api.routes import ROUTES

DOCUMENT: dict[str, Any] = openapi.document(ROUTES)


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[str, World]]:
    """The console in a thread of its own, because Schemathesis asks synchronously."""
    ready, stop = threading.Event(), asyncio.Event()
    found: list[Any] = []

    async def serve() -> None:
        async with serving(await populate(await build())) as browser:
            found.extend((browser.origin, browser.world, asyncio.get_running_loop()))
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    assert ready.wait(10)
    try:
        yield found[0], found[1]
    finally:
        found[2].call_soon_threadsafe(stop.set)
        thread.join(10)


def test_every_route_is_described_with_its_errors_and_its_security() -> None:
    assert {(method.upper(), path) for path, methods in DOCUMENT["paths"].items() for method in methods} == {
        (route.method, route.path) for route in ROUTES
    }
    for route in ROUTES:
        operation = DOCUMENT["paths"][route.path][route.method.lower()]
        assert {"400", "414"} <= operation["responses"].keys()
        assert ("security" in operation) is (route.access is not Access.PUBLIC)
        for code in operation["responses"].keys() - {str(route.status)}:
            content = operation["responses"][code]["content"]["application/json"]
            assert content["schema"] == {"$ref": "#/components/schemas/Status"}


def test_lists_describe_every_parameter_and_every_field_they_sort_by() -> None:
    pods = DOCUMENT["paths"]["/pods"]["get"]["parameters"]
    by_name = {parameter["name"]: parameter for parameter in pods}
    every = {"namespace", "q", "status", "labels", "sort", "offset", "limit"}

    assert by_name.keys() == {*every, "name", "node", "owner"}
    assert {"restarts", "-restarts"} <= set(by_name["sort"]["schema"]["enum"])
    assert all(parameter["description"] for parameter in pods)


def test_every_schema_and_every_reference_is_there() -> None:
    schemas = DOCUMENT["components"]["schemas"]

    def references(tree: Any) -> Iterator[str]:
        if isinstance(tree, dict):
            yield from (value for key, value in tree.items() if key == "$ref")
            for value in tree.values():
                yield from references(value)
        elif isinstance(tree, list):
            for value in tree:
                yield from references(value)

    names = {reference.removeprefix("#/components/schemas/") for reference in references(DOCUMENT)}
    assert names <= schemas.keys()
    assert {"NodeList", "PodList", "Status", "Account"} <= schemas.keys()
    assert "atchitecture" in schemas["NodeInfo"]["properties"]


_OPENAPI = schemathesis.openapi.from_dict(DOCUMENT).exclude(path="/changes")  # a stream has no end


@_OPENAPI.parametrize()
@settings(
    max_examples=8,
    derandomize=True,
    deadline=None,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
def test_what_is_served_keeps_to_the_document(case: Case[Any], served: tuple[str, World]) -> None:
    origin, world = served
    for who in (ADMIN, ""):
        headers = {"Authorization": f"Bearer {world.tokens[who]}"} if who else {}
        response = case.call(base_url=origin, headers=headers, timeout=10, allow_redirects=False)
        checks = [status_code_conformance, content_type_conformance, response_schema_conformance]
        if response.status_code != 503:  # nothing can be registered here: there is no API server
            checks.append(not_a_server_error)
        case.validate_response(response, checks=checks)
