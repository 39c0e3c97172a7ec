"""Everything that a cluster holds, object by object."""

from __future__ import annotations

from typing import Any

from tests.planes.kubernetes_api import Api
from yurt_console.operator.leader import lease

Place = tuple[str, str, str]
_HISTORY = "events"
"""What happened to an account may be read for an hour after it is gone; Kubernetes deletes these."""


def everything(api: Api) -> dict[Place, str]:
    """The uid of every object of every kind that can be listed, by kind's address, namespace and name."""
    found: dict[Place, str] = {}
    for base, kind in _kinds(api):
        for obj in api.done("GET", f"{base}/{kind}")["items"] or ():
            metadata: dict[str, Any] = obj["metadata"]
            place = (f"{base}/{kind}", metadata.get("namespace", ""), metadata["name"])
            if metadata["name"] != lease.NAME:  # the operator's own, made when the first one runs
                found[place] = metadata.get("uid", "")
    return found


def _kinds(api: Api) -> list[tuple[str, str]]:
    groups = api.done("GET", "/apis")["groups"]
    bases = ["/api/v1", *(f"/apis/{group['preferredVersion']['groupVersion']}" for group in groups)]
    return [
        (base, kind["name"])
        for base in bases
        for kind in api.done("GET", base)["resources"]
        if "list" in kind["verbs"] and "/" not in kind["name"] and kind["name"] != _HISTORY
    ]
