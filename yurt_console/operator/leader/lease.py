"""The rules of a coordination.k8s.io Lease as client-go applies them. Pure.

A Lease is free when it has no holder, or when it has not changed for its duration. That time is counted here,
from when this process first saw it so: clocks of different machines are never compared. Every write carries
the resourceVersion that was read, so only one of several candidates gets a free Lease.
Source: https://kubernetes.io/docs/concepts/architecture/leases/, k8s.io/client-go/tools/leaderelection.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from apimachinery.times import rfc3339_micro

NAME = "yurt-console-operator"
"""The Lease's name, in the console's namespace."""
RENEWALS = 5
"""Renewals, and attempts of candidates, within the Lease's duration."""
TRUSTED = 2 / 3
"""The part of the duration after a renewal in which its holder works; in the rest, requests that it has sent
arrive."""


class Seen(msgspec.Struct, frozen=True):
    """An observed Lease, and since when (`election.clock`, seconds) it has not changed."""

    found: Mapping[str, Any]
    since: float

    @property
    def holder(self) -> str:
        """The holder, "" for none."""
        return str(self.found["spec"].get("holderIdentity") or "")

    def free(self, now: float) -> bool:
        """Whether a candidate may acquire it at ``now``."""
        seconds = self.found["spec"].get("leaseDurationSeconds") or 0
        return not self.holder or now - self.since > seconds


def seen(before: Seen | None, found: Mapping[str, Any], now: float) -> Seen:
    """The observation now; an unchanged Lease keeps the time of ``before``."""
    if before is not None and _version(before.found) == _version(found):
        return Seen(found, before.since)
    return Seen(found, now)


def first(holder: str, seconds: int, namespace: str, wall: datetime) -> dict[str, Any]:
    """The Lease to create where there is none."""
    return {"metadata": {"name": NAME, "namespace": namespace}, "spec": _spec(holder, seconds, 0, wall)}


def taken(found: Mapping[str, Any], holder: str, seconds: int, wall: datetime) -> dict[str, Any]:
    """``found`` with another holder."""
    transitions = int(found["spec"].get("leaseTransitions") or 0) + 1
    return {**found, "spec": _spec(holder, seconds, transitions, wall)}


def renewed(found: Mapping[str, Any], wall: datetime) -> dict[str, Any]:
    """``found`` with a new renewTime."""
    return {**found, "spec": {**found["spec"], "renewTime": rfc3339_micro(wall)}}


def released(found: Mapping[str, Any], wall: datetime) -> dict[str, Any]:
    """``found`` without a holder, free at once."""
    spec = {
        **found["spec"],
        "holderIdentity": "",
        "leaseDurationSeconds": 1,
        "renewTime": rfc3339_micro(wall),
    }
    return {**found, "spec": spec}


def _spec(holder: str, seconds: int, transitions: int, wall: datetime) -> dict[str, Any]:
    return {
        "holderIdentity": holder,
        "leaseDurationSeconds": seconds,
        "acquireTime": rfc3339_micro(wall),
        "renewTime": rfc3339_micro(wall),
        "leaseTransitions": transitions,
    }


def _version(found: Mapping[str, Any]) -> Any:
    return found["metadata"].get("resourceVersion")
