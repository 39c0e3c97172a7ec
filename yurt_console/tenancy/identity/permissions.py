"""Permissions of a caller in their namespace, from a SelfSubjectRulesReview made as the caller.

The page offers only what RBAC allows; the API server still authorizes each request. Unknown permissions are
left out of a response, never guessed. Source: k8s.io/api, authorization/v1.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Final

import msgspec

from apimachinery.resources import Resource
from yurt_console.kube.errors import KubeError
from yurt_console.tenancy.identity.impersonation import Impersonator
from yurt_console.tenancy.identity.principals import AccountState, Principal

log = logging.getLogger(__name__)

RULES_REVIEWS: Final = Resource(
    "authorization.k8s.io", "selfsubjectrulesreviews", "SelfSubjectRulesReview", False, ("v1",)
)
TIMEOUT: Final = 2.0
"""Timeout of the review, in seconds."""
_SECONDS: Final = 60
"""How long a reply is cached."""
_ENTRIES: Final = 1024
"""Most cached accounts; a full cache is emptied."""
_ADMIN_NAMESPACE: Final = "default"
"""Administrators' rights are cluster-wide, so any namespace shows them."""


class Permission(msgspec.Struct, frozen=True):
    """Verbs on a resource of an API group, ``*`` for all; never a right to single names only."""

    group: str
    resource: str
    """A plural, with a subresource as in ``deployments/scale``."""
    verbs: list[str]


class Permissions:
    """Cached reviews of the callers of one cluster."""

    def __init__(self, impersonator: Impersonator) -> None:
        self._impersonator = impersonator
        self._cached: dict[str, tuple[float, Principal, list[Permission]]] = {}

    async def of(self, caller: Principal, now: float) -> list[Permission] | None:
        """The caller's permissions at ``now`` (seconds); None when they cannot be known."""
        if caller.state is not AccountState.READY:
            return []
        cached = self._cached.get(caller.uid)
        if cached is not None and now < cached[0] and cached[1] == caller:
            return cached[2]
        try:
            found = await self._reviewed(caller)
        except (KubeError, TimeoutError, msgspec.ValidationError) as error:
            log.warning("permissions of %s are unknown: %s", caller.subject, str(error) or "no reply in time")
            return None
        if len(self._cached) >= _ENTRIES:
            self._cached.clear()
        self._cached[caller.uid] = (now + _SECONDS, caller, found)
        return found

    async def _reviewed(self, caller: Principal) -> list[Permission]:
        review = {"spec": {"namespace": caller.tenant or _ADMIN_NAMESPACE}}
        async with asyncio.timeout(TIMEOUT), self._impersonator.client(caller) as client:
            reply = await client.create(RULES_REVIEWS, review)
        return of_rules((reply.get("status") or {}).get("resourceRules") or ())


def of_rules(rules: object) -> list[Permission]:
    """The permissions in ``resourceRules``, one for each group and resource, sorted."""
    verbs: dict[tuple[str, str], set[str]] = {}
    for rule in msgspec.convert(rules, list[_Rule]):
        if rule.resource_names:
            continue
        for group in rule.api_groups:
            for resource in rule.resources:
                verbs.setdefault((group, resource), set()).update(rule.verbs)
    return [Permission(group, resource, sorted(verbs[group, resource])) for group, resource in sorted(verbs)]


class _Rule(msgspec.Struct, rename="camel"):
    verbs: list[str] = []
    api_groups: list[str] = []
    resources: list[str] = []
    resource_names: list[str] = []
