"""Table columns of built-in kinds other than workloads, as API server v1.20 prints them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from kubesim.apis.printing.cells import (
    AGE,
    CREATED,
    NAME,
    NONE,
    UNKNOWN,
    UNSET,
    at,
    column,
    integer,
    joined,
    labels,
    selector,
    text,
)
from kubesim.apis.printing.durations import age
from kubesim.apis.printing.workload_columns import WORKLOADS
from kubesim.machinery.kinds import Column
from kubesim.storage.log import Object

_MODES = {"ReadWriteOnce": "RWO", "ReadOnlyMany": "ROX", "ReadWriteMany": "RWX"}


def _count(name: str, *parts: str, kind: str = "string") -> Column:
    return column(name, lambda obj: sum(len(obj.get(part) or ()) for part in parts), kind)


def _node_status(obj: Object) -> str:
    ready = next((each for each in at(obj, "status.conditions", []) if each["type"] == "Ready"), None)
    status = ["Unknown" if ready is None else "Ready" if ready["status"] == "True" else "NotReady"]
    if at(obj, "spec.unschedulable", False):
        status.append("SchedulingDisabled")
    return ",".join(status)


def _roles(obj: Object) -> str:
    found = set()
    for key, value in (obj["metadata"].get("labels") or {}).items():
        if key.startswith("node-role.kubernetes.io/"):
            found.add(key.partition("/")[2])
        elif key == "kubernetes.io/role" and value:
            found.add(value)
    return joined(sorted(found))


def _address(kind: str) -> Column:
    def find(obj: Object) -> str:
        addresses = at(obj, "status.addresses", [])
        return next((each["address"] for each in addresses if each["type"] == kind), NONE)

    return column(f"{kind.removesuffix('IP')}-IP", find, wide=True)


def _info(name: str, key: str) -> Column:
    return text(name, f"status.nodeInfo.{key}", UNKNOWN, wide=True)


_NODE = (
    NAME,
    column("Status", _node_status),
    column("Roles", _roles),
    AGE,
    text("Version", "status.nodeInfo.kubeletVersion"),
    _address("InternalIP"),
    _address("ExternalIP"),
    _info("OS-Image", "osImage"),
    _info("Kernel-Version", "kernelVersion"),
    _info("Container-Runtime", "containerRuntimeVersion"),
)


def _external(obj: Object) -> str:
    spec = obj["spec"]
    addresses = [*spec.get("externalIPs", ())]
    if spec.get("type") == "ExternalName":
        return str(spec.get("externalName", ""))
    if spec.get("type") == "LoadBalancer":
        balanced = [
            each.get("ip") or each.get("hostname", "") for each in at(obj, "status.loadBalancer.ingress", [])
        ]
        return joined([*balanced, *addresses], "<pending>")
    return joined(addresses)


def _ports(obj: Object) -> str:
    return joined(
        f"{port['port']}:{port['nodePort']}/{port['protocol']}"
        if port.get("nodePort")
        else f"{port['port']}/{port['protocol']}"
        for port in obj["spec"].get("ports", ())
    )


_SERVICE = (
    NAME,
    text("Type", "spec.type"),
    text("Cluster-IP", "spec.clusterIP", NONE),
    column("External-IP", _external),
    column("Port(s)", _ports),
    AGE,
    column("Selector", lambda obj: labels(obj["spec"].get("selector")), wide=True),
)


def _endpoints(obj: Object) -> str:
    found = []
    for subset in obj.get("subsets") or ():
        for port in subset.get("ports") or ({"port": 0},):
            for address in subset.get("addresses", ()):
                found.append(f"{address['ip']}:{port['port']}" if port["port"] else address["ip"])
    more = f" + {len(found) - 3} more..." if len(found) > 3 else ""
    return joined(found[:3]) + more


def _seen(obj: Object, now: datetime, *keys: str) -> str:
    return age(next((obj[key] for key in keys if obj.get(key)), None), now)


def _about(obj: Object) -> str:
    about = obj.get("involvedObject") or obj.get("regarding") or {}
    return f"{about.get('kind', '').lower()}/{about.get('name', '')}"


def _source(obj: Object) -> str:
    source = obj.get("source") or obj.get("deprecatedSource") or {}
    parts = [source.get("component") or obj.get("reportingComponent", ""), source.get("host", "")]
    return ", ".join(part for part in parts if part)


_EVENT = (
    Column(
        "Last Seen", lambda obj, now: _seen(obj, now, "lastTimestamp", "deprecatedLastTimestamp", "eventTime")
    ),
    text("Type", "type"),
    text("Reason", "reason"),
    column("Object", _about),
    column("Subobject", lambda obj: at(obj, "involvedObject.fieldPath", ""), wide=True),
    column("Source", _source, wide=True),
    column("Message", lambda obj: str(obj.get("message") or obj.get("note") or "").strip()),
    Column(
        "First Seen",
        lambda obj, now: _seen(obj, now, "firstTimestamp", "deprecatedFirstTimestamp", "eventTime"),
        priority=1,
    ),
    column("Count", lambda obj: obj.get("count") or obj.get("deprecatedCount") or 1, wide=True),
    column("Name", lambda obj: obj["metadata"]["name"], wide=True, format_="name"),
)


def _phase(obj: Object) -> str:
    return "Terminating" if "deletionTimestamp" in obj["metadata"] else str(at(obj, "status.phase", ""))


def _access(obj: Object, path: str) -> str:
    return ",".join(_MODES[mode] for mode in at(obj, path, []) if mode in _MODES)


_CLAIM = (
    NAME,
    column("Status", _phase),
    text("Volume", "spec.volumeName"),
    column(
        "Capacity",
        lambda obj: at(obj, "status.capacity.storage", "") if at(obj, "spec.volumeName", "") else "",
    ),
    column(
        "Access Modes",
        lambda obj: _access(obj, "status.accessModes") if at(obj, "spec.volumeName", "") else "",
    ),
    text("StorageClass", "spec.storageClassName"),
    AGE,
    text("VolumeMode", "spec.volumeMode", UNSET, wide=True),
)

_VOLUME = (
    NAME,
    text("Capacity", "spec.capacity.storage"),
    column("Access Modes", lambda obj: _access(obj, "spec.accessModes")),
    text("Reclaim Policy", "spec.persistentVolumeReclaimPolicy"),
    column("Status", _phase),
    column(
        "Claim",
        lambda obj: "/".join(
            at(obj, "spec.claimRef", {}).get(key, "") for key in ("namespace", "name")
        ).strip("/"),
    ),
    text("StorageClass", "spec.storageClassName"),
    text("Reason", "status.reason"),
    AGE,
    text("VolumeMode", "spec.volumeMode", UNSET, wide=True),
)


def _quota(obj: Object, *, limits: bool) -> str:
    used, hard = at(obj, "status.used", {}), at(obj, "status.hard", {})
    names = sorted(name for name in hard if name.startswith("limits.") is limits)
    return ", ".join(f"{name}: {used.get(name, '0')}/{hard[name]}" for name in names)


def _targets(obj: Object) -> str:
    wanted = at(obj, "spec.targetCPUUtilizationPercentage", None)
    now = at(obj, "status.currentCPUUtilizationPercentage", None)
    return f"{UNKNOWN if now is None else f'{now}%'}/{UNKNOWN if wanted is None else f'{wanted}%'}"


def _csr_condition(obj: Object) -> str:
    conditions = [each["type"] for each in at(obj, "status.conditions", [])]
    status = "Denied" if "Denied" in conditions else "Approved" if "Approved" in conditions else "Pending"
    failed = ",Failed" if "Failed" in conditions else ""
    return status + failed + (",Issued" if at(obj, "status.certificate", "") else "")


def _hosts(obj: Object) -> str:
    hosts = [rule["host"] for rule in at(obj, "spec.rules", []) if rule.get("host")]
    more = f" + {len(hosts) - 3} more..." if len(hosts) > 3 else ""
    return joined(hosts[:3], "*") + more


def _subjects(kind: str) -> Column:
    def each(obj: Object) -> Iterator[str]:
        for subject in obj.get("subjects") or ():
            if subject.get("kind") == kind:
                yield (
                    f"{subject.get('namespace', '')}/{subject['name']}"
                    if kind == "ServiceAccount"
                    else subject["name"]
                )

    return column(f"{kind}s", lambda obj: ", ".join(each(obj)), wide=True)


_BINDING = (
    NAME,
    column("Role", lambda obj: f"{at(obj, 'roleRef.kind', '')}/{at(obj, 'roleRef.name', '')}"),
    AGE,
    _subjects("User"),
    _subjects("Group"),
    _subjects("ServiceAccount"),
)


def _budget(name: str, key: str) -> Column:
    return column(name, lambda obj: str(at(obj, f"spec.{key}", "N/A")))


def _flag(name: str, path: str, kind: str = "boolean", *, usually: bool = False) -> Column:
    return column(name, lambda obj: bool(at(obj, path, usually)), kind)


def _parameters(reference: Mapping[str, Any]) -> str:
    if not reference:
        return NONE
    group = f".{reference['apiGroup']}" if reference.get("apiGroup") else ""
    return f"{reference.get('kind', '')}{group}/{reference.get('name', '')}"


def _class_name(obj: Object) -> str:
    annotations = obj["metadata"].get("annotations") or {}
    is_default = annotations.get("storageclass.kubernetes.io/is-default-class") == "true"
    return str(obj["metadata"]["name"]) + (" (default)" if is_default else "")


_WEBHOOKS = (NAME, _count("Webhooks", "webhooks", kind="integer"), AGE)
_RBAC = "rbac.authorization.k8s.io"

COLUMNS: Mapping[tuple[str, str], tuple[Column, ...]] = {
    **WORKLOADS,
    ("", ""): (NAME, AGE),
    ("", "ConfigMap"): (NAME, _count("Data", "data", "binaryData"), AGE),
    ("", "Endpoints"): (NAME, column("Endpoints", _endpoints), AGE),
    ("", "Event"): _EVENT,
    ("", "LimitRange"): (NAME, CREATED),
    ("", "Namespace"): (NAME, text("Status", "status.phase"), AGE),
    ("", "Node"): _NODE,
    ("", "PersistentVolume"): _VOLUME,
    ("", "PersistentVolumeClaim"): _CLAIM,
    ("", "ResourceQuota"): (
        NAME,
        AGE,
        column("Request", lambda obj: _quota(obj, limits=False)),
        column("Limit", lambda obj: _quota(obj, limits=True)),
    ),
    ("", "Secret"): (NAME, text("Type", "type"), _count("Data", "data"), AGE),
    ("", "Service"): _SERVICE,
    ("", "ServiceAccount"): (NAME, _count("Secrets", "secrets"), AGE),
    ("admissionregistration.k8s.io", "MutatingWebhookConfiguration"): _WEBHOOKS,
    ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"): _WEBHOOKS,
    ("apiextensions.k8s.io", "CustomResourceDefinition"): (NAME, CREATED),
    ("autoscaling", "HorizontalPodAutoscaler"): (
        NAME,
        column(
            "Reference",
            lambda obj: (
                f"{at(obj, 'spec.scaleTargetRef.kind', '')}/{at(obj, 'spec.scaleTargetRef.name', '')}"
            ),
        ),
        column("Targets", _targets),
        column("MinPods", lambda obj: str(at(obj, "spec.minReplicas", UNSET))),
        column("MaxPods", lambda obj: at(obj, "spec.maxReplicas", 0)),
        column("Replicas", lambda obj: at(obj, "status.currentReplicas", 0)),
        AGE,
    ),
    ("certificates.k8s.io", "CertificateSigningRequest"): (
        NAME,
        AGE,
        text("SignerName", "spec.signerName", NONE),
        text("Requestor", "spec.username"),
        column("Condition", _csr_condition),
    ),
    ("coordination.k8s.io", "Lease"): (NAME, text("Holder", "spec.holderIdentity"), AGE),
    ("events.k8s.io", "Event"): _EVENT,
    ("networking.k8s.io", "Ingress"): (
        NAME,
        text("Class", "spec.ingressClassName", NONE),
        column("Hosts", _hosts),
        column(
            "Address",
            lambda obj: joined(
                (
                    each.get("ip") or each.get("hostname", "")
                    for each in at(obj, "status.loadBalancer.ingress", [])
                ),
                "",
            ),
        ),
        column("Ports", lambda obj: "80, 443" if at(obj, "spec.tls", []) else "80"),
        AGE,
    ),
    ("networking.k8s.io", "IngressClass"): (
        NAME,
        text("Controller", "spec.controller"),
        column("Parameters", lambda obj: _parameters(at(obj, "spec.parameters", {}))),
        AGE,
    ),
    ("networking.k8s.io", "NetworkPolicy"): (
        NAME,
        column("Pod-Selector", lambda obj: selector(at(obj, "spec.podSelector", {}))),
        AGE,
    ),
    ("node.k8s.io", "RuntimeClass"): (NAME, text("Handler", "handler"), AGE),
    ("policy", "PodDisruptionBudget"): (
        NAME,
        _budget("Min Available", "minAvailable"),
        _budget("Max Unavailable", "maxUnavailable"),
        integer("Allowed Disruptions", "status.disruptionsAllowed"),
        AGE,
    ),
    (_RBAC, "ClusterRole"): (NAME, CREATED),
    (_RBAC, "ClusterRoleBinding"): _BINDING,
    (_RBAC, "Role"): (NAME, CREATED),
    (_RBAC, "RoleBinding"): _BINDING,
    ("scheduling.k8s.io", "PriorityClass"): (
        NAME,
        integer("Value", "value"),
        _flag("Global-Default", "globalDefault"),
        AGE,
    ),
    ("storage.k8s.io", "CSINode"): (
        NAME,
        column("Drivers", lambda obj: len(at(obj, "spec.drivers", [])), "integer"),
        AGE,
    ),
    ("storage.k8s.io", "StorageClass"): (
        column("Name", _class_name, format_="name"),
        text("Provisioner", "provisioner"),
        text("ReclaimPolicy", "reclaimPolicy"),
        text("VolumeBindingMode", "volumeBindingMode"),
        _flag("AllowVolumeExpansion", "allowVolumeExpansion", "string"),
        AGE,
    ),
}
"""By group and kind; ("", "") for kinds without columns of their own."""
