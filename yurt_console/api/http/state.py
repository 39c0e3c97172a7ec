"""What every address works with: the copy of the cluster, the accounts, and what is remembered of answers."""

from __future__ import annotations

import dataclasses
import secrets
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from yurt_console.api.files import File, load
from yurt_console.api.http.memo import Memo
from yurt_console.cache.cluster_cache import ClusterCache
from yurt_console.cache.feed import Feed
from yurt_console.inventory.inventory import Inventory
from yurt_console.settings import Settings
from yurt_console.tenancy.accounts.accounts import Accounts
from yurt_console.tenancy.identity.impersonation import Impersonator
from yurt_console.tenancy.identity.session_key import SessionKey

_INDEXES: Final = 128 * 1024 * 1024
"""Bytes of indexes; that of 100,000 pods takes a third."""
_ROWS: Final = 16 * 1024 * 1024
"""Bytes of remembered rows of replies."""
_PAGES: Final = 16 * 1024 * 1024
"""Bytes of remembered pages."""


@dataclasses.dataclass(frozen=True, slots=True)
class Console:
    """One running console. Everything in it is a cache or a limit: any replica can answer anything."""

    settings: Settings
    cluster: Inventory
    mirror: ClusterCache
    feed: Feed
    accounts: Accounts
    session_key: SessionKey
    acting: Impersonator
    now: Callable[[], float] = time.time
    indexes: Memo[Any] = dataclasses.field(default_factory=lambda: Memo(_INDEXES))
    rows: Memo[msgspec.Raw] = dataclasses.field(default_factory=lambda: Memo(_ROWS))
    pages: Memo[Any] = dataclasses.field(default_factory=lambda: Memo(_PAGES))
    page: Mapping[str, File] = dataclasses.field(default_factory=load)
    """The web page's files by path."""
    instance: str = dataclasses.field(default_factory=lambda: secrets.token_hex(8))
    """Part of every ETag: versions count from zero in each process, so replicas must not share tags."""

    @property
    def ready(self) -> bool:
        """Whether pages can be served: the cluster was read, and sessions can be told from forgeries."""
        return self.mirror.ready.is_set() and self.session_key.known

    def time(self) -> datetime:
        """Now, aware."""
        return datetime.fromtimestamp(self.now(), UTC)


def rfc3339(seconds: float | None) -> str | None:
    """A Unix time as Kubernetes writes times, None as None."""
    if seconds is None:
        return None
    return rfc3339_of(datetime.fromtimestamp(seconds, UTC))


def rfc3339_of(time: datetime | None) -> str:
    """A time (aware) as Kubernetes writes times, "" for none."""
    if time is None:
        return ""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
