"""What nodes mean."""

from __future__ import annotations

from typing import Any

import pytest

from apimachinery.quantities import bytes_text, cpu_text
from tests.rows import GIB, bare, condition, node, taint
from yurt_console.rows import Node
from yurt_console.yurt import nodes
from yurt_console.yurt.nodes import Autonomy
from yurt_console.yurt.well_known_labels import NODE_ANNOTATIONS

EDGE = {"openyurt.io/is-edge-worker": "true"}
DURATION = "node.openyurt.io/autonomy-duration"
BETA = "node.beta.openyurt.io/autonomy"
BINDING = "apps.openyurt.io/binding"


def lost(**fields: Any) -> Node:
    return node(ready="Unknown", **fields)


def test_a_node_of_which_nothing_is_known_still_means_something() -> None:
    blank = bare(Node)
    assert not nodes.healthy(blank)
    assert nodes.role(blank) == "node"
    assert nodes.status(blank) == "NotReady"
    assert nodes.autonomy_of(blank) is None
    assert nodes.autonomy_ends(blank) == ""
    assert nodes.details(blank) == ()
    assert nodes.pool(blank) == ""
    assert nodes.internal_ip(blank) == ""
    assert nodes.configuration(blank) == ""
    assert nodes.system(blank) == ""


@pytest.mark.parametrize(
    ("labels", "role"),
    [
        ({}, "node"),
        (EDGE, "edge"),
        ({"openyurt.io/is-edge-worker": "false"}, "cloud"),
        ({"openyurt.io/is-edge-worker": "maybe"}, "node"),
        ({"alibabacloud.com/is-edge-worker": "true"}, "edge"),
        ({"node-role.kubernetes.io/master": ""}, "control-plane"),
        (
            {"node-role.kubernetes.io/control-plane": "", "openyurt.io/is-edge-worker": "false"},
            "control-plane",
        ),
        ({"kubernetes.io/role": "master"}, "control-plane"),
        ({"kubernetes.io/role": "worker"}, "node"),
    ],
)
def test_roles(labels: dict[str, str], role: str) -> None:
    assert nodes.role(node(labels=labels)) == role


@pytest.mark.parametrize(
    ("ready", "healthy", "status"),
    [
        ("True", True, "Ready"),
        ("False", False, "NotReady"),
        ("Unknown", False, "Offline"),
        ("", False, "NotReady"),
    ],
)
def test_statuses_follow_the_ready_condition(ready: str, healthy: bool, status: str) -> None:
    assert nodes.healthy(node(ready=ready)) == healthy
    assert nodes.status(node(ready=ready)) == status
    assert nodes.status(node(ready=ready, unschedulable=True)) == f"{status},SchedulingDisabled"
    assert nodes.state(node(ready=ready)) in nodes.STATES


@pytest.mark.parametrize(
    ("annotations", "autonomy"),
    [
        ({}, None),
        ({BETA: "true"}, Autonomy(None)),
        ({BETA: "false"}, None),
        ({"node.beta.alibabacloud.com/autonomy": "true"}, Autonomy(None)),
        ({BINDING: "true"}, Autonomy(None)),
        ({BINDING: "false", BETA: "true"}, Autonomy(None)),
        ({DURATION: "24h"}, Autonomy(86400)),
        ({DURATION: "1.5s"}, Autonomy(1.5)),
        ({DURATION: "0"}, Autonomy(None)),
        ({DURATION: "-1h"}, Autonomy(None)),
        ({DURATION: "for ever"}, None),
        ({DURATION: ""}, None),
        ({BETA: "true", DURATION: "24h"}, Autonomy(None)),
        ({BINDING: "true", DURATION: "nonsense"}, Autonomy(None)),
        ({BETA: "false", DURATION: "1h"}, Autonomy(3600)),
    ],
)
def test_autonomy_in_all_its_spellings(annotations: dict[str, str], autonomy: Autonomy | None) -> None:
    assert nodes.autonomy_of(node(annotations=annotations)) == autonomy
    assert nodes.status(lost(annotations=annotations)) == ("Autonomous" if autonomy else "Offline")
    assert annotations.keys() <= NODE_ANNOTATIONS


@pytest.mark.parametrize("labels", [{}, {"openyurt.io/is-edge-worker": "false"}])
def test_only_edge_nodes_are_autonomous(labels: dict[str, str]) -> None:
    assert nodes.autonomy_of(node(labels=labels, annotations={BETA: "true"})) is None
    assert nodes.status(lost(labels=labels, annotations={BETA: "true"})) == "Offline"


def test_autonomy_says_nothing_about_a_node_that_is_heard_of() -> None:
    assert nodes.status(node(annotations={BETA: "true"})) == "Ready"
    assert nodes.status(node(ready="False", annotations={BETA: "true"})) == "NotReady"


def test_limited_autonomy_ends() -> None:
    conditions = (condition("Ready", "Unknown", since="2024-03-01T08:00:00Z"),)
    offline = lost(annotations={DURATION: "24h"}, conditions=conditions)
    assert nodes.autonomy_ends(offline) == "2024-03-02T08:00:00Z"
    assert nodes.state(offline) == "Autonomous"
    assert nodes.state(offline, "2024-03-02T07:59:59Z") == "Autonomous"
    assert nodes.status(offline, "2024-03-02T08:00:00Z") == "Offline"
    endless = lost(annotations={DURATION: "0"}, conditions=conditions)
    assert nodes.autonomy_ends(endless) == ""
    assert nodes.state(endless, "2099-01-01T00:00:00Z") == "Autonomous"


@pytest.mark.parametrize("since", ["", "yesterday", "9999-12-31T23:59:59Z"])
def test_an_end_that_cannot_be_told_is_none(since: str) -> None:
    conditions = (condition("Ready", "Unknown", since=since),)
    offline = lost(annotations={DURATION: "24h"}, conditions=conditions)
    assert nodes.autonomy_ends(offline) == ""
    assert nodes.state(offline, "2024-03-02T08:00:00Z") == "Autonomous"


@pytest.mark.parametrize(
    ("fields", "details"),
    [
        ({}, ()),
        ({"taints": (taint("node.openyurt.io/unschedulable"),)}, ("Delegated",)),
        ({"taints": (taint("node.openyurt.io/unschedulable"),), "ready": "False"}, ()),
        (
            {"conditions": (condition("YurtNodeConversionFailed", "False", reason="Converting"),)},
            ("Converting",),
        ),
        (
            {"conditions": (condition("YurtNodeConversionFailed", "False", reason="Reverting"),)},
            ("Reverting",),
        ),
        ({"conditions": (condition("YurtNodeConversionFailed", "False", reason="Converted"),)}, ()),
        (
            {"conditions": (condition("YurtNodeConversionFailed", "True", reason="RevertFailed"),)},
            ("RevertFailed",),
        ),
        ({"conditions": (condition("YurtNodeConversionFailed", "True"),)}, ("ConvertFailed",)),
        ({"conditions": (condition("DiskPressure"), condition("PIDPressure", "False"))}, ("DiskPressure",)),
    ],
)
def test_what_else_is_the_matter(fields: dict[str, Any], details: tuple[str, ...]) -> None:
    assert nodes.details(node(**fields)) == details


def test_the_pool_is_the_label_then_the_wish() -> None:
    desired = {"apps.openyurt.io/desired-nodepool": "wish"}
    assert nodes.pool(node(labels={**desired, "apps.openyurt.io/nodepool": "own"})) == "own"
    assert nodes.pool(node(labels=desired)) == "wish"
    assert nodes.pool(node(labels={"acme.io/pool": "built"}), "acme.io/pool") == "built"


@pytest.mark.parametrize(
    ("addresses", "ip"),
    [
        ((("Hostname", "edge-1"), ("ExternalIP", "1.2.3.4"), ("InternalIP", "10.0.0.9")), "10.0.0.9"),
        ((("InternalIP", "10.0.0.9"), ("InternalIP", "fd00::9")), "10.0.0.9"),
        ((("Hostname", "edge-1"), ("ExternalIP", "1.2.3.4")), "1.2.3.4"),
        ((("Hostname", "edge-1"),), ""),
    ],
)
def test_the_internal_address_comes_first(addresses: tuple[tuple[str, str], ...], ip: str) -> None:
    assert nodes.internal_ip(node(addresses=addresses)) == ip


def test_the_configuration_reads_as_in_the_contract() -> None:
    assert nodes.configuration(node()) == "4 CPU, 8 GiB, 100 GiB"
    assert nodes.configuration(node(capacity_storage=0)) == "4 CPU, 8 GiB"
    assert nodes.configuration(node(capacity_cpu=1500, capacity_memory=0)) == "1.5 CPU, 100 GiB"


def test_the_system_falls_back_to_labels() -> None:
    assert nodes.system(node()) == "linux/amd64"
    labels = {"kubernetes.io/os": "linux", "beta.kubernetes.io/arch": "arm64"}
    assert nodes.system(node(operating_system="", architecture="", labels=labels)) == "linux/arm64"
    assert nodes.system(node(architecture="")) == "linux"


def test_resources_read_as_requests_limits_and_usage() -> None:
    assert nodes.resource_text(250, 1000, 310, cpu_text) == "requests 250m, limits 1, usage 310m"
    assert nodes.resource_text(GIB, 0, None, bytes_text) == "requests 1 GiB, limits 0 B, usage -"
