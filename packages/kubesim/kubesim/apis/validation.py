"""Validation of built-in kinds, in the words of API server v1.20.

Pods and workloads are in ``workload_validation``. Rules that clients do not run into are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from apimachinery.errors import StatusCause
from apimachinery.validation import dns_subdomain_problems
from kubesim.errors.field_errors import (
    duplicate,
    forbidden_field,
    invalid_go_value,
    invalid_value,
    not_supported,
    required,
    too_long,
)
from kubesim.machinery.object_meta import label_problems
from kubesim.storage.log import Object

_DNS_1035 = "[a-z]([-a-z0-9]*[a-z0-9])?"
_DNS_1035_RULE = (
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic"
    " character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for"
    f" validation is '{_DNS_1035}')"
)
_KEY = "[-._a-zA-Z0-9]+"
_KEY_RULE = (
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or"
    f" 'KEY_NAME',  or 'key-name', regex used for validation is '{_KEY}')"
)
_DATA_LIMIT = 1024 * 1024


def dns_1035_label_problems(text: str) -> str:
    """Problems of a Service name (DNS-1035 label)."""
    found = [f"must be no more than {63} characters"] if len(text) > 63 else []
    return "; ".join([*found, *([] if re.fullmatch(_DNS_1035, text) else [_DNS_1035_RULE])])


def path_segment_problems(text: str) -> str:
    """Problems of an RBAC name (path segment)."""
    if text in (".", ".."):
        return f"may not be '{text}'"
    return "; ".join(f"may not contain '{character}'" for character in "/%" if character in text)


def immutable(field: str, new: object, old: object) -> Iterator[StatusCause]:
    """Field error of a changed immutable field."""
    if new != old:
        yield invalid_value(field, new, "field is immutable")


def config_map(obj: Object) -> Sequence[StatusCause]:
    """core/v1 ConfigMap."""
    found = [*_key_problems("data", obj), *_key_problems("binaryData", obj)]
    size = sum(len(value.encode()) for part in ("data", "binaryData") for value in obj.get(part, {}).values())
    return [*found, too_long("[]", _DATA_LIMIT)] if size > _DATA_LIMIT else found


def config_map_update(new: Object, old: Object) -> Sequence[StatusCause]:
    """Immutability of ConfigMaps."""
    return _immutable_data(new, old, ("data", "binaryData"))


def secret(obj: Object) -> Sequence[StatusCause]:
    """core/v1 Secret."""
    data = obj.get("data", {})
    found = [*_key_problems("data", obj)]
    size = sum(len(value) * 3 // 4 for value in data.values())
    if size > _DATA_LIMIT:
        found.append(too_long("data", _DATA_LIMIT))
    annotations = obj["metadata"].get("annotations", {})
    match obj["type"]:
        case "kubernetes.io/tls":
            found += [required(f"data[{key}]") for key in ("tls.crt", "tls.key") if key not in data]
        case "kubernetes.io/dockerconfigjson" if ".dockerconfigjson" not in data:
            found.append(required("data[.dockerconfigjson]"))
        case "kubernetes.io/service-account-token" if not annotations.get(
            "kubernetes.io/service-account.name"
        ):
            found.append(required("metadata.annotations[kubernetes.io/service-account.name]"))
        case _:
            pass
    return found


def secret_update(new: Object, old: Object) -> Sequence[StatusCause]:
    """Immutability of a Secret's type, and of immutable Secrets."""
    return [*immutable("type", new["type"], old["type"]), *_immutable_data(new, old, ("data",))]


def _key_problems(part: str, obj: Object) -> Iterator[StatusCause]:
    for key in sorted(obj.get(part, {})):
        if not re.fullmatch(_KEY, key) or len(key) > 253 or key in (".", ".."):
            yield invalid_value(f"{part}[{key}]", key, _KEY_RULE)


def _immutable_data(new: Object, old: Object, parts: tuple[str, ...]) -> Sequence[StatusCause]:
    if not old.get("immutable"):
        return []
    text = "field is immutable when `immutable` is set"
    found = [] if new.get("immutable") else [forbidden_field("immutable", text)]
    return found + [forbidden_field(part, text) for part in parts if new.get(part) != old.get(part)]


def event(obj: Object) -> Sequence[StatusCause]:
    """core/v1 Event: its namespace is that of the involved object."""
    about = obj["involvedObject"].get("namespace", "")
    own = obj["metadata"].get("namespace", "")
    if (about or "default") != own and not (not about and own == "kube-system"):
        return [invalid_value("involvedObject.namespace", about, "does not match event.namespace")]
    return []


def node(obj: Object) -> Sequence[StatusCause]:
    """core/v1 Node."""
    found: list[StatusCause] = []
    seen = set()
    for position, taint in enumerate(obj["spec"].get("taints", ())):
        path = f"spec.taints[{position}]"
        effects = ("NoSchedule", "PreferNoSchedule", "NoExecute")
        found += label_problems(f"{path}.key", {taint.get("key", ""): ""})
        if not taint.get("effect"):
            found.append(required(f"{path}.effect"))
        elif taint["effect"] not in effects:
            found.append(not_supported(f"{path}.effect", taint["effect"], effects))
        place = (taint.get("key"), taint.get("effect"))
        if place in seen:
            found.append(duplicate(path, taint))
        seen.add(place)
    return found


def node_update(new: Object, old: Object) -> Sequence[StatusCause]:
    """Immutability of podCIDRs and providerID once they are set."""
    found = []
    if old["spec"].get("podCIDRs") and new["spec"].get("podCIDRs") != old["spec"]["podCIDRs"]:
        found.append(
            forbidden_field("spec.podCIDRs", 'node updates may not change podCIDR except from "" to valid')
        )
    if old["spec"].get("providerID") and new["spec"].get("providerID") != old["spec"]["providerID"]:
        found.append(
            forbidden_field(
                "spec.providerID", 'node updates may not change providerID except from "" to valid'
            )
        )
    return found


def claim(obj: Object) -> Sequence[StatusCause]:
    """core/v1 PersistentVolumeClaim."""
    spec = obj["spec"]
    found = (
        []
        if spec.get("accessModes")
        else [required("spec.accessModes", "at least 1 access mode is required")]
    )
    if "storage" not in spec["resources"].get("requests", {}):
        found.append(required("spec.resources[storage]"))
    return found


def claim_update(new: Object, old: Object) -> Sequence[StatusCause]:
    """A bound claim may only grow."""
    mutable = ("resources", "volumeName", "storageClassName")
    before, after = ({k: v for k, v in obj["spec"].items() if k not in mutable} for obj in (old, new))
    if before == after:
        return []
    text = "is immutable after creation except resources.requests for bound claims"
    return [forbidden_field("spec", text)]


def service(obj: Object) -> Sequence[StatusCause]:
    """core/v1 Service."""
    spec = obj["spec"]
    found: list[StatusCause] = []
    types = ("ClusterIP", "ExternalName", "LoadBalancer", "NodePort")
    if spec["type"] not in types:
        found.append(not_supported("spec.type", spec["type"], types))
    ports = spec.get("ports", [])
    headless = spec.get("clusterIP") == "None"
    if not ports and not headless and spec["type"] != "ExternalName":
        found.append(required("spec.ports"))
    if spec["type"] == "ExternalName" and not spec.get("externalName"):
        found.append(required("spec.externalName"))
    names: set[str] = set()
    for position, port in enumerate(ports):
        path = f"spec.ports[{position}]"
        name = port.get("name", "")
        if len(ports) > 1 and not name:
            found.append(required(f"{path}.name"))
        elif name in names and name:
            found.append(duplicate(f"{path}.name", name))
        names.add(name)
        for key in ("port", "targetPort"):
            number = port.get(key, 0)
            if isinstance(number, int) and not 0 < number < 65536:
                found.append(invalid_value(f"{path}.{key}", number, "must be between 1 and 65535, inclusive"))
        if port["protocol"] not in ("SCTP", "TCP", "UDP"):
            found.append(not_supported(f"{path}.protocol", port["protocol"], ("SCTP", "TCP", "UDP")))
    found += label_problems("spec.selector", spec.get("selector", {}))
    return found


def service_update(new: Object, old: Object) -> Sequence[StatusCause]:
    """Immutability of clusterIP."""
    before, after = old["spec"].get("clusterIP", ""), new["spec"].get("clusterIP", "")
    if not before or before == after or new["spec"]["type"] == "ExternalName":
        return []
    return [
        invalid_go_value("spec.clusterIPs[0]", f'[]string{{"{after}"}}', "primary clusterIP can not be unset")
        if not after
        else invalid_value("spec.clusterIP", after, "field is immutable")
    ]


def lease(obj: Object) -> Sequence[StatusCause]:
    """coordination.k8s.io/v1 Lease."""
    spec, found = obj["spec"], []
    if spec.get("leaseDurationSeconds", 1) <= 0:
        found.append(
            invalid_value("spec.leaseDurationSeconds", spec["leaseDurationSeconds"], "must be greater than 0")
        )
    if spec.get("leaseTransitions", 0) < 0:
        found.append(
            invalid_value(
                "spec.leaseTransitions", spec["leaseTransitions"], "must be greater than or equal to 0"
            )
        )
    return found


def role(obj: Object) -> Sequence[StatusCause]:
    """rbac Role and ClusterRole."""
    found = []
    for position, rule in enumerate(obj.get("rules") or ()):
        path = f"rules[{position}]"
        if not rule.get("verbs"):
            found.append(required(f"{path}.verbs", "verbs must contain at least one value"))
        if rule.get("nonResourceURLs"):
            if obj["kind"] == "Role":
                text = "namespaced rules cannot apply to non-resource URLs"
                found.append(invalid_value(f"{path}.nonResourceURLs", rule["nonResourceURLs"], text))
            continue
        if not rule.get("apiGroups"):
            found.append(required(f"{path}.apiGroups", "resource rules must supply at least one api group"))
        if not rule.get("resources"):
            found.append(required(f"{path}.resources", "resource rules must supply at least one resource"))
    return found


def role_binding(obj: Object) -> Sequence[StatusCause]:
    """rbac RoleBinding and ClusterRoleBinding."""
    reference, found = obj["roleRef"], []
    kinds = ("ClusterRole",) if obj["kind"] == "ClusterRoleBinding" else ("Role", "ClusterRole")
    if reference["apiGroup"] != "rbac.authorization.k8s.io":
        found.append(not_supported("roleRef.apiGroup", reference["apiGroup"], ("rbac.authorization.k8s.io",)))
    if reference.get("kind", "") not in kinds:
        found.append(not_supported("roleRef.kind", reference.get("kind", ""), kinds))
    if not reference.get("name"):
        found.append(required("roleRef.name"))
    elif problem := path_segment_problems(reference["name"]):
        found.append(invalid_value("roleRef.name", reference["name"], problem))
    for position, subject in enumerate(obj.get("subjects") or ()):
        found += _subject(f"subjects[{position}]", subject, obj["kind"])
    return found


def _subject(path: str, subject: Object, kind: str) -> Iterator[StatusCause]:
    if not subject.get("name"):
        yield required(f"{path}.name")
    match subject.get("kind", ""):
        case "ServiceAccount":
            if subject.get("name") and (problem := dns_subdomain_problems(subject["name"])):
                yield invalid_value(f"{path}.name", subject["name"], problem)
            if subject.get("apiGroup"):
                yield not_supported(f"{path}.apiGroup", subject["apiGroup"], ("",))
            if kind == "ClusterRoleBinding" and not subject.get("namespace"):
                yield required(f"{path}.namespace")
        case "User" | "Group":
            if subject.get("apiGroup") != "rbac.authorization.k8s.io":
                yield not_supported(
                    f"{path}.apiGroup", subject.get("apiGroup", ""), ("rbac.authorization.k8s.io",)
                )
        case other:
            yield not_supported(f"{path}.kind", other, ("ServiceAccount", "User", "Group"))


def role_binding_update(new: Object, old: Object) -> Sequence[StatusCause]:
    """Immutability of roleRef."""
    ref = new["roleRef"]
    if ref == old["roleRef"]:
        return []
    kind, name = ref.get("kind", ""), ref.get("name", "")
    go_text = f'rbac.RoleRef{{APIGroup:"{ref["apiGroup"]}", Kind:"{kind}", Name:"{name}"}}'
    return [invalid_go_value("roleRef", go_text, "cannot change roleRef")]


def storage_class(obj: Object) -> Sequence[StatusCause]:
    """storage.k8s.io/v1 StorageClass."""
    return [] if obj.get("provisioner") else [required("provisioner")]


def signing_request(obj: Object) -> Sequence[StatusCause]:
    """certificates.k8s.io/v1 CertificateSigningRequest, except the PKCS#10 request itself."""
    spec, found = obj["spec"], []
    if not spec.get("signerName"):
        found.append(required("spec.signerName"))
    elif "/" not in spec["signerName"]:
        found.append(
            invalid_value(
                "spec.signerName",
                spec["signerName"],
                "must be a fully qualified domain and path of the form 'example.com/signer-name'",
            )
        )
    return found


def kept_signing_request(new: Object, old: Object) -> None:
    """Restores the immutable spec of a request."""
    new["spec"] = old["spec"]
