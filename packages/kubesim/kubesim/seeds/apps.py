"""Applications of a seed: short descriptions, and the Kubernetes objects made of them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import msgspec

from apimachinery.resources import (
    CRON_JOBS,
    DAEMON_SETS,
    DEPLOYMENTS,
    JOBS,
    SERVICES,
    STATEFUL_SETS,
    Resource,
)
from kubesim.openyurt.well_known_labels import NODE_POOL_LABEL
from kubesim.seeds.tenants import SeedTenant
from kubesim.storage.log import Object

Count = Annotated[int, msgspec.Meta(ge=0)]


class App(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A workload or a Service; what is left out has a default."""

    name: str
    image: str = ""
    replicas: Count = 1
    cpu: str = ""
    memory: str = ""
    port: Count = 0
    target: Count = 0
    app: str = ""
    """The `app` label of the pods that a Service selects; its own name by default."""
    probe: bool = False
    claim: str = ""
    """The size of each pod's PersistentVolumeClaim."""
    headless: bool = False
    schedule: str = ""
    completions: Count = 1
    parallelism: Count = 1
    retries: Count = 6
    pool: str = ""
    """The node pool that its pods select."""
    everywhere: bool = False
    """Its pods tolerate all taints."""
    host_network: bool = False


KINDS: Mapping[str, Resource] = {
    "deployment": DEPLOYMENTS,
    "statefulset": STATEFUL_SETS,
    "daemonset": DAEMON_SETS,
    "job": JOBS,
    "cronjob": CRON_JOBS,
    "service": SERVICES,
}


def manifest(kind: str, app: App, tenant: SeedTenant | None) -> Object:
    """The object of an application, in a tenant's namespace or, with None, in the platform's."""
    labels = {"app": app.app or app.name}
    return {"metadata": {"name": app.name, "labels": labels}, "spec": _SPECS[kind](app, labels, tenant)}


def _template(app: App, labels: Object, tenant: SeedTenant | None, policy: str = "Always") -> Object:
    return {"metadata": {"labels": labels}, "spec": _pod(app, tenant, policy)}


def _pod(app: App, tenant: SeedTenant | None, policy: str) -> Object:
    spec: dict[str, Any] = {"containers": [_container(app)], "restartPolicy": policy}
    selector = {
        **({NODE_POOL_LABEL: app.pool} if app.pool else {}),
        **(tenant.node_labels if tenant else {}),
    }
    if selector:
        spec["nodeSelector"] = selector
    if app.everywhere:
        spec["tolerations"] = [{"operator": "Exists"}]
    if app.host_network:
        spec["hostNetwork"] = True
    return spec


def _container(app: App) -> Object:
    container: dict[str, Any] = {"name": app.name, "image": app.image}
    requests = {key: value for key, value in (("cpu", app.cpu), ("memory", app.memory)) if value}
    if requests:
        limits = {"memory": app.memory} if app.memory else {}
        container["resources"] = {"requests": requests, **({"limits": limits} if limits else {})}
    if app.port:
        container["ports"] = [{"containerPort": app.port}]
    if app.probe:
        check: Object = {"tcpSocket": {"port": app.port}} if app.port else {"exec": {"command": ["true"]}}
        container["readinessProbe"] = {**check, "initialDelaySeconds": 3}
    if app.claim:
        container["volumeMounts"] = [{"name": "data", "mountPath": "/data"}]
    return container


def _deployment(app: App, labels: Object, tenant: SeedTenant | None) -> Object:
    template = _template(app, labels, tenant)
    return {"replicas": app.replicas, "selector": {"matchLabels": labels}, "template": template}


def _stateful_set(app: App, labels: Object, tenant: SeedTenant | None) -> Object:
    spec = {**_deployment(app, labels, tenant), "serviceName": app.name}
    if app.claim:
        claim = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": app.claim}}}
        spec["volumeClaimTemplates"] = [{"metadata": {"name": "data"}, "spec": claim}]
    return spec


def _daemon_set(app: App, labels: Object, tenant: SeedTenant | None) -> Object:
    return {"selector": {"matchLabels": labels}, "template": _template(app, labels, tenant)}


def _job(app: App, _labels: Object, tenant: SeedTenant | None) -> Object:
    return {
        "completions": app.completions,
        "parallelism": app.parallelism,
        "backoffLimit": app.retries,
        "template": {"spec": _pod(app, tenant, "Never")},
    }


def _cron_job(app: App, labels: Object, tenant: SeedTenant | None) -> Object:
    return {"schedule": app.schedule, "jobTemplate": {"spec": _job(app, labels, tenant)}}


def _service(app: App, labels: Object, _tenant: SeedTenant | None) -> Object:
    port = {"port": app.port, **({"targetPort": app.target} if app.target else {})}
    ports: Sequence[Object] = [{"name": "main", **port}]
    return {"selector": labels, "ports": ports, **({"clusterIP": "None"} if app.headless else {})}


_SPECS: Mapping[str, Any] = {
    "deployment": _deployment,
    "statefulset": _stateful_set,
    "daemonset": _daemon_set,
    "job": _job,
    "cronjob": _cron_job,
    "service": _service,
}
