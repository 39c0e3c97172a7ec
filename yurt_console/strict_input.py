"""Reads input strictly: collects every wrong field, and refuses all of them at once. Pure.

No message repeats what was sent.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from apimachinery.errors import StatusCause, wrong_fields


class Reader:
    """Collects what is wrong with fields; `done` raises it. Base of readers of one kind of input."""

    def __init__(self, within: str = "") -> None:
        """``within`` is the path of the object that is read, with a trailing dot."""
        self.causes: list[StatusCause] = []
        self._within = within

    def refuse(self, field: str, message: str, reason: str = "FieldValueInvalid") -> None:
        """Note that ``field`` is wrong."""
        self.causes.append(StatusCause(reason, message, self._within + field))

    def done(self) -> None:
        """Raise `BadRequestError` with every wrong field, if there is one."""
        if self.causes:
            raise wrong_fields(self.causes)


class JsonReader(Reader):
    """Reads a JSON object; null is a field that was left out. Fields that are not ``known`` are wrong."""

    def __init__(self, given: Mapping[str, Any], known: Collection[str], within: str = "") -> None:
        super().__init__(within)
        self._given = given
        unknown = set(given) - set(known)
        for name in sorted(name for name in unknown if name.isascii() and name.isidentifier()):
            self.refuse(name, f"there is no such field; known: {', '.join(known)}", "FieldValueNotSupported")
        if unknown and not self.causes:
            self.causes.append(StatusCause("FieldValueNotSupported", "has an unknown field", "body"))

    def has(self, *fields: str) -> bool:
        """Whether one of ``fields`` is given."""
        return any(self._given.get(field) is not None for field in fields)

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
