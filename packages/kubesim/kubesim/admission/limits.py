"""LimitRanger: defaults and limits of containers, pods and claims.

Source: k8s.io/kubernetes, plugin/pkg/admission/limitranger, in v1.20's words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from apimachinery.errors import StatusError
from kubesim.admission.amounts import Amount, Amounts, amounts
from kubesim.admission.usage import requirements
from kubesim.errors.statuses import forbidden
from kubesim.machinery.options import AdmissionAttributes
from kubesim.storage.log import Log, Object

_LIMITS = ("", "limitranges")
_ANNOTATION = "kubernetes.io/limit-ranger"
_KEYS = (("requests", "defaultRequest", "request"), ("limits", "default", "limit"))


class LimitRanger:
    """The LimitRanger plug-in: `defaulted` mutates, `checked` validates."""

    def __init__(self, log: Log) -> None:
        self._log = log

    def defaulted(self, write: AdmissionAttributes) -> None:
        """Add the namespace's defaults to the containers of a new pod."""
        if write.obj is None or not self._is_about(write) or write.plural != "pods":
            return
        for record in self._log.list(*_LIMITS, write.namespace):
            _fill(write.obj, record.object)

    def checked(self, write: AdmissionAttributes) -> None:
        """Reject what exceeds a LimitRange. Raises `ForbiddenError`."""
        if write.obj is None or not self._is_about(write):
            return
        for record in self._log.list(*_LIMITS, write.namespace):
            found = list(dict.fromkeys(_problems(write.plural, write.obj, record.object)))
            if found:
                raise _refused(write, found)

    def _is_about(self, write: AdmissionAttributes) -> bool:
        if not self._log.count(*_LIMITS) or write.group or write.subresource:
            return False
        if write.plural == "pods":
            return write.verb == "create"
        return write.plural == "persistentvolumeclaims" and write.verb in ("create", "update")


def _fill(pod: Object, limit_range: Object) -> None:
    usual: dict[str, dict[str, str]] = {"requests": {}, "limits": {}}
    for limit in (limit_range.get("spec") or {}).get("limits") or ():
        if limit.get("type") == "Container":
            for key, source, _ in _KEYS:
                usual[key] |= limit.get(source) or {}
    filled_in: list[str] = []
    spec = pod["spec"]
    for kind, containers in (("init container", "initContainers"), ("container", "containers")):
        for container in spec.get(containers) or ():
            filled_in += _filled(container, usual, kind)
    if filled_in:
        text = f"LimitRanger plugin set: {'; '.join(filled_in)}"
        metadata = pod["metadata"]
        metadata["annotations"] = {**(metadata.get("annotations") or {}), _ANNOTATION: text}


def _filled(container: Object, usual: dict[str, dict[str, str]], kind: str) -> Iterator[str]:
    resources = container.setdefault("resources", {})
    for key, _, word in _KEYS:
        present = resources.get(key) or {}
        added = {name: text for name, text in usual[key].items() if name not in present}
        if added:
            resources[key] = {**present, **added}
            yield f"{', '.join(sorted(added))} {word} for {kind} {container.get('name', '')}"


def _problems(plural: str, obj: Object, limit_range: Object) -> Iterator[str]:
    for limit in (limit_range.get("spec") or {}).get("limits") or ():
        kind = limit.get("type", "")
        if plural == "persistentvolumeclaims":
            if kind == "PersistentVolumeClaim":
                requests = amounts((obj["spec"].get("resources") or {}).get("requests"))
                yield from _each(limit.get("min"), partial(_below, kind, requests, {}))
                yield from _each(limit.get("max"), partial(_above_request, kind, requests))
        elif kind == "Container":
            spec = obj["spec"]
            for container in (*(spec.get("containers") or ()), *(spec.get("initContainers") or ())):
                resources = container.get("resources") or {}
                yield from _of(
                    kind, limit, amounts(resources.get("requests")), amounts(resources.get("limits"))
                )
        elif kind == "Pod":
            yield from _of(kind, limit, requirements(obj, "requests"), requirements(obj, "limits"))


def _of(kind: str, limit: Object, requests: Amounts, limits: Amounts) -> Iterator[str]:
    yield from _each(limit.get("min"), partial(_below, kind, requests, limits))
    yield from _each(limit.get("max"), partial(_above, kind, requests, limits))
    yield from _each(limit.get("maxLimitRequestRatio"), partial(_too_far, kind, requests, limits))


def _each(bounds: Object | None, check: Callable[[str, Amount], str]) -> Iterator[str]:
    for name, bound in sorted(amounts(bounds).items()):
        if problem := check(name, bound):
            yield problem


def _below(kind: str, requests: Amounts, limits: Amounts, name: str, bound: Amount) -> str:
    start = f"minimum {name} usage per {kind} is {bound}"
    if name not in requests:
        return f"{start}.  No request is specified"
    if requests[name].value < bound.value:
        return f"{start}, but request is {requests[name]}"
    if name in limits and limits[name].value < bound.value:
        return f"{start}, but limit is {limits[name]}"
    return ""


def _above(kind: str, requests: Amounts, limits: Amounts, name: str, bound: Amount) -> str:
    start = f"maximum {name} usage per {kind} is {bound}"
    if name not in limits:
        return f"{start}.  No limit is specified"
    if limits[name].value > bound.value:
        return f"{start}, but limit is {limits[name]}"
    if name in requests and requests[name].value > bound.value:
        return f"{start}, but request is {requests[name]}"
    return ""


def _above_request(kind: str, requests: Amounts, name: str, bound: Amount) -> str:
    start = f"maximum {name} usage per {kind} is {bound}"
    if name not in requests:
        return f"{start}.  No request is specified"
    return f"{start}, but request is {requests[name]}" if requests[name].value > bound.value else ""


def _too_far(kind: str, requests: Amounts, limits: Amounts, name: str, bound: Amount) -> str:
    start = f"{name} max limit to request ratio per {kind} is {bound}"
    if name not in requests or not requests[name].value:
        return f"{start}, but no request is specified or request is 0"
    if name not in limits or not limits[name].value:
        return f"{start}, but no limit is specified or limit is 0"
    ratio = limits[name].value / requests[name].value
    return f"{start}, but provided ratio is {float(ratio):f}" if ratio > bound.value else ""


def _refused(write: AdmissionAttributes, problems: list[str]) -> StatusError:
    metadata = (write.obj or {}).get("metadata") or {}
    name = write.name or metadata.get("name") or metadata.get("generateName") or "Unknown"
    why = problems[0] if len(problems) == 1 else f"[{', '.join(problems)}]"
    return forbidden(write.group, write.plural, name, why)
