"""How an account ends: rights at once, everything else after a grace period; pure.

Expiry and suspension take the rights: RoleBindings first, because deleting the ServiceAccount takes the API
server some seconds to notice, then ServiceAccount, bootstrap token and the copies of both in the User. What
the tenant has stays, and renewing brings the rights back. When the User is deleted, or was expired for
longer than the grace period, nodes, pool, namespace and User go, in that order: a pool that has nodes
cannot be deleted.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from apimachinery.resources import NAMESPACES, NODES, ROLE_BINDINGS, SECRETS, SERVICE_ACCOUNTS, Resource
from yurt_console.custom_resources import NODE_POOLS, USERS
from yurt_console.rows import User
from yurt_console.tenancy.identity import principals
from yurt_console.tenancy.provisioning import conditions, tenant_objects
from yurt_console.tenancy.provisioning.observed import Observed, Platform
from yurt_console.tenancy.provisioning.steps import Delete, Patch, Plan, Step, Wait


def end_of_grace(user: User, platform: Platform) -> datetime | None:
    """When everything that the account has goes; None when that is not known, or never."""
    end = principals.ends(user)
    return None if end is None else end + platform.grace


def leaves(user: User, platform: Platform, now: datetime) -> bool:
    """Whether everything has to go."""
    last = end_of_grace(user, platform)
    return user.deleting or (last is not None and now >= last)


def turning_point(user: User, platform: Platform, now: datetime) -> datetime | None:
    """When the calendar changes how the account stands: its end, then the end of its grace period."""
    times = (principals.ends(user), end_of_grace(user, platform))
    return min((time for time in times if time is not None and time > now), default=None)


def withdrawal(
    user: User, observed: Observed, wanted: conditions.AccountStatus, now: datetime, again: datetime | None
) -> Plan:
    """Take every right away, keep the namespace and what is in it."""
    told = status(user, wanted, now)
    steps = (*_rights(user, observed), *_credentials(user), *told)
    return Plan(steps, again=again, news=conditions.news(user, wanted) if told else ())


def removal(user: User, observed: Observed, now: datetime) -> Plan:
    """Take everything away, and the User last."""
    steps: list[Step] = [*_rights(user, observed), *_credentials(user)]
    pool, namespace = observed.pool, observed.namespace
    if observed.nodes:
        waits_for = Wait.NODES
        steps += [delete(NODES, node) for node in observed.nodes if not _going(node)]
    elif pool is not None and tenant_objects.is_own(pool, user):
        waits_for = Wait.POOL
        steps += [] if _going(pool) else [delete(NODE_POOLS, pool)]
    elif namespace is not None and tenant_objects.is_own(namespace, user):
        waits_for = Wait.NAMESPACE
        steps += [] if _going(namespace) else [delete(NAMESPACES, namespace)]
    elif not user.deleting:
        return Plan((*steps, Delete(USERS, user.name, "", user.uid)))
    else:
        others = [name for name in observed.finalizers if name != tenant_objects.FINALIZER]
        if len(others) < len(observed.finalizers):
            steps.append(finalizers(user, observed, others))
        return Plan(tuple(steps))
    wanted = conditions.leaving(user, waits_for)
    told = status(user, wanted, now)
    return Plan((*told, *steps), waits_for, news=conditions.news(user, wanted) if told else ())


def status(user: User, wanted: conditions.AccountStatus, now: datetime) -> tuple[Step, ...]:
    """The step that says how the account stands; none when the status says it already."""
    patch = conditions.patch(user, wanted, now)
    if not patch:
        return ()
    body = {"metadata": {"uid": user.uid}, "status": patch}
    return (Patch(USERS, user.name, body, subresource="status", what="status"),)


def spec(user: User, fields: dict[str, Any], part: str) -> Step:
    """Write fields of the User's spec."""
    body = {"metadata": {"uid": user.uid}, "spec": fields}
    return Patch(USERS, user.name, body, what=", ".join(fields), part=part)


def finalizers(user: User, observed: Observed, wanted: list[str]) -> Step:
    """Write the User's finalizers, unless somebody else has changed it meanwhile."""
    metadata = {"uid": user.uid, "resourceVersion": observed.version, "finalizers": wanted}
    return Patch(USERS, user.name, {"metadata": metadata}, what="finalizers")


def delete(resource: Resource, found: Mapping[str, Any], part: str = "") -> Delete:
    """Delete this very object."""
    metadata = found["metadata"]
    return Delete(resource, metadata["name"], metadata.get("namespace", ""), metadata["uid"], part)


def _rights(user: User, observed: Observed) -> list[Step]:
    steps: list[Step] = []
    if observed.namespace is None or tenant_objects.is_own(observed.namespace, user):
        rights = (
            (ROLE_BINDINGS, observed.role_binding),
            (ROLE_BINDINGS, observed.impersonation),
            (SERVICE_ACCOUNTS, observed.service_account),
        )
        steps += [delete(resource, found) for resource, found in rights if found is not None]
    where = tenant_objects.BOOTSTRAP_NAMESPACE
    return [*steps, *(Delete(SECRETS, token.name, where, token.uid) for token in observed.bootstraps)]


def _credentials(user: User) -> list[Step]:
    if not user.kube_config and not user.node_add_script:
        return []
    return [spec(user, {"kubeConfig": None, "nodeAddScript": None}, "")]


def _going(found: Mapping[str, Any]) -> bool:
    return bool(found["metadata"].get("deletionTimestamp"))
