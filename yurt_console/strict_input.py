"""Reads input strictly: collects every wrong field, and refuses all of them at once. Pure.

No message repeats what was sent.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from apimachinery import validation
from apimachinery.errors import StatusCause, wrong_fields
from apimachinery.times import parse_time


class Reader:
    """Collects what is wrong with fields; `done` raises it. Base of readers of one kind of input."""

    def __init__(self, within: str = "") -> None:
        """``within`` is the path of the object that is read, with a trailing dot."""
        self.causes: list[StatusCause] = []
        self._within = within

    def refuse(self, field: str, message: str, reason: str = "FieldValueInvalid") -> None:
        """Note that ``field`` is wrong."""
        self.causes.append(StatusCause(reason, message, self._within + field))

    def require_name(self, field: str, value: str) -> None:
        """Note that ``field`` is wrong unless it is the name of an object."""
        if not validation.is_dns_subdomain(value):
            self.refuse(field, "must be an object's name: a DNS subdomain of at most 253 characters")

    def require_namespace(self, field: str, value: str) -> None:
        """Note that ``field`` is wrong unless it is the name of a namespace."""
        if not validation.is_dns_label(value):
            self.refuse(field, "must be a namespace's name: a DNS label of at most 63 characters")

    def done(self) -> None:
        """Raise `BadRequestError` with every wrong field, if there is one."""
        if self.causes:
            raise wrong_fields(self.causes)


class JsonReader(Reader):
    """Reads a JSON object; null is a field that was left out.

    Fields that are not ``known`` are wrong; with None they are ignored.
    """

    def __init__(self, given: Mapping[str, Any], known: Collection[str] | None, within: str = "") -> None:
        super().__init__(within)
        self._given = given
        if known is not None:
            self._refuse_others(known)

    def _refuse_others(self, known: Collection[str]) -> None:
        unknown = set(self._given) - set(known)
        for name in sorted(name for name in unknown if name.isascii() and name.isidentifier()):
            self.refuse(name, f"there is no such field; known: {', '.join(known)}", "FieldValueNotSupported")
        if unknown and not self.causes:
            self.causes.append(StatusCause("FieldValueNotSupported", "has an unknown field", "body"))

    def has(self, *fields: str) -> bool:
        """Whether one of ``fields`` is given."""
        return any(self._given.get(field) is not None for field in fields)

    def value(self, field: str) -> Any:
        """The field as it was sent, unchecked; None when left out."""
        return self._given.get(field)

    def text(self, field: str) -> str:
        """A text that must be given, "" when it is wrong."""
        value = self._given.get(field)
        if not isinstance(value, str) or not value:
            self.refuse(field, "must be text", "FieldValueRequired")
            return ""
        return value

    def time(self, field: str) -> datetime | None:
        """A time, None when left out or wrong."""
        value = self._given.get(field)
        found = parse_time(value) if isinstance(value, str) else None
        if value is not None and found is None:
            self.refuse(field, "must be a time such as 2030-01-31T12:00:00Z")
        return found

    def number(self, field: str, least: int, most: int) -> int | None:
        """A whole number, None when left out or wrong."""
        value = self._given.get(field)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            self.refuse(field, f"must be a whole number from {least} to {most}")
            return None
        return value

    def amount(self, field: str, pattern: re.Pattern[str], example: str) -> str | None:
        """A quantity, "" for no bound; None when left out or wrong."""
        value = self._given.get(field)
        if value is None or value == "":
            return value
        if not isinstance(value, str) or not pattern.fullmatch(value.strip()):
            self.refuse(field, f'must be an amount such as {example}, or "" for no bound')
            return None
        return value.strip()

    def within(self, field: str, known: Collection[str]) -> JsonReader:
        """A reader of the object in ``field``; what is wrong with it is collected here as well."""
        value = self._given.get(field)
        if value is not None and not isinstance(value, dict):
            self.refuse(field, "must be an object")
        inner = JsonReader(value if isinstance(value, dict) else {}, known, f"{self._within}{field}.")
        self.causes += inner.causes
        inner.causes = self.causes
        return inner
