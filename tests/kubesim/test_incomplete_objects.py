"""Objects of the right types with any fields missing are accepted or refused, never a server error."""

from __future__ import annotations

import asyncio
import json
from functools import cache
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from kubesim.control_plane.assembly import new_server
from kubesim.endpoints.app import App
from kubesim.machinery.kinds import Kind
from kubesim.schema.types import definition_name, definitions, resolved
from tests.kubesim.test_hostile_requests import request

TEXTS = st.sampled_from(
    ["", "a", "A_b", "a.b", "TCP", "ClusterIP", "None", "Always", "Never", "Role", "x/y", "5%", "1.2.3.4"]
)
SPECIAL = {
    "Quantity": st.sampled_from(["1", "-1", "500m", "1Gi", 2]),
    "IntOrString": st.sampled_from([0, 80, "5%", "x"]),
    "Time": st.just("2020-01-01T00:00:00Z"),
    "MicroTime": st.just("2020-01-01T00:00:00.000000Z"),
}
KINDS = [kind for kind in new_server().kinds if {"create", "update"} <= set(kind.verbs)]


def values(schema: dict[str, Any], depth: int) -> st.SearchStrategy[Any]:
    """Values of a schema's type."""
    last = schema.get("$ref", "").rpartition(".")[2]
    if last in SPECIAL:
        return SPECIAL[last]
    if "$ref" in schema:
        return objects(schema["$ref"].removeprefix("#/definitions/"), depth)
    match schema.get("type"):
        case "object" if "additionalProperties" in schema:
            return st.dictionaries(TEXTS, values(schema["additionalProperties"], depth - 1), max_size=2)
        case "array":
            return st.lists(values(schema["items"], depth - 1), max_size=2) if depth else st.just([])
        case "string":
            return st.just("AAA=") if schema.get("format") == "byte" else TEXTS
        case "integer":
            return st.sampled_from([-1, 0, 1, 80, 70000])
        case "boolean":
            return st.booleans()
        case _:
            return st.just({})


@cache
def objects(name: str, depth: int) -> st.SearchStrategy[Any]:
    """Objects of a definition with any of their fields."""
    schema = resolved({"$ref": f"#/definitions/{name}"})
    if "properties" not in schema:
        return st.just({}) if schema.get("type") in ("object", None) else values(schema, depth)
    if not depth:
        return st.just({})
    fields = {
        key: st.deferred(lambda field=field: values(field, depth - 1))  # type: ignore[misc]
        for key, field in schema["properties"].items()
        if key not in ("kind", "apiVersion", "metadata", "managedFields") or depth < 6
    }
    return st.fixed_dictionaries({}, optional=fields)


@st.composite
def incomplete(draw: st.DrawFn) -> tuple[Kind, dict[str, Any], dict[str, Any]]:
    kind = draw(st.sampled_from(KINDS))
    name = definition_name(kind.group, kind.resource.versions[0], kind.kind)
    assert name in definitions()
    metadata = {"name": draw(st.sampled_from(["a", "a-b", "system:x"]))}
    first, second = draw(objects(name, 6)), draw(objects(name, 6))
    return kind, {**first, "metadata": metadata}, {**second, "metadata": metadata}


@settings(max_examples=1500, deadline=None)
@given(incomplete())
def test_no_incomplete_object_brings_the_server_down(
    case: tuple[Kind, dict[str, Any], dict[str, Any]],
) -> None:
    kind, first, second = case
    app = App(new_server())
    version = kind.resource.versions[0]
    path = kind.resource.path(version, "default" if kind.namespaced else "")
    name = first["metadata"]["name"]
    table = {"accept": "application/json;as=Table;v=v1;g=meta.k8s.io"}

    async def life() -> list[tuple[int, bytes]]:
        created = await request(app, "POST", path, "", {}, json.dumps(first).encode())
        answers = [
            created,
            await request(app, "PUT", f"{path}/{name}", "", {}, json.dumps(second).encode()),
            await request(app, "PUT", f"{path}/{name}/status", "", {}, json.dumps(second).encode()),
            await request(app, "GET", path, "", table, b""),
            await request(app, "GET", path, "fieldSelector=metadata.name=a", {}, b""),
            await request(app, "GET", f"{path}/{name}/scale", "", {}, b""),
        ]
        return [*answers, await request(app, "DELETE", f"{path}/{name}", "", {}, b"")]

    for code, answer in asyncio.run(life()):
        assert b"the simulator failed" not in answer, (kind.kind, first, second)
        assert 200 <= code < 600
