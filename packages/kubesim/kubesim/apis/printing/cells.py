"""Column constructors for tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from apimachinery.selectors import Selector, SelectorError
from kubesim.apis.printing.durations import age
from kubesim.machinery.kinds import Column
from kubesim.storage.log import Object

NONE = "<none>"
UNKNOWN = "<unknown>"
UNSET = "<unset>"

Cell = Callable[[Object], Any]


def column(name: str, cell: Cell, kind: str = "string", *, wide: bool = False, format_: str = "") -> Column:
    """A column of a function; ``wide`` ones have priority 1 (-o wide)."""
    return Column(name, lambda obj, _now: cell(obj), kind, format_, 1 if wide else 0)


def since(name: str, path: str, *, wide: bool = False) -> Column:
    """A column with the age of a timestamp."""
    return Column(name, lambda obj, now: age(at(obj, path, None), now), priority=1 if wide else 0)


def integer(name: str, path: str) -> Column:
    """A column with a number, 0 by default."""
    return column(name, lambda obj: at(obj, path, 0), "integer")


def text(name: str, path: str, missing: str = "", *, wide: bool = False) -> Column:
    """A column with a text."""
    return column(name, lambda obj: at(obj, path, missing) or missing, wide=wide)


def at(obj: Any, path: str, missing: Any) -> Any:
    """The value at a dotted path, or None."""
    for part in path.split("."):
        obj = obj.get(part) if isinstance(obj, Mapping) else None
    return missing if obj is None else obj


def joined(values: Iterable[str], missing: str = NONE) -> str:
    """Values joined by commas."""
    return ",".join(values) or missing


def labels(selected: Mapping[str, str] | None) -> str:
    """Labels as selector text."""
    return joined(f"{key}={value}" for key, value in sorted((selected or {}).items()))


def selector(selected: Mapping[str, Any] | None) -> str:
    """A LabelSelector as text."""
    try:
        return str(Selector.of(selected)) or NONE
    except SelectorError as error:
        return str(error)


def _age(obj: Object, now: datetime) -> str:
    return age(at(obj, "metadata.creationTimestamp", None), now)


AGE = Column("Age", _age)
NAME = column("Name", lambda obj: obj["metadata"]["name"], format_="name")
CREATED = column("Created At", lambda obj: at(obj, "metadata.creationTimestamp", None), "date")
