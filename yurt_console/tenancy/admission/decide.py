"""Admission decision: dispatches a request to the rules of its resource. Pure."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from yurt_console.tenancy.admission import nodes, pods, services, users
from yurt_console.tenancy.admission.review import ALLOWED, Request, Verdict, refused


class DecisionInputs(msgspec.Struct, frozen=True):
    """Inputs of a decision beside the request."""

    console: str
    """User name of the console's ServiceAccount."""
    owner: str | None = None
    """The tenant of that node; None when the Node does not exist or has no tenant."""


def node_in_question(request: Request) -> str:
    """The node that a decision depends on; "" for none."""
    match request.resource.resource, request.sub_resource:
        case "pods", "":
            return pods.named_node(request.object or {})
        case "daemonsets", "":
            return pods.named_node(pods.template_of(request.object))
        case "nodes", "":
            return request.node
        case _:
            return ""


def decide(request: Request, inputs: DecisionInputs) -> Verdict:
    """The verdict of the mutating webhook. An object that cannot be decoded is refused."""
    if request.operation not in ("CREATE", "UPDATE"):
        return ALLOWED
    rules: dict[tuple[str, str], Callable[[], Verdict]] = {
        ("pods", ""): lambda: pods.of_pod(request, inputs.owner),
        ("pods", "ephemeralcontainers"): lambda: pods.of_ephemeral_containers(request),
        ("daemonsets", ""): lambda: pods.of_daemon_set(request, inputs.owner),
        ("services", ""): lambda: services.of_service(request),
        ("nodes", ""): lambda: nodes.of_node(request, inputs.owner),
        ("users", ""): lambda: users.of_user(request, inputs.console),
    }
    rule = rules.get((request.resource.resource, request.sub_resource))
    if rule is None:
        return refused(f"there is no rule for {request.resource.resource}/{request.sub_resource}")
    try:
        return rule()
    except msgspec.ValidationError as error:
        return refused(f"the {request.kind.kind} cannot be read: {error}")


def final(request: Request, inputs: DecisionInputs) -> Verdict:
    """The verdict of the validating webhook: an object that would still need a patch is refused."""
    verdict = decide(request, inputs)
    if verdict.patch:
        return refused("another admission webhook took away what keeps pods on their tenant's nodes")
    return verdict
