"""What a plan is made from besides the User: what is there of it, and what holds for everybody."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, TypeAlias

import msgspec

from yurt_console.tenancy.provisioning.tenant_objects import Bootstrap
from yurt_console.yurt.releases import Release

Found: TypeAlias = Mapping[str, Any] | None
"""An object as the API server has it, None when there is none."""


class Observed(msgspec.Struct, frozen=True):
    """What is there of one account's belongings."""

    namespace: Found = None
    service_account: Found = None
    role_binding: Found = None
    impersonation: Found = None
    resource_quota: Found = None
    limit_range: Found = None
    network_policy: Found = None
    bootstraps: tuple[Bootstrap, ...] = ()
    """The account's own bootstrap tokens: one, except after an id was taken and freed again."""
    free_id: str = ""
    """The id that a new bootstrap token gets."""
    new_secret: str = msgspec.field(default="")
    """The secret that a new bootstrap token gets: 16 random characters."""
    pool: Found = None
    nodes: tuple[Mapping[str, Any], ...] = ()
    """The account's nodes; looked for only when it leaves."""
    finalizers: tuple[str, ...] = ()
    """The User's."""
    version: str = ""
    """The User's resourceVersion."""

    def __repr__(self) -> str:
        return "Observed(…)"


class Platform(msgspec.Struct, frozen=True):
    """What holds for all accounts alike: what tenants are told about the cluster, and how they end."""

    server: str
    ca: str
    ca_hash: str
    release: Release
    download: str
    pools: bool = False
    """Whether the cluster has OpenYurt's node pools."""
    console_namespace: str = "yurt-console"
    grace: timedelta = timedelta(days=7)
    """How long an account that has expired keeps what it has."""
