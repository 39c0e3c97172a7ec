"""The watch protocol without I/O: splits bytes into lines and decodes lines into watch events.

Source: https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
A watch is an endless body with one JSON object a line: ``{"type": ..., "object": ...}``.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable
from typing import Literal

import msgspec

from yurt_console.kube.errors import ApiError, MalformedReply, from_response

LINE_LIMIT = 16 * 2**20
"""Bytes. A node that lists many images has megabytes; etcd takes objects of 1.5 MiB, JSON may be larger."""

EventType = Literal["ADDED", "MODIFIED", "DELETED", "BOOKMARK", "ERROR"]


class WatchEvent(msgspec.Struct, frozen=True, gc=False):
    """One event; ``object`` is the JSON as it came: the object, or for ERROR the `Status`."""

    type: EventType
    object: msgspec.Raw
    resource_version: str = ""
    """Resource version to resume from after this event; "" for ERROR."""

    @property
    def error(self) -> ApiError:
        """The `Status` of an ERROR event as an exception: `Gone` when the version is too old."""
        return from_response(500, bytes(self.object))


class _Line(msgspec.Struct, gc=False):
    type: EventType
    object: msgspec.Raw


class _Metadata(msgspec.Struct, gc=False, rename="camel"):
    resource_version: str


class _Object(msgspec.Struct, gc=False):
    metadata: _Metadata


_lines = msgspec.json.Decoder(_Line)
_objects = msgspec.json.Decoder(_Object)


def parse(line: bytes) -> WatchEvent:
    """The event on one line of a watch. Raises `MalformedReply`; its text quotes nothing of the line."""
    try:
        found = _lines.decode(line)
        if found.type == "ERROR":
            return WatchEvent("ERROR", found.object)
        version = _objects.decode(found.object).metadata.resource_version
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise MalformedReply(f"a watch line of {len(line)} bytes is no event: {_why(error)}") from None
    if not version:
        raise MalformedReply(f"a watch event of {len(line)} bytes has no resourceVersion")
    return WatchEvent(found.type, found.object, version)


def _why(error: Exception) -> str:
    # A validation error quotes the offending value for enumerations only: here an unknown `type`.
    return "it is not the JSON of one" if isinstance(error, msgspec.ValidationError) else "it is not JSON"


class Lines:
    """Splits a stream of chunks into lines; the rest after the last newline waits for the next chunk."""

    def __init__(self, limit: int = LINE_LIMIT) -> None:
        self._limit = limit
        self._begun: list[bytes] = []
        self._size = 0

    def feed(self, chunk: bytes) -> list[bytes]:
        """The lines that ``chunk`` completes, without newlines and blank ones.

        Raises `MalformedReply` once a line has more bytes than the limit.
        """
        first, *rest = chunk.split(b"\n")
        self._begun.append(first)
        self._size += len(first)
        if self._size > self._limit:
            raise MalformedReply(f"a watch line has more than {self._limit} bytes")
        if not rest:
            return []
        lines = [b"".join(self._begun), *rest[:-1]]
        self._begun = [rest[-1]]
        self._size = len(rest[-1])
        return [line for line in lines if line.strip()]


async def split(chunks: AsyncIterable[bytes], limit: int) -> AsyncGenerator[bytes, None]:
    """The lines of a stream of chunks; raises as `Lines.feed`."""
    lines = Lines(limit)
    async for chunk in chunks:
        for line in lines.feed(chunk):
            yield line
