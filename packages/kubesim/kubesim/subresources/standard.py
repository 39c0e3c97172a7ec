"""Handlers of subresources: scale, binding, finalize, approval."""

from __future__ import annotations

from typing import Any

from apimachinery.errors import StatusCause
from apimachinery.resources import NAMESPACES, PODS, Resource
from apimachinery.selectors import Selector
from apimachinery.times import rfc3339
from kubesim.errors.field_errors import invalid_value, required
from kubesim.errors.statuses import bad_request, conflict, invalid
from kubesim.machinery.calls import Address, Call, Handler
from kubesim.registry.server import Server
from kubesim.storage.log import Object
from kubesim.subresources.eviction import evict

_SCALED = (
    ("apps", "deployments"),
    ("apps", "replicasets"),
    ("apps", "statefulsets"),
    ("", "replicationcontrollers"),
)
_CSR = Resource(
    "certificates.k8s.io", "certificatesigningrequests", "CertificateSigningRequest", False, ("v1",)
)


def standard_handlers(server: Server) -> dict[Address, Handler]:
    """The handlers of every API server, by address."""
    handlers: dict[Address, Handler] = {
        (group, plural, "scale"): lambda call: scale(server, call) for group, plural in _SCALED
    }
    handlers["", "pods", "binding"] = lambda call: bind(server, call)
    handlers["", "pods", "eviction"] = lambda call: evict(server, call)
    handlers["", "bindings", ""] = lambda call: bind(server, call)
    handlers["", "namespaces", "finalize"] = lambda call: finalize(server, call)
    handlers[_CSR.group, _CSR.plural, "approval"] = lambda call: approve(server, call)
    return handlers


def scale_of(obj: Object, *, selector: str, replicas_path: str = "spec.replicas") -> Object:
    """The autoscaling/v1 Scale of an object."""
    metadata = obj["metadata"]
    copied = ("name", "namespace", "uid", "resourceVersion", "creationTimestamp")
    status: dict[str, Any] = {"replicas": obj.get("status", {}).get("replicas", 0)}
    if selector:
        status["selector"] = selector
    wanted = _at(obj, replicas_path)
    return {
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": {key: metadata[key] for key in copied if key in metadata},
        "spec": {"replicas": wanted} if wanted else {},
        "status": status,
    }


def scale(server: Server, call: Call) -> Object:
    """GET and PUT of .../scale."""
    obj = server.get(call.kind, call.namespace, call.name)
    if call.verb == "get":
        return scale_of(obj, selector=_selector_text(obj))
    wanted = (call.obj or {}).get("spec", {}).get("replicas", 0)
    metadata = (call.obj or {}).get("metadata", {})
    if wanted < 0:
        cause = invalid_value("spec.replicas", wanted, "must be greater than or equal to 0")
        raise invalid("autoscaling", "Scale", call.name, [cause])
    sent = metadata.get("resourceVersion") or obj["metadata"]["resourceVersion"]
    if sent != obj["metadata"]["resourceVersion"]:
        raise conflict(call.kind.group, call.kind.plural, call.name)
    new = {**obj, "spec": {**obj["spec"], "replicas": wanted}}
    new = server.update(call.kind, call.namespace, call.name, new, call.options)
    return scale_of(new, selector=_selector_text(new))


def bind(server: Server, call: Call) -> Object:
    """POST of pods/binding: bind a pod to a node."""
    binding = call.obj or {}
    name = call.name or binding.get("metadata", {}).get("name", "")
    target = binding.get("target") or {}
    if target.get("kind", "Node") not in ("Node", "Minion", ""):
        cause = StatusCause(
            "FieldValueNotSupported",
            f'Unsupported value: "{target["kind"]}": supported values: "Node", "Minion", "<empty>"',
            "target.kind",
        )
        raise invalid("", "Binding", name, [cause])
    if not target.get("name"):
        raise invalid("", "Binding", name, [required("target.name")])
    pod = server.get(PODS, call.namespace, name)
    if "deletionTimestamp" in pod["metadata"]:
        raise conflict("", "pods/binding", name, f"pod {name} is being deleted, cannot be assigned to a host")
    if node := pod["spec"].get("nodeName"):
        why = f'pod {name} is already assigned to node "{node}"'
        raise conflict("", "pods/binding", name, why)
    condition = {
        "type": "PodScheduled",
        "status": "True",
        "lastProbeTime": None,
        "lastTransitionTime": rfc3339(server.clock.now()),
    }
    status = pod.get("status", {})
    others = [each for each in status.get("conditions", ()) if each["type"] != "PodScheduled"]
    annotations = {
        **pod["metadata"].get("annotations", {}),
        **binding.get("metadata", {}).get("annotations", {}),
    }
    metadata = {**pod["metadata"], **({"annotations": annotations} if annotations else {})}
    if not call.options.dry_run:
        server.store(
            PODS,
            {
                **pod,
                "metadata": metadata,
                "spec": {**pod["spec"], "nodeName": target["name"]},
                "status": {**status, "conditions": [*others, condition]},
            },
        )
    return {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201}


def finalize(server: Server, call: Call) -> Object:
    """PUT of namespaces/finalize, the only way to change spec.finalizers."""
    namespace = server.get(NAMESPACES, "", call.name)
    sent = call.obj or {}
    finalizers = (sent.get("spec") or {}).get("finalizers") or []
    version = sent.get("metadata", {}).get("resourceVersion")
    if version and version != namespace["metadata"]["resourceVersion"]:
        raise conflict("", "namespaces", call.name)
    spec = {key: value for key, value in namespace.get("spec", {}).items() if key != "finalizers"}
    return server.store(
        NAMESPACES, {**namespace, "spec": {**spec, **({"finalizers": finalizers} if finalizers else {})}}
    )


def approve(server: Server, call: Call) -> Object:
    """GET and PUT of certificatesigningrequests/approval; only the conditions are written."""
    csr = server.get(_CSR, "", call.name)
    if call.verb == "get":
        return csr
    sent = call.obj or {}
    if sent.get("metadata", {}).get("name", call.name) != call.name:
        sent_name = sent["metadata"]["name"]
        raise bad_request(
            f"the name of the object ({sent_name}) does not match the name on the URL ({call.name})"
        )
    now = rfc3339(server.clock.now())
    conditions = [_dated(condition, now) for condition in (sent.get("status") or {}).get("conditions") or []]
    metadata = {**sent.get("metadata", {}), "name": call.name}
    status = {**csr.get("status", {}), "conditions": conditions}
    new = {**csr, "metadata": {**csr["metadata"], **metadata}, "status": status}
    return server.update_status(_CSR, "", call.name, new, call.options)


def _dated(condition: Object, now: str) -> Object:
    return {
        "lastUpdateTime": now,
        "lastTransitionTime": now,
        **{k: v for k, v in condition.items() if v is not None},
    }


def _selector_text(obj: Object) -> str:
    selector = obj["spec"].get("selector")
    if isinstance(selector, dict) and "matchLabels" not in selector and "matchExpressions" not in selector:
        selector = {"matchLabels": selector}
    return str(Selector.of(selector or {}))


def _at(obj: Object, path: str) -> Any:
    value: Any = obj
    for part in path.strip(".").split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value
