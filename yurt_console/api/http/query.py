"""Query strings, read strictly: a list's parameters, or a `BadRequestError` naming every wrong field.

Unknown parameters are ignored, as the API server does; a parameter that is given twice is refused,
because nobody can tell which one was meant. No message repeats what was sent.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Mapping
from typing import Any, Final
from urllib.parse import unquote_to_bytes

import msgspec

from apimachinery.errors import BadRequestError
from apimachinery.selectors import Selector, SelectorError
from yurt_console.strict_input import Reader

TEXT_LIMIT: Final = 256
"""Characters in ``q`` and ``status``; longer ones match nothing Kubernetes allows."""
_OFFSET_LIMIT: Final = 2**31 - 1
_SELECTORS: Final = 64
"""Label selectors that are kept in canonical form for the pages that come next."""


class Parameter(msgspec.Struct, frozen=True):
    """One query parameter in the OpenAPI document."""

    name: str
    description: str
    schema: Mapping[str, Any]
    required: bool = False


class ListQuery(msgspec.Struct, frozen=True, gc=False):
    """The parameters of one list request. Equal requests are equal, so replies are cached by it."""

    namespace: str
    q: str
    """Lower case."""
    sort: str
    descending: bool
    status: str
    """Lower case."""
    labels: str
    """The label selector's text, "" for all."""
    exact: tuple[tuple[str, str], ...]
    """Fields and the one value each must have."""
    offset: int
    limit: int
    detail: bool


class _Reader(Reader):
    """Reads query parameters."""

    def __init__(self, given: Mapping[str, str]) -> None:
        super().__init__()
        self._given = given

    def text(self, field: str) -> str:
        value = self._given.get(field)
        if not value:
            return ""
        if len(value) > TEXT_LIMIT:
            self.refuse(field, f"must have at most {TEXT_LIMIT} characters")
            return ""
        if "\0" in value:
            self.refuse(field, "must not have a NUL")
            return ""
        return value.strip().lower()

    def value(self, field: str) -> str:
        """A field's exact value: not trimmed, and in the case that was sent."""
        return self._given[field] if self.text(field) else ""

    def number(self, field: str, default: int, least: int, most: int) -> int:
        value = self._given.get(field)
        if value is None:
            return default
        if not (value.isascii() and value.isdigit() and len(value) <= 10 and least <= int(value) <= most):
            self.refuse(field, f"must be a whole number from {least} to {most}")
            return default
        return int(value)

    def flag(self, field: str, *, default: bool = False) -> bool:
        value = self._given.get(field)
        if value is None:
            return default
        if value not in ("true", "false"):
            self.refuse(field, "must be true or false")
        return value == "true"

    def namespace(self) -> str:
        value = self._given.get("namespace")
        if not value:
            return ""
        self.require_namespace("namespace", value)
        return value

    def order(self, sorts: Collection[str], default: str) -> tuple[str, bool]:
        value = self._given.get("sort") or default
        name = value.removeprefix("-")
        if name not in sorts:
            self.refuse("sort", f"must be one of {', '.join(sorts)}, with - before it for descending order")
            return default.removeprefix("-"), default.startswith("-")
        return name, value.startswith("-")

    def selector(self) -> str:
        value = self._given.get("labels")
        if not value or not value.strip():
            return ""
        try:
            return _canonical(value)
        except SelectorError:
            self.refuse("labels", "must be a label selector such as app=web,tier!=cache,env in (a,b),!old")
            return ""


@functools.lru_cache(_SELECTORS)
def _canonical(selector: str) -> str:
    return str(Selector.parse(selector))


def parameters(raw: bytes) -> dict[str, str]:
    """The parameters in a query string; raises `BadRequestError` for one given twice or not in UTF-8."""
    found: dict[str, str] = {}
    for pair in raw.split(b"&"):
        if not pair:
            continue
        name, _, value = pair.partition(b"=")
        if b"%" in pair or b"+" in pair:
            name, value = _unquoted(name), _unquoted(value)
        try:
            field = name.decode()
        except UnicodeDecodeError:
            raise BadRequestError.of("the query string must be UTF-8", cause="FieldValueInvalid") from None
        printable = field if field.isascii() and field.isidentifier() else ""
        if field in found:
            raise BadRequestError.of(
                f"{printable or 'a parameter'}: must be given once", field=printable, cause="Duplicate"
            )
        try:
            found[field] = value.decode()
        except UnicodeDecodeError:
            problem = f"{printable or 'a parameter'}: must be UTF-8"
            raise BadRequestError.of(problem, field=printable, cause="FieldValueInvalid") from None
    return found


def _unquoted(text: bytes) -> bytes:
    return unquote_to_bytes(text.replace(b"+", b" "))


def requested_namespace(given: Mapping[str, str]) -> str:
    """The ``namespace`` parameter alone, "" when left out."""
    reader = _Reader(given)
    namespace = reader.namespace()
    reader.done()
    return namespace


def flag(given: Mapping[str, str], field: str, *, default: bool = False) -> bool:
    """One parameter that is true or false, ``default`` when left out."""
    reader = _Reader(given)
    value = reader.flag(field, default=default)
    reader.done()
    return value


def read(
    given: Mapping[str, str],
    *,
    sorts: Collection[str],
    default_sort: str,
    most: int,
    exact: Collection[str] = (),
) -> ListQuery:
    """The parameters of a list. Raises `BadRequestError` with one cause for each wrong field.

    ``sorts`` are the fields this list can be sorted by, ``exact`` those that may be given a value;
    ``most`` is the largest (and the default) limit.
    """
    reader = _Reader(given)
    sort, descending = reader.order(sorts, default_sort)
    query = ListQuery(
        namespace=reader.namespace(),
        q=reader.text("q"),
        sort=sort,
        descending=descending,
        status=reader.text("status"),
        labels=reader.selector(),
        exact=tuple((field, value) for field in exact if (value := reader.value(field))),
        offset=reader.number("offset", 0, 0, _OFFSET_LIMIT),
        limit=reader.number("limit", most, 1, most),
        detail=reader.flag("detail"),
    )
    reader.done()
    return query
