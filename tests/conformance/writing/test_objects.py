"""Objects one at a time: names, versions, conflicts, generation, finalizers, deletion."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.conformance.golden import Golden
from tests.conformance.servers.targets import JSON_PATCH, MERGE, Target, unique

POD_SPEC = {"containers": [{"name": "c", "image": "nginx"}]}


def config_map(name: str, **data: str) -> dict[str, object]:
    return {"metadata": {"name": name}, "data": data} if data else {"metadata": {"name": name}}


def deployment(name: str, **spec: object) -> dict[str, object]:
    labels = {"app": name}
    template = {"metadata": {"labels": labels}, "spec": POD_SPEC}
    # nobody rolls a paused deployment out, so that nobody else changes it
    wanted = {"replicas": 0, "paused": True, "selector": {"matchLabels": labels}, "template": template}
    return {"metadata": {"name": name}, "spec": {**wanted, **spec}}


def test_a_new_object_has_the_servers_metadata(api: Target, namespace: str, config_maps: str) -> None:
    sent = {"metadata": {"name": "a", "uid": "mine", "creationTimestamp": "2001-01-01T00:00:00Z"}}

    made = api.create(config_maps, sent)

    assert (made["kind"], made["apiVersion"]) == ("ConfigMap", "v1")
    metadata = made["metadata"]
    assert (metadata["name"], metadata["namespace"]) == ("a", namespace)
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", metadata["uid"])
    assert metadata["creationTimestamp"] > "2020"
    assert int(metadata["resourceVersion"]) > 0
    assert api.get(f"{config_maps}/a") == made


def test_a_generated_name_begins_with_its_base(api: Target, config_maps: str) -> None:
    made = api.create(config_maps, {"metadata": {"generateName": "b-"}})

    assert re.fullmatch("b-[bcdfghjklmnpqrstvwxz2456789]{5}", made["metadata"]["name"])
    assert made["metadata"]["generateName"] == "b-"


def test_a_name_that_is_taken_is_a_conflict(api: Target, config_maps: str) -> None:
    api.create(config_maps, config_map("a"))

    answer = api.ask("POST", config_maps, config_map("a"))

    assert (answer.code, answer.body["reason"]) == (409, "AlreadyExists")
    assert answer.message == 'configmaps "a" already exists'
    assert answer.body["details"] == {"name": "a", "kind": "configmaps"}


def test_an_update_replaces_and_moves_the_version(api: Target, config_maps: str) -> None:
    made = api.create(config_maps, config_map("a", x="1"))

    answer = api.ask("PUT", f"{config_maps}/a", config_map("a", y="2"))

    assert answer.code == 200
    assert answer.body["data"] == {"y": "2"}
    assert answer.body["metadata"]["uid"] == made["metadata"]["uid"]
    assert int(answer.resource_version) > int(made["metadata"]["resourceVersion"])


def test_a_write_that_changes_nothing_keeps_the_version(api: Target, config_maps: str) -> None:
    made = api.create(config_maps, config_map("a", x="1"))

    put = api.ask("PUT", f"{config_maps}/a", made)
    patched = api.ask("PATCH", f"{config_maps}/a", {"data": {"x": "1"}}, content_type=MERGE)

    version = made["metadata"]["resourceVersion"]
    assert (put.code, patched.code) == (200, 200)
    assert (put.resource_version, patched.resource_version) == (version, version)


def test_a_stale_version_is_a_conflict_and_changes_nothing(api: Target, config_maps: str) -> None:
    made = api.create(config_maps, config_map("a", x="1"))
    api.ask("PUT", f"{config_maps}/a", config_map("a", x="2"))

    answers = [
        api.ask("PUT", f"{config_maps}/a", made | {"data": {"x": "3"}}),
        api.ask(
            "PATCH",
            f"{config_maps}/a",
            {"metadata": {"resourceVersion": made["metadata"]["resourceVersion"]}, "data": {"x": "3"}},
            content_type=MERGE,
        ),
    ]

    for answer in answers:
        assert (answer.code, answer.body["reason"]) == (409, "Conflict")
        assert answer.message == (
            'Operation cannot be fulfilled on configmaps "a": the object has been modified;'
            " please apply your changes to the latest version and try again"
        )
    assert api.get(f"{config_maps}/a")["data"] == {"x": "2"}


def test_an_update_of_another_uid_is_a_conflict(api: Target, config_maps: str, namespace: str) -> None:
    uid = api.create(config_maps, config_map("a"))["metadata"]["uid"]

    answer = api.ask("PUT", f"{config_maps}/a", {"metadata": {"name": "a", "uid": "other"}})

    assert answer.code == 409
    assert answer.message == (
        f'Operation cannot be fulfilled on configmaps "a": StorageError: invalid object, Code: 4, Key:'
        f" /registry/configmaps/{namespace}/a, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed:"
        f" UID in precondition: other, UID in object meta: {uid}"
    )


@pytest.mark.parametrize(
    ("sent", "code", "message"),
    [
        (
            {"metadata": {"name": "b"}},
            400,
            "the name of the object (b) does not match the name on the URL (a)",
        ),
        (
            {"metadata": {}},
            400,
            "the name of the object (a based on URL) was undeterminable: name must be provided",
        ),
        (
            {"metadata": {"name": "a", "resourceVersion": "x"}},
            500,
            'strconv.ParseUint: parsing "x": invalid syntax',
        ),
    ],
)
def test_an_update_must_be_of_the_object_it_names(
    api: Target, config_maps: str, sent: object, code: int, message: str
) -> None:
    api.create(config_maps, config_map("a"))

    answer = api.ask("PUT", f"{config_maps}/a", sent)

    assert (answer.code, answer.message) == (code, message)


def test_a_put_creates_only_kinds_that_allow_it(api: Target, namespace: str, config_maps: str) -> None:
    missing = api.ask("PUT", f"{config_maps}/new", config_map("new"))
    lease = api.ask(
        "PUT",
        f"/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases/new",
        {"metadata": {"name": "new"}, "spec": {"holderIdentity": "me"}},
    )

    assert (missing.code, missing.message) == (404, 'configmaps "new" not found')
    assert lease.code == 201


def test_generation_counts_changes_of_the_specification_only(api: Target, namespace: str) -> None:
    path = f"/apis/apps/v1/namespaces/{namespace}/deployments"
    made = api.create(path, deployment("d"))

    labelled = api.ask("PATCH", f"{path}/d", {"metadata": {"labels": {"x": "y"}}}, content_type=MERGE)
    changed = api.ask("PATCH", f"{path}/d", {"spec": {"minReadySeconds": 5}}, content_type=MERGE)

    generations = [each["metadata"]["generation"] for each in (made, labelled.body, changed.body)]
    assert generations == [1, 1, 2]


def test_status_and_specification_are_written_apart(api: Target, namespace: str) -> None:
    path = f"/api/v1/namespaces/{namespace}/resourcequotas"
    api.create(
        path,
        {"metadata": {"name": "q"}, "spec": {"hard": {"services": "5"}}, "status": {"hard": {"pods": "9"}}},
    )

    main = api.ask(
        "PATCH",
        f"{path}/q",
        {"spec": {"hard": {"services": "6"}}, "status": {"used": {"pods": "3"}}},
        content_type=MERGE,
    )
    status = api.ask(
        "PATCH",
        f"{path}/q/status",
        {"spec": {"hard": {"services": "7"}}, "status": {"used": {"configmaps": "4"}}},
        content_type=MERGE,
    )

    assert main.body["spec"]["hard"] == {"services": "6"}
    assert "pods" not in main.body["status"].get("used", {})
    assert status.body["spec"]["hard"] == {"services": "6"}
    assert status.body["status"]["used"]["configmaps"] == "4"


def test_quantities_come_back_canonical(api: Target, namespace: str) -> None:
    hard = {"pods": "1000m", "requests.cpu": "1500m", "requests.memory": "2048Mi", "limits.cpu": "0.5"}

    made = api.create(
        f"/api/v1/namespaces/{namespace}/resourcequotas", {"metadata": {"name": "q"}, "spec": {"hard": hard}}
    )

    assert made["spec"]["hard"] == {
        "pods": "1", "requests.cpu": "1500m", "requests.memory": "2Gi", "limits.cpu": "500m",
    }  # fmt: skip


def test_unknown_fields_and_nulls_are_dropped(api: Target, config_maps: str) -> None:
    sent = {
        "metadata": {"name": "a", "labels": {}, "annotations": None, "x": 1},
        "data": {"k": None},
        "y": {"z": 1},
    }

    made = api.create(config_maps, sent)

    assert set(made["metadata"]) <= {
        "name", "namespace", "uid", "resourceVersion", "creationTimestamp", "managedFields",
    }  # fmt: skip
    assert made["data"] == {"k": ""}
    assert "y" not in made


def test_deleting_says_what_was_deleted(api: Target, config_maps: str, namespace: str) -> None:
    uid = api.create(config_maps, config_map("a"))["metadata"]["uid"]
    account = f"/api/v1/namespaces/{namespace}/serviceaccounts"
    api.create(account, {"metadata": {"name": "s"}})

    answer = api.ask("DELETE", f"{config_maps}/a")
    again = api.ask("DELETE", f"{config_maps}/a")
    returned = api.ask("DELETE", f"{account}/s")

    assert answer.code == 200
    assert answer.body["status"] == "Success"
    assert answer.body["details"] == {"name": "a", "kind": "configmaps", "uid": uid}
    assert (again.code, again.message) == (404, 'configmaps "a" not found')
    assert (returned.code, returned.body["kind"]) == (200, "ServiceAccount")


def test_a_deletion_can_insist_on_uid_and_version(api: Target, config_maps: str) -> None:
    metadata = api.create(config_maps, config_map("a"))["metadata"]

    uid = api.ask("DELETE", f"{config_maps}/a", {"preconditions": {"uid": "x"}})
    version = api.ask("DELETE", f"{config_maps}/a", {"preconditions": {"resourceVersion": "x"}})
    right = api.ask("DELETE", f"{config_maps}/a", {"preconditions": {"uid": metadata["uid"]}})

    assert (uid.code, version.code, right.code) == (409, 409, 200)
    assert uid.message == (
        f'Operation cannot be fulfilled on ConfigMap "a": the UID in the precondition (x) does not match the'
        f" UID in record ({metadata['uid']}). The object might have been deleted and then recreated"
    )
    assert version.message == (
        f'Operation cannot be fulfilled on ConfigMap "a": the ResourceVersion in the precondition (x)'
        f" does not match the ResourceVersion in record ({metadata['resourceVersion']})."
        " The object might have been modified"
    )


def test_a_finalizer_keeps_an_object_until_it_is_removed(api: Target, config_maps: str) -> None:
    api.create(config_maps, {"metadata": {"name": "a", "finalizers": ["example.com/x"]}})

    deleted = api.ask("DELETE", f"{config_maps}/a")
    metadata = api.get(f"{config_maps}/a")["metadata"]
    added = api.ask(
        "PATCH",
        f"{config_maps}/a",
        {"metadata": {"finalizers": ["example.com/x", "example.com/y"]}},
        content_type=MERGE,
    )
    api.ask("PATCH", f"{config_maps}/a", {"metadata": {"finalizers": None}}, content_type=MERGE)

    assert (deleted.code, deleted.body["kind"]) == (200, "ConfigMap")
    assert metadata["deletionTimestamp"]
    assert metadata["deletionGracePeriodSeconds"] == 0
    assert added.code == 422
    assert set(added.causes) == {
        (
            "metadata.finalizers",
            "Forbidden: no new finalizers can be added if the object is being deleted,"
            ' found new finalizers []string{"example.com/y"}',
        )
    }
    assert api.ask("GET", f"{config_maps}/a").code == 404


@pytest.mark.parametrize(
    ("policy", "finalizer"), [("Foreground", "foregroundDeletion"), ("Orphan", "orphan")]
)
def test_the_propagation_policy_becomes_a_finalizer(
    api: Target, config_maps: str, policy: str, finalizer: str
) -> None:
    # a second finalizer keeps the object there for us to see
    api.create(config_maps, {"metadata": {"name": "a", "finalizers": ["example.com/x"]}})

    answer = api.ask("DELETE", f"{config_maps}/a?propagationPolicy={policy}")

    assert finalizer in answer.body["metadata"]["finalizers"]
    api.ask("PATCH", f"{config_maps}/a", {"metadata": {"finalizers": None}}, content_type=MERGE)


def test_a_collection_is_deleted_by_selector(api: Target, config_maps: str) -> None:
    for name, tier in (("a", "x"), ("b", "x"), ("c", "y")):
        api.create(config_maps, {"metadata": {"name": name, "labels": {"tier": tier}}})

    answer = api.ask("DELETE", f"{config_maps}?labelSelector=tier%3Dx")

    assert answer.code == 200
    assert [item["metadata"]["name"] for item in answer.body["items"]] == ["a", "b"]
    left = api.get(f"{config_maps}?labelSelector=tier")["items"]
    assert [item["metadata"]["name"] for item in left] == ["c"]


def test_nothing_can_be_made_in_a_namespace_that_is_not_there(api: Target) -> None:
    answer = api.ask("POST", "/api/v1/namespaces/nowhere/configmaps", config_map("a"))

    assert (answer.code, answer.message) == (404, 'namespaces "nowhere" not found')
    assert answer.body["details"] == {"name": "nowhere", "kind": "namespaces"}


@pytest.fixture
def terminating(api: Target) -> Iterator[str]:
    """A namespace that is being deleted and held by an object in it."""
    name = unique()
    api.create("/api/v1/namespaces", {"metadata": {"name": name}})
    path = f"/api/v1/namespaces/{name}/configmaps"
    api.create(path, {"metadata": {"name": "held", "finalizers": ["example.com/x"]}})
    answer = api.ask("DELETE", f"/api/v1/namespaces/{name}")
    assert answer.body["status"]["phase"] == "Terminating"
    yield name
    api.ask(
        "PATCH", f"{path}/held", [{"op": "remove", "path": "/metadata/finalizers"}], content_type=JSON_PATCH
    )


def test_nothing_new_is_made_in_a_terminating_namespace(api: Target, terminating: str) -> None:
    answer = api.ask("POST", f"/api/v1/namespaces/{terminating}/configmaps", config_map("b"))

    assert answer.code == 403
    assert answer.message == (
        f'configmaps "b" is forbidden: unable to create new content in namespace {terminating} because it is'
        " being terminated"
    )
    assert answer.body["details"]["causes"] == [
        {
            "reason": "NamespaceTerminating",
            "message": f"namespace {terminating} is being terminated",
            "field": "metadata.namespace",
        }
    ]


@pytest.mark.parametrize("name", ["default", "kube-system", "kube-public"])
def test_the_systems_namespaces_stay(api: Target, name: str) -> None:
    answer = api.ask("DELETE", f"/api/v1/namespaces/{name}")

    assert (answer.code, answer.message) == (
        403,
        f'namespaces "{name}" is forbidden: this namespace may not be deleted',
    )


def test_a_dry_run_answers_and_changes_nothing(api: Target, golden: Golden, config_maps: str) -> None:
    made = api.ask("POST", f"{config_maps}?dryRun=All", config_map("a"))
    wrong = api.ask("POST", f"{config_maps}?dryRun=Some", config_map("a"))

    assert (made.code, made.body["metadata"]["name"]) == (201, "a")
    assert wrong.code == 422
    golden.says(wrong.causes, [("dryRun", 'Unsupported value: []string{"Some"}: supported values: "All"')])
    assert api.ask("GET", f"{config_maps}/a").code == 404


def test_scale_is_read_and_written_by_itself(api: Target, namespace: str) -> None:
    path = f"/apis/apps/v1/namespaces/{namespace}/deployments"
    api.create(path, deployment("d"))

    scale = api.get(f"{path}/d/scale")
    changed = api.ask("PATCH", f"{path}/d/scale", {"spec": {"replicas": 2}}, content_type=MERGE)
    negative = api.ask("PATCH", f"{path}/d/scale", {"spec": {"replicas": -1}}, content_type=MERGE)

    assert (scale["kind"], scale["apiVersion"]) == ("Scale", "autoscaling/v1")
    assert scale["spec"] == {}
    assert scale["status"] == {"replicas": 0, "selector": "app=d"}
    assert (changed.code, changed.body["spec"]) == (200, {"replicas": 2})
    assert api.get(f"{path}/d")["spec"]["replicas"] == 2
    assert negative.code == 422
    assert negative.message == (
        'Scale.autoscaling "d" is invalid: spec.replicas: Invalid value: -1: must be greater than'
        " or equal to 0"
    )
