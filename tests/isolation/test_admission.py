"""Tenants and their nodes try to get out, on a cluster with the product's admission webhook."""

from __future__ import annotations

from typing import Any

import pytest

from apimachinery.resources import (
    DAEMON_SETS,
    DEPLOYMENTS,
    EVENTS,
    LEASES,
    NODES,
    PODS,
    ROLE_BINDINGS,
    SERVICES,
)
from tests.isolation.platform import CONSOLE, kubelet, make, node
from tests.isolation.tenants import Two, refused
from tests.planes.kubernetes_api import MERGE, Api, deployment
from tests.planes.waiting import until
from yurt_console.cli import main
from yurt_console.custom_resources import NODE_POOLS, USERS
from yurt_console.settings import Settings
from yurt_console.tenancy import naming
from yurt_console.tenancy.accounts import profile, tokens, user_objects
from yurt_console.yurt.well_known_labels import TENANT_NODE_LABEL, TENANT_TAINT, TENANT_TAINT_VALUE


def pod(name: str, **spec: Any) -> dict[str, Any]:
    return {
        "metadata": {"name": name},
        "spec": {"containers": [{"name": "c", "image": "nginx:1.25"}], **spec},
    }


def test_a_tenants_pod_is_sent_to_the_tenants_nodes(two: Two) -> None:
    made = make(two.tenant, PODS, pod("ordinary"), two.a)
    assert made.code == 201, made
    assert made.body["spec"]["nodeSelector"] == {TENANT_NODE_LABEL: two.a}
    own = [one for one in made.body["spec"]["tolerations"] if one.get("key") == TENANT_TAINT]
    assert [one["value"] for one in own] == [TENANT_TAINT_VALUE]


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"volumes": [{"name": "etc", "hostPath": {"path": "/etc"}}]}, "hostPath"),
        ({"hostNetwork": True}, "hostNetwork"),
        ({"tolerations": [{"operator": "Exists"}]}, "every taint"),
        ({"nodeName": "cloud-1"}, "cloud-1"),
        (
            {"containers": [{"name": "c", "image": "i", "securityContext": {"privileged": True}}]},
            "privileged",
        ),
    ],
    ids=["hostPath", "hostNetwork", "all-taints", "nodeName", "privileged"],
)
def test_a_pod_that_reaches_out_is_refused_in_words(two: Two, spec: dict[str, Any], words: str) -> None:
    refused(make(two.tenant, PODS, pod("attack", **spec), two.a), words, "yurt-console.openyurt.io")


def test_a_pod_for_another_tenants_node_is_refused(two: Two) -> None:
    to_b = {"key": TENANT_TAINT, "operator": "Equal", "value": two.b}
    refused(make(two.tenant, PODS, pod("attack", nodeName=two.node_b), two.a), two.node_b)
    refused(make(two.tenant, PODS, pod("attack", tolerations=[to_b]), two.a), two.b)
    refused(make(two.tenant, PODS, pod("attack", nodeSelector={TENANT_NODE_LABEL: two.b}), two.a), two.a)
    assert make(two.tenant, PODS, pod("own", nodeName=two.node_a), two.a).code == 201


def test_a_toleration_for_another_tenants_taint_cannot_be_added_later(two: Two) -> None:
    made = make(two.tenant, PODS, pod("later"), two.a).body
    to_b = {"key": TENANT_TAINT, "operator": "Equal", "value": two.b}
    patch = {"spec": {"tolerations": [*made["spec"]["tolerations"], to_b]}}
    path = two.tenant.path(PODS, "later", two.a)
    refused(two.tenant.ask("PATCH", path, patch, content_type=MERGE), two.b)
    fine = two.tenant.ask("PATCH", path, {"metadata": {"labels": {"a": "b"}}}, content_type=MERGE)
    assert fine.code == 200, fine


def test_a_controller_tells_why_it_cannot_make_its_pods(two: Two) -> None:
    found = deployment("reaching")
    found["spec"]["template"]["spec"]["hostPID"] = True
    assert make(two.tenant, DEPLOYMENTS, found, two.a).code == 201

    def notified() -> bool:
        return any("hostPID" in event["message"] for event in two.tenant.list(EVENTS, two.a))

    until(notified, 20, "an event says why")


def test_a_daemon_set_for_all_nodes_is_confined_to_the_tenants(two: Two) -> None:
    template = {"metadata": {"labels": {"app": "d"}}, "spec": pod("d")["spec"]}
    found = {
        "metadata": {"name": "d"},
        "spec": {"selector": {"matchLabels": {"app": "d"}}, "template": template},
    }
    made = make(two.tenant, DAEMON_SETS, found, two.a)
    assert made.code == 201, made
    assert made.body["spec"]["template"]["spec"]["nodeSelector"] == {TENANT_NODE_LABEL: two.a}
    everywhere = {"spec": {"template": {"spec": {"tolerations": [{"operator": "Exists"}]}}}}
    path = two.tenant.path(DAEMON_SETS, "d", two.a)
    refused(two.tenant.ask("PATCH", path, everywhere, content_type=MERGE), "every taint")
    own = {"spec": {"template": {"spec": {"nodeSelector": None}}}}
    back = two.tenant.ask("PATCH", path, own, content_type=MERGE)
    assert back.body["spec"]["template"]["spec"]["nodeSelector"] == {TENANT_NODE_LABEL: two.a}


def test_a_service_takes_no_external_addresses(two: Two) -> None:
    spec = {"ports": [{"port": 80}], "selector": {"app": "s"}}
    assert make(two.tenant, SERVICES, {"metadata": {"name": "s"}, "spec": spec}, two.a).code == 201
    outside = {"metadata": {"name": "t"}, "spec": {**spec, "externalIPs": ["192.0.2.1"]}}
    refused(make(two.tenant, SERVICES, outside, two.a), "externalIPs")
    patch = {"spec": {"externalIPs": ["192.0.2.1"]}}
    path = two.tenant.path(SERVICES, "s", two.a)
    refused(two.tenant.ask("PATCH", path, patch, content_type=MERGE), "externalIPs")


def test_a_tenant_gives_nobody_rights(two: Two) -> None:
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"}
    subjects = [{"kind": "ServiceAccount", "name": "tenant", "namespace": two.a}]
    found = {"metadata": {"name": "mine"}, "roleRef": role, "subjects": subjects}
    refused(make(two.tenant, ROLE_BINDINGS, found, two.a), "rolebindings")


def test_a_tenant_looks_at_their_own_node_and_pool_and_no_others(two: Two) -> None:
    tenant = two.tenant
    until(lambda: tenant.ask("GET", tenant.path(NODES, two.node_a)).code == 200, 15, "the own node")
    pools = NODE_POOLS.path("v1beta1", name=two.a)
    assert tenant.ask("GET", pools).code == 200
    refused(tenant.ask("GET", tenant.path(NODES, two.node_b)))
    refused(tenant.ask("GET", tenant.path(NODES)))
    refused(tenant.ask("GET", NODE_POOLS.path("v1beta1", name=two.b)))
    patch = {"metadata": {"labels": {"a": "b"}}}
    refused(tenant.ask("PATCH", tenant.path(NODES, two.node_a), patch, content_type=MERGE))


def mirror(two: Two, name: str, on: str) -> dict[str, Any]:
    """A pod as a kubelet shows one that it runs from a file."""
    found = pod(name, nodeName=on, tolerations=[{"operator": "Exists", "effect": "NoExecute"}])
    uid = two.platform.plane.api.get(NODES, on)["metadata"]["uid"]
    owner = {"apiVersion": "v1", "kind": "Node", "name": on, "uid": uid, "controller": True}
    annotations = {"kubernetes.io/config.mirror": "0123"}
    found["metadata"] |= {"annotations": annotations, "ownerReferences": [owner]}
    return found


def test_a_node_puts_no_mirror_pod_into_another_tenants_namespace(two: Two) -> None:
    machine = kubelet(two.platform, two.node_a)
    found = mirror(two, "static", two.node_a)
    refused(make(machine, PODS, found, two.b), "not a node of this tenant")
    own = make(machine, PODS, found, two.a)
    assert own.code == 201, own
    disguised = mirror(two, "disguised", two.node_a)
    refused(make(two.tenant, PODS, disguised, two.a), "mirror")


def test_a_kubelet_that_restarts_finds_its_node(two: Two) -> None:
    machine = kubelet(two.platform, two.node_a)
    assert make(machine, NODES, node(two.node_a)).code == 409


def test_a_departed_tenants_node_does_not_come_back(two: Two) -> None:
    name = f"{naming.node_prefix(user_objects.name_of('departed@example.com'))}-barn"
    refused(make(kubelet(two.platform, name), NODES, node(name)), "cannot create it again")
    removed = two.platform.own_node(two.a, "removed")
    two.platform.plane.api.delete(NODES, removed)
    refused(make(kubelet(two.platform, removed), NODES, node(removed)), "join script")


def test_a_node_does_not_say_whose_it_is(two: Two) -> None:
    refused(make(kubelet(two.platform, "new"), NODES, node("new", {TENANT_NODE_LABEL: two.b})))
    machine = kubelet(two.platform, two.node_a)
    patch = {"metadata": {"labels": {TENANT_NODE_LABEL: two.b}}}
    refused(machine.ask("PATCH", machine.path(NODES, two.node_a), patch, content_type=MERGE))


def test_administrators_nodes_join_as_ever(two: Two) -> None:
    made = make(kubelet(two.platform, "cloud-7"), NODES, node("cloud-7"))
    assert made.code == 201, made
    two.platform.plane.api.delete(NODES, "cloud-7")


def registration(email: str, role: str = "tenant") -> dict[str, Any]:
    who = profile.read(email, "13800138000", "ACME", region="CN")
    return user_objects.new_user(who, tokens.issue()[1], Settings(), role=role)


def test_the_consoles_account_makes_no_administrators(two: Two) -> None:
    console = two.platform.plane.api.acting_as(CONSOLE, "system:serviceaccounts", "system:authenticated")
    refused(make(console, USERS, registration("eve@example.com", "admin")), "administrators")
    path = console.path(USERS, two.a)
    refused(console.ask("PATCH", path, {"spec": {"role": "admin"}}, content_type=MERGE), "role")
    refused(console.ask("PATCH", path, {"spec": {"maxNodeNum": 99}}, content_type=MERGE), "maxNodeNum")
    reset = console.ask("PATCH", path, {"spec": {"tokenGeneration": 2}}, content_type=MERGE)
    assert reset.code == 200, reset


def test_other_namespaces_are_not_asked_about(two: Two) -> None:
    api = two.platform.plane.api
    made = make(api, PODS, pod("platform", hostNetwork=True), "default")
    assert made.code == 201, made
    assert "nodeSelector" not in made.body["spec"]
    api.delete(PODS, "platform", "default", wait=0)


def checked(two: Two, capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    given = ["--kubeconfig", str(two.platform.plane.kubeconfig), "--webhook-address", two.platform.address]
    main.main(["check", *given])
    return capsys.readouterr().out


def test_check_says_that_the_webhook_is_asked(two: Two, capsys: pytest.CaptureFixture[str]) -> None:
    said = checked(two, capsys)
    assert "ok    The API server calls the admission webhook, and it answers." in said
    assert "is not the one this version writes" not in said


def heard_of(api: Api, name: str) -> str:
    """When a node's kubelet was last heard of, by its Lease or its status."""
    lease = api.find(LEASES, name, "kube-node-lease") or {}
    [ready] = [one for one in api.get(NODES, name)["status"]["conditions"] if one["type"] == "Ready"]
    return max(str(lease.get("spec", {}).get("renewTime", "")), str(ready["lastHeartbeatTime"]))


def test_with_the_webhook_away_tenants_wait_and_everybody_else_goes_on(
    two: Two, capsys: pytest.CaptureFixture[str]
) -> None:
    platform, api, tenant = two.platform, two.platform.plane.api, two.tenant
    running = make(tenant, PODS, pod("running"), two.a).body
    heard = heard_of(api, "cloud-1")
    platform.stop()
    try:
        waits = make(tenant, PODS, pod("waits"), two.a)
        assert waits.code == 500, waits
        assert "failed calling webhook" in waits.body["message"]
        assert "yurt-console.openyurt.io" in waits.body["message"]
        asked = platform.plane.expected.webhook_asked_for_all_nodes
        made = make(kubelet(platform, "cloud-9"), NODES, node("cloud-9"))
        assert made.code == (500 if asked else 201)  # a refused kubelet tries again

        assert "fail  The admission webhook does not answer" in checked(two, capsys)

        assert make(api, PODS, pod("elsewhere"), "default").code == 201
        assert tenant.get(PODS, running["metadata"]["name"], two.a)
        tenant.delete(PODS, running["metadata"]["name"], two.a, wait=0)
        assert tenant.list(SERVICES, two.a) is not None
        beat = {"status": {"conditions": [{"type": "Ready", "status": "True"}]}}
        machine = kubelet(platform, two.node_a)
        path = machine.path(NODES, two.node_a, subresource="status")
        assert machine.ask("PATCH", path, beat, content_type=MERGE).code == 200
        console = api.acting_as(CONSOLE, "system:serviceaccounts", "system:authenticated")
        assert make(console, USERS, registration("meanwhile@example.com")).code == 201
        until(lambda: heard_of(api, "cloud-1") > heard, 25, "a node's heartbeats go on")
    finally:
        api.delete(PODS, "elsewhere", "default", wait=0)
        api.delete(NODES, "cloud-9", wait=0)
        platform.start()
    assert make(tenant, PODS, pod("waits"), two.a).code == 201
