"""JSONPath of printer columns: fields, quoted fields, indexes, wildcards, equality filters.

Source: https://kubernetes.io/docs/reference/kubectl/jsonpath/, as far as CustomResourceDefinitions use it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

_Step = Callable[[Any], Iterator[Any]]
_STEP = re.compile(
    r"""\.?\[\?\(\s*@((?:\.[\w\-/]+)+)\s*(==|!=)\s*(?:"([^"]*)"|'([^']*)'|([\w.\-]+))\s*\)\]"""
    r"""|\.?\[(\*|-?\d+)\]|\.?\['([^']+)'\]|\.?\["([^"]+)"\]|\.(\*)|\.((?:[^.\[\\]|\\.)+)"""
)


class JsonPathError(ValueError):
    """An unsupported or malformed path."""


@lru_cache(maxsize=1024)
def compiled(path: str) -> Callable[[Any], list[Any]]:
    """A function that finds all values at ``path``. Raises `JsonPathError`."""
    text = path.strip().removeprefix("{").removesuffix("}").removeprefix("$")
    steps: list[_Step] = []
    position = 0
    while position < len(text):
        match = _STEP.match(text, position)
        if match is None:
            raise JsonPathError(f"unrecognized path at {text[position:]!r}")
        steps.append(_step(match))
        position = match.end()

    def find(value: Any) -> list[Any]:
        found = [value]
        for step in steps:
            found = [inner for each in found for inner in step(each)]
        return found

    return find


def _step(match: re.Match[str]) -> _Step:
    path, operator, double, single, bare, index, quoted, doubly, star, field = match.groups()
    if path is not None:
        wanted = next(text for text in (double, single, bare) if text is not None)
        return lambda value: _filtered(value, path, operator == "==", wanted)
    if index == "*" or star:
        return _everything
    if index is not None:
        return lambda value: iter(
            [value[int(index)]] if isinstance(value, list) and _has(value, int(index)) else []
        )
    name = quoted or doubly or re.sub(r"\\(.)", r"\1", field)
    return lambda value: iter([value[name]] if isinstance(value, dict) and name in value else [])


def _has(items: list[Any], index: int) -> bool:
    return -len(items) <= index < len(items)


def _everything(value: Any) -> Iterator[Any]:
    return iter(value.values() if isinstance(value, dict) else value if isinstance(value, list) else ())


def _filtered(value: Any, path: str, equal: bool, wanted: str) -> Iterator[Any]:
    inner = compiled(path)
    for item in value if isinstance(value, list) else ():
        found = inner(item)
        if found and (_text(found[0]) == wanted) is equal:
            yield item


def _text(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)
