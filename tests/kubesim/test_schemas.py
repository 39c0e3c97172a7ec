"""Merge strategies against the API server's own OpenAPI document."""

from __future__ import annotations

from typing import Any

import pytest

from kubesim.patch.apply import apply
from kubesim.schema import merge_strategies, types
from kubesim.schema.merge_strategies import Schema

VERSIONS = {"batch": {"CronJob": "v1beta1"}, "policy": {"PodDisruptionBudget": "v1beta1"}}
STRUCTURAL: dict[str, Any] = {
    "type": "object",
    "properties": {
        "spec": {
            "type": "object",
            "properties": {
                "ports": {
                    "type": "array",
                    "x-kubernetes-list-type": "map",
                    "x-kubernetes-list-map-keys": ["port", "protocol"],
                    "items": {
                        "type": "object",
                        "properties": {"protocol": {"type": "string", "default": "TCP"}},
                    },
                },
                "tags": {"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "string"}},
                "plain": {"type": "array", "items": {"type": "object"}},
            },
        }
    },
}


def served() -> list[tuple[str, str]]:
    """The kinds of the table that are served."""
    return sorted(place for place in merge_strategies.BUILTIN if definition(*place))


def definition(group: str, kind: str) -> str:
    versions = ("v1", "v1beta1")
    return next((name for version in versions if (name := types.definition_name(group, version, kind))), "")


@pytest.mark.parametrize(("group", "kind"), served())
def test_the_table_says_what_the_api_server_says(group: str, kind: str) -> None:
    differences: list[str] = []

    compare(
        merge_strategies.of(group, kind),
        {"$ref": f"#/definitions/{definition(group, kind)}"},
        kind,
        differences,
        (),
    )

    assert differences == []


def compare(ours: Schema, theirs: Any, path: str, found: list[str], seen: tuple[str, ...]) -> None:
    reference = theirs.get("$ref", "")
    if reference and reference in seen:
        return
    theirs, extensions = types.resolved(theirs), {**theirs}
    extensions = {**theirs, **extensions}
    if path.endswith("managedFields"):
        return
    strategies = extensions.get("x-kubernetes-patch-strategy", "").split(",")
    relation = extensions.get("x-kubernetes-list-type")
    merge_key = extensions.get("x-kubernetes-patch-merge-key", "")
    if theirs.get("type") == "array":
        if relation is None:
            relation = ("map" if merge_key else "set") if "merge" in strategies else "atomic"
        keys = tuple(extensions.get("x-kubernetes-list-map-keys", (merge_key,) if relation == "map" else ()))
        if (ours.relation, ours.keys) != (relation, keys):
            found.append(f"{path}: {relation} {keys}")
        if (ours.merge, ours.merge_key) != ("merge" in strategies, merge_key):
            found.append(f"{path}: strategic {strategies} {merge_key}")
        if relation == "atomic":
            return
        compare(ours.items, theirs["items"], f"{path}[]", found, (*seen, reference))
    if ours.retain_keys != ("retainKeys" in strategies):
        found.append(f"{path}: retainKeys")
    if ours.atomic != (theirs.get("x-kubernetes-map-type") == "atomic"):
        found.append(f"{path}: map type")
    if not ours.atomic:
        for name, below in theirs.get("properties", {}).items():
            compare(ours.at(name), below, f"{path}.{name}", found, (*seen, reference))


def test_a_custom_kinds_lists_are_what_its_schema_says() -> None:
    schema = merge_strategies.of_structural(STRUCTURAL)
    live = {
        "apiVersion": "x/v1",
        "metadata": {"name": "a"},
        "spec": {"ports": [{"port": 80, "a": 1}], "tags": ["x"], "plain": [{"a": 1}]},
    }
    config = {
        "apiVersion": "x/v1",
        "metadata": {"name": "a"},
        "spec": {
            "ports": [{"port": 80, "protocol": "TCP", "b": 2}, {"port": 80, "protocol": "UDP"}],
            "tags": ["y", "x"],
            "plain": [{"b": 2}],
        },
    }

    spec = apply(schema, live, config, manager="m", force=True, now="t")["spec"]

    assert spec == {
        "ports": [{"port": 80, "protocol": "TCP", "a": 1, "b": 2}, {"port": 80, "protocol": "UDP"}],
        "tags": ["x", "y"],
        "plain": [{"b": 2}],
    }
