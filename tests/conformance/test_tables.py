"""Tables: what kubectl prints, column by column and cell by cell, on both API servers."""

from __future__ import annotations

import json

import pytest

from kubesim.apis.catalog import builtin_kinds
from kubesim.machinery.kinds import Kind
from tests.conformance.golden import Golden
from tests.conformance.servers.targets import TABLE, Json, Target
from tests.conformance.test_kinds import NAMESPACED, filled, place

LISTED = [kind for kind in builtin_kinds() if "list" in kind.verbs]
# Kinds that nobody makes by hand have only a name and an age here.
PLAIN = {"EndpointSlice", "CSIDriver", "VolumeAttachment"}


def columns(answer: Json) -> list[tuple[str, str, str, int]]:
    return [
        (each["name"], each["type"], each["format"], each["priority"]) for each in answer["columnDefinitions"]
    ]


@pytest.mark.parametrize(
    "kind",
    [kind for kind in LISTED if kind.kind not in PLAIN],
    ids=lambda kind: f"{kind.plural}.{kind.group}",
)
def test_every_kind_has_its_columns(api: Target, golden: Golden, kind: Kind) -> None:
    path = kind.resource.path(kind.resource.versions[0]) + "?limit=1"

    answer = api.ask("GET", path, accept=TABLE)

    if answer.code == 200:
        assert (answer.body["kind"], answer.body["apiVersion"]) == ("Table", "meta.k8s.io/v1")
    golden.check(columns(answer.body) if answer.code == 200 else answer.code)


@pytest.mark.parametrize(
    ("path", "body"), NAMESPACED, ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_new_object_prints_alike(
    api: Target, golden: Golden, namespace: str, *, path: str, body: Json
) -> None:
    made = api.ask("POST", place(path, namespace), filled(body, namespace))
    if made.code != 201:
        golden.check(made.code)
        return
    table = api.ask("GET", f"{place(path, namespace)}/x", accept=TABLE).body
    ages = [
        index
        for index, each in enumerate(table["columnDefinitions"])
        if each["name"] in ("Age", "Created At", "Duration")
    ]
    row = table["rows"][0]
    uid = made.body["metadata"]["uid"]

    assert row["object"]["kind"] == "PartialObjectMetadata"
    assert row["object"]["metadata"]["uid"] == uid
    assert "spec" not in row["object"]
    golden.check(
        [str(cell).replace(uid, "UID") for index, cell in enumerate(row["cells"]) if index not in ages]
    )


def test_a_watch_of_a_table_has_its_columns_once(api: Target, config_maps: str) -> None:
    api.create(config_maps, {"metadata": {"name": "a"}})
    api.create(config_maps, {"metadata": {"name": "b"}})
    selected = "fieldSelector=metadata.name!%3Dkube-root-ca.crt"

    connection = api.connection()
    headers = {"Accept": TABLE, "Authorization": f"Bearer {api.token}"}
    connection.request("GET", f"{config_maps}?watch=1&timeoutSeconds=1&{selected}", headers=headers)

    tables = [json.loads(line)["object"] for line in connection.getresponse()]
    connection.close()

    assert sorted(table["rows"][0]["cells"][0] for table in tables) == ["a", "b"]
    assert [bool(table["columnDefinitions"]) for table in tables] == [True, False]


def test_a_table_can_carry_whole_objects_or_none(api: Target, config_maps: str) -> None:
    api.create(config_maps, {"metadata": {"name": "a"}, "data": {"k": "v"}})
    query = "fieldSelector=metadata.name%3Da"

    whole = api.ask("GET", f"{config_maps}?{query}&includeObject=Object", accept=TABLE).body
    none = api.ask("GET", f"{config_maps}?{query}&includeObject=None", accept=TABLE).body

    assert whole["rows"][0]["object"]["data"] == {"k": "v"}
    assert none["rows"][0]["object"] is None


def test_metadata_alone_can_be_asked_for(api: Target, config_maps: str) -> None:
    api.create(config_maps, {"metadata": {"name": "a"}, "data": {"k": "v"}})
    partial = "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io"
    listed = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"

    one = api.ask("GET", f"{config_maps}/a", accept=partial).body
    many = api.ask("GET", f"{config_maps}?fieldSelector=metadata.name%3Da", accept=listed).body

    assert (one["kind"], one["apiVersion"], one["metadata"]["name"]) == (
        "PartialObjectMetadata",
        "meta.k8s.io/v1",
        "a",
    )
    assert "data" not in one
    assert (many["kind"], [item["metadata"]["name"] for item in many["items"]]) == (
        "PartialObjectMetadataList",
        ["a"],
    )
