"""POST of pods/eviction: a deletion that is asked for politely. PodDisruptionBudgets are not heeded."""

from __future__ import annotations

from apimachinery.resources import PODS
from kubesim.errors.statuses import bad_request
from kubesim.machinery.calls import Call
from kubesim.machinery.options import DeleteOptions
from kubesim.registry.server import Server
from kubesim.storage.log import Object


def evict(server: Server, call: Call) -> Object:
    """Delete the pod as the Eviction's deleteOptions say."""
    server.get(PODS, call.namespace, call.name)
    eviction = call.obj or {}
    if eviction.get("metadata", {}).get("name") != call.name:
        raise bad_request("name in URL does not match name in Eviction object")
    asked = _part(eviction, "deleteOptions")
    preconditions = _part(asked, "preconditions")
    grace = asked.get("gracePeriodSeconds")
    if not isinstance(grace, int | None):
        raise bad_request("Eviction: deleteOptions.gracePeriodSeconds is no integer")
    options = DeleteOptions(
        user=call.options.user,
        grace_period_seconds=grace,
        propagation=asked.get("propagationPolicy") or "",
        uid=preconditions.get("uid") or "",
        resource_version=preconditions.get("resourceVersion") or "",
        dry_run=call.options.dry_run or bool(asked.get("dryRun")),
    )
    server.delete(PODS, call.namespace, call.name, options)
    return {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201}


def _part(obj: Object, name: str) -> Object:
    part = obj.get(name)
    if not isinstance(part, dict | None):
        raise bad_request(f"Eviction: {name} is no object")
    return part or {}
