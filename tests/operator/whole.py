"""Everything that a cluster holds, object by object."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from tests.planes.kubernetes_api import Api
from yurt_console.operator.leader import lease

Place = tuple[str, str, str]
_HISTORY = "events"
"""What happened to an account may be read for an hour after it is gone; Kubernetes deletes these."""


def everything(api: Api) -> dict[Place, str]:
    """The uid of every object of every kind that can be listed, by kind's address, namespace and name."""
    return {place: metadata.get("uid", "") for place, metadata in _metadata(api)}


def steady(api: Api) -> dict[Place, str]:
    """`everything` but garbage, once a second passed without a change.

    What has no owner any more is garbage of earlier tests, which Kubernetes' collector takes away some time.
    """
    deadline = time.monotonic() + 60
    found = _owned(api)
    while True:
        time.sleep(1)
        previous, found = found, _owned(api)
        if found == previous:
            return found
        assert time.monotonic() < deadline, changes(previous, found)


def returns_to(api: Api, before: dict[Place, str]) -> None:
    """Fail with what is left or gone unless `everything` is as before within a minute."""
    deadline = time.monotonic() + 60
    while (after := everything(api)) != before:
        assert time.monotonic() < deadline, changes(before, after)
        time.sleep(0.2)


def changes(before: dict[Place, str], after: dict[Place, str]) -> str:
    """What is new and what is gone."""
    new, gone = (sorted(set(one) - set(other)) for one, other in ((after, before), (before, after)))
    return f"new: {new}, gone: {gone}"


def _owned(api: Api) -> dict[Place, str]:
    found = list(_metadata(api))
    uids = {metadata.get("uid") for _, metadata in found}
    return {
        place: metadata.get("uid", "")
        for place, metadata in found
        if not (owners := metadata.get("ownerReferences")) or any(owner["uid"] in uids for owner in owners)
    }


def _metadata(api: Api) -> Iterator[tuple[Place, dict[str, Any]]]:
    for base, kind in _kinds(api):
        for obj in api.done("GET", f"{base}/{kind}")["items"] or ():
            metadata: dict[str, Any] = obj["metadata"]
            if metadata["name"] != lease.NAME:  # the operator's own, made when the first one runs
                yield (f"{base}/{kind}", metadata.get("namespace", ""), metadata["name"]), metadata


def _kinds(api: Api) -> list[tuple[str, str]]:
    groups = api.done("GET", "/apis")["groups"]
    bases = ["/api/v1", *(f"/apis/{group['preferredVersion']['groupVersion']}" for group in groups)]
    return [
        (base, kind["name"])
        for base in bases
        for kind in api.done("GET", base)["resources"]
        if "list" in kind["verbs"] and "/" not in kind["name"] and kind["name"] != _HISTORY
    ]
