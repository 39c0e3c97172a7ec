"""Built-in kinds: defaults that clients notice, and what is refused, word by word, on both API servers."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.golden import Golden, stable
from tests.conformance.servers.targets import MERGE, Answer, Json, Target, unique

POD = {"containers": [{"name": "c", "image": "nginx"}]}
TEMPLATE = {"metadata": {"labels": {"a": "b"}}, "spec": POD}
WORKLOAD = {"selector": {"matchLabels": {"a": "b"}}, "template": TEMPLATE}
RICH_POD = {
    "hostNetwork": True,
    "volumes": [
        {"name": "e"},
        {"name": "h", "hostPath": {"path": "/x"}},
        {"name": "s", "secret": {"secretName": "s"}},
        {"name": "p", "projected": {"sources": [{"serviceAccountToken": {"path": "t"}}]}},
    ],
    "initContainers": [{"name": "i", "image": "a:1"}],
    "containers": [
        {
            "name": "c",
            "image": "registry:5000/a/b:v2",
            "ports": [{"containerPort": 80}],
            "env": [{"name": "N", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}],
            "resources": {"limits": {"cpu": "1000m", "memory": "1024Mi"}},
            "livenessProbe": {"httpGet": {"port": 80}},
            "readinessProbe": {"tcpSocket": {"port": "web"}},
        },
        {"name": "d", "image": "x@sha256:" + "0" * 64},
        {"name": "e", "image": "x:latest"},
    ],
}
APPS, BATCH, RBAC = "/apis/apps/v1", "/apis/batch/v1", "/apis/rbac.authorization.k8s.io/v1"
NETWORKING = "/apis/networking.k8s.io/v1"


def ending(**spec: Any) -> Json:
    return {"template": {"spec": {**POD, "restartPolicy": "Never"}}, **spec}


NAMESPACED: list[tuple[str, Json]] = [
    (f"{APPS}/deployments", {"spec": {**WORKLOAD, "paused": True}}),
    (f"{APPS}/deployments", {"spec": {**WORKLOAD, "paused": True, "strategy": {"type": "Recreate"}}}),
    (f"{APPS}/replicasets", {"spec": {**WORKLOAD, "replicas": 0}}),
    (f"{APPS}/statefulsets", {"spec": {**WORKLOAD, "replicas": 0}}),
    (f"{APPS}/daemonsets", {"spec": WORKLOAD}),
    (f"{APPS}/controllerrevisions", {"revision": 1, "data": {"a": 1}}),
    (f"{BATCH}/jobs", {"spec": ending(parallelism=0)}),
    ("/apis/batch/v1beta1/cronjobs", {"spec": {"schedule": "@yearly", "jobTemplate": {"spec": ending()}}}),
    ("/api/v1/podtemplates", {"template": {"spec": RICH_POD}}),
    ("/api/v1/replicationcontrollers", {"spec": {"replicas": 0, "template": TEMPLATE}}),
    ("/api/v1/secrets", {"stringData": {"a": "b"}, "data": {"c": "ZA=="}}),
    ("/api/v1/configmaps", {"binaryData": {"a": "AAA="}, "immutable": True}),
    ("/api/v1/limitranges", {"spec": {"limits": [{"type": "Container", "default": {"cpu": "1"}}]}}),
    ("/api/v1/limitranges", {"spec": {"limits": [{"type": "Container", "max": {"cpu": "1"}}]}}),
    ("/api/v1/endpoints", {"subsets": [{"addresses": [{"ip": "192.0.2.1"}], "ports": [{"port": 80}]}]}),
    ("/api/v1/events", {"involvedObject": {"kind": "Pod", "name": "p"}, "reason": "R", "count": 1}),
    (
        "/api/v1/persistentvolumeclaims",
        {
            "spec": {
                "accessModes": ["ReadWriteOnce"],
                "storageClassName": "none",
                "resources": {"requests": {"storage": "1Gi"}},
            }
        },
    ),
    (
        "/apis/coordination.k8s.io/v1/leases",
        {"spec": {"holderIdentity": "x", "renewTime": "2020-01-01T00:00:00.000000Z"}},
    ),
    (
        "/apis/policy/v1beta1/poddisruptionbudgets",
        {"spec": {"minAvailable": 1, "selector": {"matchLabels": {"a": "b"}}}},
    ),
    (
        "/apis/autoscaling/v1/horizontalpodautoscalers",
        {"spec": {"maxReplicas": 3, "scaleTargetRef": {"kind": "Deployment", "name": "d"}}},
    ),
    (f"{NETWORKING}/networkpolicies", {"spec": {"podSelector": {}}}),
    (f"{NETWORKING}/networkpolicies", {"spec": {"podSelector": {}, "egress": [{"ports": [{"port": 53}]}]}}),
    (
        f"{NETWORKING}/ingresses",
        {
            "spec": {
                "rules": [
                    {
                        "host": "a.b",
                        "http": {
                            "paths": [
                                {
                                    "path": "/",
                                    "pathType": "Prefix",
                                    "backend": {"service": {"name": "s", "port": {"number": 80}}},
                                }
                            ]
                        },
                    }
                ]
            }
        },
    ),
    (f"{RBAC}/roles", {"rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]}),
    (f"{RBAC}/roles", {}),
    (
        f"{RBAC}/rolebindings",
        {
            "roleRef": {"kind": "Role", "name": "x"},
            "subjects": [{"kind": "User", "name": "u"}, {"kind": "ServiceAccount", "name": "s"}],
        },
    ),
]

# The real server taints new nodes so; here the node's own controller does.
NOT_READY = {"key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"}

CLUSTER: list[tuple[str, Json]] = [
    (
        "/api/v1/nodes",
        {
            "spec": {"unschedulable": True, "taints": [NOT_READY]},
            "status": {"capacity": {"cpu": "4000m", "memory": "8388608Ki"}},
        },
    ),
    ("/api/v1/namespaces", {}),
    (
        "/api/v1/persistentvolumes",
        {
            "spec": {
                "capacity": {"storage": "1Gi"},
                "accessModes": ["ReadWriteOnce"],
                "hostPath": {"path": "/x"},
            }
        },
    ),
    ("/apis/storage.k8s.io/v1/storageclasses", {"provisioner": "example.com/x"}),
    ("/apis/scheduling.k8s.io/v1/priorityclasses", {"value": 5}),
    (
        f"{RBAC}/clusterroles",
        {"aggregationRule": {"clusterRoleSelectors": [{"matchLabels": {"nobody": "x"}}]}},
    ),
    (
        f"{RBAC}/clusterrolebindings",
        {"roleRef": {"kind": "ClusterRole", "name": "x"}, "subjects": [{"kind": "Group", "name": "g"}]},
    ),
    ("/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations", {"webhooks": []}),
]


def place(path: str, namespace: str) -> str:
    """The collection's address in a namespace."""
    head, _, plural = path.rpartition("/")
    return f"{head}/namespaces/{namespace}/{plural}"


def filled(body: Json, namespace: str) -> Json:
    """An object of this body, called x; an Event is about something in the namespace."""
    about = (
        {"involvedObject": {**body["involvedObject"], "namespace": namespace}}
        if "involvedObject" in body
        else {}
    )
    return {"metadata": {"name": "x"}, **body, **about}


def made(answer: Answer, *secret: str) -> Json:
    """What is comparable of a new object, or of a refusal."""
    if answer.code != 201:
        return refused(answer)
    return stable(answer.body, *secret, answer.body["metadata"]["uid"])


@pytest.mark.parametrize(
    ("path", "body"), NAMESPACED, ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_new_object_gets_the_same_defaults(
    api: Target, golden: Golden, namespace: str, *, path: str, body: Json
) -> None:
    answer = api.ask("POST", place(path, namespace), filled(body, namespace))

    golden.check(made(answer, namespace))


@pytest.mark.parametrize(("path", "body"), CLUSTER, ids=lambda value: value if isinstance(value, str) else "")
def test_a_new_cluster_wide_object_gets_the_same_defaults(
    api: Target, golden: Golden, path: str, body: Json
) -> None:
    name = unique()
    answer = api.ask("POST", path, {"metadata": {"name": name}, **body})
    api.ask("DELETE", f"{path}/{name}")

    golden.check(made(answer, name))


def test_a_service_gets_addresses(api: Target, namespace: str) -> None:
    path = f"/api/v1/namespaces/{namespace}/services"
    ports = [{"port": 80}]

    plain = api.create(path, {"metadata": {"name": "a"}, "spec": {"ports": ports}})
    headless = api.create(path, {"metadata": {"name": "b"}, "spec": {"ports": ports, "clusterIP": "None"}})
    node_port = api.create(path, {"metadata": {"name": "c"}, "spec": {"ports": ports, "type": "NodePort"}})
    changed = api.ask("PATCH", f"{path}/a", {"spec": {"sessionAffinity": "ClientIP"}}, content_type=MERGE)

    assert plain["spec"]["ports"] == [{"protocol": "TCP", "port": 80, "targetPort": 80}]
    assert (plain["spec"]["type"], plain["spec"]["sessionAffinity"]) == ("ClusterIP", "None")
    assert plain["spec"]["clusterIPs"] == [plain["spec"]["clusterIP"]]
    assert plain["spec"]["clusterIP"].startswith("10.")
    assert plain["status"] == {"loadBalancer": {}}
    assert headless["spec"]["clusterIPs"] == ["None"]
    assert 30000 <= node_port["spec"]["ports"][0]["nodePort"] < 32768
    assert node_port["spec"]["externalTrafficPolicy"] == "Cluster"
    assert changed.body["spec"]["clusterIP"] == plain["spec"]["clusterIP"]
    assert changed.body["spec"]["sessionAffinityConfig"] == {"clientIP": {"timeoutSeconds": 10800}}


def test_an_event_has_two_faces(api: Target, namespace: str) -> None:
    about = {"kind": "Pod", "namespace": namespace, "name": "p"}
    core = f"/api/v1/namespaces/{namespace}/events"
    new = f"/apis/events.k8s.io/v1/namespaces/{namespace}/events"
    api.create(
        core,
        {"metadata": {"name": "e"}, "involvedObject": about, "reason": "R", "message": "m", "type": "Normal"},
    )

    shown = api.get(f"{new}/e")

    assert (shown["apiVersion"], shown["regarding"], shown["note"]) == ("events.k8s.io/v1", about, "m")
    assert "involvedObject" not in shown
    assert [item["note"] for item in api.get(new)["items"]] == ["m"]


def wrong_pod(**container: Any) -> Json:
    return {
        "spec": {
            **WORKLOAD,
            "template": {**TEMPLATE, "spec": {"containers": [{"name": "c", "image": "i", **container}]}},
        }
    }


REFUSED: list[tuple[str, Json]] = [
    (f"{APPS}/deployments", {"spec": {}}),
    (f"{APPS}/deployments", {"spec": {**WORKLOAD, "replicas": -1, "selector": {"matchLabels": {"a": "x"}}}}),
    (f"{APPS}/deployments", {"spec": {**WORKLOAD, "strategy": {"type": "Sideways"}}}),
    (f"{APPS}/deployments", wrong_pod(name="C_", image="")),
    (f"{APPS}/deployments", wrong_pod(ports=[{"containerPort": 0, "name": "TOO_"}])),
    (f"{APPS}/deployments", wrong_pod(env=[{"name": "a b"}], imagePullPolicy="Maybe")),
    (f"{APPS}/deployments", wrong_pod(resources={"requests": {"cpu": "2"}, "limits": {"cpu": "1"}})),
    (f"{APPS}/deployments", wrong_pod(volumeMounts=[{"name": "nope", "mountPath": "/x"}])),
    (
        f"{APPS}/deployments",
        {"spec": {**WORKLOAD, "template": {**TEMPLATE, "spec": {**POD, "restartPolicy": "Never"}}}},
    ),
    (
        f"{APPS}/deployments",
        {
            "spec": {
                **WORKLOAD,
                "template": {**TEMPLATE, "spec": {"containers": [*POD["containers"], *POD["containers"]]}},
            }
        },
    ),
    (f"{BATCH}/jobs", {"spec": {"template": {"spec": POD}}}),
    (f"{BATCH}/jobs", {"spec": ending(parallelism=-1)}),
    ("/apis/batch/v1beta1/cronjobs", {"spec": {"schedule": "bad", "jobTemplate": {"spec": ending()}}}),
    ("/api/v1/services", {"spec": {}}),
    ("/api/v1/services", {"spec": {"ports": [{"port": 0}, {"port": 80, "name": "a"}]}}),
    ("/api/v1/services", {"spec": {"type": "Odd", "ports": [{"port": 80, "protocol": "X"}]}}),
    ("/api/v1/secrets", {"type": "kubernetes.io/tls"}),
    ("/api/v1/configmaps", {"data": {"a b": "1"}}),
    ("/api/v1/events", {"involvedObject": {"kind": "Pod", "namespace": "other", "name": "p"}}),
    ("/apis/coordination.k8s.io/v1/leases", {"spec": {"leaseDurationSeconds": 0}}),
    (f"{RBAC}/roles", {"rules": [{}]}),
    (
        f"{RBAC}/rolebindings",
        {"roleRef": {"kind": "Odd", "name": "x"}, "subjects": [{"kind": "Odd", "name": ""}]},
    ),
]


@pytest.mark.parametrize(("path", "body"), REFUSED, ids=lambda value: value if isinstance(value, str) else "")
def test_a_wrong_object_is_refused_in_the_same_words(
    api: Target, golden: Golden, namespace: str, *, path: str, body: Json
) -> None:
    golden.check(refused(api.ask("POST", place(path, namespace), {"metadata": {"name": "x"}, **body})))


def refused(answer: Answer) -> Json:
    """What is comparable of a refusal."""
    assert answer.code in (404, 422), answer.body
    if answer.code == 404:
        return answer.code
    return {"kind": answer.body["details"]["kind"], "causes": sorted(set(answer.causes))}


UPDATES: list[tuple[str, Json, Json]] = [
    (
        f"{APPS}/deployments",
        {"spec": {**WORKLOAD, "paused": True}},
        {"spec": {"selector": {"matchLabels": {"a": "c"}}}},
    ),
    (f"{APPS}/statefulsets", {"spec": {**WORKLOAD, "replicas": 0}}, {"spec": {"serviceName": "y"}}),
    ("/api/v1/secrets", {}, {"type": "example.com/other"}),
    ("/api/v1/configmaps", {"data": {"a": "1"}, "immutable": True}, {"data": {"a": "2"}}),
    (f"{RBAC}/rolebindings", {"roleRef": {"kind": "Role", "name": "x"}}, {"roleRef": {"name": "y"}}),
]


@pytest.mark.parametrize(
    ("path", "body", "patch"), UPDATES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_what_may_not_change_is_refused_in_the_same_words(
    api: Target, golden: Golden, namespace: str, *, path: str, body: Json, patch: Json
) -> None:
    api.create(place(path, namespace), {"metadata": {"name": "x"}, **body})

    golden.check(refused(api.ask("PATCH", f"{place(path, namespace)}/x", patch, content_type=MERGE)))
