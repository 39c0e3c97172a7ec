"""API defaulting of built-in kinds, in place.

Pods and workloads are in ``workload_defaults``. Source: k8s.io/kubernetes, pkg/apis/*/v1/defaults.go and
the registries' strategies, as the replies of API server v1.20 show them.
"""

from __future__ import annotations

import base64
from typing import Any

from kubesim.storage.log import Object

_RBAC = "rbac.authorization.k8s.io"


def service(obj: Object) -> None:
    """core/v1 Service."""
    spec = obj.setdefault("spec", {})
    for port in spec.get("ports", ()):
        port.setdefault("protocol", "TCP")
        port.setdefault("targetPort", port.get("port", 0))
    spec.setdefault("type", "ClusterIP")
    spec.setdefault("sessionAffinity", "None")
    if spec["sessionAffinity"] == "ClientIP":
        spec.setdefault("sessionAffinityConfig", {"clientIP": {"timeoutSeconds": 10800}})
    if spec["type"] in ("NodePort", "LoadBalancer"):
        spec.setdefault("externalTrafficPolicy", "Cluster")
    obj.setdefault("status", {}).setdefault("loadBalancer", {})


def new_service(obj: Object) -> None:
    """ClusterIP and node ports, derived from the Service's uid."""
    obj["status"] = {"loadBalancer": {}}
    spec = obj["spec"]
    if spec["type"] == "ExternalName":
        return
    number = int(obj["metadata"]["uid"].replace("-", ""), 16)
    if "clusterIP" not in spec:
        # 10.96.0.0/12 is kubeadm's default range
        spec["clusterIP"] = f"10.{96 + number % 16}.{number >> 8 & 0xFF}.{1 + (number >> 16) % 254}"
    spec.setdefault("clusterIPs", [spec["clusterIP"]])
    if spec["type"] in ("NodePort", "LoadBalancer"):
        for position, port in enumerate(spec.get("ports", ())):
            port.setdefault("nodePort", 30000 + (number + position * 101) % 2768)


def kept_service(new: Object, old: Object) -> None:
    """Fields that an update of a Service may omit."""
    spec, before = new["spec"], old["spec"]
    if spec["type"] == "ExternalName":
        return
    for key in ("clusterIP", "clusterIPs"):
        if key in before and before["type"] != "ExternalName":
            spec.setdefault(key, before[key])
    if "clusterIP" not in spec:
        new_service({"metadata": new["metadata"], "spec": spec})
    if spec["type"] in ("NodePort", "LoadBalancer"):
        known = {port.get("port"): port["nodePort"] for port in before.get("ports", ()) if "nodePort" in port}
        for port in spec.get("ports", ()):
            if port.get("port") in known:
                port.setdefault("nodePort", known[port.get("port")])
        new_service({"metadata": new["metadata"], "spec": spec})


def secret(obj: Object) -> None:
    """core/v1 Secret: stringData is merged into data."""
    obj.setdefault("type", "Opaque")
    text = obj.pop("stringData", None)
    if text:
        encoded = {key: base64.b64encode(value.encode()).decode() for key, value in text.items()}
        obj["data"] = {**obj.get("data", {}), **encoded}


def namespace(obj: Object) -> None:
    """core/v1 Namespace."""
    obj.setdefault("spec", {})
    obj.setdefault("status", {}).setdefault("phase", "Active")


def new_namespace(obj: Object) -> None:
    """The `kubernetes` finalizer of a Namespace."""
    obj["status"] = {"phase": "Active"}
    finalizers = obj["spec"].setdefault("finalizers", [])
    if "kubernetes" not in finalizers:
        finalizers.append("kubernetes")


def kept_namespace(new: Object, old: Object) -> None:
    """spec.finalizers change through the finalize subresource only."""
    new["spec"] = dict(old.get("spec", {}))


def node(obj: Object) -> None:
    """core/v1 Node: allocatable defaults to capacity."""
    obj.setdefault("spec", {})
    status = obj.setdefault("status", {})
    if "capacity" in status:
        status.setdefault("allocatable", dict(status["capacity"]))
    status.setdefault("daemonEndpoints", {}).setdefault("kubeletEndpoint", {}).setdefault("Port", 0)
    info = status.setdefault("nodeInfo", {})
    for key in _NODE_INFO:
        info.setdefault(key, "")


_NODE_INFO = (
    "machineID", "systemUUID", "bootID", "kernelVersion", "osImage", "containerRuntimeVersion",
    "kubeletVersion", "kubeProxyVersion", "operatingSystem", "architecture",
)  # fmt: skip


def event(obj: Object) -> None:
    """core/v1 Event: empty fields that are always present."""
    obj.setdefault("involvedObject", {})
    obj.setdefault("source", {})
    for key in ("firstTimestamp", "lastTimestamp", "eventTime"):
        obj.setdefault(key, None)
    for key in ("reportingComponent", "reportingInstance"):
        obj.setdefault(key, "")


def endpoints(obj: Object) -> None:
    """core/v1 Endpoints."""
    for subset in obj.get("subsets", ()):
        for port in subset.get("ports", ()):
            port.setdefault("protocol", "TCP")


def claim(obj: Object) -> None:
    """core/v1 PersistentVolumeClaim."""
    obj.setdefault("spec", {}).setdefault("volumeMode", "Filesystem")
    obj["spec"].setdefault("resources", {})
    obj.setdefault("status", {}).setdefault("phase", "Pending")


def new_claim(obj: Object) -> None:
    """The finalizer of the StorageObjectInUseProtection plug-in."""
    obj["status"] = {"phase": "Pending"}
    _finalizer(obj, "kubernetes.io/pvc-protection")


def volume(obj: Object) -> None:
    """core/v1 PersistentVolume."""
    spec = obj.setdefault("spec", {})
    spec.setdefault("persistentVolumeReclaimPolicy", "Retain")
    spec.setdefault("volumeMode", "Filesystem")
    if "hostPath" in spec:
        spec["hostPath"].setdefault("type", "")
    obj.setdefault("status", {}).setdefault("phase", "Pending")


def new_volume(obj: Object) -> None:
    """The finalizer of the StorageObjectInUseProtection plug-in."""
    obj["status"] = {"phase": "Pending"}
    _finalizer(obj, "kubernetes.io/pv-protection")


def _finalizer(obj: Object, name: str) -> None:
    finalizers = obj["metadata"].setdefault("finalizers", [])
    if name not in finalizers:
        finalizers.append(name)


def limit_range(obj: Object) -> None:
    """core/v1 LimitRange: a default limit is the default request, too."""
    for limit in obj.setdefault("spec", {}).setdefault("limits", []):
        if limit.get("type") == "Container":
            usual = limit.get("defaultRequest", {})
            limits: dict[str, Any] = limit.get("default") or limit.get("max") or {}
            requests = {**limits, **(limit.get("min") or {} if not limits else {}), **usual}
            if "max" in limit and "default" not in limit:
                limit["default"] = dict(limit["max"])
            if requests:
                limit["defaultRequest"] = requests


def disruption_budget(obj: Object) -> None:
    """policy/v1beta1 PodDisruptionBudget."""
    obj.setdefault("spec", {})
    status = obj.setdefault("status", {})
    for count in ("disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods"):
        status.setdefault(count, 0)


def autoscaler(obj: Object) -> None:
    """autoscaling/v1 HorizontalPodAutoscaler."""
    spec = obj.setdefault("spec", {})
    spec.setdefault("minReplicas", 1)
    spec.setdefault("targetCPUUtilizationPercentage", 80)
    status = obj.setdefault("status", {})
    status.setdefault("currentReplicas", 0)
    status.setdefault("desiredReplicas", 0)


def network_policy(obj: Object) -> None:
    """networking.k8s.io/v1 NetworkPolicy."""
    spec = obj.setdefault("spec", {})
    spec.setdefault("podSelector", {})
    spec.setdefault("policyTypes", ["Ingress", "Egress"] if spec.get("egress") else ["Ingress"])
    for rule in [*spec.get("ingress", ()), *spec.get("egress", ())]:
        for port in rule.get("ports", ()):
            port.setdefault("protocol", "TCP")


def ingress(obj: Object) -> None:
    """networking.k8s.io/v1 Ingress."""
    obj.setdefault("spec", {})
    obj.setdefault("status", {}).setdefault("loadBalancer", {})


def storage_class(obj: Object) -> None:
    """storage.k8s.io/v1 StorageClass."""
    obj.setdefault("reclaimPolicy", "Delete")
    obj.setdefault("volumeBindingMode", "Immediate")


def priority_class(obj: Object) -> None:
    """scheduling.k8s.io/v1 PriorityClass."""
    obj.setdefault("value", 0)
    obj.setdefault("preemptionPolicy", "PreemptLowerPriority")


def role(obj: Object) -> None:
    """rbac Role and ClusterRole: rules are always present."""
    obj.setdefault("rules", None)


def role_binding(obj: Object) -> None:
    """rbac RoleBinding and ClusterRoleBinding."""
    reference = obj.setdefault("roleRef", {})
    reference["apiGroup"] = reference.get("apiGroup") or _RBAC
    for subject in obj.get("subjects", ()):
        if subject.get("kind") in ("User", "Group"):
            subject.setdefault("apiGroup", _RBAC)


def signing_request(obj: Object) -> None:
    """certificates.k8s.io/v1 CertificateSigningRequest."""
    obj.setdefault("spec", {})
    obj.setdefault("status", {})


def lease(obj: Object) -> None:
    """coordination.k8s.io/v1 Lease."""
    obj.setdefault("spec", {})


def webhooks(obj: Object) -> None:
    """admissionregistration.k8s.io/v1 webhook configurations."""
    for webhook in obj.get("webhooks", ()):
        webhook.setdefault("failurePolicy", "Fail")
        webhook.setdefault("matchPolicy", "Equivalent")
        webhook.setdefault("namespaceSelector", {})
        webhook.setdefault("objectSelector", {})
        webhook.setdefault("timeoutSeconds", 10)
        if obj["kind"] == "MutatingWebhookConfiguration":
            webhook.setdefault("reinvocationPolicy", "Never")
        reference = webhook.get("clientConfig", {}).get("service")
        if reference is not None:
            reference.setdefault("port", 443)
        for rule in webhook.get("rules", ()):
            rule.setdefault("scope", "*")


def with_status(obj: Object) -> None:
    """Kinds with an empty spec and status."""
    obj.setdefault("spec", {})
    obj.setdefault("status", {})
