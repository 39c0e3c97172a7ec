"""Who leads, decided on a coordination.k8s.io Lease; pure.

As client-go does it: a Lease is free when it names nobody, or when it has looked the same for as long as
it says a holder may be silent. That time is counted here, from when *we* first saw it so: clocks of
different machines are never compared. Every write carries the resourceVersion that was read, so of two that
want a free Lease one gets it.
Source: https://kubernetes.io/docs/concepts/architecture/leases/, k8s.io/client-go/tools/leaderelection.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from apimachinery.times import rfc3339_micro

NAME = "yurt-console-operator"
"""The Lease, in the console's own namespace."""
RENEWALS = 5
"""How often the holder renews within the Lease's duration; and how often the others look."""
TRUSTED = 2 / 3
"""The part of the duration after a renewal for which its holder goes on working: the rest is the margin in
which what it has sent arrives."""


class Seen(msgspec.Struct, frozen=True):
    """A Lease as it was found, and since when (of our own clock, seconds) it has looked so."""

    found: Mapping[str, Any]
    since: float

    @property
    def holder(self) -> str:
        """Who holds it, "" for nobody."""
        return str(self.found["spec"].get("holderIdentity") or "")

    def free(self, now: float) -> bool:
        """Whether anybody may take it."""
        seconds = self.found["spec"].get("leaseDurationSeconds") or 0
        return not self.holder or now - self.since > seconds


def seen(before: Seen | None, found: Mapping[str, Any], now: float) -> Seen:
    """What is seen now; it counts from the first look that found it so."""
    if before is not None and _version(before.found) == _version(found):
        return Seen(found, before.since)
    return Seen(found, now)


def first(holder: str, seconds: int, namespace: str, wall: datetime) -> dict[str, Any]:
    """The Lease to create where there is none."""
    return {"metadata": {"name": NAME, "namespace": namespace}, "spec": _spec(holder, seconds, 0, wall)}


def taken(found: Mapping[str, Any], holder: str, seconds: int, wall: datetime) -> dict[str, Any]:
    """The Lease with another holder, to replace ``found`` with."""
    transitions = int(found["spec"].get("leaseTransitions") or 0) + 1
    return {**found, "spec": _spec(holder, seconds, transitions, wall)}


def renewed(found: Mapping[str, Any], wall: datetime) -> dict[str, Any]:
    """The same holder's Lease for another while."""
    return {**found, "spec": {**found["spec"], "renewTime": rfc3339_micro(wall)}}


def released(found: Mapping[str, Any], wall: datetime) -> dict[str, Any]:
    """The Lease without a holder, free at once."""
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
