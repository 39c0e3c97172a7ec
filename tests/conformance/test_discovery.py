"""What is served: the documents that clients read before anything else."""

from __future__ import annotations

import json

import pytest

from tests.conformance.golden import Golden
from tests.conformance.servers.targets import Json, Target

GROUP_VERSIONS = [
    "api/v1",
    *(
        f"apis/{name}"
        for name in (
            "admissionregistration.k8s.io/v1", "apiextensions.k8s.io/v1", "apps/v1",
            "authentication.k8s.io/v1", "authorization.k8s.io/v1", "autoscaling/v1", "batch/v1",
            "batch/v1beta1", "certificates.k8s.io/v1", "coordination.k8s.io/v1",
            "discovery.k8s.io/v1beta1", "events.k8s.io/v1", "networking.k8s.io/v1",
            "node.k8s.io/v1", "policy/v1beta1", "rbac.authorization.k8s.io/v1", "scheduling.k8s.io/v1",
            "storage.k8s.io/v1",
        )
    ),
]  # fmt: skip
# What the simulator does not do, docs/simulator.md.
LEFT_OUT = {
    "bindings", "componentstatuses", "nodes/proxy", "pods/attach", "pods/exec", "pods/portforward",
    "pods/proxy", "services/proxy", "podsecuritypolicies",
}  # fmt: skip


def resources(answer: Json) -> dict[str, Json]:
    return {
        entry["name"]: {key: value for key, value in entry.items() if key != "storageVersionHash"}
        for entry in answer["resources"]
        if entry["name"] not in LEFT_OUT
    }


@pytest.mark.parametrize("path", GROUP_VERSIONS)
def test_a_versions_resources_are_described_alike(api: Target, golden: Golden, path: str) -> None:
    answer = api.ask("GET", f"/{path}")

    golden.check(resources(answer.body) if answer.code == 200 else answer.code)


def test_each_group_has_a_preferred_version(api: Target, golden: Golden) -> None:
    groups = api.get("/apis")["groups"]

    batch = next(group for group in groups if group["name"] == "batch")
    assert batch["preferredVersion"] == {"groupVersion": "batch/v1", "version": "v1"}
    golden.says([version["version"] for version in batch["versions"]], ["v1", "v1beta1"])
    assert api.get("/apis/batch") == {"kind": "APIGroup", "apiVersion": "v1", **batch}
    assert api.get("/api")["versions"] == ["v1"]


def test_the_version_is_said(api: Target) -> None:
    version = api.get("/version")

    assert [version["major"], version["minor"]] == api.version.split(".")[:2]
    assert version["gitVersion"].startswith(f"v{api.version}")


@pytest.mark.parametrize("path", ["/healthz", "/livez", "/readyz"])
def test_health_is_a_word(api: Target, path: str) -> None:
    answer = api.ask("GET", path)

    assert (answer.code, answer.body) == (200, "ok")


def test_schemas_are_published_for_clients_that_validate(api: Target) -> None:
    text = api.ask("GET", "/openapi/v2").body
    # the real server calls it text
    document = json.loads(text) if isinstance(text, str) else text

    assert document["swagger"] == "2.0"
    deployment = document["definitions"]["io.k8s.api.apps.v1.Deployment"]
    assert deployment["x-kubernetes-group-version-kind"] == [
        {"group": "apps", "kind": "Deployment", "version": "v1"}
    ]
