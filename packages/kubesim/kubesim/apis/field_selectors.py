"""Selectable fields of built-in kinds, and the grace period of pods."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from kubesim.storage.log import Object

Reader = Callable[[Object], Mapping[str, str]]


def none(_: Object) -> Mapping[str, str]:
    """Kinds without selectable fields of their own."""
    return {}


def _pod(obj: Object) -> Mapping[str, str]:
    spec, status = obj["spec"], obj.get("status", {})
    return {
        "spec.nodeName": spec.get("nodeName", ""),
        "spec.restartPolicy": spec.get("restartPolicy", ""),
        "spec.schedulerName": spec.get("schedulerName", ""),
        "spec.serviceAccountName": spec.get("serviceAccountName", ""),
        "status.phase": status.get("phase", ""),
        "status.podIP": status.get("podIP", ""),
        "status.podIPs": status.get("podIP", ""),
        "status.nominatedNodeName": status.get("nominatedNodeName", ""),
    }


def _event(obj: Object) -> Mapping[str, str]:
    about, source = obj.get("involvedObject", {}), obj.get("source", {})
    keys = ("kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath")
    return {
        **{f"involvedObject.{key}": about.get(key, "") for key in keys},
        "reason": obj.get("reason", ""),
        "reportingComponent": obj.get("reportingComponent", ""),
        "source": source.get("component", "") or obj.get("reportingComponent", ""),
        "type": obj.get("type", ""),
    }


def _text(*paths: str) -> Reader:
    def read(obj: Object) -> Mapping[str, str]:
        return {path: _at(obj, path) for path in paths}

    return read


def _at(obj: Object, path: str) -> str:
    value: object = obj
    for part in path.split("."):
        value = value.get(part, "") if isinstance(value, dict) else ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _node(obj: Object) -> Mapping[str, str]:
    return {"spec.unschedulable": "true" if obj.get("spec", {}).get("unschedulable") else "false"}


FIELDS: Mapping[tuple[str, str], Reader] = {
    ("", "Pod"): _pod,
    ("", "Event"): _event,
    ("", "Node"): _node,
    ("", "Namespace"): _text("status.phase"),
    ("", "Secret"): _text("type"),
    ("", "ReplicationController"): _text("status.replicas"),
    ("apps", "ReplicaSet"): _text("status.replicas"),
    ("batch", "Job"): _text("status.successful"),
    ("certificates.k8s.io", "CertificateSigningRequest"): _text("spec.signerName"),
}
"""By group and kind."""

NAMES: Mapping[tuple[str, str], tuple[str, ...]] = {
    kind: tuple(read({"spec": {}, "status": {}})) for kind, read in FIELDS.items()
}


def pod_grace_period(obj: Object) -> int:
    """The grace period of a pod in seconds; 0 when it is not bound or has ended."""
    spec, phase = obj["spec"], obj.get("status", {}).get("phase")
    if not spec.get("nodeName") or phase in ("Succeeded", "Failed"):
        return 0
    grace: int = spec.get("terminationGracePeriodSeconds", 0)
    return grace
