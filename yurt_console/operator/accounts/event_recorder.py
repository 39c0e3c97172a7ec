"""Events about Users: what happened, in words, for ``kubectl describe user`` and administrators.

Told once and counted after that, as Kubernetes' own components do it. An Event that cannot be written is
left out: the conditions say how an account stands.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections import OrderedDict
from datetime import UTC, datetime

from apimachinery.resources import EVENTS
from yurt_console.custom_resources import USERS
from yurt_console.kube.client import Client
from yurt_console.kube.errors import KubeError
from yurt_console.rows import User
from yurt_console.tenancy.provisioning.steps import News
from yurt_console.tenancy.provisioning.tenant_objects import rfc3339

_log = logging.getLogger(__name__)

NAMESPACE = "default"
"""Where Kubernetes keeps the Events of what has no namespace."""
COMPONENT = "yurt-console-operator"
_REMEMBERED = 4096
_PENDING = 1000


class Recorder:
    """Writes Events in the background, one after the other."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._pending: asyncio.Queue[tuple[User, News, datetime]] = asyncio.Queue(_PENDING)
        self._told: OrderedDict[str, tuple[str, int]] = OrderedDict()

    def tell(self, user: User, news: tuple[News, ...]) -> None:
        """Note what happened to ``user``; never blocks."""
        for each in news:
            if not self._pending.full():
                self._pending.put_nowait((user, each, datetime.now(UTC)))

    async def run(self) -> None:
        """Write until cancelled."""
        while True:
            user, news, time = await self._pending.get()
            try:
                await self._write(user, news, time)
            except KubeError as error:
                _log.debug("User %s: an Event is lost: %s", user.name, error)

    async def _write(self, user: User, news: News, time: datetime) -> None:
        key = hashlib.sha256(f"{user.uid}/{news.reason}/{news.message}".encode()).hexdigest()[:16]
        name, count = self._told.pop(key, ("", 0))
        if name:
            patch = {"count": count + 1, "lastTimestamp": rfc3339(time)}
            await self._client.merge_patch(EVENTS, name, patch, NAMESPACE)
        else:
            name = f"{user.name}.{key}{int(time.timestamp()):x}"
            await self._client.create(EVENTS, _event(user, news, name, rfc3339(time)))
        self._told[key] = (name, count + 1)
        while len(self._told) > _REMEMBERED:
            self._told.popitem(last=False)


def _event(user: User, news: News, name: str, time: str) -> dict[str, object]:
    return {
        "metadata": {"name": name, "namespace": NAMESPACE},
        "involvedObject": {
            "apiVersion": USERS.api_version(USERS.versions[0]),
            "kind": USERS.kind,
            "name": user.name,
            "uid": user.uid,
        },
        "type": "Warning" if news.warning else "Normal",
        "reason": news.reason,
        "message": news.message,
        "source": {"component": COMPONENT},
        "firstTimestamp": time,
        "lastTimestamp": time,
        "count": 1,
    }
