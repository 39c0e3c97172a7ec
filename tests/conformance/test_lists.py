"""Lists: order, pages, selectors, and which version of the past."""

from __future__ import annotations

import base64

import pytest

from tests.conformance.golden import Golden
from tests.conformance.servers.targets import Json, Target, unique

Token = str


def names(answer: Json) -> list[str]:
    return [
        item["metadata"]["name"] for item in answer["items"] if item["metadata"]["name"] != "kube-root-ca.crt"
    ]


def fill(api: Target, path: str, *each: str) -> None:
    for name in each:
        api.create(path, {"metadata": {"name": name, "labels": {"own": "yes", "name": name}}})


OWN = "labelSelector=own"


def test_a_list_says_what_it_is_and_its_items_do_not(api: Target, config_maps: str) -> None:
    fill(api, config_maps, "b", "a", "c")

    answer = api.get(f"{config_maps}?{OWN}")

    assert (answer["kind"], answer["apiVersion"]) == ("ConfigMapList", "v1")
    assert names(answer) == ["a", "b", "c"]
    assert not any("kind" in item or "apiVersion" in item for item in answer["items"])
    assert answer["metadata"].keys() == {"resourceVersion"}


def test_an_empty_list_has_items(api: Target, namespace: str) -> None:
    assert api.get(f"/api/v1/namespaces/{namespace}/pods")["items"] == []
    assert api.get("/api/v1/namespaces/nowhere/pods")["items"] == []


def test_all_namespaces_come_in_the_order_of_keys(api: Target) -> None:
    base = unique()
    spaces = [base, f"{base}-a"]
    for space in spaces:
        api.create("/api/v1/namespaces", {"metadata": {"name": space}})
        api.create(
            f"/api/v1/namespaces/{space}/configmaps", {"metadata": {"name": "x", "labels": {"base": base}}}
        )

    items = api.get(f"/api/v1/configmaps?labelSelector=base%3D{base}")["items"]

    # "-" comes before "/", so the longer name comes first
    assert [item["metadata"]["namespace"] for item in items] == [f"{base}-a", base]
    for space in spaces:
        api.ask("DELETE", f"/api/v1/namespaces/{space}")


def test_pages_of_one_snapshot_join_up(api: Target, namespace: str) -> None:
    path = f"/api/v1/namespaces/{namespace}/secrets"
    for name in "abcde":
        api.create(path, {"metadata": {"name": f"x{name}"}, "type": "example.com/x"})
    total = len(api.get(path)["items"])

    first = api.get(f"{path}?limit=2")
    api.create(path, {"metadata": {"name": "xaa"}, "type": "example.com/x"})
    api.ask("DELETE", f"{path}/xe")
    seen, page = names(first), first
    while "continue" in page["metadata"]:
        page = api.get(f"{path}?limit=2&continue={page['metadata']['continue']}")
        assert page["metadata"]["resourceVersion"] == first["metadata"]["resourceVersion"]
        seen += names(page)

    assert first["metadata"]["remainingItemCount"] == total - 2
    assert [name for name in seen if name.startswith("x")] == ["xa", "xb", "xc", "xd", "xe"]


def test_a_page_of_a_selection_does_not_know_how_much_is_left(api: Target, config_maps: str) -> None:
    fill(api, config_maps, *"abc")

    page = api.get(f"{config_maps}?limit=2&{OWN}")
    rest = api.get(f"{config_maps}?limit=2&{OWN}&continue={page['metadata']['continue']}")

    assert names(page) == ["a", "b"]
    assert "remainingItemCount" not in page["metadata"]
    assert names(rest) == ["c"]
    assert "continue" not in rest["metadata"]


def test_version_zero_has_no_pages(api: Target, config_maps: str) -> None:
    fill(api, config_maps, *"abc")
    newest = api.get(f"{config_maps}/c")["metadata"]["resourceVersion"]
    api.get(f"{config_maps}?resourceVersion={newest}")  # returns once the watch cache holds all three

    answer = api.get(f"{config_maps}?limit=1&resourceVersion=0&{OWN}")

    assert sorted(names(answer)) == ["a", "b", "c"]
    assert "continue" not in answer["metadata"]


def test_a_continue_token_expires_with_its_snapshot(api: Target, config_maps: str) -> None:
    fill(api, config_maps, *"abc")
    page = api.get(f"{config_maps}?limit=1&{OWN}")
    api.create(config_maps, {"metadata": {"name": "later"}})

    answer = api.expire(f"{config_maps}?limit=1&{OWN}&continue={page['metadata']['continue']}")

    assert (answer.code, answer.body["reason"]) == (410, "Expired")
    assert answer.message.startswith(
        "The provided continue parameter is too old to display a consistent list result. You can start a new"
        " list without the continue parameter, or use the continue token in this response"
    )
    inconsistent = answer.body["metadata"]["continue"]
    rest = api.get(f"{config_maps}?{OWN}&continue={inconsistent}")
    assert names(rest) == ["b", "c"]


def token(text: str) -> Token:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    ("continue_", "problem"),
    [
        ("!!!!", "illegal base64 data at input byte 0"),
        ("YWJj", "invalid character 'a' looking for beginning of value"),
        (token('{"v":"x"}'), 'server does not recognize this encoded version "x"'),
        (token('{"v":"meta.k8s.io/v1","rv":5,"start":"../x"}'), "../x"),
        (token('{"v":"meta.k8s.io/v1","rv":5}'), "encoded start key empty (version meta.k8s.io/v1)"),
    ],
)
def test_a_made_up_continue_token_is_refused(
    api: Target, golden: Golden, config_maps: str, *, continue_: str, problem: str
) -> None:
    answer = api.ask("GET", f"{config_maps}?continue={continue_}")

    assert (answer.code, answer.body["reason"]) == (400, "BadRequest")
    golden.says(answer.message, f"invalid continue token: continue key is not valid: {problem}")


def test_a_token_and_a_version_exclude_each_other(api: Target, config_maps: str) -> None:
    fill(api, config_maps, *"ab")
    page = api.get(f"{config_maps}?limit=1&{OWN}")

    answer = api.ask("GET", f"{config_maps}?continue={page['metadata']['continue']}&resourceVersion=1")

    assert (answer.code, answer.message) == (
        400,
        "specifying resource version is not allowed when using continue",
    )


def test_the_past_can_be_listed_until_it_is_compacted(api: Target, config_maps: str) -> None:
    fill(api, config_maps, "a")
    version = api.get(config_maps)["metadata"]["resourceVersion"]
    fill(api, config_maps, "b")
    exact = f"{config_maps}?{OWN}&resourceVersion={version}&resourceVersionMatch=Exact"

    past = api.get(exact)
    newer = api.get(f"{config_maps}?{OWN}&resourceVersion={version}&resourceVersionMatch=NotOlderThan")
    fill(api, config_maps, "c")
    gone = api.expire(exact)

    assert (names(past), past["metadata"]["resourceVersion"]) == (["a"], version)
    assert sorted(names(newer)) == ["a", "b"]
    assert (gone.code, gone.body["reason"]) == (410, "Expired")
    assert gone.message == "The resourceVersion for the provided list is too old."


@pytest.mark.parametrize(
    ("selector", "found"),
    [
        ("name%3Da", ["a"]),
        ("name!%3Da", ["b", "c"]),
        ("name+in+(a,c)", ["a", "c"]),
        ("name+notin+(a,c)", ["b"]),
        ("name", ["a", "b", "c"]),
        ("!name", []),
        ("name%3Da,own%3Dno", []),
    ],
)
def test_labels_select(api: Target, config_maps: str, selector: str, found: list[str]) -> None:
    fill(api, config_maps, *"abc")

    assert names(api.get(f"{config_maps}?labelSelector={selector},own")) == found


@pytest.mark.parametrize(
    ("selector", "found"),
    [
        ("metadata.name%3Da", ["a"]),
        ("metadata.name!%3Da", ["b", "c"]),
        ("metadata.namespace%3Delsewhere", []),
    ],
)
def test_fields_select(api: Target, config_maps: str, selector: str, found: list[str]) -> None:
    fill(api, config_maps, *"abc")

    assert names(api.get(f"{config_maps}?fieldSelector={selector}&{OWN}")) == found


def test_kinds_have_fields_of_their_own(api: Target, namespace: str) -> None:
    path = f"/api/v1/namespaces/{namespace}/secrets"
    api.create(path, {"metadata": {"name": "a"}, "type": "example.com/x"})
    api.create(path, {"metadata": {"name": "b"}})
    events = f"/api/v1/namespaces/{namespace}/events"
    about = {"kind": "Node", "namespace": namespace, "name": "n"}
    api.create(events, {"metadata": {"name": "e"}, "involvedObject": about, "reason": "R", "type": "Normal"})

    assert names(api.get(f"{path}?fieldSelector=type%3Dexample.com/x")) == ["a"]
    assert names(api.get(f"{events}?fieldSelector=involvedObject.kind%3DNode,type%3DNormal")) == ["e"]
    assert names(api.get(f"{events}?fieldSelector=reason%3DOther")) == []
