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
from kubesim.control_plane.webhook_waits import Consultations
from kubesim.controllers.event_recorder import Recorder, Told
from kubesim.controllers.index import Index
from kubesim.machinery.kinds import Kind
from kubesim.registry.server import Server
from kubesim.runtime.clock import timestamp
from kubesim.runtime.timers import Action, TimerQueue
from kubesim.storage.log import Change, Object, Ref

Listener = Callable[[Change], None]


class ControllerManager:
    """What actors share. ``seed`` decides everything that is left to chance."""

    def __init__(self, server: Server, seed: int = 1, *, is_story: bool = False) -> None:
        self.server, self.seed, self.is_story = server, seed, is_story
        self.agenda = TimerQueue(server.clock, self._perform)
        self._consultations = Consultations(server)
        self.index = Index(server.log)
        self.recorder = Recorder(server, self.agenda)
        self._listeners: dict[tuple[str, str], list[Listener]] = defaultdict(list)
        self._everything: list[Listener] = []
        self._counts: dict[str, int] = defaultdict(int)
        self.is_beginning = False

    def on(self, of: Resource | Kind, listener: Listener) -> None:
        """Call ``listener`` with every change of one kind; it may only note what is to be done."""
        self._listeners[of.group, of.plural].append(listener)

    def on_everything(self, listener: Listener) -> None:
        """Call ``listener`` with every change of any kind."""
        self._everything.append(listener)

    def begin(self) -> None:
        """Tell everybody what is there, and from now on what changes."""
        for table in self._tables():
            for record in self.server.log.list(*table):
                self.index.apply(Change("ADDED", record, None))
        self.is_beginning = True
        for table in self._tables():
            for record in self.server.log.list(*table):
                self._tell(Change("ADDED", record, None))
        self.is_beginning = False
        for event in self.server.list(EVENTS):
            self.recorder.adopt(event)
        self.server.observe(self._note)

    def _perform(self, key: Hashable, action: Action) -> None:
        """Do an action; one that webhooks have to be asked about is done again when they have answered."""
        self._consultations.perform(key, action, lambda: self.agenda.soon(key, action))

    def now(self) -> float:
        """The time of day in seconds."""
        return self.server.clock.now().timestamp()

    def stamp(self) -> str:
        """The time of day as objects carry it."""
        return timestamp(self.server.clock.now())

    def count(self, what: str) -> int:
        """A number that grows each time it is asked for, so that chance can differ each time."""
        self._counts[what] += 1
        return self._counts[what]

    def tell(self, about: Object, told: Told, component: str, host: str = "") -> None:
        """Record an Event."""
        self.recorder.tell(about, told, component, host)

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


class Reconciling(Protocol):
    """An actor that makes one object right at a time."""

    world: ControllerManager

    def reconcile(self, ref: Ref) -> None:
        """Do what one object, perhaps gone by now, needs next."""


def queue(actor: Reconciling, ref: Ref) -> None:
    """Have an actor look at an object soon; asked many times before that, it looks once."""
    actor.world.agenda.soon((actor, ref), functools.partial(actor.reconcile, ref))


def queue_after(actor: Reconciling, ref: Ref, seconds: float) -> None:
    """Have an actor look at an object in ``seconds``."""
    actor.world.agenda.after(seconds, (actor, ref), functools.partial(actor.reconcile, ref))


def controller_of(obj: Object) -> Object | None:
    """The owner reference of the controller."""
    return next(
        (owner for owner in obj["metadata"].get("ownerReferences") or () if owner.get("controller")), None
    )


def owned_by(owner: Object) -> list[Object]:
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


def is_leaving(obj: Object) -> bool:
    """Whether an object is being deleted."""
    return "deletionTimestamp" in obj["metadata"]


def seconds(moment: str | None) -> float:
    """A timestamp of an object as seconds; 0 when there is none."""
    return datetime.fromisoformat(moment).timestamp() if moment else 0.0
