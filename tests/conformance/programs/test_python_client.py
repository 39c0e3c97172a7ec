"""PyPI's ``kubernetes``, a client nobody here wrote, on both API servers."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from kubernetes import client, config, dynamic, informer, watch
from kubernetes.client.exceptions import ApiException
from kubernetes.dynamic.exceptions import NotFoundError

from tests.conformance.servers.targets import Target, unique

Login = Callable[[str], client.ApiClient]


@pytest.fixture
def login(api: Target) -> Iterator[Login]:
    """A connected client for a token ("" for the administrator's)."""
    opened = []

    def connect(token: str) -> client.ApiClient:
        opened.append(config.new_client_from_config_dict(api.kubeconfig(token=token)))
        return opened[-1]

    yield connect
    for each in opened:
        pools = each.rest_client.pool_manager.pools
        for key in pools.keys():  # noqa: SIM118 - it is no mapping
            pools[key].close()
        each.close()


@pytest.fixture
def connected(login: Login) -> client.ApiClient:
    return login("")


@pytest.fixture
def core(connected: client.ApiClient) -> client.CoreV1Api:
    return client.CoreV1Api(connected)


def config_map(name: str, **data: str) -> client.V1ConfigMap:
    return client.V1ConfigMap(metadata=client.V1ObjectMeta(name=name, labels={"own": "yes"}), data=data)


def deployment() -> client.V1Deployment:
    labels = {"app": "web"}
    pod = client.V1PodSpec(containers=[client.V1Container(name="web", image="nginx:1")])
    template = client.V1PodTemplateSpec(metadata=client.V1ObjectMeta(labels=labels), spec=pod)
    spec = client.V1DeploymentSpec(
        replicas=0, selector=client.V1LabelSelector(match_labels=labels), template=template
    )
    return client.V1Deployment(metadata=client.V1ObjectMeta(name="web"), spec=spec)


def test_objects_are_created_read_replaced_and_deleted(core: client.CoreV1Api, namespace: str) -> None:
    made = core.create_namespaced_config_map(namespace, config_map("a", x="1"))
    made.data["y"] = "2"
    replaced = core.replace_namespaced_config_map("a", namespace, made)
    with pytest.raises(ApiException) as stale:
        core.replace_namespaced_config_map("a", namespace, made)
    deleted = core.delete_namespaced_config_map("a", namespace)

    assert made.metadata.uid == replaced.metadata.uid
    assert made.metadata.creation_timestamp.tzinfo is not None
    assert replaced.data == {"x": "1", "y": "2"}
    assert (stale.value.status, stale.value.reason) == (409, "Conflict")
    assert "the object has been modified" in stale.value.body
    assert (deleted["status"], deleted["details"]["name"]) == ("Success", "a")
    with pytest.raises(ApiException) as gone:
        core.read_namespaced_config_map("a", namespace)
    assert gone.value.status == 404
    assert 'configmaps \\"a\\" not found' in gone.value.body


def test_a_list_comes_in_pages(core: client.CoreV1Api, namespace: str) -> None:
    for name in "abcde":
        core.create_namespaced_config_map(namespace, config_map(name))
    select = {"namespace": namespace, "field_selector": "metadata.name!=kube-root-ca.crt"}

    first = core.list_namespaced_config_map(namespace, limit=2)
    second = core.list_namespaced_config_map(namespace, limit=2, _continue=first.metadata._continue)
    rest = core.list_namespaced_config_map(namespace, _continue=second.metadata._continue)
    names = [item.metadata.name for page in (first, second, rest) for item in page.items]

    assert [name for name in names if name != "kube-root-ca.crt"] == list("abcde")
    assert first.metadata.remaining_item_count == len(names) - 2
    assert first.metadata.resource_version == rest.metadata.resource_version
    assert rest.metadata._continue is None
    assert len(core.list_namespaced_config_map(**select).items) == 5


def test_every_kind_of_patch_does_what_it_says(connected: client.ApiClient, namespace: str) -> None:
    apps = client.AppsV1Api(connected)
    apps.create_namespaced_deployment(namespace, deployment())
    containers = {"spec": {"template": {"spec": {"containers": [{"name": "log", "image": "fluent:1"}]}}}}
    remove = [{"op": "remove", "path": "/spec/template/spec/containers/0"}]
    deployments = dynamic.DynamicClient(connected).resources.get(api_version="apps/v1", kind="Deployment")

    strategic = apps.patch_namespaced_deployment("web", namespace, containers)
    json_patch = apps.patch_namespaced_deployment("web", namespace, remove)
    merged = deployments.patch(
        body=containers, name="web", namespace=namespace, content_type="application/merge-patch+json"
    )
    scaled = apps.patch_namespaced_deployment_scale("web", namespace, {"spec": {"replicas": 0}})

    def names(found: client.V1Deployment) -> list[str]:
        return [each.name for each in found.spec.template.spec.containers]

    assert names(strategic) == ["log", "web"]
    assert names(json_patch) == ["web"]
    assert [each.name for each in merged.spec.template.spec.containers] == ["log"]
    assert scaled.status.selector == "app=web"


def test_server_side_apply_minds_who_owns_what(connected: client.ApiClient, namespace: str) -> None:
    maps = dynamic.DynamicClient(connected).resources.get(api_version="v1", kind="ConfigMap")
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"x": "1"}}
    other = {**body, "data": {"x": "2"}}

    maps.server_side_apply(body=body, name="a", namespace=namespace, field_manager="one")
    with pytest.raises(dynamic.exceptions.ConflictError) as refused:
        maps.server_side_apply(body=other, name="a", namespace=namespace, field_manager="two")
    forced = maps.server_side_apply(
        body=other, name="a", namespace=namespace, field_manager="two", force_conflicts=True
    )

    assert 'conflict with \\"one\\"' in refused.value.body
    assert forced.data.x == "2"


def test_a_watch_goes_on_where_a_list_ended_and_where_it_was_left(
    core: client.CoreV1Api, namespace: str
) -> None:
    core.create_namespaced_config_map(namespace, config_map("a"))
    listed = core.list_namespaced_config_map(namespace)
    core.create_namespaced_config_map(namespace, config_map("b"))
    core.patch_namespaced_config_map("a", namespace, {"data": {"x": "1"}})
    core.delete_namespaced_config_map("a", namespace)
    watcher = watch.Watch()

    def told(count: int, version: str) -> list[tuple[str, str]]:
        found = []
        stream = watcher.stream(
            core.list_namespaced_config_map,
            namespace,
            resource_version=version,
            label_selector="own=yes",
            timeout_seconds=20,
        )
        for event in stream:
            found.append((event["type"], event["object"].metadata.name))
            if len(found) == count:
                watcher.stop()
        return found

    first = told(2, listed.metadata.resource_version)
    rest = told(1, watcher.resource_version)

    assert first == [("ADDED", "b"), ("MODIFIED", "a")]
    assert rest == [("DELETED", "a")]


def test_pages_from_before_what_is_remembered_are_refused(
    core: client.CoreV1Api, api: Target, namespace: str
) -> None:
    for name in "abc":
        core.create_namespaced_config_map(namespace, config_map(name))
    page = core.list_namespaced_config_map(namespace, limit=1)
    core.delete_namespaced_config_map("c", namespace)
    api.expire(f"/api/v1/namespaces/{namespace}/configmaps?limit=1&continue={page.metadata._continue}")

    with pytest.raises(ApiException) as expired:
        core.list_namespaced_config_map(namespace, limit=1, _continue=page.metadata._continue)

    assert (expired.value.status, expired.value.reason) == (410, "Gone")
    assert "The provided continue parameter is too old" in expired.value.body


def test_an_informer_follows_what_happens(core: client.CoreV1Api, namespace: str) -> None:
    core.create_namespaced_config_map(namespace, config_map("a"))
    told: queue.Queue[tuple[str, str]] = queue.Queue()
    informed = informer.SharedInformer(
        core.list_namespaced_config_map, namespace=namespace, label_selector="own=yes"
    )
    for kind in ("ADDED", "MODIFIED", "DELETED"):
        informed.add_event_handler(kind, lambda each, kind=kind: told.put((kind, each.metadata.name)))

    informed.start()
    try:
        heard = [told.get(timeout=20)]
        core.create_namespaced_config_map(namespace, config_map("b"))
        heard.append(told.get(timeout=20))
        core.patch_namespaced_config_map("a", namespace, {"data": {"x": "1"}})
        heard.append(told.get(timeout=20))
        core.delete_namespaced_config_map("b", namespace)
        heard.append(told.get(timeout=20))
        kept = [each.metadata.name for each in informed.cache.list()]
    finally:
        informed.stop()

    assert heard == [("ADDED", "a"), ("ADDED", "b"), ("MODIFIED", "a"), ("DELETED", "b")]
    assert kept == ["a"]


def test_many_are_deleted_at_once_and_owners_take_what_is_theirs(
    core: client.CoreV1Api, namespace: str
) -> None:
    for name in "ab":
        core.create_namespaced_config_map(namespace, config_map(name))
    owner = core.create_namespaced_config_map(namespace, config_map("owner"))
    reference = client.V1OwnerReference(
        api_version="v1", kind="ConfigMap", name="owner", uid=owner.metadata.uid, block_owner_deletion=True
    )
    owned = config_map("owned")
    owned.metadata.labels = {"own": "no"}
    owned.metadata.owner_references = [reference]
    version = core.create_namespaced_config_map(namespace, owned).metadata.resource_version

    core.delete_namespaced_config_map("owner", namespace, propagation_policy="Foreground")
    stream = watch.Watch().stream(
        core.list_namespaced_config_map, namespace, resource_version=version, timeout_seconds=20
    )
    gone = []
    for event in stream:
        if event["type"] == "DELETED":
            gone.append(event["object"].metadata.name)
        if len(gone) == 2:
            break
    stream.close()
    core.delete_collection_namespaced_config_map(namespace, label_selector="own=yes")

    assert gone == ["owned", "owner"]
    assert core.list_namespaced_config_map(namespace, label_selector="own=yes").items == []


def widgets(group: str) -> dict[str, Any]:
    schema = {
        "type": "object",
        "properties": {"spec": {"type": "object", "properties": {"size": {"type": "integer", "minimum": 1}}}},
    }
    version = {
        "name": "v1",
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": schema},
        "subresources": {"status": {}},
    }
    names = {"plural": "widgets", "singular": "widget", "kind": "Widget", "listKind": "WidgetList"}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"widgets.{group}"},
        "spec": {"group": group, "scope": "Namespaced", "names": names, "versions": [version]},
    }


def test_a_defined_kind_is_served_like_any_other(connected: client.ApiClient, namespace: str) -> None:
    group = f"{unique()}.example.org"
    definitions = client.ApiextensionsV1Api(connected)
    custom = client.CustomObjectsApi(connected)
    place = (group, "v1", namespace, "widgets")

    definitions.create_custom_resource_definition(widgets(group))
    try:
        for event in watch.Watch().stream(
            definitions.list_custom_resource_definition,
            field_selector=f"metadata.name=widgets.{group}",
            timeout_seconds=20,
        ):
            conditions = event["object"].status.conditions or []
            if any(each.type == "Established" and each.status == "True" for each in conditions):
                break
        body = {"apiVersion": f"{group}/v1", "kind": "Widget", "metadata": {"name": "w"}, "spec": {"size": 1}}
        made = custom.create_namespaced_custom_object(*place, body)
        custom.patch_namespaced_custom_object(*place, "w", {"spec": {"size": 2}})
        custom.patch_namespaced_custom_object_status(*place, "w", {"status": {"is": "fine"}})
        with pytest.raises(ApiException) as invalid:
            custom.patch_namespaced_custom_object(*place, "w", {"spec": {"size": 0}})
        listed = custom.list_namespaced_custom_object(*place)
        kinds = dynamic.DynamicClient(connected).resources.get(api_version=f"{group}/v1", kind="Widget")
        found = kinds.get(name="w", namespace=namespace)
        custom.delete_namespaced_custom_object(*place, "w")
        with pytest.raises(NotFoundError):
            kinds.get(name="w", namespace=namespace)
    finally:
        definitions.delete_custom_resource_definition(f"widgets.{group}")

    assert made["metadata"]["generation"] == 1
    assert invalid.value.status == 422
    assert "should be greater than or equal to 1" in invalid.value.body
    assert [(item["spec"], item.get("status")) for item in listed["items"]] == [({"size": 2}, None)]
    assert found.spec.size == 2


def test_a_requested_token_may_do_what_its_account_may(
    core: client.CoreV1Api, login: Login, namespace: str
) -> None:
    core.create_namespaced_service_account(
        namespace, client.V1ServiceAccount(metadata=client.V1ObjectMeta(name="robot"))
    )
    request = client.AuthenticationV1TokenRequest(
        spec=client.V1TokenRequestSpec(expiration_seconds=600, audiences=[])
    )
    granted = core.create_namespaced_service_account_token("robot", namespace, request)
    robot = login(granted.status.token)
    who = client.V1TokenReview(spec=client.V1TokenReviewSpec(token=granted.status.token))
    review = client.AuthenticationV1Api(core.api_client).create_token_review(who)
    question = client.V1SelfSubjectAccessReview(
        spec=client.V1SelfSubjectAccessReviewSpec(
            resource_attributes=client.V1ResourceAttributes(
                verb="list", resource="secrets", namespace=namespace
            )
        )
    )
    answer = client.AuthorizationV1Api(robot).create_self_subject_access_review(question)

    with pytest.raises(ApiException) as refused:
        client.CoreV1Api(robot).list_namespaced_secret(namespace)

    account = f"system:serviceaccount:{namespace}:robot"
    assert granted.status.expiration_timestamp.tzinfo is not None
    assert review.status.user.username == account
    assert answer.status.allowed is False
    assert (refused.value.status, refused.value.reason) == (403, "Forbidden")
    assert f'User \\"{account}\\" cannot list resource \\"secrets\\"' in refused.value.body


def test_whoever_is_unknown_is_turned_away(login: Login) -> None:
    with pytest.raises(ApiException) as refused:
        client.CoreV1Api(login("wrong")).list_namespace()

    assert (refused.value.status, refused.value.reason) == (401, "Unauthorized")
    assert '"message":"Unauthorized"' in refused.value.body


def test_what_the_server_is_can_be_asked(connected: client.ApiClient, api: Target) -> None:
    version = client.VersionApi(connected).get_code()
    groups = {group.name for group in client.ApisApi(connected).get_api_versions().groups}

    assert f"{version.major}.{version.minor.rstrip('+')}" == api.minor_version
    assert {"apps", "batch", "rbac.authorization.k8s.io", "certificates.k8s.io"} <= groups
