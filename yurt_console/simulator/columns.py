"""The columns that kubectl prints for built-in kinds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from yurt_console.simulator.ages import age
from yurt_console.simulator.kinds import Column
from yurt_console.simulator.log import Object


def _name(obj: Object, _now: datetime) -> str:
    name: str = obj["metadata"]["name"]
    return name


def _age(obj: Object, now: datetime) -> str:
    return age(obj["metadata"].get("creationTimestamp"), now)


NAME = Column("Name", _name, format="name")
AGE = Column("Age", _age)

COLUMNS: Mapping[tuple[str, str], tuple[Column, ...]] = {("", ""): (NAME, AGE)}
"""By group and kind; ("", "") is for kinds without columns of their own."""
