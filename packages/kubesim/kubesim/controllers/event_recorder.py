"""The event recorder: writes Events, counts repetitions, deletes them after their TTL."""

from __future__ import annotations

import functools
from datetime import datetime
from typing import NamedTuple

from apimachinery.errors import StatusError
from apimachinery.resources import EVENTS
from apimachinery.times import rfc3339, rfc3339_micro
from kubesim.registry.server import Server
from kubesim.runtime.timers import TimerQueue
from kubesim.storage.log import Object

EVENT_TTL = 3600.0
"""Event TTL in seconds (--event-ttl)."""

SCHEDULER = "default-scheduler"


class EventText(NamedTuple):
    """The reason and message of an Event."""

    reason: str
    message: str
    warning: bool = False
    field_path: str = ""


class EventRecorder:
    """Records the Events of one server."""

    def __init__(self, server: Server, timers: TimerQueue) -> None:
        self._server, self._timers = server, timers
        self._existing: dict[tuple[str, ...], tuple[str, str]] = {}
        self._count = 0
        self._muted_until = 0.0

    def mute_before(self, moment: float) -> None:
        """Drop Events before a Unix time: those that would be expired at the end of a replay."""
        self._muted_until = moment

    def adopt(self, event: Object) -> None:
        """Continue the count and the TTL of an existing Event."""
        key = _key(event["involvedObject"], event.get("source", {}), event)
        place = (event["metadata"]["namespace"], event["metadata"]["name"])
        self._existing[key] = place
        told_at = (
            event.get("lastTimestamp") or event.get("eventTime") or event["metadata"]["creationTimestamp"]
        )
        age = self._server.clock.now() - datetime.fromisoformat(told_at)
        self._expire_later(EVENT_TTL - age.total_seconds(), key, place)

    def record(self, about: Object, text: EventText, component: str, host: str = "") -> None:
        """Record an Event about an object; the scheduler's have the events.k8s.io form."""
        if self._server.clock.now().timestamp() < self._muted_until:
            return
        metadata = about["metadata"]
        involved = {
            "kind": about["kind"],
            "namespace": metadata.get("namespace", ""),
            "name": metadata["name"],
            # kubelet and node controller use the name of a Node as its uid
            "uid": metadata["name"]
            if about["kind"] == "Node" and component == "kubelet"
            else metadata["uid"],
            "apiVersion": about["apiVersion"],
            "resourceVersion": metadata["resourceVersion"],
            "fieldPath": text.field_path,
        }
        involved = {key: value for key, value in involved.items() if value}
        source = (
            {} if component == SCHEDULER else {"component": component, **({"host": host} if host else {})}
        )
        event: Object = {
            "involvedObject": involved,
            "reason": text.reason,
            "message": text.message,
            "type": "Warning" if text.warning else "Normal",
        }
        key = _key(involved, source, event)
        if not self._increment(key):
            self._write(key, event, source, component)

    def _increment(self, key: tuple[str, ...]) -> bool:
        """Increment the count of an existing Event; False when there is none."""
        place = self._existing.get(key)
        event = self._server.find(EVENTS, *place) if place else None
        if place is None or event is None:
            return False
        now = self._server.clock.now()
        if event.get("eventTime"):
            series = event.get("series") or {"count": 1}
            more = {"count": series["count"] + 1, "lastObservedTime": rfc3339_micro(now)}
            self._server.store(EVENTS, {**event, "series": more})
        else:
            count = event.get("count", 1) + 1
            self._server.store(EVENTS, {**event, "count": count, "lastTimestamp": rfc3339(now)})
        self._expire_later(EVENT_TTL, key, place)
        return True

    def _write(self, key: tuple[str, ...], event: Object, source: Object, component: str) -> None:
        now = self._server.clock.now()
        self._count += 1
        involved = event["involvedObject"]
        namespace = involved.get("namespace") or "default"
        number = int(now.timestamp() * 1_000_000) * 1000 + self._count % 1000
        name = f"{involved['name']}.{number:x}"
        if component == SCHEDULER:
            action = "Binding" if event["reason"] == "Scheduled" else "Scheduling"
            times: Object = {
                "eventTime": rfc3339_micro(now),
                "action": action,
                "reportingComponent": component,
                "reportingInstance": f"{component}-simulated",
            }
        else:
            moment = rfc3339(now)
            times = {"firstTimestamp": moment, "lastTimestamp": moment, "count": 1}
        obj = {"metadata": {"name": name}, **event, **times, "source": source}
        try:
            self._server.create(EVENTS, namespace, obj)
        except StatusError:
            # the namespace may be terminating
            return
        self._existing[key] = (namespace, name)
        self._expire_later(EVENT_TTL, key, (namespace, name))

    def _expire_later(self, seconds: float, key: tuple[str, ...], place: tuple[str, str]) -> None:
        self._timers.call_later(seconds, ("event", *place), functools.partial(self._expire, key, place))

    def _expire(self, key: tuple[str, ...], place: tuple[str, str]) -> None:
        if self._existing.get(key) == place:
            del self._existing[key]
        if self._server.find(EVENTS, *place) is not None:
            self._server.delete(EVENTS, *place)


def _key(involved: Object, source: Object, event: Object) -> tuple[str, ...]:
    return (
        involved["kind"],
        involved.get("uid", ""),
        involved.get("fieldPath", ""),
        event["reason"],
        event["message"],
        event["type"],
        source.get("component", ""),
    )
