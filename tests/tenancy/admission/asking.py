"""Admission requests for tests, as an API server sends them."""

from __future__ import annotations

from typing import Any

import msgspec

from yurt_console.tenancy.admission import review
from yurt_console.tenancy.admission.review import Request

TENANT = "user-0123456789abcdef0123"
OTHER = "user-ffffffffffffffffffff"
KINDS = {"pods": "Pod", "daemonsets": "DaemonSet", "services": "Service", "nodes": "Node", "users": "User"}


def request(
    resource: str,
    found: dict[str, Any] | None,
    *,
    operation: str = "CREATE",
    before: dict[str, Any] | None = None,
    user: str = "system:serviceaccount:user-0123456789abcdef0123:tenant",
    kind: str = "",
    subresource: str = "",
) -> Request:
    """A request for an object in the tenant's namespace, encoded and decoded once."""
    asked = {
        "uid": "705ab4f5-6393-11e8-b7cc-42010a800002",
        "kind": {"group": "", "version": "v1", "kind": kind or KINDS[resource]},
        "resource": {"group": "", "version": "v1", "resource": resource},
        "subResource": subresource,
        "namespace": "" if resource in ("nodes", "users") else TENANT,
        "operation": operation,
        "userInfo": {"username": user, "groups": ["system:authenticated"], "extra": {"x": ["y"]}},
        "object": found,
        "oldObject": before,
        "options": None,
        "dryRun": False,
    }
    body = {"apiVersion": review.API_VERSION, "kind": "AdmissionReview", "request": asked}
    return review.read(msgspec.json.encode(body))


def pod(**spec: Any) -> dict[str, Any]:
    """A valid Pod with the given fields."""
    container = {"name": "web", "image": "nginx:1.25", "ports": [{"containerPort": 80}]}
    return {"metadata": {"name": "web"}, "spec": {"containers": [container], **spec}}


def with_container(**fields: Any) -> dict[str, Any]:
    """A Pod with one container with these fields."""
    return pod(containers=[{"name": "web", "image": "nginx:1.25", **fields}])
