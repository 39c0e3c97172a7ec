"""Field selectors: "metadata.name=web,status.phase!=Running".

Terms are joined by commas; a backslash keeps a comma, an equals sign or a backslash in a value. Which
fields a kind can be selected by is the API server's business; a field that is not there counts as "".
Source: k8s.io/apimachinery, pkg/fields; texts of errors are those of API server v1.20.
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
    """One field that must, or must not, have a value."""

    field: str
    value: str
    equal: bool

    def __str__(self) -> str:
        return f"{self.field}{'=' if self.equal else '!='}" + _SPECIAL.sub(r"\\\1", self.value)


@dataclass(frozen=True, slots=True)
class FieldSelector:
    """All of its terms; without any it matches everything."""

    terms: tuple[Term, ...] = ()

    def matches(self, fields: Mapping[str, str]) -> bool:
        """Whether an object with these fields is selected."""
        return all((fields.get(term.field, "") == term.value) is term.equal for term in self.terms)

    def __str__(self) -> str:
        return ",".join(map(str, self.terms))


def parse(text: str) -> FieldSelector:
    """A field selector from its text, as in ``?fieldSelector=``. Raises `SelectorError`."""
    return FieldSelector(tuple(_term(text, part) for part in sorted(_split(text)) if part))


def _split(text: str) -> list[str]:
    """``text`` cut at the commas that no backslash protects."""
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
