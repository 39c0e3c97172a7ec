"""Records Events about Users, for ``kubectl describe user`` and administrators.

Equal Events are written once and counted after that, as client-go does. An Event that cannot be written is
dropped: the conditions hold the state of an account.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections import OrderedDict
from datetime import UTC, datetime

from apimachinery.resources import EVENTS
from apimachinery.times import rfc3339
from yurt_console.custom_resources import USERS
from yurt_console.kube.client import Client
from yurt_console.kube.errors import KubeError
from yurt_console.rows import User
from yurt_console.tenancy.provisioning.steps import AccountEvent

_log = logging.getLogger(__name__)

NAMESPACE = "default"
"""Where Kubernetes keeps the Events of what has no namespace."""
COMPONENT = "yurt-console-operator"
_CACHED = 4096
"""Events that later ones are counted into."""
_PENDING = 1000


class EventRecorder:
    """Writes Events in the background, one at a time; drops them when 1,000 wait."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._pending: asyncio.Queue[tuple[User, AccountEvent, datetime]] = asyncio.Queue(_PENDING)
        self._recorded: OrderedDict[str, tuple[str, int]] = OrderedDict()

    def record(self, user: User, events: tuple[AccountEvent, ...]) -> None:
        """Queue Events about ``user``; never blocks."""
        for each in events:
            if not self._pending.full():
                self._pending.put_nowait((user, each, datetime.now(UTC)))

    async def run(self) -> None:
        """Write until cancelled."""
        while True:
            user, event, time = await self._pending.get()
            try:
                await self._write(user, event, time)
            except KubeError as error:
                _log.debug("User %s: an Event is not recorded: %s", user.name, error)

    async def _write(self, user: User, event: AccountEvent, time: datetime) -> None:
        key = hashlib.sha256(f"{user.uid}/{event.reason}/{event.message}".encode()).hexdigest()[:16]
        name, count = self._recorded.pop(key, ("", 0))
        if name:
            patch = {"count": count + 1, "lastTimestamp": rfc3339(time)}
            await self._client.merge_patch(EVENTS, name, patch, NAMESPACE)
        else:
            name = f"{user.name}.{key}{int(time.timestamp()):x}"
            await self._client.create(EVENTS, _event_object(user, event, name, rfc3339(time)))
        self._recorded[key] = (name, count + 1)
        while len(self._recorded) > _CACHED:
            self._recorded.popitem(last=False)


def _event_object(user: User, event: AccountEvent, name: str, time: str) -> dict[str, object]:
    return {
        "metadata": {"name": name, "namespace": NAMESPACE},
        "involvedObject": {
            "apiVersion": USERS.api_version(USERS.versions[0]),
            "kind": USERS.kind,
            "name": user.name,
            "uid": user.uid,
        },
        "type": "Warning" if event.warning else "Normal",
        "reason": event.reason,
        "message": event.message,
        "source": {"component": COMPONENT},
        "firstTimestamp": time,
        "lastTimestamp": time,
        "count": 1,
    }
