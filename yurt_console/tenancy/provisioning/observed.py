"""Inputs of the planner: observed objects of an account and cluster-wide configuration."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, TypeAlias

import msgspec

from yurt_console.tenancy.provisioning.tenant_objects import BootstrapToken
from yurt_console.yurt.releases import Release

ObservedObject: TypeAlias = Mapping[str, Any] | None
"""An object as the API server returned it, None when there is none."""


class Observed(msgspec.Struct, frozen=True):
    """The objects of one account."""

    namespace: ObservedObject = None
    service_account: ObservedObject = None
    role_binding: ObservedObject = None
    impersonation: ObservedObject = None
    resource_quota: ObservedObject = None
    limit_range: ObservedObject = None
    network_policy: ObservedObject = None
    bootstraps: tuple[BootstrapToken, ...] = ()
    """The account's own bootstrap tokens: one, except after an id was taken and freed again."""
    free_id: str = ""
    """The id that a new bootstrap token gets."""
    new_secret: str = msgspec.field(default="")
    """The secret that a new bootstrap token gets: 16 random characters."""
    pool: ObservedObject = None
    nodes: tuple[Mapping[str, Any], ...] = ()
    """The tenant's nodes; listed only when the account is terminating."""
    finalizers: tuple[str, ...] = ()
    """The User's."""
    version: str = ""
    """The User's resourceVersion."""

    def __repr__(self) -> str:
        return "Observed(…)"


class Platform(msgspec.Struct, frozen=True):
    """Configuration of the cluster that kubeconfigs and join scripts hold, and the grace period."""

    server: str
    ca: str
    ca_hash: str
    release: Release
    download: str
    pools: bool = False
    """Whether the cluster has OpenYurt's node pools."""
    console_namespace: str = "yurt-console"
    grace: timedelta = timedelta(days=7)
    """How long an expired account keeps its objects."""
