"""The state that request handlers share: the cluster, the accounts, and caches of replies."""

from __future__ import annotations

import dataclasses
import functools
import secrets
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from apimachinery.times import rfc3339_of_unix
from yurt_console.api.http.caching.caller_cache import CallerCache
from yurt_console.api.http.caching.memo import Memo
from yurt_console.api.http.caching.reply_cache import ReplyCache
from yurt_console.api.http.cluster_context import ClusterContext
from yurt_console.api.http.request_stats import RequestStats
from yurt_console.api.http.responses import Body
from yurt_console.api.http.streams import Streams
from yurt_console.api.lists.encoded_rows import EncodedRows
from yurt_console.settings import Settings
from yurt_console.tenancy.accounts.accounts import Accounts
from yurt_console.tenancy.identity.session_key import SessionKey

_INDEXES: Final = 128 * 1024 * 1024
"""Bytes of indexes; that of 100,000 pods takes a third."""
_ROWS: Final = 16 * 1024 * 1024
"""Bytes of cached rows of replies."""
_REPLIES: Final = 16 * 1024 * 1024
"""Bytes of cached replies."""


@dataclasses.dataclass(frozen=True, slots=True)
class Console:
    """One replica's state. It holds caches and rate limits only: every replica can serve every request."""

    settings: Settings
    cluster: ClusterContext
    accounts: Accounts
    session_key: SessionKey
    now: Callable[[], float] = time.time
    indexes: Memo[Any] = dataclasses.field(default_factory=lambda: Memo(_INDEXES))
    encoded_rows: EncodedRows = dataclasses.field(default_factory=lambda: EncodedRows(_ROWS))
    replies: Memo[Any] = dataclasses.field(default_factory=lambda: Memo(_REPLIES))
    web_assets: Mapping[str, Body] = dataclasses.field(default_factory=dict)
    """The web page's files by path."""
    requests: RequestStats = dataclasses.field(default_factory=RequestStats)
    callers: CallerCache = dataclasses.field(default_factory=CallerCache)
    reply_cache: ReplyCache = dataclasses.field(default_factory=ReplyCache)
    streams: Streams = dataclasses.field(default_factory=Streams)
    instance: str = dataclasses.field(default_factory=lambda: secrets.token_hex(8))
    """Part of every ETag: versions count from zero in each process, so replicas never share tags."""

    @property
    def ready(self) -> bool:
        """Whether the cluster is listed and the session key is known."""
        return self.cluster.cache.ready.is_set() and self.session_key.known

    def rfc3339_now(self) -> str:
        """Now as Kubernetes writes times, formatted once a second."""
        return _formatted(int(self.now()))

    def time(self) -> datetime:
        """Now, aware."""
        return datetime.fromtimestamp(self.now(), UTC)


@functools.lru_cache(maxsize=2)
def _formatted(seconds: int) -> str:
    return rfc3339_of_unix(seconds) or ""
