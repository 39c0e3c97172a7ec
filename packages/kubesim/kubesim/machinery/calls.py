"""Requests that are more than reading and writing objects: reviews, tokens, logs, bindings.

Whoever can answer one registers a `Handler` with the server for a group, plural and subresource
("" for kinds that are only ever created, as reviews are).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from kubesim.machinery.kinds import Kind
from kubesim.machinery.options import BY_ITSELF, WriteOptions
from kubesim.storage.log import Object


@dataclass(frozen=True, slots=True)
class Call:
    """One request; ``verb`` is Kubernetes' (get, create, update)."""

    verb: str
    kind: Kind
    subresource: str
    namespace: str
    name: str
    obj: Object | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    options: WriteOptions = BY_ITSELF


@dataclass(frozen=True, slots=True)
class Stream:
    """A reply that is no object, sent piece by piece, such as a pod's log."""

    chunks: AsyncIterator[bytes]
    content_type: str = "text/plain"


Handler = Callable[[Call], "Object | Stream | Awaitable[Object | Stream]"]
Address = tuple[str, str, str]
"""Group, plural, subresource."""
