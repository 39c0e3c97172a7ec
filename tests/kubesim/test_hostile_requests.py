"""Any request gets a Status, a list of paths or a plain page, and never a traceback."""

from __future__ import annotations

import asyncio
import json
from collections.abc import MutableMapping
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from kubesim.control_plane.assembly import new_server
from kubesim.endpoints.app import App

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False)
    | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["metadata", "spec", "name", "labels", "data", "kind", "apiVersion", "items", "status", "x"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
METADATA = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["a", "B", "", "a/b"]) | JSON,
        "namespace": st.sampled_from(["default", "x"]) | JSON,
        "labels": JSON,
        "annotations": JSON,
        "finalizers": JSON,
        "ownerReferences": JSON,
        "resourceVersion": st.sampled_from(["", "1", "x"]) | JSON,
        "uid": JSON,
        "generateName": JSON,
        "managedFields": JSON,
    },
)
OBJECTS = st.fixed_dictionaries(
    {"metadata": METADATA | JSON},
    optional={
        "spec": JSON,
        "status": JSON,
        "data": JSON,
        "rules": JSON,
        "roleRef": JSON,
        "subjects": JSON,
        "webhooks": JSON,
    },
)
PROTOBUF = st.binary(max_size=40).map(
    lambda noise: b"k8s\x00\n\x0f\n\x02v1\x12\tConfigMap\x12" + bytes([len(noise)]) + noise
)
BODIES = (
    PROTOBUF
    | st.binary(max_size=40)
    | JSON.map(json.dumps).map(str.encode)
    | OBJECTS.map(json.dumps).map(str.encode)
)
PLURALS = st.sampled_from(
    [
        "api/v1/namespaces/default/configmaps",
        "api/v1/namespaces/default/pods",
        "api/v1/namespaces/default/services",
        "api/v1/namespaces/default/secrets",
        "api/v1/namespaces/default/events",
        "api/v1/nodes",
        "api/v1/namespaces",
        "api/v1/namespaces/default/limitranges",
        "api/v1/namespaces/default/resourcequotas",
        "api/v1/namespaces/default/persistentvolumeclaims",
        "api/v1/namespaces/default/replicationcontrollers",
        "apis/apps/v1/namespaces/default/deployments",
        "apis/apps/v1/namespaces/default/statefulsets",
        "apis/apps/v1/namespaces/default/daemonsets",
        "apis/batch/v1/namespaces/default/jobs",
        "apis/batch/v1beta1/namespaces/default/cronjobs",
        "apis/networking.k8s.io/v1/namespaces/default/ingresses",
        "apis/networking.k8s.io/v1/namespaces/default/networkpolicies",
        "apis/rbac.authorization.k8s.io/v1/clusterroles",
        "apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
        "apis/coordination.k8s.io/v1/namespaces/default/leases",
        "apis/events.k8s.io/v1/namespaces/default/events",
        "apis/apiextensions.k8s.io/v1/customresourcedefinitions",
        "apis/certificates.k8s.io/v1/certificatesigningrequests",
        "apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations",
        "apis/policy/v1beta1/namespaces/default/poddisruptionbudgets",
        "apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers",
    ]
)
PATHS = st.tuples(
    PLURALS,
    st.sampled_from(
        ["", "/a", "/a/status", "/a/scale", "/a/binding", "/a/approval", "/", "//", "/..%2f", "/%ff"]
    ),
).map("".join) | st.text("abc/%.v1pis:", max_size=20)
QUERIES = st.dictionaries(
    st.sampled_from(
        [
            "limit",
            "continue",
            "labelSelector",
            "fieldSelector",
            "resourceVersion",
            "dryRun",
            "force",
            "pretty",
            "resourceVersionMatch",
            "fieldManager",
            "gracePeriodSeconds",
            "propagationPolicy",
            "orphanDependents",
        ]
    ),
    st.text("a1=-,!()%in ", max_size=6),
    max_size=2,
).map(lambda query: "&".join(f"{key}={value}" for key, value in query.items()))
TYPES = st.sampled_from(
    [
        "application/vnd.kubernetes.protobuf",
        "application/json",
        "application/yaml",
        "application/merge-patch+json",
        "application/json-patch+json",
        "application/strategic-merge-patch+json",
        "application/apply-patch+yaml",
        "text/plain",
        "",
    ]
)
ACCEPTS = st.sampled_from(
    ["*/*", "application/json", "application/yaml", "application/json;as=Table;v=v1;g=meta.k8s.io", "x", ""]
)


BOMB = b"\n".join(
    [b"a0: &a0 [x, x]", *(f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]".encode() for n in range(1, 12))]
)


async def request(  # noqa: PLR0917
    app: App, method: str, path: str, query: str, headers: dict[str, str], body: bytes
) -> tuple[int, bytes]:
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(key.encode(), value.encode()) for key, value in headers.items()],
        "server": ("127.0.0.1", 1),
    }
    await app(scope, receive, send)
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])


@settings(max_examples=1500, deadline=None)
@given(
    st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]),
    PATHS,
    QUERIES,
    TYPES,
    ACCEPTS,
    BODIES,
)
@example("POST", "api/v1/namespaces/default/configmaps", "", "application/json", "*/*", b"[" * 100_000)
@example("POST", "api/v1/namespaces/default/configmaps", "", "application/yaml", "*/*", b"{a: *b}")
@example("POST", "api/v1/namespaces/default/configmaps", "", "application/yaml", "*/*", b"&a [*a]")
@example("POST", "api/v1/namespaces/default/configmaps", "", "application/yaml", "*/*", BOMB)
@example(
    "POST",
    "api/v1/namespaces/default/configmaps",
    "",
    "application/yaml",
    "*/*",
    b"a: 2001-01-01\n? [x]\n: y",
)
@example(
    "PATCH",
    "api/v1/namespaces/default/configmaps/a",
    "fieldManager=x",
    "application/apply-patch+yaml",
    "*/*",
    b"- 1",
)
def test_no_request_brings_the_server_down(  # noqa: PLR0917
    method: str, path: str, query: str, content_type: str, accept: str, body: bytes
) -> None:
    server = new_server()
    server.create(server.kinds.find("", "configmaps"), "default", {"metadata": {"name": "a"}})  # type: ignore[arg-type]
    headers = {"content-type": content_type, "accept": accept}

    code, answer = asyncio.run(request(App(server), method, f"/{path}", query, headers, body))

    assert b"the simulator failed" not in answer
    assert 200 <= code < 600
    if code >= 400 and code != 404 and answer:
        assert json.loads(answer)["kind"] == "Status"
