"""The controller manager: what all controllers of one API server share.

Listeners run inside the write that changes an object, where they may only enqueue; reconciles run from
the timer queue. At the start every existing object is announced as ADDED.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Callable, Hashable
from datetime import datetime
from typing import Protocol

from apimachinery.resources import EVENTS, Resource
from apimachinery.times import rfc3339
from kubesim.control_plane.webhook_retries import WebhookRetries
from kubesim.controllers.event_recorder import EventRecorder, EventText
from kubesim.controllers.index import Index
from kubesim.machinery.kinds import Kind
from kubesim.registry.server import Server
from kubesim.runtime.timers import Action, TimerQueue
from kubesim.storage.log import Change, Object, Ref

Listener = Callable[[Change], None]


class ControllerManager:
    """Server, timers, index and event recorder of the controllers; ``seed`` determines everything random."""

    def __init__(self, server: Server, seed: int = 1, *, is_replay: bool = False) -> None:
        self.server, self.seed, self.is_replay = server, seed, is_replay
        self.timers = TimerQueue(server.clock, self._perform)
        self._webhook_retries = WebhookRetries(server)
        self.index = Index(server.log)
        self.recorder = EventRecorder(server, self.timers)
        self._listeners: dict[tuple[str, str], list[Listener]] = defaultdict(list)
        self._any_listeners: list[Listener] = []
        self._counts: dict[str, int] = defaultdict(int)
        self.is_starting = False

    def on(self, of: Resource | Kind, listener: Listener) -> None:
        """Call ``listener`` with every change of one kind; it may only enqueue."""
        self._listeners[of.group, of.plural].append(listener)

    def on_any(self, listener: Listener) -> None:
        """Call ``listener`` with every change of any kind."""
        self._any_listeners.append(listener)

    def start(self) -> None:
        """Announce all existing objects, and from now on every change."""
        for table in self._tables():
            for record in self.server.log.list(*table):
                self.index.apply(Change("ADDED", record, None))
        self.is_starting = True
        for table in self._tables():
            for record in self.server.log.list(*table):
                self._notify(Change("ADDED", record, None))
        self.is_starting = False
        for event in self.server.list(EVENTS):
            self.recorder.adopt(event)
        self.server.observe(self._observe)

    def _perform(self, key: Hashable, action: Action) -> None:
        """Run an action; one that needs webhooks runs again after their answers."""
        self._webhook_retries.perform(key, action, lambda: self.timers.call_soon(key, action))

    def now(self) -> float:
        """The current Unix time."""
        return self.server.clock.now().timestamp()

    def timestamp(self) -> str:
        """The current time as metav1.Time."""
        return rfc3339(self.server.clock.now())

    def count(self, what: str) -> int:
        """A counter per name, as a salt for repeated random choices."""
        self._counts[what] += 1
        return self._counts[what]

    def record_event(self, about: Object, text: EventText, component: str, host: str = "") -> None:
        """Record an Event."""
        self.recorder.record(about, text, component, host)

    def _tables(self) -> list[tuple[str, str]]:
        return list(dict.fromkeys(kind.table for kind in self.server.kinds))

    def _observe(self, change: Change) -> None:
        self.index.apply(change)
        self._notify(change)

    def _notify(self, change: Change) -> None:
        ref = change.record.ref
        for listener in self._listeners.get((ref.group, ref.plural), ()):
            listener(change)
        for listener in self._any_listeners:
            listener(change)


class Controller(Protocol):
    """A controller that reconciles one object at a time."""

    manager: ControllerManager

    def reconcile(self, ref: Ref) -> None:
        """Reconcile one object, which may be deleted."""


def enqueue(controller: Controller, ref: Ref) -> None:
    """Enqueue an object for a controller; a queued object is queued once."""
    controller.manager.timers.call_soon((controller, ref), functools.partial(controller.reconcile, ref))


def enqueue_after(controller: Controller, ref: Ref, seconds: float) -> None:
    """Enqueue an object in ``seconds``."""
    controller.manager.timers.call_later(
        seconds, (controller, ref), functools.partial(controller.reconcile, ref)
    )


def controller_of(obj: Object) -> Object | None:
    """metav1.GetControllerOf: the owner reference of the controller, or None."""
    return next(
        (owner for owner in obj["metadata"].get("ownerReferences") or () if owner.get("controller")), None
    )


def controller_refs(owner: Object) -> list[Object]:
    """metav1.NewControllerRef: the owner references of objects that ``owner`` controls."""
    metadata = owner["metadata"]
    return [
        {
            "apiVersion": owner["apiVersion"],
            "kind": owner["kind"],
            "name": metadata["name"],
            "uid": metadata["uid"],
            "controller": True,
            "blockOwnerDeletion": True,
        }
    ]


def is_terminating(obj: Object) -> bool:
    """Whether an object has a deletionTimestamp."""
    return "deletionTimestamp" in obj["metadata"]


def seconds(moment: str | None) -> float:
    """A timestamp as Unix time; 0 for None."""
    return datetime.fromisoformat(moment).timestamp() if moment else 0.0
