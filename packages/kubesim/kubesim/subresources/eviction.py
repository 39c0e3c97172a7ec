"""policy/v1beta1 Eviction: POST of pods/eviction. PodDisruptionBudgets are not enforced."""

from __future__ import annotations

from apimachinery.resources import PODS
from kubesim.errors.statuses import bad_request
from kubesim.machinery.calls import Call
from kubesim.machinery.options import DeleteOptions
from kubesim.registry.server import Server
from kubesim.storage.log import Object


def evict(server: Server, call: Call) -> Object:
    """Delete the pod with the Eviction's deleteOptions."""
    server.get(PODS, call.namespace, call.name)
    eviction = call.obj or {}
    if eviction.get("metadata", {}).get("name") != call.name:
        raise bad_request("name in URL does not match name in Eviction object")
    options_sent = _part(eviction, "deleteOptions")
    preconditions = _part(options_sent, "preconditions")
    grace = options_sent.get("gracePeriodSeconds")
    if not isinstance(grace, int | None):
        raise bad_request("Eviction: deleteOptions.gracePeriodSeconds is no integer")
    options = DeleteOptions(
        user=call.options.user,
        grace_period_seconds=grace,
        propagation=options_sent.get("propagationPolicy") or "",
        uid=preconditions.get("uid") or "",
        resource_version=preconditions.get("resourceVersion") or "",
        dry_run=call.options.dry_run or bool(options_sent.get("dryRun")),
    )
    server.delete(PODS, call.namespace, call.name, options)
    return {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201}


def _part(obj: Object, name: str) -> Object:
    part = obj.get(name)
    if not isinstance(part, dict | None):
        raise bad_request(f"Eviction: {name} is no object")
    return part or {}
