"""Lookup: how authentication, authorization and admission read objects; testable with plain dicts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

Object = dict[str, Any]

RBAC_GROUP = "rbac.authorization.k8s.io"


class Lookup(Protocol):
    """The current state of the server. Returned objects are immutable."""

    def get(self, group: str, plural: str, namespace: str, name: str) -> Object | None:
        """One object, or None."""

    def list(self, group: str, plural: str, namespace: str = "") -> Iterable[Object]:
        """The objects of a kind, sorted by namespace and name; of all namespaces for ""."""

    def revision(self, group: str, plural: str) -> int:
        """The revision of the last write to this kind; equal as long as nothing changed."""
