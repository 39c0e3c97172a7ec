"""The dependencies of a service of the operator: client, credentials, settings, counts."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Coroutine
from typing import Any, TypeAlias

from yurt_console.kube.client import Client
from yurt_console.kube.credentials import Credentials
from yurt_console.operator.stats import OperatorStats
from yurt_console.settings import Settings


@dataclasses.dataclass(frozen=True)
class Replica:
    """Dependencies of a service. The leader's client and credentials wait while it may not lead."""

    client: Client
    credentials: Credentials
    """For services with connections of their own."""
    settings: Settings
    stats: OperatorStats = dataclasses.field(default_factory=OperatorStats)


Service: TypeAlias = Callable[[Replica], Coroutine[Any, Any, None]]
"""Runs until cancelled, also while the API server is unavailable; an exception that it raises ends the
process."""
