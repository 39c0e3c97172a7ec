"""Impersonates principals at the API server, so that its RBAC is a second check after ours.

A tenant is ServiceAccount `tenant` in the namespace of the request, as in the tenant's kubeconfig. Every
administrator is ServiceAccount `yurt-console-admin`, and an extra names the account for the audit trail. Each
identity has connections of its own, cached because one request for an object is followed by others.
"""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Final

from apimachinery.errors import ForbiddenError
from yurt_console.kube.client import Client
from yurt_console.tenancy import naming
from yurt_console.tenancy.identity import access
from yurt_console.tenancy.identity.principals import ADMIN_ACCOUNT, Principal

ACCOUNT_EXTRA: Final = "account.openyurt.io"
"""The extra that names an administrator; RBAC knows it as ``userextras/account.openyurt.io``."""
CACHED: Final = 64
"""Identities with cached connections; idle connections close by themselves after seconds."""


@dataclasses.dataclass(slots=True)
class _Cached:
    client: Client
    uses: int = 0


class Impersonator:
    """Clients that act as principals; one for the process. A client in use is never closed but by `close`."""

    def __init__(self, client: Client, namespace: str) -> None:
        """``client`` is the console's own, ``namespace`` the one it runs in."""
        self._client = client
        self._namespace = namespace
        self._cached: dict[str, _Cached] = {}
        """By identity; the least recently used first."""

    @asynccontextmanager
    async def client(self, principal: Principal, scope: str = "") -> AsyncIterator[Client]:
        """A client that acts as ``principal`` in ``scope`` ("": its own); valid inside the block only.

        Raises `ForbiddenError` for an account that is not ready, and for a scope that it may not see.
        """
        user, extra = self._identity(principal, scope)
        key = f"{user}/{principal.subject}"
        cached = self._cached.pop(key, None) or _Cached(self._client.impersonating(user, extra=extra))
        self._cached[key] = cached
        cached.uses += 1
        try:
            yield cached.client
        finally:
            cached.uses -= 1
            await self._trim()

    async def close(self) -> None:
        """Close all connections."""
        cached, self._cached = self._cached, {}
        for each in cached.values():
            await each.client.close()

    def _identity(self, principal: Principal, scope: str) -> tuple[str, Mapping[str, Sequence[str]]]:
        namespace = access.namespace(principal, scope)
        if principal.scopes is None:
            user = f"system:serviceaccount:{self._namespace}:{ADMIN_ACCOUNT}"
            return user, {ACCOUNT_EXTRA: [principal.subject]}
        if namespace is None:
            raise ForbiddenError.of(f"account {principal.subject} has no namespace")
        return f"system:serviceaccount:{namespace}:{naming.SERVICE_ACCOUNT}", {}

    async def _trim(self) -> None:
        for key, each in list(self._cached.items()):
            if len(self._cached) <= CACHED:
                return
            if not each.uses:
                del self._cached[key]
                await each.client.close()
