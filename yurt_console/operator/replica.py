"""What a service of the operator works with."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Coroutine
from typing import Any, TypeAlias

from yurt_console.kube.client import Client
from yurt_console.kube.credentials import Credentials
from yurt_console.settings import Settings


@dataclasses.dataclass(frozen=True)
class Replica:
    """The cluster and our settings; the leader's ``client`` and ``credentials`` hold only while it leads."""

    client: Client
    credentials: Credentials
    """For those that need connections of their own."""
    settings: Settings


Service: TypeAlias = Callable[[Replica], Coroutine[Any, Any, None]]
"""Runs until it is cancelled. It deals with an API server that is away by itself; an exception that leaves it
ends the process."""
