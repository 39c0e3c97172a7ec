"""Pods and workloads of the cluster (pure).

A pod is about 4.3 kB with the managed fields that the API server adds. Ten pods share the labels and images
of a deployment.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from bench.cluster.objects import CREATED, Object, node_name
from bench.cluster.scale import PODS_A_DEPLOYMENT, Scale, namespace

_APPS = ("camera-gateway", "inference", "mqtt-broker", "telemetry", "web", "updater", "cache", "ledger")
HASH_LETTERS = "bcdfghjklmnpqrstvwxz2456789"
"""Alphabet of Kubernetes' random name suffixes."""
_RESOURCES = {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"cpu": "500m", "memory": "256Mi"}}


def app_name(number: int) -> str:
    """Name of a tenant's application and deployment."""
    return f"{_APPS[number % len(_APPS)]}-{number:03}"


def pods(scale: Scale, tenant: int) -> Iterator[Object]:
    """All pods of a tenant, ten to a deployment, on the tenant's nodes."""
    nodes = scale.tenant_nodes(tenant)
    for number in range(scale.tenant_pods(tenant)):
        yield pod(tenant, number, node_name(nodes[number % len(nodes)]))


def pod(tenant: int, number: int, node: str) -> Object:
    """A pod with its status: most are running, a few per cent crash, wait, failed or succeeded."""
    app = app_name(number // PODS_A_DEPLOYMENT)
    template = _hash(f"{tenant}/{app}", 9)
    containers = [_container(app, "main")]
    if number % 8 == 3:
        containers.append(_container(app, "proxy"))
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "namespace": namespace(tenant),
            "name": f"{app}-{template}-{_hash(f'{tenant}/{number}', 5)}",
            "generateName": f"{app}-{template}-",
            "labels": {"app": app, "tier": "edge", "pod-template-hash": template},
            "annotations": {"example.org/config-checksum": f"{tenant:032x}"},
            "ownerReferences": [
                {
                    "apiVersion": "apps/v1",
                    "kind": "ReplicaSet",
                    "name": f"{app}-{template}",
                    "uid": f"{tenant:08x}-0000-4000-8000-{number // PODS_A_DEPLOYMENT:012x}",
                    "controller": True,
                    "blockOwnerDeletion": True,
                }
            ],
        },
        "spec": {
            "nodeName": node,
            "serviceAccountName": "default",
            "containers": containers,
            "volumes": [{"name": "config", "configMap": {"name": app}}],
        },
        "status": _pod_status(tenant, number, [container["image"] for container in containers]),
    }


def deployments(scale: Scale, tenant: int) -> Iterator[Object]:
    """One deployment for every ten pods of a tenant."""
    count = -(-scale.tenant_pods(tenant) // PODS_A_DEPLOYMENT)
    for number in range(count):
        ready = PODS_A_DEPLOYMENT - (number % 9 == 0)
        counts = {"replicas": PODS_A_DEPLOYMENT, "updatedReplicas": PODS_A_DEPLOYMENT}
        yield {
            **_workload("Deployment", tenant, app_name(number)),
            "status": {"observedGeneration": 1, **counts, "readyReplicas": ready, "availableReplicas": ready},
        }


def others(scale: Scale, tenant: int) -> Iterator[Object]:
    """A tenant's StatefulSets, DaemonSets, Jobs and CronJobs: one of each for every two hundred pods."""
    for number in range(1 + scale.tenant_pods(tenant) // 200):
        stateful = _workload("StatefulSet", tenant, f"database-{number}")
        stateful["spec"]["serviceName"] = f"database-{number}"
        counts = {"observedGeneration": 1, "replicas": 10, "readyReplicas": 10, "currentReplicas": 10}
        yield {**stateful, "status": counts}
        daemon = _workload("DaemonSet", tenant, f"agent-{number}")
        del daemon["spec"]["replicas"]
        scheduled = {"currentNumberScheduled": 3, "desiredNumberScheduled": 3, "numberMisscheduled": 0}
        yield {**daemon, "status": {"observedGeneration": 1, **scheduled, "numberReady": 3}}
        yield {**_job(tenant, f"backup-{number}"), "status": _job_status(failed=number % 7 == 3)}
        yield {
            "apiVersion": "batch/v1beta1",
            "kind": "CronJob",
            "metadata": {"namespace": namespace(tenant), "name": f"nightly-{number}"},
            "spec": {"schedule": "0 3 * * *", "jobTemplate": {"spec": _job(tenant, "nightly")["spec"]}},
            "status": {"lastScheduleTime": CREATED},
        }


def _hash(seed: str, length: int) -> str:
    return "".join(random.Random(seed).choices(HASH_LETTERS, k=length))


def _image(app: str, container: str) -> str:
    return f"registry.example.org/edge/{app.rsplit('-', 1)[0]}-{container}:1.{len(app)}.0"


def _container(app: str, name: str) -> Object:
    return {
        "name": name,
        "image": _image(app, name),
        "ports": [{"name": "http", "containerPort": 8080, "protocol": "TCP"}],
        "env": [{"name": "LOG_LEVEL", "value": "info"}, {"name": "SITE", "value": app}],
        "resources": _RESOURCES,
        "volumeMounts": [{"name": "config", "mountPath": "/etc/app"}],
    }


def _pod_status(tenant: int, number: int, images: list[str]) -> Object:
    chance = random.Random(f"{tenant}/{number}/status").random()
    phase, reason = "Running", ""
    if chance < 0.02:
        phase = "Pending"
    elif chance < 0.04:
        phase = "Succeeded"
    elif chance < 0.05:
        phase = "Failed"
    elif chance < 0.08:
        reason = "CrashLoopBackOff"
    ready = phase == "Running" and not reason
    status: Object = {
        "phase": phase,
        "qosClass": "Burstable",
        "startTime": CREATED,
        "conditions": [
            {"type": kind, "status": state, "lastTransitionTime": CREATED}
            for kind, state in (
                ("Initialized", "True"),
                ("Ready", str(ready)),
                ("ContainersReady", str(ready)),
                ("PodScheduled", "True"),
            )
        ],
    }
    if phase == "Pending":
        return status
    status |= {
        "hostIP": "192.168.0.1",
        "podIP": f"10.{64 + tenant % 128}.{number // 250 % 250}.{number % 250 + 1}",
    }
    status["containerStatuses"] = [
        {
            "name": name,
            "image": image,
            "imageID": image.rsplit(":", 1)[0] + f"@sha256:{tenant:064x}",
            "containerID": f"containerd://{tenant * 1_000_000 + number:064x}",
            "ready": ready,
            "started": ready,
            "restartCount": number % 40 if reason else number % 3,
            "state": _container_state(phase, reason),
            "lastState": {},
        }
        for name, image in zip(("main", "proxy"), images, strict=False)
    ]
    return status


def _container_state(phase: str, reason: str) -> Object:
    if phase in ("Succeeded", "Failed"):
        result = {
            "exitCode": int(phase == "Failed"),
            "reason": "Completed" if phase == "Succeeded" else "Error",
        }
        return {"terminated": {**result, "startedAt": CREATED, "finishedAt": CREATED}}
    if reason:
        return {"waiting": {"reason": reason, "message": "back-off 5m0s restarting failed container"}}
    return {"running": {"startedAt": CREATED}}


def _template(app: str, restart: str) -> Object:
    return {
        "metadata": {"labels": {"app": app, "tier": "edge"}},
        "spec": {
            "restartPolicy": restart,
            "containers": [_container(app, "main")],
            "volumes": [{"name": "config", "configMap": {"name": app}}],
        },
    }


def _workload(kind: str, tenant: int, name: str) -> Object:
    return {
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": {
            "namespace": namespace(tenant),
            "name": name,
            "labels": {"app": name, "tier": "edge"},
            "annotations": {"deployment.kubernetes.io/revision": "1"},
        },
        "spec": {
            "replicas": PODS_A_DEPLOYMENT,
            "selector": {"matchLabels": {"app": name}},
            "template": _template(name, "Always"),
        },
    }


def _job(tenant: int, name: str) -> dict[str, Any]:
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"namespace": namespace(tenant), "name": name, "labels": {"app": name}},
        "spec": {"completions": 1, "parallelism": 1, "template": _template(name, "OnFailure")},
    }


def _job_status(*, failed: bool) -> Object:
    condition = {"type": "Failed" if failed else "Complete", "status": "True", "lastTransitionTime": CREATED}
    status: Object = {"conditions": [condition], "startTime": CREATED}
    return {**status, "failed": 1} if failed else {**status, "succeeded": 1, "completionTime": CREATED}
