"""Field selectors: "metadata.name=web,status.phase!=Running".

Terms are separated by commas; a backslash escapes a comma, an equals sign or a backslash in a value. Which
fields of a kind are selectable is not checked here; a missing field counts as "".
Source: k8s.io/apimachinery, pkg/fields; error texts are those of API server v1.20.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from apimachinery.selectors import SelectorError

_TERM = re.compile(r"(.*?)(!=|==|=)(.*)", re.DOTALL)
_SPECIAL = re.compile(r"([\\,=])")


@dataclass(frozen=True, slots=True)
class Term:
    """A requirement on one field: equal or not equal to a value."""

    field: str
    value: str
    equal: bool

    def __str__(self) -> str:
        return f"{self.field}{'=' if self.equal else '!='}" + _SPECIAL.sub(r"\\\1", self.value)


@dataclass(frozen=True, slots=True)
class FieldSelector:
    """A conjunction of terms; an empty one matches everything."""

    terms: tuple[Term, ...] = ()

    def matches(self, fields: Mapping[str, str]) -> bool:
        """Whether an object with these field values matches."""
        return all((fields.get(term.field, "") == term.value) is term.equal for term in self.terms)

    def __str__(self) -> str:
        return ",".join(map(str, self.terms))


def parse(text: str) -> FieldSelector:
    """Parse a field selector. Raises `SelectorError`."""
    return FieldSelector(tuple(_term(text, part) for part in sorted(_split(text)) if part))


def _split(text: str) -> list[str]:
    """Split at unescaped commas."""
    parts, escaped = [""], False
    for character in text:
        if character == "," and not escaped:
            parts.append("")
        else:
            parts[-1] += character
        escaped = character == "\\" and not escaped
    return parts


def _term(text: str, part: str) -> Term:
    match = _TERM.fullmatch(part)
    if match is None:
        raise SelectorError(f"invalid selector: '{text}'; can't understand '{part}'")
    return Term(match[1], _unescaped(match[3]), match[2] != "!=")


def _unescaped(text: str) -> str:
    found = []
    characters = iter(text)
    for character in characters:
        if character in ",=":
            raise SelectorError(f"invalid field selector: unescaped character in value: {ord(character)}")
        if character == "\\":
            following = next(characters, "")
            if following not in ("\\", ",", "="):
                raise SelectorError(f"invalid field selector: invalid escape sequence: \\{following}")
            found.append(following)
        else:
            found.append(character)
    return "".join(found)
