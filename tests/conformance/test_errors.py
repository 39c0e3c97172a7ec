"""Malformed requests: the Status a real API server gives, word by word."""

from __future__ import annotations

import json

import pytest

from tests.conformance.golden import Golden
from tests.conformance.servers.targets import MERGE, TABLE, Target

UNKNOWN = "the server could not find the requested resource"
NOT_ALLOWED = "the server does not allow this method on the requested resource"
UNRECOGNIZED = (
    "the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind;"
    " json parse error: "
)
GO_STRUCT = (
    'Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\"";'
    ' Kind string "json:\\"kind,omitempty\\"" }'
)


JSON_PATCH_TYPE = "json: cannot unmarshal object into Go value of type jsonpatch.Patch"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'{"kind":', UNRECOGNIZED + 'unexpected end of JSON input ({"kind":)'),
        (b"", UNRECOGNIZED + "unexpected end of JSON input (<empty>)"),
        (b"[]", UNRECOGNIZED + f"json: cannot unmarshal array into {GO_STRUCT} (5b5d)"),
        (b'"x"', UNRECOGNIZED + f"json: cannot unmarshal string into {GO_STRUCT} (227822)"),
        (b"5", UNRECOGNIZED + f"json: cannot unmarshal number into {GO_STRUCT} (35)"),
        (b"true", UNRECOGNIZED + f"json: cannot unmarshal bool into {GO_STRUCT} (74727565)"),
        (b"\xff\xfe", UNRECOGNIZED + "invalid character 'ÿ' looking for beginning of value (fffe)"),
        (
            b'{"kind":"Pod","apiVersion":"v1","metadata":{"name":"a"}}',
            'Pod in version "v1" cannot be handled as a ConfigMap: converting (v1.Pod) to (core.ConfigMap):'
            " unknown conversion",
        ),
        (
            b'{"kind":"ConfigMap","apiVersion":"v2","metadata":{"name":"a"}}',
            'ConfigMap in version "v2" cannot be handled as a ConfigMap: no kind "ConfigMap" is registered'
            ' for version "v2" in scheme "pkg/api/legacyscheme/scheme.go:30"',
        ),
        (
            b'{"kind":"Nothing","apiVersion":"v1","metadata":{"name":"a"}}',
            'Nothing in version "v1" cannot be handled as a ConfigMap: no kind "Nothing" is registered for'
            ' version "v1" in scheme "pkg/api/legacyscheme/scheme.go:30"',
        ),
        (
            b'{"metadata":{"name":"a","namespace":"other"}}',
            "the namespace of the provided object does not match the namespace sent on the request",
        ),
    ],
)
def test_a_body_that_is_not_the_object_is_refused(
    api: Target, golden: Golden, config_maps: str, *, body: bytes, message: str
) -> None:
    answer = api.ask("POST", config_maps, body)

    assert (answer.code, answer.body["reason"]) == (400, "BadRequest")
    golden.says(answer.message, message)


@pytest.mark.parametrize(
    ("path", "body", "begins"),
    [
        ("configmaps", {"data": {"k": 2}}, 'v1.ConfigMap.Data: ReadString: expects " or n, but found 2'),
        ("configmaps", {"data": []}, "v1.ConfigMap.Data: ReadMapCB: expect { or n, but found ["),
        (
            "pods",
            {"spec": {"containers": {}}},
            "v1.Pod.Spec: v1.PodSpec.Containers: []v1.Container: decode slice: expect [ or n, but found {",
        ),
        (
            "pods",
            {"spec": {"hostNetwork": "x"}},
            'v1.Pod.Spec: v1.PodSpec.HostNetwork: ReadBool: expect t or f, but found "',
        ),
        ("secrets", {"data": {"a": "!!"}}, "v1.Secret.Data: "),
    ],
)
def test_a_field_of_the_wrong_type_is_named(
    api: Target, golden: Golden, namespace: str, *, path: str, body: dict[str, object], begins: str
) -> None:
    answer = api.ask("POST", f"/api/v1/namespaces/{namespace}/{path}", {"metadata": {"name": "a"}, **body})

    assert (answer.code, answer.body["reason"]) == (400, "BadRequest")
    kind = begins.split(".", 2)[1].partition(".")[0]
    wanted = f'{kind} in version "v1" cannot be handled as a {kind}: {begins}'
    golden.contains(answer.message, wanted)


@pytest.mark.parametrize(
    "metadata",
    [
        {},
        {"name": "A_b"},
        {"name": "a" * 300},
        {"name": "a", "labels": {"a b": "c d"}},
        {"name": "a", "labels": {"/x": "v" * 64}},
        {"name": "a", "annotations": {"a b": "anything goes"}},
        {"name": "a", "finalizers": ["x"]},
        {"name": "a", "finalizers": ["a b/c"]},
        {"name": "a", "ownerReferences": [{"kind": "X"}]},
        {"name": "a", "finalizers": ["orphan", "foregroundDeletion"]},
    ],
    ids=lambda metadata: str(metadata)[:60],
)
def test_metadata_is_judged_in_the_same_words(
    api: Target, golden: Golden, config_maps: str, metadata: dict[str, object]
) -> None:
    answer = api.ask("POST", config_maps, {"metadata": metadata})

    assert (answer.code, answer.body["reason"]) == (422, "Invalid")
    golden.check({"message": answer.message, "causes": sorted(set(answer.causes))})


@pytest.mark.parametrize(
    ("method", "path", "code", "message"),
    [
        ("GET", "/api/v1/foos", 404, UNKNOWN),
        ("GET", "/apis/apps/v9", 404, UNKNOWN),
        ("GET", "/apis/apps/v1/deployments/x", 404, UNKNOWN),
        ("GET", "/api/v1/namespaces/default//pods", 404, UNKNOWN),
        ("GET", "/api/v1/namespaces/default/configmaps/..%2Fx", 404, UNKNOWN),
        ("GET", "/api/v1/namespaces/default/configmaps/a%2Fb", 404, UNKNOWN),
        ("GET", "/api/v1/namespaces/default/configmaps/../pods", 404, UNKNOWN),
        ("GET", "/api/v1/namespaces/..%2f..%2fdefault/configmaps", 404, UNKNOWN),
        ("GET", "/api/v1/namespaces/default/configmaps/a/b/c/d", 404, UNKNOWN),
        ("GET", "/api/v1/namespaces/default/pods/x/nosub", 404, UNKNOWN),
        ("GET", "/api/v1/namespaces/default/pods/nope", 404, 'pods "nope" not found'),
        ("POST", "/apis/apps/v1/deployments", 405, NOT_ALLOWED),
        ("POST", "/api/v1/pods", 405, NOT_ALLOWED),
        ("DELETE", "/api/v1/pods", 405, NOT_ALLOWED),
        ("PUT", "/api/v1/namespaces/default/configmaps", 405, NOT_ALLOWED),
        ("POST", "/api/v1/namespaces/default/configmaps/b", 405, NOT_ALLOWED),
        ("OPTIONS", "/api/v1/pods", 405, NOT_ALLOWED),
        ("GET", "/api/v1/pods?limit=abc", 400, 'strconv.ParseInt: parsing "abc": invalid syntax'),
        (
            "GET",
            "/api/v1/pods?watch=1&timeoutSeconds=x",
            400,
            'strconv.ParseInt: parsing "x": invalid syntax',
        ),
        (
            "GET",
            "/api/v1/pods?labelSelector=a%20b",
            400,
            "unable to parse requirement: found 'b', expected: '=', '!=', '==', 'in', notin'",
        ),
        ("GET", "/api/v1/pods?fieldSelector=a", 400, "invalid selector: 'a'; can't understand 'a'"),
        ("GET", "/api/v1/pods?fieldSelector=spec.foo%3Dx", 400, "field label not supported: spec.foo"),
        (
            "GET",
            "/api/v1/configmaps?fieldSelector=spec.foo%3Dx",
            400,
            '"spec.foo" is not a known field selector: only "metadata.name", "metadata.namespace"',
        ),
        (
            "GET",
            "/api/v1/pods?resourceVersion=abc",
            500,
            'resourceVersion: Invalid value: "abc": strconv.ParseUint: parsing "abc": invalid syntax',
        ),
        (
            "GET",
            "/api/v1/pods?resourceVersion=abc&watch=1",
            500,
            'resourceVersion: Invalid value: "abc": strconv.ParseUint: parsing "abc": invalid syntax',
        ),
        (
            "GET",
            "/api/v1/pods?resourceVersionMatch=Exact",
            422,
            'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is'
            " forbidden unless resourceVersion is provided",
        ),
        (
            "GET",
            "/api/v1/pods?resourceVersionMatch=Foo&resourceVersion=1",
            422,
            'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Unsupported value: "Foo": supported'
            ' values: "Exact", "NotOlderThan", ""',
        ),
        (
            "GET",
            "/api/v1/pods?resourceVersionMatch=Exact&resourceVersion=0",
            422,
            'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch'
            ' "exact" is forbidden for resourceVersion "0"',
        ),
    ],
)
def test_an_address_that_means_nothing_is_refused(
    api: Target, golden: Golden, *, method: str, path: str, code: int, message: str
) -> None:
    body: dict[str, str] | None = None if method == "GET" else {}

    answer = api.ask(method, path, body)

    golden.says([answer.code, answer.message], [code, message])
    assert (answer.body["kind"], answer.body["code"]) == ("Status", answer.code)


@pytest.mark.parametrize("path", ["/nothing", "//api/v1/pods"])
def test_an_address_outside_the_api_lists_those_there_are(api: Target, golden: Golden, path: str) -> None:
    answer = api.ask("GET", path)

    assert answer.code == 404
    golden.contains(json.dumps(answer.body), '"/version"')


def test_a_group_that_is_not_there_is_a_plain_page(api: Target) -> None:
    answer = api.ask("GET", "/apis/nope/v1")

    assert (answer.code, answer.body) == (404, "404 page not found\n")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize("query", ["limit=-1", "limit=0", "watch=0&limit=-5"])
def test_a_negative_limit_is_none(api: Target, config_maps: str, query: str) -> None:
    for name in "ab":
        api.create(config_maps, {"metadata": {"name": name}})

    names = [item["metadata"]["name"] for item in api.get(f"{config_maps}?{query}")["items"]]

    assert [name for name in names if len(name) == 1] == ["a", "b"]


def test_bodies_over_three_mebibytes_are_not_read(api: Target, config_maps: str) -> None:
    answer = api.ask("POST", config_maps, b"a" * 3_200_000)

    assert (answer.code, answer.message) == (413, "Request entity too large: limit is 3145728")


def test_objects_over_a_mebibyte_are_refused(api: Target, golden: Golden, config_maps: str) -> None:
    answer = api.ask("POST", config_maps, {"metadata": {"name": "big"}, "data": {"a": "x" * 1_100_000}})

    assert answer.code == 422
    golden.says(answer.causes, [("[]", "Too long: must have at most 1048576 bytes")])


@pytest.mark.parametrize(
    ("content_type", "message"),
    [
        (
            "text/plain",
            "the body of the request was in an unknown format - accepted media types include:"
            " application/json, application/yaml, application/vnd.kubernetes.protobuf",
        ),
    ],
)
def test_a_body_of_another_kind_is_not_read(
    api: Target, config_maps: str, content_type: str, message: str
) -> None:
    answer = api.ask("POST", config_maps, b"{}", content_type=content_type)

    assert (answer.code, answer.body["reason"], answer.message) == (415, "UnsupportedMediaType", message)


def test_what_nobody_can_write_is_not_acceptable(api: Target, golden: Golden) -> None:
    answer = api.ask("GET", "/api/v1/namespaces/default", accept="text/html")

    assert (answer.code, answer.body["reason"]) == (406, "NotAcceptable")
    golden.says(answer.message, "406: Not Acceptable")


def test_yaml_is_read_and_written(api: Target, config_maps: str) -> None:
    body = b"kind: ConfigMap\napiVersion: v1\nmetadata: {name: doc}\ndata: {when: '2001-01-01'}\n"

    made = api.ask("POST", config_maps, body, content_type="application/yaml")
    shown = api.ask("GET", f"{config_maps}/doc", accept="application/yaml")

    assert (made.code, made.body["data"]) == (201, {"when": "2001-01-01"})
    assert shown.headers["content-type"] == "application/yaml"
    assert "name: doc\n" in shown.body


def test_yaml_reads_as_the_servers_library_reads_it(api: Target, golden: Golden, config_maps: str) -> None:
    body = b"kind: ConfigMap\napiVersion: v1\nmetadata: {name: y}\n"

    answer = api.ask("POST", config_maps, body, content_type="application/yaml")

    assert answer.code == 400
    golden.contains(answer.message, 'v1.ObjectMeta.Name: ReadString: expects " or n, but found t')


@pytest.mark.parametrize(
    ("body", "content_type", "code", "message"),
    [
        (b"{}", "application/json", 415, None),
        (b"{", MERGE, 500, "Invalid JSON Patch"),
        (b"{}", "application/json-patch+json", 400, JSON_PATCH_TYPE),
        (
            b'[{"op":"test","path":"/data/z","value":"9"}]',
            "application/json-patch+json",
            422,
            "the server rejected our request due to an error in our request",
        ),
    ],
)
def test_a_patch_that_is_none_is_refused(
    api: Target,
    golden: Golden,
    config_maps: str,
    *,
    body: bytes,
    content_type: str,
    code: int,
    message: str | None,
) -> None:
    api.create(config_maps, {"metadata": {"name": "a"}, "data": {"z": "1"}})

    answer = api.ask("PATCH", f"{config_maps}/a", body, content_type=content_type)

    golden.says([answer.code, message and answer.message], [code, message])


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        (
            {"propagationPolicy": "Foo"},
            422,
            'DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Unsupported value: "Foo": supported'
            ' values: "Foreground", "Background", "Orphan", "nil"',
        ),
        (
            {"propagationPolicy": "Orphan", "orphanDependents": True},
            422,
            'DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Invalid value: "Orphan":'
            " orphanDependents and deletionPropagation cannot be both set",
        ),
        (
            {"kind": "Foo"},
            500,
            'no kind "Foo" is registered for version "meta.k8s.io/v1" in scheme'
            ' "k8s.io/apimachinery/pkg/apis/meta/internalversion/scheme/register.go:27"',
        ),
    ],
)
def test_a_deletion_that_means_nothing_is_refused(
    api: Target, golden: Golden, config_maps: str, *, body: object, code: int, message: str
) -> None:
    api.create(config_maps, {"metadata": {"name": "a"}})

    answer = api.ask("DELETE", f"{config_maps}/a", body)

    golden.says([answer.code, answer.message], [code, message])
    assert api.ask("GET", f"{config_maps}/a").code == 200


def test_a_version_from_the_future_times_out(api: Target) -> None:
    answer = api.ask("GET", "/api/v1/configmaps?resourceVersion=99999999")

    assert (answer.code, answer.body["reason"]) == (504, "Timeout")
    assert answer.message.startswith("Timeout: Too large resource version: 99999999, current: ")
    assert answer.body["details"]["causes"][0]["reason"] == "ResourceVersionTooLarge"
    assert answer.headers["retry-after"] == "1"


def test_errors_are_json_even_when_a_table_is_wanted(api: Target) -> None:
    answer = api.ask("GET", "/api/v1/namespaces/default/pods/nope", accept=f"{TABLE},application/json")

    assert answer.code == 404
    assert json.dumps(answer.body["kind"]) == '"Status"'
