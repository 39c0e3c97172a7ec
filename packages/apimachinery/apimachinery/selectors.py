"""Label selectors: "app=web,tier in (a,b),!canary" and LabelSelector objects, with Kubernetes' rules.

    selector    ::= requirement ["," selector]
    requirement ::= key | "!" key | key exact value | key ("in" | "notin") "(" values ")"
    exact       ::= "=" | "==" | "!=" | ">" | "<"

``!=`` and ``notin`` also match objects without the label; ``=`` without a value means the empty value;
``>`` and ``<`` compare integers. Error texts are those of API server v1.20.
Source: k8s.io/apimachinery, pkg/labels. Field selectors are in `field_selectors`.
"""

from __future__ import annotations

import enum
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from apimachinery.validation import label_key_problems, label_value_problems

_TOKEN = re.compile(r"[ \t\r\n]*(?:(==|!=|[=!(),<>])|([^=!(),<> \t\r\n]+))?")
_OPERATORS_TEXT = "'=', '!=', '==', 'in', notin'"  # quoted as the API server quotes them
_INTEGER = re.compile(r"[+-]?[0-9]{1,19}")
_INT64 = range(-(2**63), 2**63)
_END: Final = ""


class SelectorError(ValueError):
    """A malformed selector, in Kubernetes' words."""


class Operator(enum.StrEnum):
    """The operator of a requirement."""

    EXISTS = "exists"
    NOT_EXISTS = "!"
    EQUALS = "="
    DOUBLE_EQUALS = "=="
    NOT_EQUALS = "!="
    IN = "in"
    NOT_IN = "notin"
    GREATER = ">"
    LESS = "<"


_OPERATORS = {operator.value: operator for operator in Operator if operator is not Operator.EXISTS}
_OBJECT_OPERATORS = {
    "In": Operator.IN,
    "NotIn": Operator.NOT_IN,
    "Exists": Operator.EXISTS,
    "DoesNotExist": Operator.NOT_EXISTS,
}


@dataclass(frozen=True, slots=True)
class Requirement:
    """A requirement on one label; ``values`` is sorted and without duplicates."""

    key: str
    operator: Operator
    values: tuple[str, ...] = ()

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether an object with these labels meets the requirement."""
        value = labels.get(self.key)
        match self.operator:
            case Operator.EXISTS:
                return value is not None
            case Operator.NOT_EXISTS:
                return value is None
            case Operator.NOT_EQUALS | Operator.NOT_IN:
                return value is None or value not in self.values
            case Operator.GREATER | Operator.LESS:
                number, bound = _integer(value or ""), _integer(self.values[0])
                if number is None or bound is None:
                    return False
                return number > bound if self.operator is Operator.GREATER else number < bound
            case _:
                return value is not None and value in self.values

    def __str__(self) -> str:
        match self.operator:
            case Operator.EXISTS:
                return self.key
            case Operator.NOT_EXISTS:
                return f"!{self.key}"
            case Operator.IN | Operator.NOT_IN:
                return f"{self.key} {self.operator} ({','.join(self.values)})"
            case _:
                return f"{self.key}{self.operator}{self.values[0]}"


@dataclass(frozen=True, slots=True)
class Selector:
    """A conjunction of requirements, sorted by key; an empty one matches everything."""

    requirements: tuple[Requirement, ...] = ()
    nothing: bool = False
    """labels.Nothing(): matches no object, the meaning of a missing LabelSelector. It has no text form."""

    @classmethod
    def parse(cls, text: str) -> Selector:
        """Parse a label selector. Raises `SelectorError`."""
        return cls(_sorted(_Parser(text).requirements()))

    @classmethod
    def of(cls, selector: Mapping[str, Any] | None) -> Selector:
        """The selector of a LabelSelector object: None matches nothing, an empty one everything.

        Raises `SelectorError`, also for a value that is not a LabelSelector.
        """
        if selector is None:
            return cls(nothing=True)
        labels, expressions = (
            selector.get("matchLabels") or {},
            selector.get("matchExpressions") or [],
        )
        if not isinstance(labels, Mapping) or not isinstance(expressions, list):
            raise SelectorError("matchLabels must be an object and matchExpressions an array")
        found = [_requirement(str(key), Operator.EQUALS, {str(value)}) for key, value in labels.items()]
        return cls(_sorted([*found, *map(_from_expression, expressions)]))

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether an object with these labels matches."""
        return not self.nothing and all(requirement.matches(labels) for requirement in self.requirements)

    def __str__(self) -> str:
        return ",".join(map(str, self.requirements))


def _sorted(requirements: list[Requirement]) -> tuple[Requirement, ...]:
    return tuple(sorted(requirements, key=lambda requirement: requirement.key))


def _from_expression(expression: Any) -> Requirement:
    if not isinstance(expression, Mapping):
        raise SelectorError("a matchExpression must be an object")
    name = str(expression.get("operator", ""))
    if name not in _OBJECT_OPERATORS:
        raise SelectorError(f"{_quoted(name)} is not a valid pod selector operator")
    values = expression.get("values") or []
    if not isinstance(values, list):
        raise SelectorError("the values of a matchExpression must be an array")
    return _requirement(str(expression.get("key", "")), _OBJECT_OPERATORS[name], set(map(str, values)))


def _requirement(key: str, operator: Operator, values: set[str]) -> Requirement:
    """labels.NewRequirement: a validated requirement."""
    _check_key(key)
    match operator:
        case Operator.IN | Operator.NOT_IN:
            if not values:
                raise SelectorError("for 'in', 'notin' operators, values set can't be empty")
        case Operator.EXISTS | Operator.NOT_EXISTS:
            if values:
                raise SelectorError("values set must be empty for exists and does not exist")
        case Operator.GREATER | Operator.LESS:
            if any(_integer(value) is None for value in values):
                raise SelectorError("for 'Gt', 'Lt' operators, the value must be an integer")
        case _:
            pass
    for value in sorted(values):
        if problems := label_value_problems(value):
            raise SelectorError(f"invalid label value: {_quoted(value)}: at key: {_quoted(key)}: {problems}")
    return Requirement(key, operator, tuple(sorted(values)))


def _check_key(key: str) -> None:
    if problems := label_key_problems(key):
        raise SelectorError(f"invalid label key {_quoted(key)}: {problems}")


def _integer(text: str) -> int | None:
    if not _INTEGER.fullmatch(text):
        return None
    return number if (number := int(text)) in _INT64 else None


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


class _Parser:
    """A parser over the tokens of one text; `_END` is the last token."""

    def __init__(self, text: str) -> None:
        self._tokens = list(_tokens(text))
        self._position = 0

    def requirements(self) -> list[Requirement]:
        found: list[Requirement] = []
        if self._peek() == _END:
            return found
        if not self._begins_requirement():
            raise SelectorError(f"found '{self._peek()}', expected: !, identifier, or 'end of string'")
        while True:
            try:
                found.append(self._requirement())
            except SelectorError as error:
                raise SelectorError(f"unable to parse requirement: {error}") from None
            following = self._next()
            if following == _END:
                return found
            if following != ",":
                raise SelectorError(f"found '{following}', expected: ',' or 'end of string'")
            if not self._begins_requirement():
                raise SelectorError(f"found '{self._peek()}', expected: identifier after ','")

    def _requirement(self) -> Requirement:
        key = self._next()
        absent = key == "!"
        if absent:
            key = self._next()
        if not _is_word(key):
            raise SelectorError(f"found '{key}', expected: identifier")
        _check_key(key)
        if absent:
            return Requirement(key, Operator.NOT_EXISTS)
        if self._peek() in (_END, ","):
            return Requirement(key, Operator.EXISTS)
        found = self._next()
        operator = _OPERATORS.get(found)
        if operator is None or operator is Operator.NOT_EXISTS:
            raise SelectorError(f"found '{found}', expected: {_OPERATORS_TEXT}")
        values = self._values() if operator in (Operator.IN, Operator.NOT_IN) else {self._value()}
        return _requirement(key, operator, values)

    def _value(self) -> str:
        if self._peek() in (_END, ","):
            return ""
        value = self._next()
        if not _is_word(value):
            raise SelectorError(f"found '{value}', expected: identifier")
        return value

    def _values(self) -> set[str]:
        opening = self._next()
        if opening != "(":
            raise SelectorError(f"found '{opening}' expected: '('")
        first = self._peek()
        if not _is_word(first) and first not in (",", ")"):
            raise SelectorError(f"found '{first}', expected: ',', ')' or identifier")
        if first == ")":
            self._next()
            return {""}
        return self._listed()

    def _listed(self) -> set[str]:
        """Values up to the closing parenthesis, as Kubernetes reads them: a comma takes a second one along.

        So "(a,,b)" holds an empty value, and "(a,,)" is refused.
        """
        values: set[str] = set()
        while True:
            found = self._next()
            if _is_word(found):
                values.add(found)
                if self._peek() not in (",", ")"):
                    raise SelectorError(f"found '{self._peek()}', expected: ',' or ')'")
                if self._peek() == ")":
                    self._next()
                    return values
            elif found == ",":
                if not values or self._peek() in (",", ")"):
                    values.add("")
                if self._peek() in (",", ")") and self._next() == ")":
                    return values
            else:
                raise SelectorError(f"found '{found}', expected: ',', or identifier")

    def _begins_requirement(self) -> bool:
        return self._peek() == "!" or _is_word(self._peek())

    def _peek(self) -> str:
        return self._tokens[self._position]

    def _next(self) -> str:
        token = self._tokens[self._position]
        self._position = min(self._position + 1, len(self._tokens) - 1)
        return token


def _tokens(text: str) -> Iterator[str]:
    position = 0
    while match := _TOKEN.match(text, position):
        token = match[1] or match[2]
        if not token:
            break
        yield token
        position = match.end()
    yield _END


def _is_word(token: str) -> bool:
    return token != _END and token[0] not in "=!(),<>"
