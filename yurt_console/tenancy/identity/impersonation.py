"""Acting at the API server as whoever asks, by impersonation, so that its RBAC is a second wall behind ours.

A tenant is ServiceAccount `tenant` in their namespace, exactly as in their kubeconfig; every administrator
is ServiceAccount `yurt-console-admin`, and an extra names the account for the audit trail. Each identity
has connections of its own, kept for a while because whoever looks at one object looks at the next.
"""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Final

from yurt_console.kube.client import Client
from yurt_console.tenancy import naming
from yurt_console.tenancy.identity import access
from yurt_console.tenancy.identity.principals import ADMIN_ACCOUNT, Principal

ACCOUNT_EXTRA: Final = "account.openyurt.io"
"""The extra that names an administrator; RBAC knows it as ``userextras/account.openyurt.io``."""
_KEPT: Final = 64
"""Identities whose connections are kept; idle connections close by themselves after seconds."""


@dataclasses.dataclass(slots=True)
class _Kept:
    client: Client
    uses: int = 0


class Impersonator:
    """Clients that speak for principals; one for the process, closed with it."""

    def __init__(self, client: Client, namespace: str) -> None:
        """``client`` is the console's own, ``namespace`` the one it is in."""
        self._client = client
        self._namespace = namespace
        self._kept: dict[str, _Kept] = {}
        """By account; the least recently used first."""

    @asynccontextmanager
    async def client(self, principal: Principal) -> AsyncIterator[Client]:
        """A client that acts as ``principal``, to be used inside the block only.

        Raises `Forbidden` for an account that is not ready.
        """
        user, extra = self._identity(principal)
        name = f"{user}/{principal.name}"
        kept = self._kept.pop(name, None) or _Kept(self._client.impersonating(user, extra=extra))
        self._kept[name] = kept
        kept.uses += 1
        try:
            yield kept.client
        finally:
            kept.uses -= 1
            await self._trim()

    async def close(self) -> None:
        """Close all connections."""
        kept, self._kept = self._kept, {}
        for each in kept.values():
            await each.client.close()

    def _identity(self, principal: Principal) -> tuple[str, Mapping[str, Sequence[str]]]:
        namespace = access.scope(principal)
        if namespace is None:
            user = f"system:serviceaccount:{self._namespace}:{ADMIN_ACCOUNT}"
            return user, {ACCOUNT_EXTRA: [principal.name]}
        return f"system:serviceaccount:{namespace}:{naming.SERVICE_ACCOUNT}", {}

    async def _trim(self) -> None:
        for name, each in list(self._kept.items()):
            if len(self._kept) <= _KEPT:
                return
            if not each.uses:
                del self._kept[name]
                await each.client.close()
