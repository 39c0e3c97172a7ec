"""Admission of Pods and DaemonSets in tenants' namespaces, for every client."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from yurt_console.tenancy.admission import baseline, confinement, podspec
from yurt_console.tenancy.admission.podspec import EphemeralContainers, Pod, PodSpec
from yurt_console.tenancy.admission.review import ALLOWED, Object, Request, Verdict, refused

MIRROR_ANNOTATION = "kubernetes.io/config.mirror"
"""Annotation of mirror pods: the API object of a static pod of a kubelet."""
_SECURITY = (MIRROR_ANNOTATION, baseline.APP_ARMOR_ANNOTATION, *baseline.SECCOMP_ANNOTATIONS)


def named_node(found: Object) -> str:
    """``spec.nodeName`` of a Pod; "" without."""
    spec = found.get("spec")
    name = spec.get("nodeName") if isinstance(spec, dict) else ""
    return name if isinstance(name, str) else ""


def template_of(found: Object | None) -> Object:
    """A DaemonSet's template."""
    spec = (found or {}).get("spec") or {}
    template: Object = spec.get("template") or {}
    return template


def of_pod(request: Request, owner: str | None) -> Verdict:
    """Creation or update of a Pod. ``owner``: the tenant of the node in ``spec.nodeName``; None for none."""
    found, before, tenant = request.object or {}, request.old_object or {}, request.namespace
    if request.operation == "UPDATE":
        if _significant(found) == _significant(before):
            return ALLOWED  # metadata of pods that are older than this rule must stay writable
        if named_node(found) == named_node(before):
            owner = tenant  # chosen by the scheduler; the Node may have been deleted since
    pod = podspec.read(found)
    spec = pod.spec or PodSpec()
    if MIRROR_ANNOTATION in ((pod.metadata and pod.metadata.annotations) or {}):
        return _mirror(request, spec, owner)
    if request.node and request.operation == "CREATE":
        return refused("a node makes no pods in a tenant's namespace, but pictures of its own static ones")
    if reasons := (*confinement.violations(spec, tenant, owner), *baseline.violations(pod)):
        return Verdict(refusals=reasons)
    patch = confinement.patch(spec, tenant, "/spec")
    if patch and request.operation == "UPDATE":
        return refused(
            "the pod predates the rule that keeps pods on their tenant's nodes: delete and create it again"
        )
    return Verdict(patch=patch)


def of_ephemeral_containers(request: Request) -> Verdict:
    """``pods/ephemeralcontainers``: the same rules as for other containers."""
    if request.kind.kind == "EphemeralContainers":
        containers = msgspec.convert(request.object, EphemeralContainers).ephemeral_containers
    else:
        containers = (podspec.read(request.object).spec or PodSpec()).ephemeral_containers
    reasons = tuple(reason for one in containers or () for reason in baseline.of_container(one))
    return Verdict(refusals=reasons)


def of_daemon_set(request: Request, owner: str | None) -> Verdict:
    """Creation or update of a DaemonSet: a patch confines its pods to the tenant's nodes."""
    template, before = template_of(request.object), template_of(request.old_object)
    if request.operation == "UPDATE" and _significant(template) == _significant(before):
        return ALLOWED
    pod = podspec.read(template)
    if reasons := tuple(_of_template(pod, request.namespace, owner)):
        return Verdict(refusals=reasons)
    return Verdict(patch=confinement.patch(pod.spec or PodSpec(), request.namespace, "/spec/template/spec"))


def _of_template(pod: Pod, tenant: str, owner: str | None) -> Iterator[str]:
    yield from confinement.violations(pod.spec or PodSpec(), tenant, owner)
    yield from baseline.violations(pod)


def _mirror(request: Request, spec: PodSpec, owner: str | None) -> Verdict:
    if not request.node or request.node != spec.node_name:
        return refused("only the kubelet that runs a mirror pod can create it")
    if owner != request.namespace:
        return refused(f'node "{request.node}" is not a node of this tenant')
    return ALLOWED  # a mirror pod runs already, on the tenant's own machine


def _significant(found: Object) -> tuple[object, dict[str, str]]:
    annotations = (found.get("metadata") or {}).get("annotations") or {}
    return found.get("spec"), {key: text for key, text in annotations.items() if key.startswith(_SECURITY)}
