"""Decodes API objects and list pages from JSON into rows.

JSON is decoded into wire structs with only the fields that a row needs, and from these into the row. No
dictionary of the object is built. A malformed object is skipped and counted without affecting the others:
when a page fails, its objects are decoded one by one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

import msgspec

from yurt_console.kube.errors import MalformedReply
from yurt_console.rows import Key, Row

R = TypeVar("R", bound=Row)
W = TypeVar("W", bound=msgspec.Struct)
_HEAD = 2048
"""Bytes within which a list's metadata ends: a continue token has a few hundred."""
_MALFORMED = (msgspec.MsgspecError, UnicodeDecodeError, ValueError)


class ListPage(msgspec.Struct, Generic[R]):
    """One chunk of a list; ``continue_`` is "" on the last. ``skipped``: why objects were left out."""

    rows: list[R]
    resource_version: str
    continue_: str
    skipped: list[str]


class _ListMeta(msgspec.Struct, gc=False, rename="camel"):
    resource_version: str = ""
    continue_: str = msgspec.field(default="", name="continue")


class _Listed(msgspec.Struct, gc=False):
    metadata: _ListMeta


class _List(msgspec.Struct, Generic[W], gc=False):
    metadata: _ListMeta
    items: list[W] | None = None


class _RawList(msgspec.Struct, gc=False):
    metadata: _ListMeta
    items: list[msgspec.Raw] | None = None


class _Name(msgspec.Struct, gc=False):
    name: str
    namespace: str = ""


class _Named(msgspec.Struct, gc=False):
    metadata: _Name


_listed = msgspec.json.Decoder(_Listed)
_raw_pages = msgspec.json.Decoder(_RawList)
_names = msgspec.json.Decoder(_Named)


class Decoder(Generic[R]):
    """Decodes objects of one kind into rows."""

    def __init__(self, wire: type[W], row: Callable[[W], R]) -> None:
        self._row: Callable[[Any], R] = row
        self._objects = msgspec.json.Decoder(wire)
        self._pages = msgspec.json.Decoder(_List[wire])  # type: ignore[valid-type]

    def row(self, body: bytes | msgspec.Raw) -> R:
        """The row of one object. Raises `MalformedReply` with a text that quotes nothing of the object."""
        try:
            return self._row(self._objects.decode(body))
        except _MALFORMED as error:
            raise MalformedReply(_why(error)) from None

    def object_and_row(self, body: bytes | msgspec.Raw) -> tuple[dict[str, Any], R]:
        """The object as JSON has it and its row, for callers that write it back. Raises as `row`."""
        row = self.row(body)
        return msgspec.json.decode(body, type=dict[str, Any]), row

    def page(self, body: bytes) -> ListPage[R]:
        """The rows of a list. Raises `MalformedReply` when ``body`` is no list."""
        try:
            page = self._pages.decode(body)
            rows = [self._row(item) for item in page.items or ()]
        except _MALFORMED:
            return self._page_one_by_one(body)
        return ListPage(rows, page.metadata.resource_version, page.metadata.continue_, [])

    def _page_one_by_one(self, body: bytes) -> ListPage[R]:
        try:
            page = _raw_pages.decode(body)
        except _MALFORMED as error:
            raise MalformedReply(f"a list is not one: {_why(error)}") from None
        rows: list[R] = []
        skipped: list[str] = []
        for item in page.items or ():
            try:
                rows.append(self.row(item))
            except MalformedReply as error:
                skipped.append(str(error))
        return ListPage(rows, page.metadata.resource_version, page.metadata.continue_, skipped)


def continue_token(body: bytes) -> str:
    """The continue token of a list; "" on the last page. Raises `MalformedReply` when ``body`` is no list."""
    head = _head(body)
    try:
        return _listed.decode(body if head is None else head).metadata.continue_
    except _MALFORMED as error:
        raise MalformedReply(f"a list is not one: {_why(error)}") from None


def early_continue_token(begun: bytes) -> str:
    """The continue token of a partly received list; "" also when it is not known yet."""
    head = _head(begun)
    return "" if head is None else continue_token(begun)


def _head(begun: bytes) -> bytes | None:
    """The list without its items, if its metadata come first, as they do except for custom resources."""
    head, items, _ = begun[:_HEAD].partition(b',"items":[')
    return head + b"}" if items and b'"metadata":{' in head else None


def key(body: bytes | msgspec.Raw) -> Key:
    """Namespace and name of any object; raises `MalformedReply`."""
    try:
        metadata = _names.decode(body).metadata
    except _MALFORMED as error:
        raise MalformedReply(_why(error)) from None
    return (metadata.namespace, metadata.name)


def _why(error: Exception) -> str:
    # A validation error names the field and the type expected; anything else might quote the object.
    return str(error) if isinstance(error, msgspec.ValidationError) else "it cannot be read"
