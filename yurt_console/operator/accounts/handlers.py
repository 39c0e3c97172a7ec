"""What kopf calls: an event about a User means looking at that account, and nothing else.

Only ``on.event`` handlers: kopf's others keep a copy of the object in an annotation and put a finalizer of
their own. What is written to a User is decided in one place, `tenancy.plan`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import kopf

from yurt_console.custom_resources import USERS
from yurt_console.kube.credentials import Credentials
from yurt_console.operator.accounts import login


def registry(credentials: Credentials, look_at: Callable[[str], object]) -> kopf.OperatorRegistry:
    """The handlers, for one cluster; ``look_at`` is called with the User's name."""
    handlers = kopf.OperatorRegistry()
    sessions = login.Sessions(credentials)

    @kopf.on.login(registry=handlers)
    async def log_in(**_: Any) -> kopf.AiohttpSession:
        return await sessions.open()

    @kopf.on.event(USERS.group, USERS.versions[0], USERS.plural, registry=handlers)
    async def seen(name: str | None, **_: Any) -> None:
        look_at(str(name))

    return handlers
