"""The simulated world: one server, one agenda, one index, and everybody who acts on them.

Actors learn of changes inside the write that makes them, where they may only note what is to be done;
they do it when the agenda comes to it. At the start every object that is there is news to everybody.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Callable, Hashable
from datetime import datetime
from typing import Protocol

from apimachinery.resources import EVENTS, Resource
from apimachinery.times import rfc3339
from kubesim.control_plane.webhook_waits import Consultations
from kubesim.controllers.event_recorder import EventRecorder, EventText
from kubesim.controllers.index import Index
from kubesim.machinery.kinds import Kind
from kubesim.registry.server import Server
from kubesim.runtime.timers import Action, TimerQueue
from kubesim.storage.log import Change, Object, Ref

Listener = Callable[[Change], None]


class ControllerManager:
    """What actors share. ``seed`` decides everything that is left to chance."""

    def __init__(self, server: Server, seed: int = 1, *, is_replay: bool = False) -> None:
        self.server, self.seed, self.is_replay = server, seed, is_replay
        self.timers = TimerQueue(server.clock, self._perform)
        self._consultations = Consultations(server)
        self.index = Index(server.log)
        self.recorder = EventRecorder(server, self.timers)
        self._listeners: dict[tuple[str, str], list[Listener]] = defaultdict(list)
        self._everything: list[Listener] = []
        self._counts: dict[str, int] = defaultdict(int)
        self.is_starting = False

    def on(self, of: Resource | Kind, listener: Listener) -> None:
        """Call ``listener`` with every change of one kind; it may only note what is to be done."""
        self._listeners[of.group, of.plural].append(listener)

    def on_any(self, listener: Listener) -> None:
        """Call ``listener`` with every change of any kind."""
        self._everything.append(listener)

    def start(self) -> None:
        """Tell everybody what is there, and from now on what changes."""
        for table in self._tables():
            for record in self.server.log.list(*table):
                self.index.apply(Change("ADDED", record, None))
        self.is_starting = True
        for table in self._tables():
            for record in self.server.log.list(*table):
                self._tell(Change("ADDED", record, None))
        self.is_starting = False
        for event in self.server.list(EVENTS):
            self.recorder.adopt(event)
        self.server.observe(self._note)

    def _perform(self, key: Hashable, action: Action) -> None:
        """Do an action; one that webhooks have to be asked about is done again when they have answered."""
        self._consultations.perform(key, action, lambda: self.timers.call_soon(key, action))

    def now(self) -> float:
        """The time of day in seconds."""
        return self.server.clock.now().timestamp()

    def timestamp(self) -> str:
        """The time of day as objects carry it."""
        return rfc3339(self.server.clock.now())

    def count(self, what: str) -> int:
        """A number that grows each time it is asked for, so that chance can differ each time."""
        self._counts[what] += 1
        return self._counts[what]

    def record_event(self, about: Object, text: EventText, component: str, host: str = "") -> None:
        """Record an Event."""
        self.recorder.record(about, text, component, host)

    def _tables(self) -> list[tuple[str, str]]:
        return list(dict.fromkeys(kind.table for kind in self.server.kinds))

    def _note(self, change: Change) -> None:
        self.index.apply(change)
        self._tell(change)

    def _tell(self, change: Change) -> None:
        ref = change.record.ref
        for listener in self._listeners.get((ref.group, ref.plural), ()):
            listener(change)
        for listener in self._everything:
            listener(change)


class Controller(Protocol):
    """An actor that makes one object right at a time."""

    manager: ControllerManager

    def reconcile(self, ref: Ref) -> None:
        """Do what one object, perhaps gone by now, needs next."""


def enqueue(controller: Controller, ref: Ref) -> None:
    """Have an actor look at an object soon; asked many times before that, it looks once."""
    controller.manager.timers.call_soon((controller, ref), functools.partial(controller.reconcile, ref))


def enqueue_after(controller: Controller, ref: Ref, seconds: float) -> None:
    """Have an actor look at an object in ``seconds``."""
    controller.manager.timers.call_later(
        seconds, (controller, ref), functools.partial(controller.reconcile, ref)
    )


def controller_of(obj: Object) -> Object | None:
    """The owner reference of the controller."""
    return next(
        (owner for owner in obj["metadata"].get("ownerReferences") or () if owner.get("controller")), None
    )


def controller_refs(owner: Object) -> list[Object]:
    """The owner references of what ``owner`` controls."""
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
    """Whether an object is being deleted."""
    return "deletionTimestamp" in obj["metadata"]


def seconds(moment: str | None) -> float:
    """A timestamp of an object as seconds; 0 when there is none."""
    return datetime.fromisoformat(moment).timestamp() if moment else 0.0
