"""events.k8s.io/v1 Event: stored as core/v1 Event and converted.

Source: k8s.io/kubernetes, pkg/apis/events/v1/conversion.go.
"""

from __future__ import annotations

import dataclasses

from kubesim.machinery.kinds import Kind
from kubesim.storage.log import Object

_NAMES = {
    "involvedObject": "regarding",
    "message": "note",
    "reportingComponent": "reportingController",
    "source": "deprecatedSource",
    "firstTimestamp": "deprecatedFirstTimestamp",
    "lastTimestamp": "deprecatedLastTimestamp",
    "count": "deprecatedCount",
}
_BACK = {new: old for old, new in _NAMES.items()}


def kind(new: Kind) -> Kind:
    """The events.k8s.io kind, reading and writing core Events."""
    return dataclasses.replace(new, stored_as=("", "events"), from_stored=_to_new, to_stored=_to_core)


def _to_new(obj: Object) -> Object:
    found = {_NAMES.get(key, key): value for key, value in obj.items()}
    for key in ("reportingController", "reportingInstance"):
        if not found.get(key):
            found.pop(key, None)
    return {**found, "apiVersion": "events.k8s.io/v1"}


def _to_core(obj: Object) -> Object:
    return {**{_BACK.get(key, key): value for key, value in obj.items()}, "apiVersion": "v1"}
