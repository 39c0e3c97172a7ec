"""Usage evaluators of ResourceQuota: what one object counts for. Pure.

Source: k8s.io/kubernetes, pkg/quota/v1/evaluator/core, as v1.20 counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from kubesim.admission.amounts import ONE, Amount, Amounts, amounts, largest, total
from kubesim.storage.log import Object

_BY_NAME = frozenset({"configmaps", "replicationcontrollers", "resourcequotas", "secrets", "services"})
_COMPUTE = ("cpu", "memory", "ephemeral-storage")
_EXPLICIT = frozenset({"cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory"})
_STORAGE_CLASS = ".storageclass.storage.k8s.io/"
_CLASS_ANNOTATION = "volume.beta.kubernetes.io/storage-class"


def usage(group: str, plural: str, obj: Object) -> dict[str, Amount]:
    """The usage of an object, by the names in a quota's ``hard``."""
    counted = {f"count/{plural}.{group}" if group else f"count/{plural}": ONE}
    if group:
        return counted
    if plural in _BY_NAME:
        counted[plural] = ONE
    match plural:
        case "pods" if (obj.get("status") or {}).get("phase") not in ("Failed", "Succeeded"):
            return {**counted, **_of_pod(obj)}
        case "services":
            return {**counted, **_of_service(obj)}
        case "persistentvolumeclaims":
            return {**counted, **_of_claim(obj)}
        case _:
            return counted


def requirements(pod: Object, key: str) -> dict[str, Amount]:
    """The total ``requests`` or ``limits`` of a pod's containers."""
    spec = pod["spec"]
    together = total(_resources(container, key) for container in spec.get("containers") or ())
    for container in spec.get("initContainers") or ():
        together = largest(together, _resources(container, key))
    overhead = amounts(spec.get("overhead"))
    if key == "limits":
        overhead = {name: amount for name, amount in overhead.items() if name in together}
    return total([together, overhead])


def unspecified(pod: Object, names: Iterable[str]) -> list[str]:
    """The compute resources of a quota that a container of the pod does not specify."""
    wanted, spec = _EXPLICIT & set(names), pod["spec"]
    found: set[str] = set()
    for container in (*(spec.get("containers") or ()), *(spec.get("initContainers") or ())):
        found |= wanted - _named(_resources(container, "requests"), _resources(container, "limits")).keys()
    return sorted(found)


def is_in_scope(quota: Object, group: str, plural: str, obj: Object) -> bool:
    """Whether a quota's scopes match an object; only pods have scopes."""
    spec = quota.get("spec") or {}
    selector = (spec.get("scopeSelector") or {}).get("matchExpressions") or []
    scopes = [{"scopeName": scope, "operator": "Exists"} for scope in spec.get("scopes") or ()]
    wanted = [*scopes, *selector]
    if not wanted:
        return True
    return (group, plural) == ("", "pods") and all(_has_scope(obj, one) for one in wanted)


def _has_scope(pod: Object, wanted: Mapping[str, Any]) -> bool:
    spec = pod["spec"]
    is_terminating = spec.get("activeDeadlineSeconds") is not None
    is_best_effort = not requirements(pod, "requests") and not requirements(pod, "limits")
    priority, values = spec.get("priorityClassName", ""), wanted.get("values") or ()
    match wanted["scopeName"]:
        case "Terminating":
            return is_terminating
        case "NotTerminating":
            return not is_terminating
        case "BestEffort":
            return is_best_effort
        case "NotBestEffort":
            return not is_best_effort
        case "PriorityClass":
            return {
                "Exists": bool(priority),
                "DoesNotExist": not priority,
                "In": priority in values,
                "NotIn": priority not in values,
            }.get(wanted["operator"], False)
        case _:
            return False


def _of_pod(pod: Object) -> dict[str, Amount]:
    return {"pods": ONE, **_named(requirements(pod, "requests"), requirements(pod, "limits"))}


def _named(requests: Amounts, limits: Amounts) -> dict[str, Amount]:
    found: dict[str, Amount] = {}
    for name, amount in requests.items():
        if name in _COMPUTE or name.startswith("hugepages-"):
            found[name] = amount
        found[f"requests.{name}"] = amount
    found.update({f"limits.{name}": limits[name] for name in _COMPUTE if name in limits})
    return found


def _of_service(service: Object) -> dict[str, Amount]:
    spec = service["spec"]
    ports = Amount.of(len(spec.get("ports") or ()))
    found: dict[str, Amount] = {}
    if spec.get("type") in ("NodePort", "LoadBalancer"):
        found["services.nodeports"] = ports
    if spec.get("type") == "LoadBalancer":
        found["services.loadbalancers"] = ONE
    return found


def _of_claim(claim: Object) -> dict[str, Amount]:
    spec = claim["spec"]
    annotations = claim["metadata"].get("annotations") or {}
    storage_class = annotations.get(_CLASS_ANNOTATION) or spec.get("storageClassName")
    found = {"persistentvolumeclaims": ONE}
    if storage_class:
        found[f"{storage_class}{_STORAGE_CLASS}persistentvolumeclaims"] = ONE
    requests = (spec.get("resources") or {}).get("requests") or {}
    if "storage" in requests:
        storage = Amount.of(requests["storage"])
        found["requests.storage"] = storage
        if storage_class:
            found[f"{storage_class}{_STORAGE_CLASS}requests.storage"] = storage
    return found


def _resources(container: Object, key: str) -> dict[str, Amount]:
    return amounts((container.get("resources") or {}).get(key))
