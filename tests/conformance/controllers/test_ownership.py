"""Owners and what they own, namespaces, Services and cordoned nodes: the same on both API servers."""

from __future__ import annotations

from tests.conformance.servers.asking import wait_for
from tests.conformance.servers.place import DEPLOYMENTS, MERGE, REPLICA_SETS, Json, Place


def test_everything_below_a_deleted_deployment_goes(place: Place) -> None:
    place.create(DEPLOYMENTS, "web", place.workload(2))
    wait_for(lambda: place.ready() == 2)
    place.delete(DEPLOYMENTS, "web")
    assert place.find(DEPLOYMENTS, "web") is None
    wait_for(lambda: not place.listed(REPLICA_SETS) and not place.listed("v1/pods"))


def test_in_the_foreground_the_owner_waits_for_what_it_owns(place: Place) -> None:
    place.create(DEPLOYMENTS, "web", place.workload(2))
    wait_for(lambda: place.ready() == 2)
    place.delete(DEPLOYMENTS, "web", "Foreground")
    found = place.find(DEPLOYMENTS, "web")
    assert found is None or found["metadata"]["finalizers"] == ["foregroundDeletion"]
    wait_for(lambda: place.find(DEPLOYMENTS, "web") is None)
    assert not place.listed(REPLICA_SETS)
    assert not place.listed("v1/pods")


def test_orphans_stay_without_an_owner(place: Place) -> None:
    place.create(DEPLOYMENTS, "web", place.workload(1))
    wait_for(lambda: place.ready() == 1)
    place.delete(DEPLOYMENTS, "web", "Orphan")
    wait_for(lambda: place.find(DEPLOYMENTS, "web") is None)
    (replica_set,) = place.listed(REPLICA_SETS)
    assert "ownerReferences" not in replica_set["metadata"]
    assert place.ready() == 1


def test_what_belongs_to_nobody_that_is_there_is_collected(place: Place) -> None:
    owner = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "name": "gone",
        "uid": "1b4e28ba-2fa1-11d2-883f-0016d3cca427",
    }
    body = {"metadata": {"name": "lost", "ownerReferences": [owner]}}
    place.ask("POST", place.path("v1/configmaps"), body)
    wait_for(lambda: place.find("v1/configmaps", "lost") is None)


def test_a_namespace_ends_with_everything_in_it(place: Place) -> None:
    place.create(DEPLOYMENTS, "web", place.workload(1))
    wait_for(lambda: place.ready() == 1)
    path = f"/api/v1/namespaces/{place.namespace}"
    deleted = place.ask("DELETE", path)
    assert (deleted["kind"], deleted["status"]["phase"]) == ("Namespace", "Terminating")
    code, refused = place.admin.ask("POST", place.path("v1/configmaps"), {"metadata": {"name": "late"}})
    if code != 404:
        # the namespace may be gone by now
        assert (code, refused["message"]) == (
            403,
            f'configmaps "late" is forbidden: unable to create new content in namespace {place.namespace}'
            " because it is being terminated",
        )
    wait_for(lambda: place.admin.ask("GET", path)[0] == 404)


def test_a_namespace_waits_for_a_finalizer_inside_and_says_so(place: Place) -> None:
    body = {"metadata": {"name": "held", "finalizers": ["example.com/hold"]}}
    place.ask("POST", place.path("v1/configmaps"), body)
    path = f"/api/v1/namespaces/{place.namespace}"
    place.ask("DELETE", path)

    def conditions() -> dict[str, Json]:
        found = place.ask("GET", path)
        return {one["type"]: one for one in found["status"].get("conditions", ())}

    wait_for(lambda: conditions().get("NamespaceFinalizersRemaining", {}).get("status") == "True")
    found = conditions()
    place.patch("v1/configmaps", "held", {"metadata": {"finalizers": None}})
    assert {kind: (one["status"], one["reason"], one["message"]) for kind, one in found.items()} == {
        "NamespaceDeletionDiscoveryFailure": (
            "False",
            "ResourcesDiscovered",
            "All resources successfully discovered",
        ),
        "NamespaceDeletionGroupVersionParsingFailure": (
            "False",
            "ParsedGroupVersions",
            "All legacy kube types successfully parsed",
        ),
        "NamespaceDeletionContentFailure": (
            "False",
            "ContentDeleted",
            "All content successfully deleted, may be waiting on finalization",
        ),
        "NamespaceContentRemaining": (
            "True",
            "SomeResourcesRemain",
            "Some resources are remaining: configmaps. has 1 resource instances",
        ),
        "NamespaceFinalizersRemaining": (
            "True",
            "SomeFinalizersRemain",
            "Some content in the namespace has finalizers remaining:"
            " example.com/hold in 1 resource instances",
        ),
    }


def test_a_new_namespace_has_what_every_namespace_has(place: Place) -> None:
    found = place.ask("GET", f"/api/v1/namespaces/{place.namespace}")
    assert (found["spec"], found["status"]) == ({"finalizers": ["kubernetes"]}, {"phase": "Active"})
    account = place.get("v1/serviceaccounts", "default")
    secrets = [each["name"].rpartition("-")[0] for each in account.get("secrets", [])]
    assert secrets == ["default-token"] * place.cluster.expected.token_secrets
    assert "BEGIN CERTIFICATE" in place.get("v1/configmaps", "kube-root-ca.crt")["data"]["ca.crt"]


def test_a_service_leads_to_the_ready_pods(place: Place) -> None:
    port = {"name": "http", "port": 80, "targetPort": 8080}
    place.create("v1/services", "web", {"selector": {"app": "web"}, "ports": [port]})
    place.create(DEPLOYMENTS, "web", place.workload(1))
    wait_for(lambda: place.ready() == 1)
    wait_for(lambda: bool((place.find("v1/endpoints", "web") or {}).get("subsets")))
    place.until("v1/endpoints", "web", lambda one: "addresses" in one["subsets"][0])
    (subset,) = place.get("v1/endpoints", "web")["subsets"]
    (pod,) = place.pods()
    (address,) = subset["addresses"]
    target = {key: value for key, value in address["targetRef"].items() if key != "resourceVersion"}
    assert (address["ip"], address["nodeName"]) == (pod["status"]["podIP"], place.node)
    assert target == {
        "kind": "Pod",
        "name": pod["metadata"]["name"],
        "namespace": place.namespace,
        "uid": pod["metadata"]["uid"],
    }
    assert subset["ports"] == [{"name": "http", "port": 8080, "protocol": "TCP"}]
    place.delete(DEPLOYMENTS, "web")
    wait_for(lambda: "subsets" not in place.get("v1/endpoints", "web"))


def test_a_cordoned_node_is_tainted_until_it_is_uncordoned(place: Place) -> None:
    path = f"/api/v1/nodes/{place.node}"
    place.ask("PATCH", path, {"spec": {"unschedulable": True}}, MERGE)

    def taints() -> list[tuple[str, str]]:
        found = place.ask("GET", path)["spec"].get("taints", ())
        return [(one["key"], one["effect"]) for one in found]

    wait_for(lambda: taints() == [("node.kubernetes.io/unschedulable", "NoSchedule")])
    place.ask("PATCH", path, {"spec": {"unschedulable": None}}, MERGE)
    wait_for(lambda: not taints())
