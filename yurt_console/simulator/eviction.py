"""POST of pods/eviction: a deletion that is asked for politely. PodDisruptionBudgets are not heeded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yurt_console.kube.resources import PODS
from yurt_console.simulator.calls import Call
from yurt_console.simulator.failures import bad_request
from yurt_console.simulator.log import Object
from yurt_console.simulator.options import DeleteOptions

if TYPE_CHECKING:
    from yurt_console.simulator.server import Server


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
