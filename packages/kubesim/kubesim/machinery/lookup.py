"""How decisions read the server's objects: a small protocol, so that each is testable with plain dicts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

Object = dict[str, Any]

RBAC_GROUP = "rbac.authorization.k8s.io"


class Lookup(Protocol):
    """The present state of the server. What it gives is never changed in place."""

    def get(self, group: str, plural: str, namespace: str, name: str) -> Object | None:
        """One object, or None."""

    def list(self, group: str, plural: str, namespace: str = "") -> Iterable[Object]:
        """The objects of one kind in the order of namespace and name; of all namespaces when empty."""

    def revision(self, group: str, plural: str) -> int:
        """When this kind last changed: equal as long as nothing of it was written or deleted."""
