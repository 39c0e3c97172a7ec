"""NodeRestriction: what a kubelet's own credentials cannot write, whatever RBAC would let it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conformance.servers.asking import Asker, Cluster, wait_for
from tests.conformance.servers.targets import JSON_PATCH, MERGE, Json, unique

NODES = "/api/v1/nodes"
RESTRICTED = "node-restriction.kubernetes.io/tenant"


@pytest.fixture(scope="module")
def node(cluster: Cluster) -> Iterator[Json]:
    """A node."""
    code, made = cluster.admin().ask("POST", NODES, {"metadata": {"name": unique("edge")}})
    assert code == 201
    yield made
    cluster.admin().ask("DELETE", f"{NODES}/{made['metadata']['name']}")


@pytest.fixture
def kubelet(cluster: Cluster, node: Json) -> Asker:
    """Whoever holds the node's certificate."""
    return as_node(cluster, node["metadata"]["name"])


@pytest.fixture
def namespace(cluster: Cluster) -> Iterator[str]:
    """Another tenant's namespace."""
    name, admin = unique(), cluster.admin()
    assert admin.ask("POST", "/api/v1/namespaces", {"metadata": {"name": name}})[0] == 201
    yield name
    admin.ask("DELETE", f"/api/v1/namespaces/{name}")


def as_node(cluster: Cluster, name: str) -> Asker:
    return cluster.as_user(f"system:node:{name}", "system:nodes")


def name_of(obj: Json) -> str:
    return str(obj["metadata"]["name"])


def mirror(node: Json, **spec: Json) -> Json:
    """A static pod's mirror."""
    owner = {"apiVersion": "v1", "kind": "Node", "name": name_of(node), "uid": node["metadata"]["uid"]}
    annotations = {"kubernetes.io/config.mirror": "x", "kubernetes.io/config.source": "file"}
    return {
        "metadata": {
            "name": f"static-{name_of(node)}",
            "annotations": annotations,
            "ownerReferences": [{**owner, "controller": True}],
        },
        "spec": {"nodeName": name_of(node), "containers": [{"name": "c", "image": "i"}], **spec},
    }


def test_a_node_registers_itself_only(cluster: Cluster) -> None:
    name, other = unique("edge"), unique("edge")
    code, message = as_node(cluster, name).message("POST", NODES, {"metadata": {"name": other}})
    assert code == 403
    assert message == f'nodes "{other}" is forbidden: node "{name}" is not allowed to modify node "{other}"'
    code, _ = as_node(cluster, name).ask("POST", NODES, {"metadata": {"name": name}})
    assert code == 201
    cluster.admin().ask("DELETE", f"{NODES}/{name}")


def test_a_node_does_not_register_with_a_tenants_label(cluster: Cluster) -> None:
    name = unique("edge")
    body = {"metadata": {"name": name, "labels": {RESTRICTED: "somebody", "free": "yes"}}}
    code, message = as_node(cluster, name).message("POST", NODES, body)
    assert code == 403
    why = f'node "{name}" is not allowed to set the following labels: {RESTRICTED}'
    assert message == f'nodes "{name}" is forbidden: {why}'


@pytest.mark.parametrize(
    ("label", "is_free"),
    [
        (RESTRICTED, False),
        (f"x.{RESTRICTED}", False),
        ("apps.kubernetes.io/x", False),
        ("node-role.kubernetes.io/edge", False),
        ("k8s.io/x", False),
        ("example.org/x", True),
        ("apps.openyurt.io/nodepool", True),
        ("kubernetes.io/hostname", True),
        ("topology.kubernetes.io/zone", True),
        ("x.node.kubernetes.io/y", True),
        ("plain", True),
    ],
)
def test_a_node_changes_free_labels_only(node: Json, kubelet: Asker, label: str, *, is_free: bool) -> None:
    place = f"{NODES}/{name_of(node)}"
    for path in (place, f"{place}/status"):
        code, answer = kubelet.ask("PATCH", path, {"metadata": {"labels": {label: "new"}}}, MERGE)
        assert code == (200 if is_free else 403), answer
        if not is_free:
            why = f"is not allowed to modify labels: {label}"
            assert answer["message"] == f'nodes "{name_of(node)}" is forbidden: {why}'


def test_a_node_does_not_change_its_taints(cluster: Cluster, node: Json, kubelet: Asker) -> None:
    place = f"{NODES}/{name_of(node)}"
    taint = {"key": "tenant", "value": "x", "effect": "NoSchedule"}
    cluster.admin().ask("PATCH", place, {"spec": {"taints": [taint]}}, MERGE)
    code, answer = kubelet.ask("PATCH", place, [{"op": "remove", "path": "/spec/taints"}], JSON_PATCH)
    assert code == 403
    why = f'node "{name_of(node)}" is not allowed to modify taints'
    assert answer["message"] == f'nodes "{name_of(node)}" is forbidden: {why}'


def test_a_node_does_not_touch_another(cluster: Cluster, node: Json) -> None:
    other = unique("edge")
    code, answer = as_node(cluster, other).ask("PATCH", f"{NODES}/{name_of(node)}/status", {}, MERGE)
    assert code == 403
    assert answer["message"].endswith(f'node "{other}" is not allowed to modify node "{name_of(node)}"')


def test_a_mirror_pod_may_be_in_any_namespace(node: Json, kubelet: Asker, namespace: str) -> None:
    code, answer = kubelet.ask("POST", f"/api/v1/namespaces/{namespace}/pods", mirror(node))
    assert code == 201, answer


def test_a_node_creates_no_other_pods(cluster: Cluster, node: Json, kubelet: Asker, namespace: str) -> None:
    pods, who = f"/api/v1/namespaces/{namespace}/pods", f'node "{name_of(node)}"'
    plain = mirror(node)
    plain["metadata"].pop("annotations")
    ownerless = mirror(node)
    ownerless["metadata"].pop("ownerReferences")
    named = mirror(node)
    named["metadata"]["ownerReferences"][0]["uid"] = "0-0"
    volume = {"name": "v", "secret": {"secretName": "s"}}
    config = {"name": "v", "configMap": {"name": "s"}}
    uid = node["metadata"]["uid"]
    unmarked = 'pod does not have "kubernetes.io/config.mirror" annotation'
    # the real server wants the namespace's ServiceAccount to be there first
    wait_for(lambda: kubelet.ask("POST", pods, plain)[0] != 500)
    for body, why in (
        (plain, f"{unmarked}, {who} can only create mirror pods"),
        (mirror(node, nodeName="other"), f"{who} can only create pods with spec.nodeName set to itself"),
        (ownerless, f"{who} can only create pods with an owner reference set to itself"),
        (named, f"node {name_of(node)} UID mismatch: expected 0-0 got {uid}"),
        (mirror(node, volumes=[volume]), "a mirror pod may not reference secrets"),
        (mirror(node, serviceAccountName="x"), "a mirror pod may not reference service accounts"),
        (mirror(node, volumes=[config]), f"{who} can not create pods that reference configmaps"),
    ):  # fmt: skip
        code, message = kubelet.message("POST", pods, body)
        assert code == 403, body
        assert message == f'pods "{name_of(body)}" is forbidden: {why}'


def test_a_node_touches_its_own_pods_only(
    cluster: Cluster, node: Json, kubelet: Asker, namespace: str
) -> None:
    admin, who = cluster.admin(), f'node "{name_of(node)}"'
    pods = f"/api/v1/namespaces/{namespace}/pods"
    for name, place in (("own", name_of(node)), ("foreign", "elsewhere")):
        pod = {"metadata": {"name": name}, "spec": mirror(node)["spec"]}
        pod["spec"]["nodeName"] = place
        pod["spec"]["automountServiceAccountToken"] = False
        assert _created(admin, pods, pod)
    phase = {"status": {"phase": "Running"}}
    assert kubelet.ask("PATCH", f"{pods}/own/status", phase, MERGE)[0] == 200
    forbidden = 'pods "foreign" is forbidden:'
    code, answer = kubelet.ask("PATCH", f"{pods}/foreign/status", phase, MERGE)
    why = f"{who} can only update pod status for pods with spec.nodeName set to itself"
    assert (code, answer["message"]) == (403, f"{forbidden} {why}")
    relabelled = {"metadata": {"labels": {"a": "b"}}}
    code, answer = kubelet.ask("PATCH", f"{pods}/own/status", relabelled, MERGE)
    why = f"{who} cannot update labels through pod status"
    assert (code, answer["message"]) == (403, f'pods "own" is forbidden: {why}')
    eviction = {"apiVersion": "policy/v1beta1", "kind": "Eviction", "metadata": {"name": "foreign"}}
    why = f"node {name_of(node)} can only evict pods with spec.nodeName set to itself"
    assert kubelet.message("POST", f"{pods}/foreign/eviction", eviction) == (403, f"{forbidden} {why}")
    why = f"{who} can only delete pods with spec.nodeName set to itself"
    assert kubelet.message("DELETE", f"{pods}/foreign") == (403, f"{forbidden} {why}")
    assert kubelet.ask("DELETE", f"{pods}/own?gracePeriodSeconds=0")[0] == 200
    admin.ask("DELETE", f"{pods}/foreign?gracePeriodSeconds=0")


def test_a_node_has_its_own_lease_only(node: Json, kubelet: Asker) -> None:
    leases = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases"
    code, message = kubelet.message("POST", leases, {"metadata": {"name": "other"}})
    why = "can only access node lease with the same name as the requesting node"
    assert (code, message) == (403, f'leases.coordination.k8s.io "other" is forbidden: {why}')
    assert kubelet.ask("POST", leases, {"metadata": {"name": name_of(node)}})[0] == 201
    assert kubelet.ask("DELETE", f"{leases}/{name_of(node)}")[0] == 200


def _created(admin: Asker, path: str, body: Json) -> bool:
    """Whether a pod is made, once the namespace has its ServiceAccount."""
    wait_for(lambda: admin.ask("POST", path, body)[0] in (201, 409))
    return True
