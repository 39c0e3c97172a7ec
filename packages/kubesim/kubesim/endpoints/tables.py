"""meta.k8s.io Table and PartialObjectMetadata."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from kubesim.machinery.kinds import Column, Kind
from kubesim.storage.log import Object

_PARTIAL = "PartialObjectMetadata"


def columns_of(kind: Kind, version: str) -> Sequence[Column]:
    """The columns of a kind in a version."""
    return kind.version_columns.get(version, kind.columns)


def table(
    kind: Kind, version: str, objects: Iterable[Object], now: datetime, *,
    table_version: str = "v1", metadata: dict[str, Any] | None = None, headed: bool = True,
    include: str = "Metadata",
) -> dict[str, Any]:  # fmt: skip
    """A Table; in a watch only the first one has column definitions."""
    columns = columns_of(kind, version)
    definitions = [
        {
            "name": column.name,
            "type": column.type,
            "format": column.format,
            "description": column.description,
            "priority": column.priority,
        }
        for column in columns
    ]
    rows = [
        {
            "cells": [column.value(obj, now) for column in columns],
            "object": _included(kind, version, obj, include),
        }
        for obj in objects
    ]
    return {
        "kind": "Table",
        "apiVersion": f"meta.k8s.io/{table_version}",
        "metadata": metadata or {},
        "columnDefinitions": definitions if headed else None,
        "rows": rows,
    }


def partial(obj: Object, meta_version: str = "v1") -> Object:
    """PartialObjectMetadata of an object."""
    return {"kind": _PARTIAL, "apiVersion": f"meta.k8s.io/{meta_version}", "metadata": obj["metadata"]}


def _included(kind: Kind, version: str, obj: Object, include: str) -> Object | None:
    if include == "None":
        return None
    if include == "Object":
        return {**obj, "kind": kind.kind, "apiVersion": kind.resource.api_version(version)}
    return partial(obj)
