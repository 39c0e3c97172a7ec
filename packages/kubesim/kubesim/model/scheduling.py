"""Scheduling filters and scores, with kube-scheduler v1.20's reasons. Pure.

Filters run in kube-scheduler's order; the first that rejects a node gives the reason.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from apimachinery.quantities import millicores, whole
from apimachinery.selectors import Selector, SelectorError
from kubesim.model.pod_status import is_over
from kubesim.storage.log import Object


class Load(NamedTuple):
    """Millicores, bytes of memory, and pods."""

    cpu: int = 0
    memory: int = 0
    pods: int = 0

    def __add__(self, other: tuple[int, ...]) -> Load:  # type: ignore[override]  # sums, not concatenation
        return Load(self.cpu + other[0], self.memory + other[1], self.pods + other[2])

    def __sub__(self, other: Load) -> Load:
        return Load(self.cpu - other.cpu, self.memory - other.memory, self.pods - other.pods)


_cores = functools.lru_cache(4096)(millicores)
_bytes = functools.lru_cache(4096)(whole)


def load_of(pod: Object) -> Load:
    """The effective requests of a pod: the sum of its containers, or its largest init container."""
    if is_over(pod):
        return Load()
    spec = pod["spec"]
    together = [_requests(container) for container in spec.get("containers", ())]
    cpu, memory = sum(one[0] for one in together), sum(one[1] for one in together)
    for container in spec.get("initContainers", ()):
        first = _requests(container)
        cpu, memory = max(cpu, first[0]), max(memory, first[1])
    return Load(cpu, memory, 1)


def _requests(container: Object) -> tuple[int, int]:
    requests = container.get("resources", {}).get("requests")
    if not requests:
        return 0, 0
    return _cores(str(requests.get("cpu", "0"))), _bytes(str(requests.get("memory", "0")))


def capacity_of(node: Object) -> Load:
    """The allocatable resources of a node."""
    allocatable = node.get("status", {}).get("allocatable") or {}
    return Load(
        _cores(str(allocatable.get("cpu", "0"))),
        _bytes(str(allocatable.get("memory", "0"))),
        _bytes(str(allocatable.get("pods", "0"))),
    )


def tolerates(tolerations: Iterable[Object], taint: Object) -> bool:
    """Whether any toleration tolerates a taint."""
    return any(_tolerates(toleration, taint) for toleration in tolerations)


def _tolerates(toleration: Object, taint: Object) -> bool:
    if toleration.get("effect") and toleration["effect"] != taint["effect"]:
        return False
    if toleration.get("key") and toleration["key"] != taint["key"]:
        return False
    if toleration.get("operator", "Equal") == "Exists":
        return True
    return bool(toleration.get("key")) and toleration.get("value", "") == taint.get("value", "")


def seconds_tolerated(tolerations: Sequence[Object], taint: Object) -> float | None:
    """Seconds for which a NoExecute taint is tolerated: None without limit, 0 not at all."""
    found = [one for one in tolerations if _tolerates(one, taint)]
    if not found:
        return 0
    limits = [one["tolerationSeconds"] for one in found if one.get("tolerationSeconds") is not None]
    return max(min(limits), 0) if limits else None


def untolerated(
    pod: Object, node: Object, effects: tuple[str, ...] = ("NoSchedule", "NoExecute")
) -> Object | None:
    """The first taint of a node that a pod does not tolerate."""
    tolerations = pod["spec"].get("tolerations") or ()
    for taint in node.get("spec", {}).get("taints") or ():
        if taint["effect"] in effects and not tolerates(tolerations, taint):
            return dict(taint)
    return None


def wants(pod_spec: Object, node: Object) -> bool:
    """Whether a node matches nodeSelector and the required node affinity."""
    labels = node["metadata"].get("labels") or {}
    if any(labels.get(key) != value for key, value in (pod_spec.get("nodeSelector") or {}).items()):
        return False
    affinity = (pod_spec.get("affinity") or {}).get("nodeAffinity") or {}
    required = affinity.get("requiredDuringSchedulingIgnoredDuringExecution")
    if required is None:
        return True
    return any(_term_matches(term, node, labels) for term in required.get("nodeSelectorTerms") or ())


def _term_matches(term: Object, node: Object, labels: Mapping[str, str]) -> bool:
    expressions, fields = term.get("matchExpressions") or [], term.get("matchFields") or []
    if not expressions and not fields:
        return False
    return _matches(expressions, labels) and _matches(fields, {"metadata.name": node["metadata"]["name"]})


_NUMERIC: Mapping[str, Callable[[int, int], bool]] = {"Gt": lambda a, b: a > b, "Lt": lambda a, b: a < b}


def _matches(expressions: list[Object], labels: Mapping[str, str]) -> bool:
    for expression in expressions:
        compare = _NUMERIC.get(expression["operator"])
        if compare is not None:
            have, wanted = labels.get(expression["key"], ""), (expression.get("values") or [""])[0]
            if not (_is_number(have) and _is_number(wanted) and compare(int(have), int(wanted))):
                return False
            continue
        try:
            if not Selector.of({"matchExpressions": [expression]}).matches(labels):
                return False
        except SelectorError:
            return False
    return True


def _is_number(text: str) -> bool:
    return text.removeprefix("-").isdecimal()


def _host_ports(pod: Object) -> frozenset[tuple[str, int]]:
    return frozenset(
        (port.get("protocol", "TCP"), port["hostPort"])
        for container in pod["spec"].get("containers", ())
        for port in container.get("ports", ())
        if port.get("hostPort")
    )


_CORDON = {"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}


class NodeCandidate(NamedTuple):
    """The scheduling properties of a node, computed once per change of the node."""

    node: Object
    labels: Mapping[str, str]
    taints: tuple[Object, ...]
    unschedulable: bool
    capacity: Load

    @classmethod
    def of(cls, node: Object) -> NodeCandidate:
        """The candidate of a node."""
        spec = node.get("spec", {})
        taints = tuple(
            one for one in spec.get("taints") or () if one["effect"] in ("NoSchedule", "NoExecute")
        )
        labels = node["metadata"].get("labels") or {}
        return cls(node, labels, taints, bool(spec.get("unschedulable")), capacity_of(node))


class PodRequirements(NamedTuple):
    """The scheduling requirements of a pod, computed once per pod."""

    spec: Object
    tolerations: tuple[Object, ...]
    tolerates_cordon: bool
    selector: tuple[tuple[str, str], ...]
    has_affinity: bool
    ports: frozenset[tuple[str, int]]
    need: Load

    @classmethod
    def of(cls, pod: Object) -> PodRequirements:
        """The requirements of a pod."""
        spec = pod["spec"]
        tolerations = tuple(spec.get("tolerations") or ())
        return cls(
            spec,
            tolerations,
            tolerates(tolerations, _CORDON),
            tuple((spec.get("nodeSelector") or {}).items()),
            bool((spec.get("affinity") or {}).get("nodeAffinity")),
            _host_ports(pod),
            load_of(pod),
        )

    def refusals(
        self, offer: NodeCandidate, used: Load, neighbours: Callable[[], Iterable[Object]]
    ) -> Sequence[str]:
        """The reasons against a node; empty when the pod fits. ``neighbours`` are the pods on the node."""
        if offer.unschedulable and not self.tolerates_cordon:
            return ("node(s) were unschedulable",)
        for taint in offer.taints:
            if not tolerates(self.tolerations, taint):
                taint_text = f"{{{taint['key']}: {taint.get('value', '')}}}"
                return (f"node(s) had taint {taint_text}, that the pod didn't tolerate",)
        for key, value in self.selector:
            if offer.labels.get(key) != value:
                return (_UNWANTED,)
        if self.has_affinity and not wants(self.spec, offer.node):
            return (_UNWANTED,)
        if self.ports and any(self.ports & _host_ports(one) for one in neighbours() if not is_over(one)):
            return ("node(s) didn't have free ports for the requested pod ports",)
        return self._missing(offer.capacity, used)

    def _missing(self, have: Load, used: Load) -> list[str]:
        found = ["Too many pods"] if used.pods + 1 > have.pods else []
        if self.need.cpu and used.cpu + self.need.cpu > have.cpu:
            found.append("Insufficient cpu")
        if self.need.memory and used.memory + self.need.memory > have.memory:
            found.append("Insufficient memory")
        return found

    def dislike(self, offer: NodeCandidate, used: Load, kin: int) -> tuple[float, ...]:
        """The score of a node, lowest is best: fewest pods of the same controller, then least allocated."""
        full = [
            (taken + more) / total if total else 1.0
            for taken, more, total in zip(used[:2], self.need[:2], offer.capacity[:2], strict=True)
        ]
        return (kin, round(sum(full) / 2, 3), used.pods)


_UNWANTED = "node(s) didn't match Pod's node affinity"


def message(nodes: int, reasons: Mapping[str, int]) -> str:
    """The FailedScheduling message; ``reasons`` with the number of nodes for each."""
    if not nodes:
        return "no nodes available to schedule pods"
    counted = sorted(f"{count} {reason}" for reason, count in reasons.items())
    return f"0/{nodes} nodes are available: {', '.join(counted)}."


def only_node(pod: Object) -> str:
    """The node of a required matchFields term, as DaemonSets set it; "" unless it is exactly one."""
    terms: list[Any] = (
        ((pod["spec"].get("affinity") or {}).get("nodeAffinity") or {})
        .get("requiredDuringSchedulingIgnoredDuringExecution", {})
        .get("nodeSelectorTerms", [])
    )
    if len(terms) != 1:
        return ""
    for field in terms[0].get("matchFields") or ():
        if field["key"] == "metadata.name" and field["operator"] == "In" and len(field["values"]) == 1:
            return str(field["values"][0])
    return ""
