"""Our server-side apply and managedFields, and a real API server's, after the same random steps."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apimachinery.errors import StatusError
from kubesim.patch.apply import apply
from kubesim.patch.json_patch import APPLY_PATCH, MERGE_PATCH
from kubesim.patch.managed_fields import track_update
from kubesim.schema import merge_strategies
from tests.conformance.servers.asking import Asker, Cluster
from tests.conformance.writing.test_patches import (
    SPECS,
    TEMPLATES,
    TEXTS,
    container,
    listed,
    part,
    pod_template,
)
from tests.planes.control_plane import ControlPlane

Json = dict[str, Any]
SCHEMA = merge_strategies.of("", "PodTemplate")
PLACE = f"{TEMPLATES}/applied"
NOW = "2026-01-01T00:00:00Z"


@pytest.fixture(scope="module")
def asker(control_plane: ControlPlane) -> Iterator[Asker]:
    cluster = Cluster.real(control_plane)
    asker = cluster.admin()
    yield asker
    asker.ask("DELETE", PLACE)
    cluster.close()


CONFIGS = st.builds(
    lambda metadata, spec, containers: {
        "apiVersion": "v1",
        "kind": "PodTemplate",
        "metadata": {"name": "applied", **metadata},
        "template": pod_template({**spec, "containers": [container("a"), *containers]}),
    },
    part(labels=TEXTS, annotations=TEXTS, finalizers=st.lists(st.sampled_from(["a/a", "a/b"]), unique=True)),
    SPECS,
    listed(
        "name", "b c", st.sampled_from([{"image": "i"}, {"image": "j", "env": [{"name": "A", "value": "1"}]}])
    ),
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("apply"), st.sampled_from(["one", "two"]), st.booleans(), CONFIGS),
        st.tuples(
            st.just("patch"),
            st.just("three"),
            st.just(True),
            part(metadata=part(labels=TEXTS, annotations=TEXTS)),
        ),
    ),
    min_size=2,
    max_size=5,
)


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_the_same_fields_belong_to_the_same_managers(
    asker: Asker, steps: list[tuple[str, str, bool, Json]]
) -> None:
    live: Json | None = None
    asker.ask("PATCH", PLACE, {"metadata": {"finalizers": None}}, MERGE_PATCH)
    asker.ask("DELETE", PLACE)
    for verb, manager, force, body in steps:
        if verb == "patch" and live is None:
            continue
        query = f"?fieldManager={manager}" + ("&force=true" if force and verb == "apply" else "")
        code, real = asker.ask("PATCH", PLACE + query, body, APPLY_PATCH if verb == "apply" else MERGE_PATCH)
        try:
            if verb == "apply":
                ours = apply(SCHEMA, live, body, manager=manager, force=force, now=NOW)
            else:
                assert live is not None
                # what the server made of the patch, so that its defaults are in both
                metadata = {**real["metadata"], "managedFields": live["metadata"].get("managedFields", [])}
                made = {**real, "metadata": metadata}
                ours = track_update(SCHEMA, live, made, manager=manager, api_version="v1", now=NOW)
        except StatusError as error:
            assert (error.status.code, error.status.message) == (code, real["message"])
            causes = [cause.field for cause in error.status.details.causes]
            assert causes == [cause["field"] for cause in real["details"]["causes"]]
            continue
        if code == 422:
            continue  # merged to something invalid, which the server finds after applying
        if asker.expected.applies_as_1_20:
            assert owners(ours) == owners(real)
            assert names(ours) == names(real)
        assert [sorted(some) for some in names(ours)] == [sorted(some) for some in names(real)]
        assert labels(ours) == labels(real)
        live = real


def owners(obj: Json) -> list[tuple[str, str, str]]:
    """Operation, manager and fields of each entry."""
    return sorted(
        (entry["operation"], entry["manager"], json.dumps(entry["fieldsV1"], sort_keys=True))
        for entry in obj["metadata"].get("managedFields", ())
    )


def labels(obj: Json) -> Json:
    found: Json = obj["metadata"].get("labels") or {}
    return found


def names(obj: Json) -> list[list[Any]]:
    """What each list that merges by key holds, in order."""
    spec = obj["template"]["spec"]
    lists = (spec.get(field) or [] for field in ("containers", "volumes", "imagePullSecrets"))
    return [[item["name"] for item in some] for some in lists]
