"""Handlers of requests beyond CRUD: reviews, tokens, logs, bindings and other subresources.

A `Handler` is registered with the server for a group, plural and subresource ("" for create-only kinds,
such as reviews).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from kubesim.machinery.kinds import Kind
from kubesim.machinery.options import INTERNAL, WriteOptions
from kubesim.storage.log import Object


@dataclass(frozen=True, slots=True)
class Call:
    """One request; ``verb`` is get, create or update."""

    verb: str
    kind: Kind
    subresource: str
    namespace: str
    name: str
    obj: Object | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    options: WriteOptions = INTERNAL


@dataclass(frozen=True, slots=True)
class Stream:
    """A streamed response, such as a pod's log."""

    chunks: AsyncIterator[bytes]
    content_type: str = "text/plain"


Handler = Callable[[Call], "Object | Stream | Awaitable[Object | Stream]"]
Address = tuple[str, str, str]
"""Group, plural and subresource."""
