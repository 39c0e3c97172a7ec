"""From the wire to rows: full objects, bare ones, malformed ones, and values kept once."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from apimachinery import resources
from apimachinery.resources import Resource
from tests.rows import GIB, bare
from yurt_console.cache import decoding
from yurt_console.cache.wire import sharing
from yurt_console.custom_resources import NODE_POOLS, USERS
from yurt_console.kinds.registry import DECODERS
from yurt_console.kube.errors import MalformedReply
from yurt_console.rows import (
    DEFAULT_PODS,
    Condition,
    CronJob,
    Event,
    Job,
    Namespace,
    Node,
    NodePool,
    ResourceQuota,
    Row,
    Service,
    Taint,
    Usage,
    User,
    Workload,
)

META = {"name": "x", "namespace": "a", "uid": "u", "creationTimestamp": "2024-03-01T08:00:00Z"}
TEMPLATE = {
    "spec": {
        "containers": [{"image": "nginx:1.25"}, {"image": "envoy:1"}],
        "initContainers": [{"image": "i"}],
    }
}


def row(resource: Resource, **body: Any) -> Any:
    body = {"metadata": META, **body}
    return DECODERS[resource].row(json.dumps(body).encode())


@pytest.mark.parametrize("resource", DECODERS, ids=lambda resource: resource.plural + "." + resource.group)
@pytest.mark.parametrize("body", [{}, {"spec": {}, "status": {}}], ids=["nothing", "empty parts"])
def test_an_object_with_every_optional_part_missing_has_a_row(
    resource: Resource, body: dict[str, Any]
) -> None:
    found = DECODERS[resource].row(json.dumps({"metadata": {"name": "bare"}, **body}).encode())
    assert found.key == ("", "bare")
    ones = dict.fromkeys(("replicas", "parallelism", "wanted", "count"), 1)
    defaults: dict[str, object] = {**ones, "type": "ClusterIP", "quota_pods": DEFAULT_PODS}
    empty = bare(type(found))
    for field in found.__struct_fields__:
        value = getattr(found, field)
        assert value == getattr(empty, field) or value == defaults[field], field


@pytest.mark.parametrize("resource", DECODERS, ids=lambda resource: resource.plural + "." + resource.group)
def test_null_is_as_good_as_missing_for_collections(resource: Resource) -> None:
    body = {
        "metadata": {
            **META, "labels": None, "annotations": None, "ownerReferences": None, "creationTimestamp": None,
            "deletionTimestamp": None,
        },
        "spec": {
            "containers": None, "initContainers": None, "taints": None, "ports": None, "externalIPs": None,
            "replicas": None, "suspend": None, "completions": None, "selector": None,
        },
        "status": {
            "conditions": None, "addresses": None, "capacity": None, "allocatable": None, "active": 0,
            "containerStatuses": None, "initContainerStatuses": None, "startTime": None,
        },
        "lastTimestamp": None, "eventTime": None, "series": None,
    }  # fmt: skip
    if resource == resources.CRON_JOBS:
        body["status"] = {"active": None, "lastScheduleTime": None}
    assert DECODERS[resource].row(json.dumps(body).encode()).labels == {}


def test_a_node() -> None:
    conditions = [
        {"type": "Ready", "status": "Unknown", "reason": "NodeStatusUnknown", "message": "m",
         "lastTransitionTime": "t", "lastHeartbeatTime": "ever changing"},
    ]  # fmt: skip
    annotations = {
        "node.beta.openyurt.io/autonomy": "true",
        "node.openyurt.io/autonomy-duration": "24h",
        "apps.openyurt.io/binding": "true",
        "volumes.kubernetes.io/controller-managed-attach-detach": "true",
    }
    capacity = {"cpu": "4", "memory": "8Gi", "ephemeral-storage": "100Gi", "pods": "110"}
    found: Node = row(
        resources.NODES,
        metadata={"name": "n", "labels": {"zone": "z"}, "annotations": annotations},
        spec={"unschedulable": True, "taints": [{"key": "k", "effect": "NoSchedule"}]},
        status={
            "conditions": conditions,
            "addresses": [
                {"type": "Hostname", "address": "n"},
                {"type": "InternalIP", "address": "10.0.0.1"},
            ],
            "capacity": capacity,
            "allocatable": {**capacity, "cpu": "3800m"},
            "nodeInfo": {"osImage": "Debian", "kubeletVersion": "v1.20.2", "architecture": "arm64"},
        },
    )
    assert found.conditions == (Condition("Ready", "Unknown", "NodeStatusUnknown", "m", "t"),)
    assert (found.ready, found.unschedulable, found.taints) == (
        "Unknown",
        True,
        (Taint("k", "", "NoSchedule"),),
    )
    assert set(found.annotations) == set(annotations) - {
        "volumes.kubernetes.io/controller-managed-attach-detach"
    }
    assert found.addresses == (("Hostname", "n"), ("InternalIP", "10.0.0.1"))
    assert (found.capacity_cpu, found.allocatable_cpu) == (4000, 3800)
    assert (found.capacity_memory, found.capacity_storage, found.capacity_pods) == (8 * GIB, 100 * GIB, 110)
    assert (found.os_image, found.kubelet_version, found.architecture) == ("Debian", "v1.20.2", "arm64")


@pytest.mark.parametrize(
    ("spec", "annotations", "expected"),
    [
        ({"hostNetwork": True}, {}, True),
        ({}, {"nodepool.openyurt.io/hostnetwork": "true"}, True),
        ({"hostNetwork": False}, {"nodepool.openyurt.io/hostnetwork": "false"}, False),
    ],
)
def test_a_node_pool_reads_the_same_in_every_version(
    spec: dict[str, Any], annotations: dict[str, str], expected: bool
) -> None:
    last_applied = {"kubectl.kubernetes.io/last-applied-configuration": "{...}"}
    found: NodePool = row(
        NODE_POOLS,
        metadata={"name": "hangzhou", "annotations": {**annotations, **last_applied}},
        spec={"type": "Edge", **spec},
        status={"readyNodeNum": 2, "unreadyNodeNum": 1, "nodes": ["a", "b", "c"]},
    )
    assert (found.type, found.ready_nodes, found.unready_nodes) == ("Edge", 2, 1)
    assert found.host_network is expected
    assert found.annotations == annotations


def test_a_namespace_and_what_a_node_uses() -> None:
    namespace: Namespace = row(resources.NAMESPACES, metadata={"name": "a"}, status={"phase": "Active"})
    assert (namespace.name, namespace.phase) == ("a", "Active")
    usage: Usage = row(
        resources.NODE_METRICS,
        metadata={"name": "n", "creationTimestamp": "2024-03-01T08:00:30Z"},
        usage={"cpu": "137402213n", "memory": "2048Ki"},
    )
    assert (usage.cpu, usage.memory, usage.created) == (138, 2048 * 1024, "")


def test_a_quota_says_what_is_enforced_and_how_much_is_used() -> None:
    hard = {"pods": "20", "requests.cpu": "4", "requests.memory": "8Gi", "count/jobs.batch": "5"}
    used = {"pods": "3", "requests.cpu": "250m", "requests.memory": "1Gi"}
    found: ResourceQuota = row(
        resources.RESOURCE_QUOTAS,
        metadata=META,
        spec={"hard": {"pods": "99"}},
        status={"hard": hard, "used": used},
    )
    assert found.limits == (
        ("count/jobs.batch", "5", "0", 5, 0),
        ("pods", "20", "3", 20, 3),
        ("requests.cpu", "4", "250m", 4000, 250),
        ("requests.memory", "8Gi", "1Gi", 8 * 1024**3, 1024**3),
    )
    fresh: ResourceQuota = row(resources.RESOURCE_QUOTAS, metadata=META, spec={"hard": {"pods": "99"}})
    assert fresh.limits == (("pods", "99", "0", 99, 0),)


def test_workloads() -> None:
    conditions = [{"type": "Available", "status": "True"}]
    spec = {"replicas": 0, "selector": {"matchLabels": {"app": "web"}}, "template": TEMPLATE}
    status = {
        "replicas": 3, "readyReplicas": 2, "updatedReplicas": 1, "availableReplicas": 2,
        "observedGeneration": 4, "conditions": conditions,
    }  # fmt: skip
    metadata = {**META, "generation": 5}
    for resource in (resources.DEPLOYMENTS, resources.STATEFUL_SETS):
        found: Workload = row(resource, metadata=metadata, spec=spec, status=status)
        assert found.images == ("nginx:1.25", "envoy:1")
        assert (found.wanted, found.replicas, found.ready, found.updated, found.available) == (0, 3, 2, 1, 2)
        assert (found.generation, found.observed_generation) == (5, 4)
        assert found.selector == {"app": "web"}
        assert found.conditions == (Condition("Available", "True"),)
    status = {
        "desiredNumberScheduled": 4, "currentNumberScheduled": 3, "numberReady": 2,
        "updatedNumberScheduled": 1, "numberAvailable": 2,
    }  # fmt: skip
    found = row(resources.DAEMON_SETS, metadata=metadata, spec=spec, status=status)
    assert (found.wanted, found.replicas, found.ready, found.updated, found.available) == (4, 3, 2, 1, 2)


def test_jobs_and_cron_jobs() -> None:
    owners = [
        {"kind": "Other", "name": "o"},
        {"kind": "CronJob", "name": "nightly", "controller": True},
    ]
    job: Job = row(
        resources.JOBS,
        metadata={**META, "ownerReferences": owners},
        spec={"completions": 3, "parallelism": 2, "suspend": True, "template": TEMPLATE},
        status={"active": 1, "succeeded": 1, "failed": 1, "startTime": "s", "completionTime": "c"},
    )
    assert (job.completions, job.parallelism, job.suspended) == (3, 2, True)
    assert (job.active, job.succeeded, job.failed, job.start_time, job.completion_time) == (1, 1, 1, "s", "c")
    assert (job.owner_kind, job.owner_name) == ("CronJob", "nightly")
    cron_job: CronJob = row(
        resources.CRON_JOBS,
        spec={"schedule": "0 3 * * *", "suspend": True, "jobTemplate": {"spec": {"template": TEMPLATE}}},
        status={"active": [{"name": "nightly-1"}], "lastScheduleTime": "2024-03-01T03:00:00Z"},
    )
    assert (cron_job.schedule, cron_job.suspended, cron_job.active) == ("0 3 * * *", True, 1)
    assert (cron_job.images, cron_job.last_schedule_time) == (
        ("nginx:1.25", "envoy:1"),
        "2024-03-01T03:00:00Z",
    )


def test_services_read_like_kubectls_columns() -> None:
    ports = [{"port": 80, "nodePort": 30080, "protocol": "TCP"}, {"port": 53, "protocol": "UDP"}]
    spec = {"type": "LoadBalancer", "clusterIP": "10.0.0.9", "ports": ports, "externalIPs": ["1.2.3.4"]}
    ingress = {"loadBalancer": {"ingress": [{"ip": "5.6.7.8"}, {"hostname": "lb.example.com"}]}}
    found: Service = row(resources.SERVICES, spec={**spec, "selector": {"app": "web"}}, status=ingress)
    assert found.ports == ("80:30080/TCP", "53/UDP")
    assert found.external_addresses == ("5.6.7.8", "lb.example.com", "1.2.3.4")
    assert (found.type, found.cluster_ip, found.selector) == ("LoadBalancer", "10.0.0.9", {"app": "web"})
    external: Service = row(
        resources.SERVICES, spec={"type": "ExternalName", "externalName": "x.example.com"}
    )
    assert external.external_addresses == ("x.example.com",)


def test_events_in_both_spellings() -> None:
    about = {"kind": "Node", "name": "n"}
    counted: Event = row(
        resources.EVENTS,
        involvedObject=about,
        type="Warning",
        reason="NodeNotReady",
        message="m",
        count=7,
        firstTimestamp="2024-03-01T08:00:00Z",
        lastTimestamp="2024-03-01T09:00:00Z",
        source={"component": "kubelet", "host": "n"},
    )
    assert (counted.count, counted.first, counted.last) == (7, "2024-03-01T08:00:00Z", "2024-03-01T09:00:00Z")
    assert (counted.kind, counted.about_namespace, counted.about_name) == ("Node", "", "n")
    assert (counted.source, counted.type, counted.reason) == ("kubelet, n", "Warning", "NodeNotReady")
    series: Event = row(
        resources.EVENTS,
        involvedObject=about,
        firstTimestamp=None,
        eventTime="2024-03-01T08:00:00.123456Z",
        series={"count": 9, "lastObservedTime": "2024-03-01T09:30:00.654321Z"},
        reportingComponent="default-scheduler",
    )
    assert (series.count, series.first, series.last) == (9, "2024-03-01T08:00:00Z", "2024-03-01T09:30:00Z")
    assert series.source == "default-scheduler"


def test_a_user() -> None:
    found: User = row(
        USERS,
        metadata={"name": "user-1", "uid": "u", "deletionTimestamp": "2024-03-01T08:00:00Z"},
        spec={
            "email": "e", "mobilephone": "p", "organization": "o", "role": "tenant", "approved": True,
            "suspended": True, "validPeriod": 7, "maxNodeNum": 3, "namespace": "user-1", "token": "secret",
            "tokenGeneration": 2, "kubeConfig": "k", "nodeAddScript": "s",
        },
        status={"nodeNum": 1, "effectiveTime": "t", "expired": True, "message": "m"},
    )  # fmt: skip
    assert (found.email, found.phone, found.organization, found.role) == ("e", "p", "o", "tenant")
    assert (found.approved, found.suspended, found.expired, found.deleting) == (True, True, True, True)
    assert (found.valid_period, found.max_node_num, found.node_num, found.token_generation) == (7, 3, 1, 2)
    assert (found.token, found.kube_config, found.node_add_script) == ("secret", "k", "s")
    assert (found.tenant_namespace, found.effective_time, found.status_message) == ("user-1", "t", "m")


def page(*items: Any) -> bytes:
    return json.dumps({"metadata": {"resourceVersion": "7", "continue": "more"}, "items": items}).encode()


def test_a_page_gives_its_rows_and_where_to_go_on() -> None:
    found = DECODERS[resources.PODS].page(page({"metadata": META}))
    assert [row.key for row in found.rows] == [("a", "x")]
    assert (found.resource_version, found.continue_, found.skipped) == ("7", "more", [])
    assert DECODERS[resources.PODS].page(b'{"metadata": {}, "items": null}').rows == []


@pytest.mark.parametrize(
    "item",
    [
        {"metadata": META, "spec": {"containers": 7}},
        {"metadata": META, "spec": {"containers": [{"resources": {"requests": {"cpu": "lots"}}}]}},
        {"metadata": {**META, "labels": {"a": 1}}},
        {"spec": {}},
        None,
    ],
)
def test_a_malformed_object_in_a_page_is_left_out_alone(item: Any) -> None:
    good = [{"metadata": {**META, "name": name}} for name in "pq"]
    found = DECODERS[resources.PODS].page(page(good[0], item, good[1]))
    assert [row.name for row in found.rows] == ["p", "q"]
    assert len(found.skipped) == 1
    assert (found.resource_version, found.continue_) == ("7", "more")


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"items": []}', b"\xff\xfe"])
def test_what_is_no_list_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedReply):
        DECODERS[resources.PODS].page(body)


def test_the_reason_never_quotes_the_object() -> None:
    body = {"metadata": {"name": "u"}, "spec": {"token": "top-secret", "validPeriod": "top-secret"}}
    with pytest.raises(MalformedReply) as refused:
        row(USERS, **body)
    assert "top-secret" not in str(refused.value)


def test_the_key_of_an_object_that_cannot_be_read() -> None:
    assert decoding.key(json.dumps({"metadata": META, "spec": 7}).encode()) == ("a", "x")
    with pytest.raises(MalformedReply):
        decoding.key(b'{"metadata": {}}')


def test_equal_values_of_different_rows_are_kept_once() -> None:
    def one(name: str) -> Row:
        found: Row = row(
            resources.DEPLOYMENTS,
            metadata={**META, "name": name, "labels": {"app": "web"}},
            spec={"template": TEMPLATE},
        )
        return found

    first, second = one("p"), one("q")
    assert first.labels is second.labels
    assert first.namespace is second.namespace
    assert isinstance(first, Workload)
    assert isinstance(second, Workload)
    assert first.images is second.images


def test_pools_of_shared_values_are_bounded_and_forgetting_them_harms_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sharing, "LIMIT", 10)
    monkeypatch.setattr(sharing, "_labels", {})
    monkeypatch.setattr(sharing, "_values", {})
    made = [
        row(
            resources.PODS,
            metadata={**META, "labels": {"n": str(number)}},
            spec={"containers": [{"image": f"image-{number}"}]},
        )
        for number in range(50)
    ]
    assert [each.images for each in made] == [(f"image-{number}",) for number in range(50)]
    assert [each.labels for each in made] == [{"n": str(number)} for number in range(50)]
    long = b'{"app":"' + b"x" * sharing.LONG + b'"}'
    assert sharing.shared_labels(msgspec.Raw(long)) == {"app": "x" * sharing.LONG}
    assert long not in sharing._labels
    images = ("x" * sharing.LONG, "y")
    assert sharing.shared(images) is images
    assert images not in sharing._values
    assert len(sharing._labels) <= 10
    assert len(sharing._values) <= 10
    assert sharing.shared(1) == 1
    assert sharing.shared(True) is True


@pytest.mark.parametrize(
    "body",
    [
        b'{"kind":"PodList","metadata":{"resourceVersion":"1","continue":"next"},"items":[{"metadata":{}}]}',
        b'{"apiVersion":"v1","items":[{"metadata":{"continue":"no"}}],"metadata":{"continue":"next"}}',
        b'{"metadata":{"resourceVersion":"' + b"9" * 3000 + b'","continue":"next"},"items":[]}',
        b'{"metadata":{"continue":"next"}}',
    ],
    ids=["built in", "custom resource", "very long", "no items"],
)
def test_what_asks_for_the_next_page_is_found_wherever_the_server_writes_it(body: bytes) -> None:
    assert decoding.continue_token(body) == "next"


@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b"{}", b'{"kind":"Status",', b'{"metadata":7,"items":[]}']
)
def test_what_is_no_list_has_no_next_page(body: bytes) -> None:
    with pytest.raises(MalformedReply):
        decoding.continue_token(body)
