"""CustomResourceDefinitions: what they make, and how custom objects are judged."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.conformance.golden import Golden
from tests.conformance.servers.targets import MERGE, TABLE, Json, Target, unique

DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
SCHEMA = {
    "type": "object",
    "required": ["spec"],
    "properties": {
        "spec": {
            "type": "object",
            "required": ["x"],
            "properties": {
                "x": {"type": "string", "pattern": "^[a-z]+$", "maxLength": 5},
                "n": {"type": "integer", "minimum": 1, "default": 3},
                "e": {"type": "string", "enum": ["a", "b"]},
                "replicas": {"type": "integer"},
                "m": {"type": "object", "additionalProperties": {"type": "string"}},
                "any": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
                "list": {
                    "type": "array",
                    "maxItems": 2,
                    "items": {"type": "object", "properties": {"k": {"type": "string", "default": "d"}}},
                },
                "ios": {"x-kubernetes-int-or-string": True},
                "mail": {"type": "string", "format": "email"},
                "b": {"type": "boolean"},
                "no": {"type": "string", "nullable": True},
            },
        },
        "status": {"type": "object", "properties": {"s": {"type": "string"}}},
    },
}


def definition(group: str) -> Json:
    scale = {"specReplicasPath": ".spec.replicas", "statusReplicasPath": ".status.replicas"}
    columns = [
        {"name": "X", "type": "string", "jsonPath": ".spec.x"},
        {"name": "N", "type": "integer", "jsonPath": ".spec.n", "priority": 1},
    ]
    storage = {
        "name": "v1",
        "served": True,
        "storage": True,
        "subresources": {"status": {}, "scale": scale},
        "additionalPrinterColumns": columns,
        "schema": {"openAPIV3Schema": SCHEMA},
    }
    old = {
        "name": "v1beta1",
        "served": True,
        "storage": False,
        "deprecated": True,
        "schema": {"openAPIV3Schema": SCHEMA},
        "subresources": {"status": {}},
    }
    return {
        "metadata": {"name": f"foos.{group}"},
        "spec": {
            "group": group,
            "names": {"plural": "foos", "kind": "Foo", "shortNames": ["fo"], "categories": ["all"]},
            "scope": "Namespaced",
            "versions": [storage, old],
        },
    }


def until_served(api: Target, path: str) -> None:
    deadline = time.monotonic() + 20
    while api.ask("GET", path).code != 200:
        assert time.monotonic() < deadline, "the kind was never served"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def group(api: Target) -> Iterator[str]:
    """A group with one kind, Foo."""
    name = f"{unique('g')}.example.com"
    api.create(DEFINITIONS, definition(name))
    until_served(api, f"/apis/{name}/v1/foos")
    until_served(api, f"/apis/{name}/v1")
    yield name
    api.ask("DELETE", f"{DEFINITIONS}/foos.{name}")


@pytest.fixture
def foos(group: str, namespace: str) -> str:
    """Where the Foos of the test's namespace are."""
    return f"/apis/{group}/v1/namespaces/{namespace}/foos"


def foo(group: str, name: str = "f", version: str = "v1", **spec: Any) -> Json:
    head = {"apiVersion": f"{group}/{version}", "kind": "Foo", "metadata": {"name": name}}
    return {**head, "spec": {"x": "abc", **spec}}


def test_a_definition_is_established(api: Target, group: str) -> None:
    made = api.get(f"{DEFINITIONS}/foos.{group}")

    conditions = {each["type"]: (each["status"], each["reason"]) for each in made["status"]["conditions"]}
    assert conditions == {
        "NamesAccepted": ("True", "NoConflicts"),
        "Established": ("True", "InitialNamesAccepted"),
    }
    assert made["spec"]["names"] == {
        "plural": "foos", "singular": "foo", "shortNames": ["fo"], "kind": "Foo", "listKind": "FooList",
        "categories": ["all"],
    }  # fmt: skip
    assert made["spec"]["conversion"] == {"strategy": "None"}
    assert made["status"]["acceptedNames"] == made["spec"]["names"]
    assert made["status"]["storedVersions"] == ["v1"]


def test_its_kind_is_discovered(api: Target, group: str) -> None:
    answer = api.get(f"/apis/{group}/v1")

    entries = {
        entry["name"]: {key: value for key, value in entry.items() if key != "storageVersionHash"}
        for entry in answer["resources"]
    }
    assert entries["foos"] == {
        "name": "foos",
        "singularName": "foo",
        "namespaced": True,
        "kind": "Foo",
        "verbs": ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"],
        "shortNames": ["fo"],
        "categories": ["all"],
    }
    assert entries["foos/status"]["verbs"] == ["get", "patch", "update"]
    assert (entries["foos/scale"]["kind"], entries["foos/scale"]["group"]) == ("Scale", "autoscaling")
    versions = [each["version"] for each in api.get(f"/apis/{group}")["versions"]]
    assert versions == ["v1", "v1beta1"]


def test_a_custom_object_is_pruned_and_defaulted(api: Target, group: str, foos: str) -> None:
    sent = foo(group, unknown=1, any={"z": 1}, list=[{}]) | {"status": {"s": "x"}, "top": 1}

    made = api.create(foos, sent)

    assert made["spec"] == {"x": "abc", "any": {"z": 1}, "list": [{"k": "d"}], "n": 3}
    assert made["metadata"]["generation"] == 1
    assert "status" not in made
    assert "top" not in made


def test_items_of_a_custom_list_say_what_they_are(api: Target, group: str, foos: str) -> None:
    api.create(foos, foo(group))

    answer = api.get(foos)

    assert (answer["kind"], answer["apiVersion"]) == ("FooList", f"{group}/v1")
    assert [(item["kind"], item["apiVersion"]) for item in answer["items"]] == [("Foo", f"{group}/v1")]


SPECS: list[Json] = [
    {"x": "ABCDEFG"},
    {"n": 0},
    {"e": "c"},
    {"m": {"a": 1}},
    {"list": [{}, {}, {}]},
    {"ios": True},
    {"mail": "nope"},
    {"b": "x"},
    {"n": "1"},
    {"n": 1.5},
    {"x": None},
    {"list": {}},
    {"list": [1]},
    {"list": [{"k": 1}]},
    {"list": [{}, {"k": 1}]},
    {"m": {"a": "b", "c": 1}},
    {"any": 3},
    {"x": "A1", "n": -1, "e": "z", "b": 3},
]


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_a_violated_schema_is_named_in_the_same_words(
    api: Target, golden: Golden, group: str, foos: str, spec: Json
) -> None:
    answer = api.ask("POST", foos, foo(group, **spec))

    assert (answer.code, answer.body["details"]["kind"]) == (422, "Foo")
    golden.check(sorted(answer.causes))


def test_what_a_schema_allows_is_taken(api: Target, group: str, foos: str) -> None:
    taken: list[Json] = [
        {"ios": 5},
        {"ios": "5%"},
        {"no": None},
        {"mail": "Bob <b@x.io>"},
        {"m": {"a": "b"}},
        {"list": []},
    ]
    for position, spec in enumerate(taken):
        made = api.create(foos, foo(group, f"f{position}", **spec))
        assert made["spec"].items() >= spec.items()


def test_a_custom_object_must_say_what_it_is(api: Target, group: str, foos: str) -> None:
    other = api.ask("POST", foos, foo(group, version="v1beta1"))
    kind = api.ask("POST", foos, foo(group) | {"kind": "Bar"})
    none = api.ask("POST", foos, {"metadata": {"name": "f"}, "spec": {"x": "a"}})
    missing = api.ask("POST", foos, {key: value for key, value in foo(group).items() if key != "spec"})

    assert (other.code, other.message) == (
        400,
        f"the API version in the data ({group}/v1beta1) does not match the expected API version ({group}/v1)",
    )
    assert (kind.code, kind.causes) == (422, [("kind", 'Invalid value: "Bar": must be Foo')])
    assert none.code == 400
    assert "Object 'Kind' is missing in" in none.message
    assert (missing.code, missing.causes) == (422, [("spec", "Required value")])


def test_a_custom_object_is_updated_only_with_its_version(
    api: Target, golden: Golden, group: str, foos: str
) -> None:
    api.create(foos, foo(group))

    answer = api.ask("PUT", f"{foos}/f", foo(group, x="other"))

    assert answer.code == 422
    golden.says(
        answer.message.replace(group, "GROUP"),
        'foos.GROUP "f" is invalid: metadata.resourceVersion: Invalid value: 0x0:'
        " must be specified for an update",
    )


def test_the_status_of_a_custom_object_is_apart(api: Target, group: str, foos: str) -> None:
    api.create(foos, foo(group))

    main = api.ask("PATCH", f"{foos}/f", {"spec": {"x": "zz"}, "status": {"s": "q"}}, content_type=MERGE)
    status = api.ask(
        "PATCH",
        f"{foos}/f/status",
        {"spec": {"x": "yy"}, "metadata": {"labels": {"a": "b"}}, "status": {"s": "q"}},
        content_type=MERGE,
    )

    assert (main.body["spec"]["x"], main.body["metadata"]["generation"]) == ("zz", 2)
    assert "status" not in main.body
    assert (status.body["spec"]["x"], status.body["status"]) == ("zz", {"s": "q"})
    assert status.body["metadata"]["generation"] == 2
    assert "labels" not in status.body["metadata"]


def test_custom_objects_know_no_strategic_merge(api: Target, group: str, foos: str) -> None:
    api.create(foos, foo(group))

    answer = api.ask("PATCH", f"{foos}/f", {}, content_type="application/strategic-merge-patch+json")

    assert (answer.code, answer.message) == (
        415,
        "the body of the request was in an unknown format - accepted media types include:"
        " application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml",
    )


def test_every_version_shows_the_same_object(api: Target, group: str, namespace: str, foos: str) -> None:
    api.create(foos, foo(group))

    old = api.ask("GET", f"/apis/{group}/v1beta1/namespaces/{namespace}/foos/f")

    assert old.body["apiVersion"] == f"{group}/v1beta1"
    assert old.body["spec"] == api.get(f"{foos}/f")["spec"]
    warning = f"{group}/v1beta1 Foo is deprecated; use {group}/v1 Foo"
    assert old.headers["warning"] == f'299 - "{warning}"'


def test_the_scale_of_a_custom_object_is_where_its_definition_says(
    api: Target, group: str, foos: str
) -> None:
    api.create(foos, foo(group, "with", replicas=3))
    api.create(foos, foo(group, "without"))

    scale = api.get(f"{foos}/with/scale")
    changed = api.ask("PATCH", f"{foos}/with/scale", {"spec": {"replicas": 5}}, content_type=MERGE)
    none = api.ask("GET", f"{foos}/without/scale")

    assert (scale["spec"], scale["status"]) == ({"replicas": 3}, {"replicas": 0})
    assert (changed.code, api.get(f"{foos}/with")["spec"]["replicas"]) == (200, 5)
    assert (none.code, none.message) == (
        500,
        'Internal error occurred: the spec replicas field ".spec.replicas" does not exist',
    )


def test_printer_columns_come_in_the_table(api: Target, group: str, foos: str) -> None:
    api.create(foos, foo(group))

    table = api.ask("GET", foos, accept=TABLE).body

    names = [(each["name"], each["type"], each["priority"]) for each in table["columnDefinitions"]]
    assert names == [("Name", "string", 0), ("X", "string", 0), ("N", "integer", 1)]
    assert table["rows"][0]["cells"] == ["f", "abc", 3]


BROKEN: list[Json] = [
    {"metadata": {"name": "x"}, "spec": {}},
    {
        "metadata": {"name": "foos.a.b"},
        "spec": {
            "group": "a.b",
            "names": {"plural": "foos", "kind": "Foo"},
            "scope": "Namespaced",
            "versions": [{"name": "v1", "served": True, "storage": True}],
        },
    },
    {
        "metadata": {"name": "foos.a.b"},
        "spec": {
            "group": "a.b",
            "names": {"plural": "foos", "kind": "Foo"},
            "scope": "Namespaced",
            "versions": [
                {
                    "name": "v1",
                    "served": True,
                    "storage": True,
                    "schema": {
                        "openAPIV3Schema": {
                            "type": "object",
                            "properties": {"spec": {"properties": {"x": {"type": "string"}}}},
                        }
                    },
                }
            ],
        },
    },
]


@pytest.mark.parametrize("body", BROKEN, ids=["empty", "no schema", "not structural"])
def test_a_broken_definition_is_refused_in_the_same_words(api: Target, golden: Golden, body: Json) -> None:
    answer = api.ask("POST", DEFINITIONS, body)

    assert answer.code == 422
    golden.check(sorted(answer.causes))


def test_a_definition_takes_its_objects_along(api: Target) -> None:
    group = f"{unique('g')}.example.com"
    api.create(DEFINITIONS, definition(group))
    path = f"/apis/{group}/v1/namespaces/default/foos"
    until_served(api, path)
    api.create(path, foo(group))

    scope = api.ask(
        "PATCH", f"{DEFINITIONS}/foos.{group}", {"spec": {"scope": "Cluster"}}, content_type=MERGE
    )
    deleted = api.ask("DELETE", f"{DEFINITIONS}/foos.{group}")
    assert deleted.body["metadata"]["finalizers"] == ["customresourcecleanup.apiextensions.k8s.io"]
    deadline = time.monotonic() + 20
    while api.ask("GET", f"{DEFINITIONS}/foos.{group}").code != 404 or api.ask("GET", path).code != 404:
        assert time.monotonic() < deadline, "the definition never went"
        time.sleep(0.05)

    assert scope.causes == [("spec.scope", 'Invalid value: "Cluster": field is immutable')]
